/** Providers and claims for tests of signing in. All fictional. */
import assert from 'node:assert/strict';
import type { Claims } from '../../src/domain/sign-in-claims.ts';
import { cis2Aal3, signInSchema } from '../../src/domain/sign-in.ts';
import type { ProviderSettings } from '../../src/domain/sign-in.ts';
import { clientId, issuer } from './fake-provider.ts';

/** Roles that the providers below can give. */
export const nurse = { role: 'emergency-nurse', organisation: 'RZ9', team: 'Emergency department' } as const;
export const clerk = { role: 'ward-clerk', organisation: 'RZ9', team: 'Ward 12' } as const;

/** A CIS2 provider as a configuration names it. */
export function provider(changes: object = {}): ProviderSettings {
  const base = {
    id: 'cis2',
    name: 'NHS Care Identity',
    kind: 'cis2',
    issuer,
    clientId,
    privateKeyEnv: 'CIS2_PRIVATE_KEY',
    privateKeyId: 'homeward-1',
    scopes: ['openid', 'profile', 'nationalrbacaccess', 'selectedrole'],
    acr: [...cis2Aal3],
    minimumIdAssurance: 3,
    minimumAuthenticationAssurance: 3,
    roles: [
      { when: { role_code: 'S8000:G8000:R8001', org_code: 'RZ9' }, ...nurse },
      { when: { role_code: 'S8000:G8003:R8006', org_code: 'RZ9' }, ...clerk },
    ],
  };
  const only = signInSchema.parse({ providers: [{ ...base, ...changes }] }).providers[0];
  assert.ok(only);
  return only;
}

/** A provider of a trust's own accounts. */
export const entra = (changes: object = {}): ProviderSettings =>
  signInSchema.parse({
    providers: [
      {
        id: 'trust',
        name: 'The trust',
        kind: 'entra',
        issuer,
        clientId,
        clientSecretEnv: 'TRUST_SECRET',
        scopes: ['openid', 'profile'],
        require: { tid: 'tenant-1', acrs: 'c1' },
        roles: [
          { when: { roles: 'Homeward.Nurse' }, ...nurse },
          { when: { roles: 'Homeward.Clerk' }, ...clerk },
        ],
        ...changes,
      },
    ],
  }).providers[0] as ProviderSettings;

/** Claims of a strong CIS2 sign-in. */
export const strong = {
  sub: 'nurse-1',
  uid: 'nurse-1',
  iat: 1_000,
  auth_time: 990,
  acr: 'AAL3_ANY',
  id_assurance_level: '3',
  authentication_assurance_level: '3',
  selected_roleid: '555',
};
export const held = { person_roleid: '555', org_code: 'RZ9', role_code: 'S8000:G8000:R8001' };
/** User info that goes with them. */
export const info = {
  sub: 'nurse-1',
  name: 'Nia Example',
  nhsid_nrbac_roles: [held, { person_roleid: '556', org_code: 'RZ9', role_code: 'S8000:G8003:R8006' }],
};

/** Claims with some left out. */
export function without(claims: Claims, ...names: string[]): Claims {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !names.includes(name)));
}
