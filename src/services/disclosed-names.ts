/** Names of the care providers in what reviewers read: reviewers know them by name, the trail by their ids. */
import type { Access } from '../store/audit.ts';
import type { ListSeen } from '../store/list-audit.ts';
import type { Trx } from '../store/database.ts';
import { namesOfOrganisations } from '../store/provider-accounts.ts';
import { providerNames } from './council/providers.ts';

/**
 * Names by id of those who looked, told, were told, read, or saw a list: by the providers' own accounts, else by the councils' records.
 * Whoever is known by neither is not in it.
 */
export async function namesIn(
  trx: Trx,
  rows: readonly (Access | ListSeen)[],
  councils: readonly string[],
): Promise<Map<string, string>> {
  const all = rows.flatMap((row) => ('to' in row ? [row.organisation, ...row.to] : [row.organisation]));
  const ids = [...new Set(all)].filter((id) => id.includes(':'));
  if (ids.length === 0) return new Map();
  const names = await namesOfOrganisations(trx, ids);
  for (const council of ids.every((id) => names.has(id)) ? [] : new Set(councils)) {
    const nameOf = await providerNames(trx, council);
    for (const id of ids) {
      const name = names.get(id) ?? nameOf(id);
      if (name !== null) names.set(id, name);
    }
  }
  return names;
}
