/**
 * What a provider says of a person, judged: is the sign-in strong enough, who is it, and which
 * roles does that give. Deny by default; a claim that is missing, doubled or of another type than
 * agreed denies, as a guess would let somebody in.
 */
import { HomewardError } from './error.ts';
import type { ProviderSettings, RoleMapping } from './sign-in.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** A person whom the provider vouched for, with every role that is theirs to choose. */
export interface Vouched {
  readonly subject: string;
  readonly name: string;
  readonly authenticatedBy: string;
  /** At least one, no two alike. */
  readonly roles: readonly Omit<RoleMapping, 'when'>[];
  /** The provider's name for the sitting. */
  readonly sid: string | null;
  /** How long before the token the person proved who they are, in seconds; null when not said. */
  readonly proofAge: number | null;
}

/**
 * Judges a sign-in.
 * @param idToken claims of the ID token, its signature, issuer, audience, nonce and times checked
 * @param userInfo claims of the user-info endpoint for the same subject; null when not asked
 * @throws HomewardError SIGN_IN_ASSURANCE, SIGN_IN_NO_ROLE, or SIGN_IN_FAILED for claims that make no sense
 */
export function judgeClaims(provider: ProviderSettings, idToken: Claims, userInfo: Claims | null): Vouched {
  const subject = text(idToken, 'sub');
  // How strong the sign-in was is read from the signed token alone.
  const authenticatedBy = requireStrength(provider, idToken, subject);
  const all = join(idToken, userInfo ?? {});
  for (const [claim, value] of Object.entries(('require' in provider && provider.require) || {})) {
    if (!holds(all, claim, value))
      throw new HomewardError('SIGN_IN_ASSURANCE', `The claim ${claim} is not as this service needs it.`);
  }
  const roles = distinct(rolesOf(provider, all));
  if (roles.length === 0)
    throw new HomewardError('SIGN_IN_NO_ROLE', 'Ask whoever manages access at your organisation.');
  return {
    subject,
    name: personName(all, provider.nameClaim),
    authenticatedBy,
    roles,
    sid: 'sid' in idToken ? text(idToken, 'sid') : null,
    proofAge: proofAge(provider, idToken),
  };
}

function requireStrength(provider: ProviderSettings, idToken: Claims, subject: string): string {
  if (provider.kind === 'demo') return 'demo';
  if (provider.acr) {
    const acr = own(idToken, 'acr');
    if (typeof acr !== 'string' || !(provider.acr as readonly string[]).includes(acr))
      throw tooWeak('authentication context');
  }
  if (provider.kind !== 'cis2') return provider.id;
  if (!(level(idToken, 'id_assurance_level') >= provider.minimumIdAssurance)) throw tooWeak('identity assurance');
  if (!(level(idToken, 'authentication_assurance_level') >= provider.minimumAuthenticationAssurance))
    throw tooWeak('authentication assurance');
  // Source: trust rule R1; CIS2 gives the user's id twice, and the two must be one person.
  if ('uid' in idToken && own(idToken, 'uid') !== subject) throw senseless('uid');
  return text(idToken, 'acr');
}

// CIS2 writes levels as text ("3"); a number is as good, anything else is no level at all.
function level(claims: Claims, claim: string): number {
  const value = own(claims, claim);
  if (typeof value === 'number') return Number.isInteger(value) ? value : Number.NaN;
  return typeof value === 'string' && /^[0-9]$/.test(value) ? Number(value) : Number.NaN;
}

// Claims of the protocol itself differ between token and user info by right; facts must not.
const protocol = new Set([
  'iss',
  'aud',
  'exp',
  'iat',
  'nbf',
  'jti',
  'azp',
  'nonce',
  'at_hash',
  'c_hash',
  's_hash',
  'auth_time',
  'acr',
  'amr',
  'sid',
]);

function join(idToken: Claims, userInfo: Claims): Claims {
  const all: Record<string, unknown> = Object.assign(Object.create(null), idToken);
  for (const [claim, value] of Object.entries(userInfo)) {
    if (protocol.has(claim)) continue;
    if (claim in all && JSON.stringify(all[claim]) !== JSON.stringify(value)) throw senseless(claim);
    all[claim] = value;
  }
  return all;
}

function rolesOf(provider: ProviderSettings, all: Claims): RoleMapping[] {
  const claims = provider.kind === 'cis2' ? withSelectedRole(all) : all;
  return provider.roles.filter(({ when }) =>
    Object.entries(when).every(([claim, value]) => holds(claims, claim, value)),
  );
}

/**
 * CIS2's role is the one chosen at sign-in: `selected_roleid` names it, `nhsid_nrbac_roles` says
 * what it is. Source: NHS England, CIS2 Authentication, "Role selection".
 */
function withSelectedRole(all: Claims): Claims {
  const claims: Record<string, unknown> = { ...all };
  delete claims['role_code'];
  delete claims['org_code'];
  const selected = own(all, 'selected_roleid');
  const held = own(all, 'nhsid_nrbac_roles');
  if (typeof selected !== 'string' || selected === '' || !Array.isArray(held)) return claims;
  const chosen = (held as unknown[]).filter(
    (one): one is Claims => isClaims(one) && own(one, 'person_roleid') === selected,
  );
  const [role] = chosen;
  if (chosen.length !== 1 || !role) return claims;
  return { ...claims, role_code: own(role, 'role_code'), org_code: own(role, 'org_code') };
}

function holds(claims: Claims, claim: string, value: string): boolean {
  const given = own(claims, claim);
  if (typeof given === 'string') return given === value;
  if (!Array.isArray(given) || !given.every((one) => typeof one === 'string')) return false;
  return new Set(given).size === given.length && given.includes(value);
}

function distinct(mappings: readonly RoleMapping[]): Omit<RoleMapping, 'when'>[] {
  const seen = new Map<string, Omit<RoleMapping, 'when'>>();
  for (const { role, organisation, team } of mappings) {
    const key = JSON.stringify([role, organisation, team]);
    if (!seen.has(key)) seen.set(key, { role, organisation, team });
  }
  return [...seen.values()];
}

function proofAge(provider: ProviderSettings, idToken: Claims): number | null {
  const proved = own(idToken, 'auth_time');
  const issued = own(idToken, 'iat');
  if (proved === undefined && provider.kind !== 'cis2') return null;
  if (typeof proved !== 'number' || typeof issued !== 'number') throw senseless('auth_time');
  return Math.max(0, issued - proved);
}

function personName(claims: Claims, claim: string): string {
  const name = text(claims, claim).trim();
  // The name stands in the header and in the audit trail: no line breaks, no reversed writing.
  if (name.length > 200 || /[\p{Cc}\p{Cf}]/u.test(name)) throw senseless(claim);
  return name;
}

function text(claims: Claims, claim: string): string {
  const value = own(claims, claim);
  if (typeof value !== 'string' || value.trim() === '') throw senseless(claim);
  return value;
}

function own(claims: Claims, claim: string): unknown {
  return Object.hasOwn(claims, claim) ? claims[claim] : undefined;
}

function isClaims(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function senseless(claim: string): HomewardError {
  return new HomewardError('SIGN_IN_FAILED', `The claim ${claim} is missing or not as it should be.`);
}

function tooWeak(what: string): HomewardError {
  return new HomewardError('SIGN_IN_ASSURANCE', `The ${what} is too low.`);
}
