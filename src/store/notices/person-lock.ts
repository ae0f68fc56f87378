/**
 * Everything that changes the notices about one person goes through one lock, taken before any row of them: whoever
 * writes, sends, answers or rechecks never waits for another in a circle, and a person's notices keep their order.
 */
import { sql } from 'kysely';
import type { Trx } from '../database.ts';

const key = (person: string) => sql`hashtextextended(${`notices ${person}`}, 0)`;

/** The name of a person's lock. */
export function personOf({ council, personKey }: { readonly council: string; readonly personKey: string }): string {
  return `${council}|${personKey}`;
}

/** Waits for the person's lock and holds it until the transaction ends; never to be held while anything is sent. */
export async function holdPerson(trx: Trx, person: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(${key(person)})`.execute(trx.sql);
}

/** As {@link holdPerson}, without waiting. @returns false while somebody else holds it */
export async function tryPerson(trx: Trx, person: string): Promise<boolean> {
  const { rows } = await sql<{ held: boolean }>`select pg_try_advisory_xact_lock(${key(person)}) as held`.execute(
    trx.sql,
  );
  return rows[0]?.held === true;
}
