/**
 * Hints that may stand in a hospital's own system: told, and not taken back as far as is known. What is needed to take
 * one back is kept for as long as it may stand, whatever has become of its stay.
 */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Db, Trx } from '../database.ts';
import { stayIsOpen } from './care.ts';
import type { AskingPair } from './care.ts';
import { intentOf } from './outbound.ts';
import type { OutboundRow, StoredIntent } from './outbound.ts';

// Of a row `h`. A hint that was withdrawn after it may have arrived may stand too. What a retraction that waits or
// was given up takes back is seen to: by the queue, or by somebody.
const mayStand = sql<boolean>`h.kind = 'hint' and h.state <> 'settled' and (h.sent_at is not null or h.state in ('waiting', 'dead'))`;
const toTakeBack: RawBuilder<boolean> = sql<boolean>`${mayStand} and not exists (
  select from hl7_outbound r where r.takes_back = h.outbound_id and r.state <> 'withdrawn')`;

/** Whether hint `h` may stand at its destination for all that is known there: nothing that takes it back has arrived. */
export const mayStandThere: RawBuilder<boolean> = sql<boolean>`(h.kind = 'hint' and h.state <> 'settled'
  and h.sent_at is not null and not exists (
    select from hl7_outbound r where r.takes_back = h.outbound_id and r.state in ('acknowledged', 'settled')))`;

/** Hints of a stay that nothing takes back yet, in the order in which they were queued. */
export async function standingHints(trx: Trx, destination: string, stayId: string): Promise<StoredIntent[]> {
  const { rows } = await sql<OutboundRow>`
    select * from hl7_outbound h where h.destination = ${destination} and h.stay_id = ${stayId} and ${toTakeBack}
    order by h.outbound_id`.execute(trx.sql);
  return rows.map(intentOf);
}

/** Whether a stay has a hint that nothing takes back yet. */
export async function standsAnywhere(trx: Trx, destinations: readonly string[], stayId: string): Promise<boolean> {
  const { rows } = await sql`
    select from hl7_outbound h where h.stay_id = ${stayId} and h.destination = any(${[...destinations]}::text[])
    and ${toTakeBack} limit 1`.execute(trx.sql);
  return rows.length > 0;
}

/**
 * Stays with a hint that nothing takes back yet, and that nothing wants: their patients have left, or no care is
 * known to be on record under an agreement that has hints. Of stays that are no more, too.
 */
export async function staysWithUnwantedHints(
  db: Db,
  destinations: readonly string[],
  pairs: readonly AskingPair[],
  without: readonly string[],
  limit: number,
): Promise<string[]> {
  const councils = pairs.map(({ council }) => council);
  const hospitals = pairs.map(({ hospital }) => hospital);
  const { rows } = await sql<{ stay_id: string }>`
    select distinct h.stay_id from hl7_outbound h
    where h.destination = any(${[...destinations]}::text[]) and ${toTakeBack} and h.stay_id <> all(${[...without]}::uuid[])
      and not exists (select from stay s join stay_care c on c.stay_id = s.stay_id
        join unnest(${councils}::text[], ${hospitals}::text[]) p(council, hospital)
          on p.council = c.council and p.hospital = s.organisation
        where s.stay_id = h.stay_id and ${stayIsOpen} and c.result = 'yes')
    order by h.stay_id limit ${limit}`.execute(db.sql);
  return rows.map((row) => row.stay_id);
}

const stuck = 'SEAL_BROKEN';

/** Notes that a hint could not be taken back, for want of its key: somebody must see to it. */
export async function markStuck(trx: Trx, id: string): Promise<void> {
  await sql`update hl7_outbound set last_fault = ${stuck} where outbound_id = ${id} and state <> 'waiting'`.execute(
    trx.sql,
  );
}

/** Notes that a hint need not be taken back after all. */
export async function markUnstuck(trx: Trx, id: string): Promise<void> {
  await sql`update hl7_outbound set last_fault = null where outbound_id = ${id} and last_fault = ${stuck}`.execute(
    trx.sql,
  );
}

/** Of hint `h`: that it could not be taken back when that was tried last. */
export const isStuck: RawBuilder<boolean> = sql<boolean>`(${toTakeBack} and h.last_fault = ${stuck} and h.state <> 'waiting')`;
