/**
 * An OpenID provider that says whatever a test wants, told apart from the network: it stands in for
 * `fetch`, so that its address can be https as a real one's must be.
 */
import { createHash, randomUUID } from 'node:crypto';
import {
  SignJWT,
  UnsecuredJWT,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  importJWK,
  jwtVerify,
} from 'jose';
import type { CryptoKey, JWTPayload } from 'jose';

export const issuer = 'https://sign-in.example';
export const clientId = 'meadowshire.homeward';

/** How a token is signed. `published` is right; everything else is a forgery. */
export type Signing = 'published' | 'another key' | 'none' | 'public key as secret';

export interface FakeProvider {
  /** Claims of the next ID tokens, over those that are right. A function sees those. */
  idToken: (right: JWTPayload) => JWTPayload;
  userInfo: (right: JWTPayload) => JWTPayload;
  signing: Signing;
  /** Seconds before now at which the person proved who they are. */
  proofAge: number;
  reachable: boolean;
  /** The forms that the token endpoint was sent. */
  readonly asked: URLSearchParams[];
  /** What the browser would bring back from an authorization address. */
  answerTo(address: string): URLSearchParams;
  logoutToken(changes?: JWTPayload, signing?: Signing): Promise<string>;
  restore(): void;
}

/** Starts the provider: `fetch` to its address is answered here until `restore`. */
export async function fakeProvider(): Promise<FakeProvider> {
  const keys = await generateKeyPair('RS256');
  const others = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  const codes = new Map<string, { nonce: string; challenge: string }>();
  const network = globalThis.fetch;

  const sign = async (claims: JWTPayload, how: Signing): Promise<string> => {
    if (how === 'none') return new UnsecuredJWT(claims).encode();
    // The classic confusion: the published key, known to all, used as an HMAC secret.
    if (how === 'public key as secret') {
      return new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256', kid: 'one' })
        .sign(new TextEncoder().encode(JSON.stringify(jwk)));
    }
    const key: CryptoKey = how === 'published' ? keys.privateKey : others.privateKey;
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(key);
  };

  const provider: FakeProvider = {
    idToken: (right) => right,
    userInfo: (right) => right,
    signing: 'published',
    proofAge: 1,
    reachable: true,
    asked: [],
    answerTo(address) {
      const asked = new URL(address).searchParams;
      const code = randomUUID();
      codes.set(code, { nonce: asked.get('nonce') ?? '', challenge: asked.get('code_challenge') ?? '' });
      return new URLSearchParams({ code, state: asked.get('state') ?? '', iss: issuer });
    },
    logoutToken(changes = {}, signing = 'published') {
      const now = Math.floor(Date.now() / 1000);
      const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
      return sign(
        { iss: issuer, aud: clientId, iat: now, exp: now + 120, jti: randomUUID(), events, ...changes },
        signing,
      );
    },
    restore: () => void (globalThis.fetch = network),
  };

  globalThis.fetch = async (input, init) => {
    const address = new URL(input instanceof Request ? input.url : String(input));
    if (address.origin !== issuer) return network(input, init);
    if (!provider.reachable) throw new TypeError('fetch failed');
    const form = new URLSearchParams(init?.body as URLSearchParams | undefined);
    switch (address.pathname) {
      case '/.well-known/openid-configuration':
        return json(metadata);
      case '/jwks':
        return json({ keys: [jwk] });
      case '/userinfo':
        return json(provider.userInfo({ sub: 'nurse-1', name: 'Nia Example' }));
      case '/token':
        return token(form);
      default:
        return json({}, 404);
    }
  };

  const token = async (form: URLSearchParams): Promise<Response> => {
    provider.asked.push(form);
    const known = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (!known || challenge !== known.challenge) return json({ error: 'invalid_grant' }, 400);
    const now = Math.floor(Date.now() / 1000);
    const right = {
      iss: issuer,
      aud: clientId,
      sub: 'nurse-1',
      iat: now,
      exp: now + 300,
      auth_time: now - provider.proofAge,
      nonce: known.nonce,
    };
    return json({
      access_token: 'opaque',
      token_type: 'Bearer',
      expires_in: 60,
      id_token: await sign(provider.idToken(right), provider.signing),
    });
  };
  return provider;
}

const metadata = {
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  userinfo_endpoint: `${issuer}/userinfo`,
  jwks_uri: `${issuer}/jwks`,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
};

function json(body: object, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
}

/** Checks a client assertion as the provider would. @returns its claims and algorithm */
export async function readAssertion(
  assertion: string,
  publicJwk: object,
): Promise<{ claims: JWTPayload; algorithm: string | undefined; keyId: string | undefined }> {
  const { alg, kid } = decodeProtectedHeader(assertion);
  await jwtVerify(assertion, await importJWK(publicJwk as never, alg));
  return { claims: decodeJwt(assertion), algorithm: alg, keyId: kid };
}
