/**
 * Use case: a person signs in by OpenID Connect (authorization code with PKCE, state and nonce).
 * The only home of `openid-client`. Nothing is kept here: what must outlive the journey to the
 * provider is handed to the caller as an {@link Attempt}, to be sealed in a short-lived cookie.
 */
import { createPrivateKey } from 'node:crypto';
import * as openid from 'openid-client';
import type { Clock } from '../domain/clock.ts';
import { HomewardError } from '../domain/error.ts';
import { judgeClaims } from '../domain/sign-in-claims.ts';
import type { Vouched } from '../domain/sign-in-claims.ts';
import type { Credential, SignInProvider } from '../domain/sign-in.ts';
import type { SignedInPerson } from './sessions.ts';

/** What the browser carries, sealed, while the person is at the provider. */
export interface Attempt {
  readonly provider: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** User who signs in again; null for a first sign-in. */
  readonly again: string | null;
}

/** A person who is let in, and between which roles they may choose. */
export interface Admitted {
  readonly userId: string;
  readonly name: string;
  readonly authenticatedBy: string;
  readonly authenticatedAt: Date;
  readonly providerSession: string | null;
  readonly roles: Vouched['roles'];
}

export interface SignIn {
  readonly providers: readonly { readonly id: string; readonly name: string }[];
  /** Where to send the browser, and what it must carry. @throws HomewardError PAGE_NOT_FOUND, SIGN_IN_FAILED */
  begin(provider: string, again: string | null): Promise<{ address: string; attempt: Attempt }>;
  /** The provider that vouched for a user. @throws HomewardError PAGE_NOT_FOUND when it is no longer configured */
  providerOf(userId: string): string;
  /** What came of it. @throws HomewardError SIGN_IN_FAILED, SIGN_IN_ASSURANCE, SIGN_IN_NO_ROLE */
  finish(attempt: Attempt, answer: URLSearchParams): Promise<Admitted>;
  /** Where a provider publishes its keys, and whom its sign-out tokens must name. */
  logoutTokenChecks(provider: string): Promise<{ jwksUri: string; issuer: string; audience: string }>;
}

export interface SignInDeps {
  readonly providers: readonly SignInProvider[];
  readonly baseUrl: string;
  readonly clock: Clock;
}

/** Path of the demo's own provider. */
export const demoIssuerPath = '/demo-sign-in';
/** Client id under which the demo's own provider knows this service. */
export const demoClientId = 'homeward';

// Signing in again must be just that: a proof older than this is a sitting that was never closed.
const freshProofSeconds = 60;
const patienceSeconds = 10;

/** Path to which a provider sends the browser back. */
export function callbackPath(provider: string): string {
  return `/sign-in/${provider}/callback`;
}

/** Makes the use case for the configured providers. Nothing is asked of them before somebody signs in. */
export function signInWith(deps: SignInDeps): SignIn {
  const known = new Map<string, Promise<openid.Configuration>>();
  const find = (id: string): SignInProvider => {
    const provider = deps.providers.find((one) => one.id === id);
    if (!provider) throw new HomewardError('PAGE_NOT_FOUND');
    return provider;
  };
  const configured = async (provider: SignInProvider): Promise<openid.Configuration> => {
    const kept = known.get(provider.id) ?? discover(provider, deps.baseUrl);
    known.set(provider.id, kept);
    // A provider that could not be reached is asked again by the next person.
    return kept.catch((cause: unknown) => {
      known.delete(provider.id);
      throw failed('The sign-in service cannot be reached.', cause);
    });
  };
  return {
    providers: deps.providers.map(({ id, name }) => ({ id, name })),
    providerOf(userId) {
      const provider = deps.providers.find((one) => userId.startsWith(`${issuerOf(one, deps.baseUrl)}|`));
      if (!provider) throw new HomewardError('PAGE_NOT_FOUND');
      return provider.id;
    },
    async begin(id, again) {
      const provider = find(id);
      return begin(provider, await configured(provider), deps.baseUrl, again);
    },
    async finish(attempt, answer) {
      const provider = find(attempt.provider);
      return finish(provider, await configured(provider), deps, attempt, answer);
    },
    async logoutTokenChecks(id) {
      const provider = find(id);
      const server = (await configured(provider)).serverMetadata();
      if (!server.jwks_uri) throw failed('The sign-in service publishes no keys.');
      return { jwksUri: server.jwks_uri, issuer: server.issuer, audience: clientIdOf(provider) };
    },
  };
}

/** A person in one of the roles that are theirs. */
export function personInRole(admitted: Admitted, choice: number): SignedInPerson {
  const { roles, ...person } = admitted;
  const role = roles[choice];
  if (!role) throw new HomewardError('SIGN_IN_NO_ROLE');
  return { ...person, ...role };
}

function issuerOf(provider: SignInProvider, baseUrl: string): string {
  return provider.kind === 'demo' ? baseUrl + demoIssuerPath : provider.issuer;
}

async function discover(provider: SignInProvider, baseUrl: string): Promise<openid.Configuration> {
  if (provider.kind === 'demo') {
    // Plain http, to this very process: config lets the demo start on loopback only.
    const execute = [openid.allowInsecureRequests, openid.enableNonRepudiationChecks];
    return openid.discovery(new URL(issuerOf(provider, baseUrl)), demoClientId, undefined, openid.None(), {
      execute,
      timeout: patienceSeconds,
    });
  }
  const proof = await clientProof(provider.credential());
  return openid.discovery(new URL(provider.issuer), provider.clientId, undefined, proof, {
    // The token's signature is checked although it comes straight from the provider.
    execute: [openid.enableNonRepudiationChecks],
    timeout: patienceSeconds,
  });
}

async function clientProof(credential: Credential | null): Promise<openid.ClientAuth> {
  if (credential === null) throw new Error('Every provider but the demo’s has a credential');
  if (credential.kind === 'secret') return openid.ClientSecretPost(credential.secret);
  const key = createPrivateKey(credential.pem).toCryptoKey(keyAlgorithm(credential.algorithm), false, ['sign']);
  return openid.PrivateKeyJwt(credential.keyId === null ? key : { key, kid: credential.keyId });
}

function keyAlgorithm(name: string): { name: string; hash?: string; namedCurve?: string } {
  const bits = name.slice(2);
  if (name.startsWith('ES')) return { name: 'ECDSA', namedCurve: `P-${bits}` };
  return { name: name.startsWith('PS') ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5', hash: `SHA-${bits}` };
}

async function begin(
  provider: SignInProvider,
  configuration: openid.Configuration,
  baseUrl: string,
  again: string | null,
): Promise<{ address: string; attempt: Attempt }> {
  const attempt: Attempt = {
    provider: provider.id,
    state: openid.randomState(),
    nonce: openid.randomNonce(),
    verifier: openid.randomPKCECodeVerifier(),
    again,
  };
  const address = openid.buildAuthorizationUrl(configuration, {
    redirect_uri: baseUrl + callbackPath(provider.id),
    scope: provider.kind === 'demo' ? 'openid profile' : provider.scopes.join(' '),
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: await openid.calculatePKCECodeChallenge(attempt.verifier),
    code_challenge_method: 'S256',
    // Computers are shared: a sitting that the last person left open must not let the next one in.
    prompt: 'login',
    ...(again === null ? {} : { max_age: '0' }),
    // Only the demo's provider knows people by their subject; elsewhere a hint would be a user name.
    ...(again !== null && provider.kind === 'demo' ? { login_hint: again.slice(again.indexOf('|') + 1) } : {}),
    ...('acr' in provider && provider.acr ? { acr_values: provider.acr.join(' ') } : {}),
  });
  return { address: address.href, attempt };
}

async function finish(
  provider: SignInProvider,
  configuration: openid.Configuration,
  { baseUrl, clock }: SignInDeps,
  attempt: Attempt,
  answer: URLSearchParams,
): Promise<Admitted> {
  const address = new URL(baseUrl + callbackPath(provider.id));
  address.search = answer.toString();
  const { idToken, userInfo } = await redeem(configuration, address, attempt);
  const vouched = judgeClaims(provider, idToken, userInfo);
  const userId = `${configuration.serverMetadata().issuer}|${vouched.subject}`;
  if (attempt.again !== null) {
    if (attempt.again !== userId) throw failed('Somebody else signed in. Sign out first.');
    if (vouched.proofAge === null || vouched.proofAge > freshProofSeconds)
      throw failed('The sign-in service did not ask you again.');
  }
  return {
    userId,
    name: vouched.name,
    authenticatedBy: vouched.authenticatedBy,
    authenticatedAt: new Date(clock.now().getTime() - (vouched.proofAge ?? 0) * 1000),
    providerSession: vouched.sid === null ? null : `${configuration.serverMetadata().issuer}|${vouched.sid}`,
    roles: vouched.roles,
  };
}

async function redeem(
  configuration: openid.Configuration,
  address: URL,
  { state, nonce, verifier }: Attempt,
): Promise<{ idToken: openid.IDToken; userInfo: openid.UserInfoResponse | null }> {
  try {
    const tokens = await openid.authorizationCodeGrant(configuration, address, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    });
    const idToken = tokens.claims();
    if (!idToken) throw new Error('No ID token');
    const asks = configuration.serverMetadata().userinfo_endpoint !== undefined;
    return {
      idToken,
      userInfo: asks ? await openid.fetchUserInfo(configuration, tokens.access_token, idToken.sub) : null,
    };
  } catch (cause) {
    throw failed('Start again.', cause);
  }
}

function clientIdOf(provider: SignInProvider): string {
  return provider.kind === 'demo' ? demoClientId : provider.clientId;
}

function failed(detail: string, cause?: unknown): HomewardError {
  return new HomewardError('SIGN_IN_FAILED', detail, { cause });
}
