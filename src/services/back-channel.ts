/**
 * Use case: a provider says that a person's sitting is over (OpenID Connect Back-Channel Logout
 * 1.0, which CIS2's conformance asks for). The only home of `jose`.
 */
import { createRemoteJWKSet, jwtVerify } from 'jose';
import type { JWTPayload } from 'jose';
import { HomewardError } from '../domain/error.ts';
import type { Sessions } from './sessions.ts';
import type { SignIn } from './sign-in.ts';

export interface BackChannelDeps {
  readonly signIn: SignIn;
  readonly sessions: Sessions;
}

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

/**
 * Ends the sessions that a sign-out token names.
 * @returns how many ended
 * @throws HomewardError REQUEST_INVALID when the token is not one of this provider for this service,
 *   PAGE_NOT_FOUND when there is no such provider
 */
export async function endByLogoutToken(
  { signIn, sessions }: BackChannelDeps,
  provider: string,
  token: string,
): Promise<number> {
  const { jwksUri, issuer, audience } = await signIn.logoutTokenChecks(provider);
  const claims = await verify(token, jwksUri, issuer, audience);
  const sid = claims['sid'];
  return sessions.endByProvider({
    providerSession: typeof sid === 'string' ? `${issuer}|${sid}` : null,
    userId: typeof claims.sub === 'string' ? `${issuer}|${claims.sub}` : null,
  });
}

async function verify(token: string, jwksUri: string, issuer: string, audience: string): Promise<JWTPayload> {
  try {
    const keys = createRemoteJWKSet(new URL(jwksUri), { timeoutDuration: 5_000 });
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer,
      audience,
      requiredClaims: ['iat', 'jti', 'events'],
      // A token kept and sent again later would end a later sitting of the same person.
      maxTokenAge: '5 minutes',
      clockTolerance: 60,
      // Never a symmetric algorithm: the published key must not serve as a secret.
      algorithms: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'],
    });
    const { typ } = protectedHeader;
    if (typ !== undefined && !/^(application\/)?logout\+jwt$|^JWT$/i.test(typ)) throw new Error('not a sign-out token');
    requireShape(payload);
    return payload;
  } catch (cause) {
    if (cause instanceof HomewardError) throw cause;
    throw new HomewardError('REQUEST_INVALID', 'The sign-out token is not valid.', { cause });
  }
}

// Section 2.4 of the specification: the event, a sitting or a person, and no nonce (an ID token has one).
function requireShape(payload: JWTPayload): void {
  const events = payload['events'];
  const isEvent = typeof events === 'object' && events !== null && Object.hasOwn(events, logoutEvent);
  const names = [payload['sid'], payload.sub].filter((one) => one !== undefined);
  if (
    !isEvent ||
    'nonce' in payload ||
    names.length === 0 ||
    !names.every((one) => typeof one === 'string' && one !== '')
  ) {
    throw new Error('not a sign-out token');
  }
}
