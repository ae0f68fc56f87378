/** What a provider says of a person, judged; and the seal of what a browser carries there. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HomewardError } from '../src/domain/error.ts';
import type { ErrorCode } from '../src/domain/error.ts';
import { judgeClaims } from '../src/domain/sign-in-claims.ts';
import type { Claims } from '../src/domain/sign-in-claims.ts';
import { cis2Aal3 } from '../src/domain/sign-in.ts';
import type { ProviderSettings } from '../src/domain/sign-in.ts';
import { sealWith } from '../src/web/safety/cookies.ts';
import { clerk, entra, held, info, nurse, provider, strong, without } from './support/sign-in-claims.ts';

function denies(code: ErrorCode, one: ProviderSettings, idToken: Claims, userInfo: Claims | null): void {
  assert.throws(
    () => judgeClaims(one, idToken, userInfo),
    (error) => error instanceof HomewardError && error.code === code,
    JSON.stringify({ idToken, userInfo }),
  );
}

describe('NHS CIS2', () => {
  it('lets in whoever signed in strongly, in the role chosen there', () => {
    assert.deepEqual(judgeClaims(provider(), strong, info), {
      subject: 'nurse-1',
      name: 'Nia Example',
      authenticatedBy: 'AAL3_ANY',
      roles: [nurse],
      sid: null,
      proofAge: 10,
    });
    assert.deepEqual(judgeClaims(provider(), { ...strong, selected_roleid: '556' }, info).roles, [clerk]);
  });

  it('accepts each strong context and no other, in any spelling', () => {
    for (const acr of cis2Aal3) assert.equal(judgeClaims(provider(), { ...strong, acr }, info).authenticatedBy, acr);
    for (const acr of [
      'AAL2_ANY',
      'AAL2_OR_AAL3_ANY',
      'AAL1_USERPASS',
      'aal3_any',
      'AAL3_ANY ',
      'AAL3',
      '',
      3,
      null,
      ['AAL3_ANY'],
      { acr: 'AAL3_ANY' },
    ]) {
      denies('SIGN_IN_ASSURANCE', provider(), { ...strong, acr }, info);
    }
    denies('SIGN_IN_ASSURANCE', provider(), without(strong, 'acr'), info);
  });

  it('takes the strength from the signed token alone', () => {
    denies('SIGN_IN_ASSURANCE', provider(), without(strong, 'acr'), { ...info, acr: 'AAL3_ANY' });
    denies('SIGN_IN_ASSURANCE', provider(), without(strong, 'id_assurance_level'), {
      ...info,
      id_assurance_level: '3',
    });
  });

  for (const claim of ['id_assurance_level', 'authentication_assurance_level']) {
    it(`needs ${claim} 3, written as text or number`, () => {
      for (const level of ['3', 3]) assert.ok(judgeClaims(provider(), { ...strong, [claim]: level }, info));
      for (const level of [
        '2',
        2,
        0,
        '0',
        '',
        '03',
        '3.0',
        'three',
        '30',
        2.9,
        Number.NaN,
        null,
        true,
        ['3'],
        [3],
        { level: 3 },
      ]) {
        denies('SIGN_IN_ASSURANCE', provider(), { ...strong, [claim]: level }, info);
      }
      denies('SIGN_IN_ASSURANCE', provider(), without(strong, claim), info);
    });
  }

  it('refuses a user whose two ids are not one', () =>
    denies('SIGN_IN_FAILED', provider(), { ...strong, uid: 'somebody' }, info));

  it('refuses a token that does not say when the person proved who they are', () => {
    denies('SIGN_IN_FAILED', provider(), without(strong, 'auth_time'), info);
    denies('SIGN_IN_FAILED', provider(), { ...strong, auth_time: '990' }, info);
  });

  it('gives no role when none was chosen, or the chosen one is unknown, doubled or of another hospital', () => {
    const roles = (...list: unknown[]): Claims => ({ ...info, nhsid_nrbac_roles: list });
    denies('SIGN_IN_NO_ROLE', provider(), without(strong, 'selected_roleid'), info);
    for (const selected_roleid of ['', '557', 555, null, ['555']])
      denies('SIGN_IN_NO_ROLE', provider(), { ...strong, selected_roleid }, info);
    denies('SIGN_IN_NO_ROLE', provider(), strong, without(info, 'nhsid_nrbac_roles'));
    denies('SIGN_IN_NO_ROLE', provider(), strong, roles());
    denies('SIGN_IN_NO_ROLE', provider(), strong, roles(held, { ...held, role_code: 'S8000:G8003:R8006' }));
    denies('SIGN_IN_NO_ROLE', provider(), strong, roles({ ...held, org_code: 'RX1' }));
    denies('SIGN_IN_NO_ROLE', provider(), strong, roles({ ...held, role_code: [held.role_code, 'x', 'x'] }));
    denies('SIGN_IN_NO_ROLE', provider(), strong, { ...info, nhsid_nrbac_roles: { 0: held } });
    denies('SIGN_IN_NO_ROLE', provider(), strong, roles(null, 'x', [held]));
  });

  it('takes role and organisation from the chosen role only, never from claims of their name', () => {
    const claimed = { ...info, nhsid_nrbac_roles: [], role_code: 'S8000:G8000:R8001', org_code: 'RZ9' };
    denies('SIGN_IN_NO_ROLE', provider(), strong, claimed);
  });
});

describe('Microsoft Entra, and any other provider', () => {
  const claims = {
    sub: 'worker-1',
    iat: 1_000,
    auth_time: 1_000,
    tid: 'tenant-1',
    acrs: ['c1', 'c2'],
    name: 'Nia Example',
    roles: ['Homeward.Nurse'],
  };

  it('lets in by app role', () => {
    const { roles, authenticatedBy } = judgeClaims(entra(), claims, null);
    assert.deepEqual(roles, [nurse]);
    assert.equal(authenticatedBy, 'trust');
  });

  it('refuses another tenant, and a sign-in without the strong context', () => {
    for (const wrong of [
      { tid: 'tenant-2' },
      { tid: undefined },
      { tid: ['tenant-2'] },
      { acrs: ['c2'] },
      { acrs: 'c11' },
      { acrs: undefined },
      { acrs: { c1: true } },
    ]) {
      denies('SIGN_IN_ASSURANCE', entra(), { ...claims, ...wrong }, null);
    }
  });

  it('holds to a list of contexts where the file has one', () => {
    assert.ok(judgeClaims(entra({ acr: ['strong'] }), { ...claims, acr: 'strong' }, null));
    denies('SIGN_IN_ASSURANCE', entra({ acr: ['strong'] }), { ...claims, acr: 'weak' }, null);
  });

  it('gives no role for a claim that is missing, doubled, unknown or of another type', () => {
    for (const roles of [
      undefined,
      null,
      '',
      [],
      ['Homeward.Nobody'],
      ['homeward.nurse'],
      ['Homeward.Nurse', 'Homeward.Nurse'],
      ['Homeward.Nurse', 7],
      { role: 'Homeward.Nurse' },
      'Homeward.Nurse,Homeward.Clerk',
      1,
      true,
    ]) {
      denies('SIGN_IN_NO_ROLE', entra(), { ...claims, roles }, null);
    }
  });

  it('is not fooled by names that every object has', () => {
    const odd = entra({ roles: [{ when: { constructor: 'x', toString: 'x' }, ...nurse }] });
    denies('SIGN_IN_NO_ROLE', odd, claims, null);
    denies(
      'SIGN_IN_NO_ROLE',
      entra(),
      JSON.parse(
        '{"__proto__":{"roles":["Homeward.Nurse"]},"sub":"w","iat":1,"tid":"tenant-1","acrs":"c1","name":"N"}',
      ) as Claims,
      null,
    );
  });

  it('offers every role that fits, each once', () => {
    assert.deepEqual(judgeClaims(entra(), { ...claims, roles: ['Homeward.Clerk', 'Homeward.Nurse'] }, null).roles, [
      nurse,
      clerk,
    ]);
    const twice = entra({
      roles: [
        { when: { roles: 'Homeward.Nurse' }, ...nurse },
        { when: { tid: 'tenant-1' }, ...nurse },
      ],
    });
    assert.deepEqual(judgeClaims(twice, claims, null).roles, [nurse]);
  });

  it('needs every claim of an entry', () => {
    const both = entra({ roles: [{ when: { roles: 'Homeward.Nurse', department: 'ED' }, ...nurse }] });
    denies('SIGN_IN_NO_ROLE', both, claims, null);
    assert.ok(judgeClaims(both, { ...claims, department: 'ED' }, null));
  });

  it('refuses a person without a usable name or subject', () => {
    for (const name of [undefined, '', '  ', 7, ['Nia'], 'Nia\nExample', 'Nia\u202eelpmaxE', 'N'.repeat(201)])
      denies('SIGN_IN_FAILED', entra(), { ...claims, name }, null);
    for (const sub of [undefined, '', 7, ['w']]) denies('SIGN_IN_FAILED', entra(), { ...claims, sub }, null);
  });

  it('refuses when token and user info contradict each other', () => {
    denies('SIGN_IN_FAILED', entra(), claims, { sub: 'worker-1', roles: ['Homeward.Clerk'] });
    denies('SIGN_IN_FAILED', entra(), claims, { sub: 'worker-2' });
    assert.ok(judgeClaims(entra(), claims, { sub: 'worker-1', iat: 5, roles: ['Homeward.Nurse'] }));
  });
});

describe('the seal of the sign-in cookie', () => {
  const now = new Date('2026-09-30T06:00:00Z');
  const later = new Date(now.getTime() + 60_000);

  it('opens what it sealed, until its time is over', () => {
    const seal = sealWith('secret-one');
    const sealed = seal.seal({ state: 'abc' }, later);
    assert.deepEqual(seal.open(sealed, now), { state: 'abc' });
    assert.equal(seal.open(sealed, later), null);
    assert.ok(!Buffer.from(sealed, 'base64url').toString('latin1').includes('abc'), 'it can be read');
  });

  it('opens nothing that was altered, cut, made by another secret or made up', () => {
    const seal = sealWith('secret-one');
    const sealed = seal.seal({ state: 'abc' }, later);
    const bytes = Buffer.from(sealed, 'base64url');
    for (let place = 0; place < bytes.length; place++) {
      const altered = Buffer.from(bytes);
      altered[place] = (altered[place] ?? 0) ^ 1;
      assert.equal(seal.open(altered.toString('base64url'), now), null, `byte ${place}`);
    }
    for (const wrong of [
      null,
      '',
      'x',
      sealed.slice(0, 20),
      sealed.slice(0, -4),
      sealWith('secret-two').seal({ state: 'abc' }, later),
    ]) {
      assert.equal(seal.open(wrong, now), null);
    }
  });
});
