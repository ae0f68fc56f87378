/** At which extracts the facts of all councils together stand, and under which numbers a person is looked for in each. */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { NhsNumber } from '../../domain/nhs-number.ts';
import type { Db } from '../database.ts';
import { sameNumbers } from '../hospital/care.ts';

/** Every number that any council says is the same as this one, itself first. */
export async function numbersAlike(db: Db, number: NhsNumber): Promise<NhsNumber[]> {
  const { rows } = await sql<{ number: NhsNumber }>`
    select distinct k.number from (select ${number}::text as nhs_number) s
    cross join lateral (with ${sameNumbers} select number from same) k order by k.number`.execute(db.sql);
  return [number, ...rows.map((row) => row.number).filter((one) => one !== number)];
}

/** The sum of the newest bundles of some councils: whatever lands, it grows. */
export async function standAtBundles(db: Db, councils: readonly string[]): Promise<string> {
  const { rows } = await sql<{ bundle: string }>`select ${newestOf(councils)}::text as bundle`.execute(db.sql);
  return rows[0]?.bundle ?? '0';
}

/** As {@link standAtBundles}, within a statement. */
export function newestOf(councils: readonly string[]): RawBuilder<string> {
  return sql<string>`(select coalesce(sum((select max(b.bundle_id) from bundle_part b where b.council = c and b.applied)), 0)
    from unnest(${[...councils]}::text[]) c)`;
}
