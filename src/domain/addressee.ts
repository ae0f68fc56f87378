/** Who may be told: the providers of packages that are active at this moment, and nobody by name or likeness (hazard H14). */
import type { Agreement } from './agreement.ts';
import { londonDate } from './dates.ts';
import { sharePackages } from './policy.ts';
import type { CarePackage, PersonRecord } from './record.ts';
import { compareText } from './stay-event.ts';

/**
 * The providers of a person's active packages, each once: those that the agreement lets be shown, begun and not ended.
 * @param idOf the provider's id; null when the package names none, so that nobody can be told of it
 */
export function providersToTell(
  agreement: Agreement,
  person: PersonRecord,
  idOf: (one: CarePackage) => string | null,
  now: Date,
): string[] {
  const today = londonDate(now);
  const active = sharePackages(agreement, person, now).open.filter(({ start }) => start <= today);
  const ids = active.map(idOf).filter((id): id is string => id !== null && id !== '');
  return [...new Set(ids)].sort(compareText);
}
