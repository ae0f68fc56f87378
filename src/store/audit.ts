/** The audit trail: written in the transaction of what it records, read by those who review it. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { AuditAction } from '../domain/audit-action.ts';
import type { Caller } from '../domain/caller.ts';
import type { PartStates } from '../domain/record.ts';
import { keyOf, peopleShown } from './audit-people.ts';
import type { PersonShown } from './audit-people.ts';
import type { Db, Trx } from './database.ts';

/** What is recorded beside who and when. Identifiers only: what was shown is named, never copied. */
export interface AuditEntry {
  readonly action: AuditAction;
  readonly outcome: string;
  readonly council?: string | null;
  readonly personKey?: string | null;
  readonly numberAsked?: string | null;
  readonly numberCurrent?: string | null;
  readonly reason?: string | null;
  readonly permission?: string | null;
  readonly cannotAskReason?: string | null;
  readonly relationship?: string | null;
  readonly rule?: string | null;
  readonly agreement?: { id: string; version: number } | null;
  readonly sharedFields?: readonly string[] | null;
  readonly sources?: PartStates | null;
  readonly answerId?: string | null;
  readonly detail?: object | null;
  /** Of whom something was shown or told, where it is not a look-up of one person: the row is found by them. */
  readonly people?: readonly PersonShown[];
}

/** A row of the trail as the table has it. */
export type AuditRow = ReturnType<typeof auditRow>;

/** Puts a row together: who and when beside what. */
export function auditRow(id: string, at: Date, caller: Caller, entry: AuditEntry) {
  return {
    audit_id: id,
    at,
    action: entry.action,
    user_id: caller.userId,
    user_name: caller.name,
    role: caller.role,
    organisation: caller.organisation,
    team: caller.team,
    authenticated_by: caller.authenticatedBy,
    session: caller.session,
    council: entry.council ?? null,
    person_key: entry.personKey ?? null,
    number_asked: entry.numberAsked ?? null,
    number_current: entry.numberCurrent ?? null,
    reason: entry.reason ?? null,
    permission: entry.permission ?? null,
    cannot_ask_reason: entry.cannotAskReason ?? null,
    relationship: entry.relationship ?? null,
    outcome: entry.outcome,
    rule: entry.rule ?? null,
    agreement: entry.agreement?.id ?? null,
    agreement_version: entry.agreement?.version ?? null,
    shared_fields: entry.sharedFields ? [...entry.sharedFields] : null,
    sources: entry.sources ?? null,
    answer_id: entry.answerId ?? null,
    detail: detailOf(entry),
  };
}

function detailOf({ detail, people = [] }: AuditEntry): object | null {
  return people.length === 0 ? (detail ?? null) : { ...detail, people: peopleShown(people) };
}

/** Adds one row. What it records may be shown only after the transaction has committed. @returns the row's id */
export async function writeAudit(trx: Trx, at: Date, caller: Caller, entry: AuditEntry): Promise<string> {
  const row = auditRow(randomUUID(), at, caller, entry);
  const json = (value: object | null): string | null => (value ? JSON.stringify(value) : null);
  await trx.sql
    .insertInto('audit_event')
    .values({ ...row, sources: json(row.sources), detail: json(row.detail) })
    .execute();
  return row.audit_id;
}

/** One access to a person, as reviewers see it. */
export interface Access {
  readonly id: string;
  readonly at: Date;
  readonly action: string;
  readonly userName: string;
  readonly role: string;
  readonly organisation: string;
  readonly team: string;
  readonly reason: string | null;
  readonly permission: string | null;
  readonly cannotAskReason: string | null;
  readonly relationship: string | null;
  readonly outcome: string;
  readonly rule: string | null;
  readonly sharedFields: readonly string[] | null;
  /** The hospital's own feed had nobody of this number there, nor within a day of it: the reason stands alone. */
  readonly unexplained: boolean;
  /** To whom something was told, by their ids, where the row is of a telling. */
  readonly to: readonly string[];
}

// What somebody did by way of the hospital's own list is an access as a look-up is.
const accessActions = [
  'look-up', 'view-answer-again', 'print-card', 'arrival-question', 'take-from-board', 'close-stay', 'reopen-stay',
] as const; // prettier-ignore

/** Limits a list of accesses to one organisation's people who looked, or to one council's records. */
export type AccessScope =
  | { readonly organisation: string }
  | {
      readonly council: string;
      /** Where the council is told of its people's arrivals. */
      readonly arrivalsAt: readonly string[];
      /** Hospitals that tell the council what they tell its people's providers. */
      readonly toldBy: readonly string[];
    };

// An arrival's question is an access where it read the record, and once while its answer stays the same.
const isAccess = sql`(a.action <> 'arrival-question' or (a.sources is not null and not coalesce(a.detail ? 'again', false)))`;

/**
 * Whether look-up `a` is one of somebody whom the hospital's own feed did not have there, and who has not come
 * within a day after it either: what was written then is mended by what is known since. Said only of look-ups since
 * a moment from which on every stay is kept: the stay that explained an older one may be forgotten.
 */
const isUnexplained = (since: Date): RawBuilder<boolean> => sql<boolean>`(coalesce(a.detail ? 'unexplained', false)
  and a.at > ${since} and not exists (
  select from stay s where s.nhs_number in (a.number_asked, a.number_current)
    and s.status not in ('expected', 'cancelled', 'deleted')
    and coalesce(s.started_at, s.since) between a.at and a.at + interval '24 hours'
    and s.places @> jsonb_build_array(jsonb_build_object('organisation', a.organisation))))`;

/** A person, by every key and number that they have ever had. */
export interface AccessSubject {
  readonly numbers: readonly string[];
  readonly persons: readonly { readonly council: string; readonly personKey: string }[];
}

/** By what a person is named in rows that were shown of them or told: a number alone is none of a council's. */
export function namesOf(scope: AccessScope, { numbers, persons }: AccessSubject): string[] {
  return [...persons.map(keyOf), ...('council' in scope ? [] : numbers)];
}

/** Conditions by which rows `a` of the trail are about a person, each with an index of its own. */
export function matchesOf(scope: AccessScope, { numbers, persons }: AccessSubject): RawBuilder<unknown>[] {
  const byPerson = persons.map(
    (person) => sql`(a.council = ${person.council} and a.person_key = ${person.personKey}::bigint)`,
  );
  // A number alone is none of a council's: whoever has it may not be one of its people.
  if ('council' in scope) return byPerson;
  return [
    ...byPerson,
    sql`a.number_asked = any(${[...numbers]}::text[])`,
    sql`a.number_current = any(${[...numbers]}::text[])`,
  ];
}

/**
 * Accesses to a person, newest first.
 * @param keptSince from when on every stay is kept, so that a look-up without one can be told
 */
export async function listAccesses(
  db: Db,
  scope: AccessScope,
  subject: AccessSubject,
  { limit, keptSince }: { readonly limit: number; readonly keptSince: Date },
): Promise<Access[]> {
  const matches = matchesOf(scope, subject);
  if (matches.length === 0) return [];
  // A council sees look-ups for which its record was read. Who was refused, was a child or is not one
  // of its people was not asked of it: the list must not tell it of their hospital visits. An arrival is no
  // look-up by anybody: it, and what is done by way of the list that it leads to, is seen only where the
  // agreement tells the council of its people in hospital.
  const within =
    'organisation' in scope
      ? sql`a.organisation = ${scope.organisation}`
      : sql`a.council = ${scope.council} and (a.sources is not null or a.action <> 'look-up')
          and (a.action in ('look-up', 'view-answer-again', 'print-card')
            or (a.organisation = any(${[...scope.arrivalsAt]}::text[])
              and (a.action <> 'arrival-question' or a.outcome = 'care-on-record')))`;
  // One branch a key, so that each finds its own index however long the trail grows.
  const branches = matches.map(
    (
      match,
    ) => sql`(select a.*, ${isUnexplained(keptSince)} as unexplained from audit_event a where ${match} and ${within}
      and a.action = any(${[...accessActions]}::text[]) and ${isAccess} order by a.at desc limit ${limit})`,
  );
  const { rows } = await sql<AccessRow>`
    select distinct on (at, audit_id) * from (${sql.join(branches, sql` union `)}) a order by at desc, audit_id limit ${limit}`.execute(
    db.sql,
  );
  return rows.map(toAccess);
}

/**
 * An organisation's look-ups since a moment of people whom its own feed did not have there, newest first,
 * each with the number asked for, and how many there are.
 */
export async function listUnexplained(
  db: Db,
  organisation: string,
  since: Date,
  page: { limit: number; offset: number },
): Promise<{ accesses: (Access & { number: string | null })[]; all: number }> {
  const which = sql`a.organisation = ${organisation} and a.at > ${since} and a.action = 'look-up' and ${isUnexplained(since)}`;
  const { rows } = await sql<AccessRow & { number_asked: string | null }>`
    select a.*, true as unexplained from audit_event a where ${which} order by a.at desc, a.audit_id
    limit ${page.limit} offset ${page.offset}`.execute(db.sql);
  const { rows: counted } = await sql<{ all: string }>`
    select count(*) as all from audit_event a where ${which}`.execute(db.sql);
  return {
    accesses: rows.map((row) => ({ ...toAccess(row), number: row.number_asked })),
    all: Number(counted[0]?.all),
  };
}

/** A row of the trail as it is read for reviewers. */
export interface AccessRow {
  audit_id: string;
  at: Date;
  action: string;
  user_name: string;
  role: string;
  organisation: string;
  team: string;
  reason: string | null;
  permission: string | null;
  cannot_ask_reason: string | null;
  relationship: string | null;
  outcome: string;
  rule: string | null;
  shared_fields: string[] | null;
  unexplained?: boolean;
  detail: TellingDetail | null;
}

// Beside what is said here a row's detail holds other things.
interface TellingDetail {
  told?: { to?: string }[];
  plan?: { to?: string; how?: string }[];
  provider?: string;
  recipient?: string;
}

/** A row as reviewers see it. */
export function toAccess(row: AccessRow): Access {
  return {
    id: row.audit_id,
    at: row.at,
    action: row.action,
    userName: row.user_name,
    role: row.role,
    organisation: row.organisation,
    team: row.team,
    reason: row.reason,
    permission: row.permission,
    cannotAskReason: row.cannot_ask_reason,
    relationship: row.relationship,
    outcome: row.outcome,
    rule: row.rule,
    sharedFields: row.shared_fields,
    unexplained: row.unexplained ?? false,
    to: toldIn(row.detail ?? {}),
  };
}

function toldIn({ told = [], plan = [], provider, recipient }: TellingDetail): string[] {
  // What was withdrawn before anybody had it was told to nobody.
  const undone = plan.filter(({ how }) => how !== 'withdraw');
  const all = [...[...told, ...undone].map(({ to }) => to), provider, recipient];
  return [...new Set(all.filter((one) => one !== undefined))];
}
