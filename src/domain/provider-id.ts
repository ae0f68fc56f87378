/**
 * The id of a care provider: of a place that delivers care, never of a name or a likeness (hazard H14). Recipient of
 * notices, organisation of provider users, key of their accounts, contacts and client lists.
 */

/** By what a council's extract names a provider. */
export interface ProviderNames {
  readonly cqcLocationId: string | null;
  readonly localReference: string | null;
}

/** What an id stands for. */
export type ProviderPlace =
  | { readonly kind: 'cqc'; readonly location: string }
  | { readonly kind: 'local'; readonly council: string; readonly reference: string };

/** The id: CQC's location wherever it is known, else the council's own reference. @returns null when neither is there */
export function providerIdOf(council: string, { cqcLocationId, localReference }: ProviderNames): string | null {
  const location = cqcLocationId?.trim() ?? '';
  if (location !== '') return `cqc:${location}`;
  const reference = localReference?.trim() ?? '';
  return reference !== '' && council !== '' && !council.includes(':') ? `local:${council}:${reference}` : null;
}

/**
 * The provider of a package: the one that the answer's contact card is about. Where the package names one place and
 * the contact found by the council's reference names another, nobody can say which it is, and nobody is told.
 * @param contact of the council's contacts file; null when it has none
 */
export function providerIdOfPackage(
  council: string,
  named: ProviderNames,
  contact: ProviderNames | null,
): string | null {
  const own = providerIdOf(council, named);
  if (!contact) return own;
  const card = providerIdOf(council, { ...contact, localReference: contact.localReference ?? named.localReference });
  if (named.cqcLocationId && contact.cqcLocationId && named.cqcLocationId !== contact.cqcLocationId) return null;
  return own?.startsWith('cqc:') ? own : (card ?? own);
}

/** Reads an id; null when it is none. */
export function parseProviderId(text: string): ProviderPlace | null {
  const cqc = /^cqc:(\S(?:.*\S)?)$/.exec(text);
  if (cqc?.[1]) return { kind: 'cqc', location: cqc[1] };
  const local = /^local:([^:]+):(\S(?:.*\S)?)$/.exec(text);
  return local?.[1] && local[2] ? { kind: 'local', council: local[1], reference: local[2] } : null;
}
