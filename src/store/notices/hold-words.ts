/** The interlock's words on providers' tasks of holds: kept with what they were asked by, and read while that is so. */
import { sql } from 'kysely';
import type { Db, Trx } from '../database.ts';
import { sameNumbers } from '../hospital/care.ts';
import { newestOf } from './stands.ts';

export type Word = 'tell' | 'wait' | 'refuse';

/** The word on a task that nobody has released, and on one that somebody has. */
export interface Words {
  readonly held: Word;
  readonly released: Word;
}

/** Of which hold a provider's tasks are, and of whom. */
export interface WordOf {
  readonly stayId: string;
  readonly council: string;
  readonly provider: string;
  readonly hospital: string;
  readonly personKey: string;
  readonly nhsNumber: string;
  /** The last that the provider was told. */
  readonly notice: string;
  /** Null where no stay is known. */
  readonly stayVersion: number | null;
}

/** By what else words are asked: other terms or councils make every word be asked anew. */
export interface AskedBy {
  readonly terms: string;
  readonly councils: readonly string[];
}

/** A word to keep, and until when it holds while nothing else changes. */
export interface KeptWord extends WordOf, Words {
  readonly stands: string;
  readonly until: Date;
}

/**
 * A person's answer is written under the person's lock, at the hour that it bears; a list takes no lock, and may be read
 * while the answer is on its way. Whatever is newer than this before a word is taken for newer than the word.
 */
const onTheWay = 2 * 60_000;

/** How a word's hold is named. */
export function wordKey({ stayId, council, provider }: Pick<WordOf, 'stayId' | 'council' | 'provider'>): string {
  return [stayId, council, provider].join('|');
}

/**
 * Words that are still the newest there can be: no extract of any council, no change of the stay, no answer of the
 * person's and no refusal, and nobody's death since. @returns by {@link wordKey}
 */
export async function freshWords(
  db: Db,
  of: readonly WordOf[],
  { terms, councils }: AskedBy,
  now: Date,
): Promise<Map<string, Words>> {
  if (of.length === 0) return new Map();
  const list = <T>(value: (one: WordOf) => T): T[] => of.map(value);
  const { rows } = await sql<Pick<WordOf, 'stayId' | 'council' | 'provider'> & Words>`
    with here as materialized (select ${newestOf(councils)}::text as stands)
    select w.stay_id as "stayId", w.council, w.provider, w.held, w.released
    from unnest(${list((one) => one.stayId)}::uuid[], ${list((one) => one.council)}::text[],
      ${list((one) => one.provider)}::text[], ${list((one) => one.hospital)}::text[],
      ${list((one) => one.personKey)}::bigint[], ${list((one) => one.nhsNumber)}::text[],
      ${list((one) => one.notice)}::uuid[], ${list((one) => one.stayVersion)}::int[])
      s(stay_id, council, provider, organisation, person_key, nhs_number, notice_id, stay_version)
    join hold_word w on w.stay_id = s.stay_id and w.council = s.council and w.provider = s.provider
      and w.notice_id = s.notice_id and w.stay_version is not distinct from s.stay_version
      and w.terms = ${terms} and w.check_at > ${now} and w.stands = (select stands from here)
    cross join lateral (select w.checked_at - ${onTheWay} * interval '1 millisecond' as since) b
    cross join lateral (with ${sameNumbers} select array(select number from same) as numbers) k
    where not exists (select from audit_event a where a.number_asked = any(k.numbers) and a.organisation = s.organisation
        and a.action = 'look-up' and a.permission = 'refused' and a.at >= b.since)
      and not exists (select from permission_to_tell p
        where p.hospital = s.organisation and p.nhs_number = any(k.numbers) and p.at >= b.since)
      and not exists (select from permission_to_tell p
        where p.hospital = s.organisation and p.council = s.council and p.person_key = s.person_key and p.at >= b.since)
      and not exists (select from stay y where (y.died or y.status = 'died')
        and (y.stay_id = s.stay_id or y.nhs_number = any(k.numbers)))`.execute(db.sql);
  return new Map(rows.map((row) => [wordKey(row), { held: row.held, released: row.released }]));
}

/** Keeps words that have just been asked. @param now before anything was read of which they were made */
export async function keepWords(trx: Trx, words: readonly KeptWord[], { terms }: AskedBy, now: Date): Promise<void> {
  // Always in the same order: two lists that keep the same words would wait for each other.
  const sorted = words.toSorted((a, b) => (wordKey(a) < wordKey(b) ? -1 : 1));
  if (sorted.length === 0) return;
  await trx.sql
    .insertInto('hold_word')
    .values(
      sorted.map(({ stayId, council, provider, notice, stayVersion, stands, until, held, released }) => ({
        stay_id: stayId,
        council,
        provider,
        notice_id: notice,
        stay_version: stayVersion,
        terms,
        stands,
        checked_at: now,
        check_at: until,
        held,
        released,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['stay_id', 'council', 'provider']).doUpdateSet(({ ref }) => ({
        notice_id: ref('excluded.notice_id'),
        stay_version: ref('excluded.stay_version'),
        terms: ref('excluded.terms'),
        stands: ref('excluded.stands'),
        checked_at: ref('excluded.checked_at'),
        check_at: ref('excluded.check_at'),
        held: ref('excluded.held'),
        released: ref('excluded.released'),
      })),
    )
    .execute();
}

/** Stays of these councils with open tasks of which a word was asked by what is so no more. */
export async function staysToWord(
  db: Db,
  { terms, councils }: AskedBy,
  now: Date,
  without: readonly string[],
  limit: number,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with here as materialized (select ${newestOf(councils)}::text as stands)
    select distinct w.stay_id as id from hold_word w join hold_look l on l.stay_id = w.stay_id
    where l.open and w.council = any(${[...councils]}::text[]) and (w.terms <> ${terms} or w.check_at <= ${now} or w.stands <> (select stands from here))
      and w.stay_id <> all(${[...without]}::uuid[])
    order by 1 limit ${limit}`.execute(db.sql);
  return rows.map(({ id }) => id);
}

/** Forgets the words on a stay's tasks: they are about to be asked anew, and who has no task any more needs none. */
export async function dropWords(trx: Trx, stayId: string): Promise<void> {
  await trx.sql.deleteFrom('hold_word').where('stay_id', '=', stayId).execute();
}
