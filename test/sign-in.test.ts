/** The journey to a sign-in provider and back, and the provider's sign-out: every forgery refused. */
import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { JWTPayload } from 'jose';
import type { ErrorCode } from '../src/domain/error.ts';
import { cis2Aal3 } from '../src/domain/sign-in.ts';
import type { SignInProvider } from '../src/domain/sign-in.ts';
import { endByLogoutToken } from '../src/services/back-channel.ts';
import type { Sessions } from '../src/services/sessions.ts';
import { personInRole, signInWith } from '../src/services/sign-in.ts';
import type { Admitted, SignIn } from '../src/services/sign-in.ts';
import { clientId, fakeProvider, issuer, readAssertion } from './support/fake-provider.ts';
import type { FakeProvider, Signing } from './support/fake-provider.ts';
import { refusedWith } from './support/refused.ts';
import { info, nurse, provider, strong, without } from './support/sign-in-claims.ts';
import { movableClock } from './support/web.ts';

describe('the journey to a provider and back', () => {
  const keyPair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = keyPair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const clock = movableClock();
  let fake: FakeProvider;
  let service: SignIn;
  beforeEach(async () => {
    fake = await fakeProvider();
    fake.idToken = (right) => ({ ...right, ...without(strong, 'iat', 'auth_time') });
    fake.userInfo = () => info;
    const withKey: SignInProvider = {
      ...provider(),
      credential: () => ({ kind: 'private-key', pem, algorithm: 'RS512', keyId: 'homeward-1' }),
    };
    service = signInWith({ providers: [withKey], baseUrl: 'https://homeward.example', clock });
  });
  afterEach(() => fake.restore());

  async function complete(again: string | null = null): Promise<Admitted> {
    const { address, attempt } = await service.begin('cis2', again);
    return service.finish(attempt, fake.answerTo(address));
  }
  const fails = (code: ErrorCode, work: Promise<unknown>): Promise<void> => assert.rejects(work, refusedWith(code));

  it('asks for a fresh sign-in, a strong one, with PKCE, state and nonce, each new every time', async () => {
    const one = new URL((await service.begin('cis2', null)).address).searchParams;
    const two = new URL((await service.begin('cis2', null)).address).searchParams;
    assert.equal(one.get('prompt'), 'login');
    assert.equal(one.get('acr_values'), cis2Aal3.join(' '));
    assert.equal(one.get('code_challenge_method'), 'S256');
    assert.equal(one.get('redirect_uri'), 'https://homeward.example/sign-in/cis2/callback');
    assert.equal(one.has('max_age'), false);
    for (const name of ['state', 'nonce', 'code_challenge']) {
      assert.ok((one.get(name) ?? '').length >= 43, name);
      assert.notEqual(one.get(name), two.get(name));
    }
  });

  it('admits the person under issuer and subject, at the moment of their proof', async () => {
    fake.proofAge = 5;
    const admitted = await complete();
    assert.equal(admitted.userId, `${issuer}|nurse-1`);
    assert.equal(admitted.authenticatedAt.getTime(), clock.now().getTime() - 5_000);
    assert.deepEqual(admitted.roles, [nurse]);
    assert.equal(personInRole(admitted, 0).role, 'emergency-nurse');
    assert.throws(() => personInRole(admitted, 1), /SIGN_IN_NO_ROLE|no role/);
  });

  it('proves itself with its private key', async () => {
    await complete();
    const assertion = fake.asked[0]?.get('client_assertion') ?? '';
    const { claims, algorithm, keyId } = await readAssertion(assertion, createPublicKey(pem).export({ format: 'jwk' }));
    assert.equal(algorithm, 'RS512');
    assert.equal(keyId, 'homeward-1');
    assert.equal(claims.iss, clientId);
    assert.equal(claims.sub, clientId);
    assert.ok((claims.exp ?? 0) - (claims.iat ?? 0) <= 300);
  });

  for (const signing of ['another key', 'none', 'public key as secret'] as Signing[]) {
    it(`refuses a token signed by: ${signing}`, async () => {
      fake.signing = signing;
      await fails('SIGN_IN_FAILED', complete());
    });
  }

  const soon = (): number => Math.floor(Date.now() / 1000);
  const forgeries: [string, () => object][] = [
    ['for somebody else’s service', () => ({ aud: 'another-client' })],
    ['from another issuer', () => ({ iss: 'https://sign-in.example.evil' })],
    ['of another attempt', () => ({ nonce: 'n'.repeat(43) })],
    ['without a nonce', () => ({ nonce: undefined })],
    ['that ran out 301 seconds ago', () => ({ exp: soon() - 301 })],
    ['that says it is of the future', () => ({ nbf: soon() + 600 })],
    ['without a subject', () => ({ sub: undefined })],
  ];
  for (const [name, changes] of forgeries) {
    it(`refuses a token ${name}`, async () => {
      const right = fake.idToken;
      fake.idToken = (claims) => JSON.parse(JSON.stringify({ ...right(claims), ...changes() })) as never;
      await fails('SIGN_IN_FAILED', complete());
    });
  }

  it('refuses an answer to another attempt, a code used twice, and a verifier that does not fit', async () => {
    const one = await service.begin('cis2', null);
    const two = await service.begin('cis2', null);
    await fails('SIGN_IN_FAILED', service.finish(one.attempt, fake.answerTo(two.address)));
    const answer = fake.answerTo(one.address);
    await service.finish(one.attempt, answer);
    await fails('SIGN_IN_FAILED', service.finish(one.attempt, answer));
    await fails(
      'SIGN_IN_FAILED',
      service.finish({ ...two.attempt, verifier: one.attempt.verifier }, fake.answerTo(two.address)),
    );
  });

  it('refuses what a provider refused, and user info of another person', async () => {
    const { attempt } = await service.begin('cis2', null);
    await fails(
      'SIGN_IN_FAILED',
      service.finish(attempt, new URLSearchParams({ error: 'access_denied', state: attempt.state, iss: issuer })),
    );
    fake.userInfo = () => ({ ...info, sub: 'nurse-2' });
    await fails('SIGN_IN_FAILED', complete());
  });

  it('says that a provider cannot be reached, and tries again for the next person', async () => {
    fake.reachable = false;
    await fails('SIGN_IN_FAILED', service.begin('cis2', null));
    fake.reachable = true;
    assert.ok((await service.begin('cis2', null)).address);
  });

  it('knows no provider that is not configured', () => fails('PAGE_NOT_FOUND', service.begin('constructor', null)));

  describe('signing in again', () => {
    const user = `${issuer}|nurse-1`;

    it('asks for a proof of now', async () => {
      const { address } = await service.begin('cis2', user);
      assert.equal(new URL(address).searchParams.get('max_age'), '0');
      assert.equal(new URL(address).searchParams.get('prompt'), 'login');
    });

    it('takes a fresh proof of the same person', async () => {
      fake.proofAge = 3;
      assert.equal((await complete(user)).userId, user);
    });

    it('refuses a proof of a while ago, whatever the provider was asked', async () => {
      fake.proofAge = 61;
      await fails('SIGN_IN_FAILED', complete(user));
      fake.proofAge = 60;
      assert.ok(await complete(user));
    });

    it('refuses another person', () => fails('SIGN_IN_FAILED', complete(`${issuer}|nurse-2`)));
  });
});

describe('sign-out by the provider', () => {
  let fake: FakeProvider;
  let service: SignIn;
  const ended: object[] = [];
  const sessions = { endByProvider: async (sitting: object) => ended.push(sitting) } as unknown as Sessions;
  beforeEach(async () => {
    ended.length = 0;
    fake = await fakeProvider();
    service = signInWith({
      providers: [{ ...provider(), credential: () => ({ kind: 'secret', secret: 'x' }) }],
      baseUrl: 'https://homeward.example',
      clock: movableClock(),
    });
  });
  afterEach(() => fake.restore());
  const end = (token: string): Promise<number> => endByLogoutToken({ signIn: service, sessions }, 'cis2', token);

  it('ends the sitting or the person that the token names', async () => {
    await end(await fake.logoutToken({ sid: 's1' }));
    await end(await fake.logoutToken({ sub: 'nurse-1' }));
    await end(await fake.logoutToken({ sid: 's1', sub: 'nurse-1' }));
    assert.deepEqual(ended, [
      { providerSession: `${issuer}|s1`, userId: null },
      { providerSession: null, userId: `${issuer}|nurse-1` },
      { providerSession: `${issuer}|s1`, userId: `${issuer}|nurse-1` },
    ]);
  });

  const now = Math.floor(Date.now() / 1000);
  const wrong: [string, object, Signing?][] = [
    ['that names nobody', {}],
    ['for another service', { sub: 'nurse-1', aud: 'another-client' }],
    ['from another issuer', { sub: 'nurse-1', iss: 'https://evil.example' }],
    ['with a nonce, which is an ID token', { sub: 'nurse-1', nonce: 'n' }],
    ['without the event', { sub: 'nurse-1', events: {} }],
    ['with an event of another kind', { sub: 'nurse-1', events: 'http://schemas.openid.net/event/backchannel-logout' }],
    ['kept and sent an hour later', { sub: 'nurse-1', iat: now - 3600, exp: now + 3600 }],
    ['that ran out', { sub: 'nurse-1', exp: now - 301 }],
    ['whose subject is a list', { sub: ['nurse-1'] }],
    ['signed by another key', { sub: 'nurse-1' }, 'another key'],
    ['that is not signed', { sub: 'nurse-1' }, 'none'],
    ['signed with the public key as a secret', { sub: 'nurse-1' }, 'public key as secret'],
  ];
  for (const [name, changes, signing] of wrong) {
    it(`ends nothing for a token ${name}`, async () => {
      const token = await fake.logoutToken(changes as JWTPayload, signing);
      await assert.rejects(end(token), refusedWith('REQUEST_INVALID'));
      assert.deepEqual(ended, []);
    });
  }
});
