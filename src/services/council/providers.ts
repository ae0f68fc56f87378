/** Names of a council's care providers, by the council's own contacts and packages. */
import { providerIdOf } from '../../domain/provider-id.ts';
import type { Db } from '../../store/database.ts';
import { listKnownProviders } from '../../store/provider-accounts.ts';

/** A provider's name by its id; null where the council knows none of this id. */
export async function providerNames(db: Db, council: string): Promise<(id: string) => string | null> {
  const names = new Map<string, string>();
  for (const { cqcLocationId, localReference, name } of await listKnownProviders(db, council)) {
    const ids = [
      providerIdOf(council, { cqcLocationId, localReference }),
      providerIdOf(council, { cqcLocationId: null, localReference }),
    ];
    for (const id of ids) if (id !== null && !names.has(id)) names.set(id, name);
  }
  return (id) => names.get(id) ?? null;
}
