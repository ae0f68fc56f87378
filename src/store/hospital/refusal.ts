/**
 * A refusal is read from the trail by what its stay says of the person (`refusedSince` in care.ts). When the stay
 * says something else from now on, it is kept on the stay first: nobody may come back onto a list because the
 * hospital has corrected a number or a time (hazard H23).
 */
import { sql } from 'kysely';
import type { Trx } from '../database.ts';
import { refusedSince, sameNumbers } from './care.ts';
import type { StoredStay } from './stays.ts';

/** What of a stay a refusal is found by. */
export type FoundBy = Pick<StoredStay, 'person' | 'organisation' | 'startedAt' | 'since' | 'places'>;

/** Whether a refusal could be found by one picture of a stay and not by the next. */
export function isFoundOtherwise(before: FoundBy, now: FoundBy): boolean {
  return foundBy(before) !== foundBy(now);
}

function foundBy({ person, organisation, startedAt, since, places }: FoundBy): string {
  const times = [startedAt, since, places[0]?.from].flatMap((one) => one?.getTime() ?? []);
  return JSON.stringify([person.nhsNumber?.value ?? null, organisation, Math.min(...times)]);
}

/**
 * Keeps on stays, as they are until now, whether their persons have refused. Call it before they are rewritten.
 * @param stayIds of stays that will say something else of the person, the hospital or the start
 * @param joined stays that become part of another, which then has their refusal
 */
export async function keepRefusals(
  trx: Trx,
  stayIds: readonly string[],
  joined: readonly { readonly from: string; readonly into: string }[],
): Promise<void> {
  const all = [...stayIds, ...joined.flatMap(({ from, into }) => [from, into])];
  if (all.length === 0) return;
  await sql`
    update stay set refused_at = case when r.refused then r.at end
    from (select s.stay_id, ${refusedSince} as refused, greatest(s.refused_at, (
        with ${sameNumbers}
        select max(a.at) from audit_event a where a.number_asked = any(array(select number from same))
          and a.organisation = s.organisation and a.action = 'look-up' and a.permission = 'refused')) as at
      from stay s where s.stay_id = any(${all}::uuid[])) r
    where r.stay_id = stay.stay_id and stay.refused_at is distinct from case when r.refused then r.at end`.execute(
    trx.sql,
  );
  if (joined.length === 0) return;
  await sql`
    update stay set refused_at = f.refused_at
    from (select j."into", max(g.refused_at) as refused_at
      from json_to_recordset(${JSON.stringify(joined)}) as j ("from" uuid, "into" uuid)
      join stay g on g.stay_id = j."from" where g.refused_at is not null group by j."into") f
    where f."into" = stay.stay_id and (stay.refused_at is null or stay.refused_at < f.refused_at)`.execute(trx.sql);
}
