/** The demo's personas with the role that the sign-in will give each: worked out by the same judge. */
import { roleNames } from '../domain/caller.ts';
import { judgeClaims } from '../domain/sign-in-claims.ts';
import type { WebSite } from './deps.ts';

export interface ShownPersona {
  readonly id: string;
  readonly name: string;
  readonly about: string;
  /** `Emergency nurse`; several are joined by "or". */
  readonly role: string;
  readonly organisation: string;
}

/** The personas of a site; none outside a demo. @throws HomewardError SIGN_IN_NO_ROLE for one whom the file gives no role */
export function shownPersonas({ personas, providers, councils, hospitals }: WebSite): ShownPersona[] {
  const demo = providers.find(({ kind }) => kind === 'demo');
  if (!demo) return [];
  return personas.map(({ id, name, about, claims }) => {
    const { roles } = judgeClaims(demo, { ...claims, sub: id, name }, null);
    const organisation =
      [...councils, ...hospitals].find((one) => one.id === roles[0]?.organisation)?.name ?? roles[0]?.team ?? '';
    return { id, name, about, role: roles.map(({ role }) => roleNames[role]).join(' or '), organisation };
  });
}
