/** Registers the demo's care provider, as an invitation and its manager would have, and how its council is told. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../domain/clock.ts';
import type { ProviderRole } from '../domain/provider-account.ts';
import type { Database } from '../store/database.ts';
import { keepWay, waysOfRecipient } from '../store/notices/ways.ts';
import { holdOrganisation, listMembers, putMember, putOrganisation, putPerson } from '../store/provider-accounts.ts';
import { insertRotaEntry } from '../store/provider-contacts.ts';

interface ToRegister {
  readonly organisation: string;
  readonly name: string;
  readonly people: readonly { readonly email: string; readonly name: string; readonly role: ProviderRole }[];
  readonly office: string;
  readonly onCall: { readonly name: string; readonly phone: string; readonly email: string; readonly hours: string };
  readonly council: { readonly organisation: string; readonly office: string };
}

/** Registers it once; what somebody changed in the demo since stays as they made it. */
export async function registerDemoProvider(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  { organisation, name, people, office, onCall, council }: ToRegister,
): Promise<void> {
  const now = clock.now();
  await db.transaction(async (trx) => {
    await holdOrganisation(trx, organisation);
    if ((await listMembers(trx, organisation)).length > 0) return;
    await putOrganisation(trx, organisation, name, now);
    for (const one of people) {
      const person = await putPerson(trx, randomUUID(), one.email, one.name, now);
      await putMember(trx, { organisation, person, role: one.role, active: true }, now);
    }
    for (const one of [{ organisation, office }, council]) {
      if ((await waysOfRecipient(trx, one.organisation)).length > 0) continue;
      await keepWay(
        trx,
        one.organisation,
        { channel: 'email', to: one.office, use: 'office', hours: null },
        'demo',
        now,
      );
    }
    await insertRotaEntry(trx, organisation, { id: randomUUID(), ...onCall });
  });
}
