/**
 * One person's record, read in statements of its own (one; up to three where anything about it is
 * unusual): never together with another person's, so that no mistake in a query can mix two people.
 */
import { sql } from 'kysely';
import type { NhsNumber } from '../domain/nhs-number.ts';
import { providerIdOfPackage } from '../domain/provider-id.ts';
import type { ProviderNames } from '../domain/provider-id.ts';
import type { CarePackage, NumberResolution, PartStates, PersonRecord } from '../domain/record.ts';
import type { Whereabouts } from '../domain/stay-relationship.ts';
import { CouncilFactsReader, partsJson, providerJoins, standsAt, toPartStates } from './council-facts.ts';
import type { CouncilFacts, PartJson, Provider, ProviderKey } from './council-facts.ts';
import type { Database, Db } from './database.ts';
import { readPlain } from './plain-record.ts';
import type { PlainRecord } from './plain-record.ts';
import { reading } from './statement.ts';
import type { Asks } from './statement.ts';
import { readMismatches } from './use.ts';
import type { Mismatches } from './use.ts';
import { staysOf, toWhereabouts } from './whereabouts.ts';
import type { StayJson } from './whereabouts.ts';

interface RecordRow {
  bundle: string | null;
  current: string | null;
  conflict: boolean;
  persons: number;
  parts: PartJson[] | null;
  stays: StayJson[] | null;
  person: PersonJson | null;
}

interface PersonJson {
  person_key: string;
  council_id: string | null;
  family: string | null;
  given: string | null;
  birth_date: string | null;
  death_date: string | null;
  gender: string | null;
  under_review: boolean | null;
  unread: number;
  restrictions: { from: string; until: string | null }[] | null;
  referrals: number;
  open: number;
  packages: PackageJson[] | null;
}

interface PackageJson extends Provider, ProviderKey {
  reference: string;
  component: string;
  label: string | null;
  shown: boolean | null;
  full_cost: boolean;
  start_date: string;
  end_date: string | null;
  left_out_since: string | null;
  cqc_location_name: string | null;
}

/** How many changes of number are followed before it is taken for a circle. */
const longestChain = 8;

// The care part says whose number it is. What other parts say counts only where care says nothing.
const numberFromCare = `select 1 from person_identifier c where c.council = $1 and c.person_key = n.person_key
  and c.kind = 'nhs-number' and c.part = 'care' and c.until_bundle is null`;

/**
 * The person's facts. A referral or restriction counts for whomever its part names by one of the
 * person's numbers, whichever part landed first. Where the number on a referral and the council id
 * beside it mean two people, it stands for both, as "not known" (hazard H12).
 */
const personJson = `json_build_object(
  'person_key', h.person_key::text,
  'council_id', (select value from person_identifier where council = $1 and person_key = h.person_key and kind = 'council-id' and until_bundle is null),
  'family', d.family, 'given', d.given, 'birth_date', d.birth_date, 'death_date', d.death_date, 'gender', d.gender,
  'under_review', d.under_review,
  'unread', (select count(*) from quarantine q where q.council = $1 and q.person_key = h.person_key
    and q.part = 'care' and q.bundle_id = (select bundle_id from bundle_part
      where council = $1 and kind = 'care' and applied order by bundle_id desc limit 1)),
  'restrictions', (select json_agg(json_build_object('from', r.from_date, 'until', r.until_date)) from restriction r
    where r.council = $1 and r.person_key = any(array(select person_key from named)) and r.until_bundle is null),
  'referrals', (select count(*) from referral r
    where r.council = $1 and r.person_key = any(array(select person_key from named)) and r.until_bundle is null),
  'open', (select count(*) from referral r
    where r.council = $1 and r.person_key = any(array(select person_key from named)) and r.until_bundle is null and r.state = 'open'
    and case when r.person_key = h.person_key
      then not exists (select 1 from person_identifier i where i.council = $1 and i.person_key = h.person_key
        and i.part = 'safeguarding' and i.until_bundle is null and i.value not in (select number from same))
      else not exists (select 1 from person_identifier i where i.council = $1 and i.person_key = r.person_key and i.kind = 'council-id')
      end),
  'packages', (select json_agg(json_build_object(
      'reference', p.reference, 'component', p.component, 'label', l.label, 'shown', l.shown, 'full_cost', p.full_cost,
      'start_date', p.start_date, 'end_date', p.end_date, 'left_out_since', p.left_out_since,
      'cqc_location_name', p.cqc_location_name,
      'cqc_location_id', p.cqc_location_id, 'local_reference', p.local_reference, 'contact', row_to_json(c), 'directory', row_to_json(e)))
    from (select p.*, closing.as_at as left_out_since, (select local_reference from package_provider pp where pp.council = $1
        and pp.person_key = p.person_key and pp.reference = p.reference and pp.until_bundle is null
        order by local_reference limit 1) as local_reference
      from package p
      left join bundle_part closing on closing.bundle_id = p.until_bundle and closing.kind = 'care'
      where p.council = $1 and p.person_key = h.person_key
        and (p.until_bundle is null or ((p.end_date is null or p.end_date > (closing.as_at at time zone 'Europe/London')::date)
          and not exists (select 1 from package n where n.council = $1 and n.person_key = p.person_key
            and n.reference = p.reference and (n.until_bundle is null or n.until_bundle > p.until_bundle))))) p
    left join service_label l on l.council = $1 and l.component = p.component and l.until_bundle is null
    ${providerJoins})
)`;

const inFull = reading(
  'record-in-full',
  `with recursive forward(number, depth, reason) as (
    select $2::text, 0, null::text
    union all
    select c.new_number, f.depth + 1, c.reason from forward f
    join number_change c on c.council = $1 and c.old_number = f.number and c.until_bundle is null
    where f.depth < ${longestChain}
  ),
  target as (select number, reason, depth from forward order by depth desc limit 1),
  backward(number, depth) as (
    select number, 0 from target where number is not null
    union all
    select c.old_number, b.depth + 1 from backward b
    join number_change c on c.council = $1 and c.new_number = b.number and c.until_bundle is null
    where b.depth < ${longestChain}
  ),
  same as (select number from backward union select $2::text),
  named as (
    select person_key, bool_or(part = 'care') as by_care from person_identifier i
    where i.council = $1 and i.kind = 'nhs-number' and i.until_bundle is null and i.value in (select number from same)
    group by person_key
  ),
  holder as (
    select person_key from named where by_care
    union all
    select person_key from named n where not exists (select 1 from named where by_care)
      and not exists (${numberFromCare})
  )
  select
    ${standsAt} as bundle,
    (select number from target) as current,
    (select coalesce(reason = 'Conflict', false) or depth >= ${longestChain} from target) as conflict,
    (select count(*)::int from holder) as persons,
    ${partsJson} as parts,
    ${staysOf('s.nhs_number = any(array(select number from same))')} as stays,
    (select ${personJson} from holder h
      left join person_detail d on d.council = $1 and d.person_key = h.person_key and d.until_bundle is null
      limit 1) as person`,
);

/** What a council has on record for an NHS number, and how old each part of it is. */
export interface OnRecord {
  /** The newest bundle that stood when it was read; null when no extract has landed. */
  readonly bundle: string | null;
  readonly found: NumberResolution;
  readonly parts: PartStates;
  /** The person's stays in any hospital, under every number that means the person by this council's word. */
  readonly stays: readonly Whereabouts[];
  readonly mismatches: Mismatches;
}

const noMismatch: Mismatches = { lately: 0, last: 0 };
const day = 86_400_000;

/** How often a record is read again because the council's next extract landed meanwhile. */
const attempts = 3;

export class RecordReader {
  readonly #db: Database;
  readonly #facts: CouncilFactsReader;

  constructor(db: Database) {
    this.#db = db;
    this.#facts = new CouncilFactsReader(db);
  }

  /**
   * Finds what a council has on record for an NHS number, superseded numbers followed both ways
   * (hazard H04).
   * @param hospital whose wrong birth dates for the person in the last 24 hours are counted
   * @param alike whether it must take as long with something unusual as without: for somebody who may
   *   not know of a referral, and could tell by the time it takes
   */
  async read(council: string, number: NhsNumber, hospital: string, now: Date, alike = false): Promise<OnRecord> {
    for (let attempt = 0; attempt < attempts && !alike; attempt++) {
      const plain = await readPlain(this.#db, council, number);
      if (!plain) break;
      const facts = await this.#facts.at(council, plain.bundle, plain.packages);
      // Care that nobody has named may give the neutral text, and must not be told from its other reasons.
      if (facts && plain.packages.some(({ component }) => !facts.labels.has(component))) break;
      if (facts) return { ...plainly(council, number, plain, facts), mismatches: noMismatch };
    }
    return readRecord(this.#db, council, number, hospital, now);
  }
}

/**
 * Reads a record in full, wrong birth dates too, wherever statements are run.
 * @param hospital whose wrong birth dates for the person in the last 24 hours are counted
 */
export async function readRecord(
  asks: Asks,
  council: string,
  number: NhsNumber,
  hospital: string,
  now: Date,
): Promise<OnRecord> {
  const record = await readInFull(asks, council, number);
  const personKey = record.found.person?.personKey ?? null;
  const since = new Date(now.getTime() - day);
  return { ...record, mismatches: await readMismatches(asks, hospital, council, personKey, since) };
}

function plainly(
  council: string,
  number: NhsNumber,
  { bundle, person, packages, stays: found }: PlainRecord,
  facts: CouncilFacts,
): Omit<OnRecord, 'mismatches'> {
  const stays = toWhereabouts(found);
  const known = { current: number, superseded: false, invalidated: false, ambiguous: false };
  if (!person?.person_key) return { bundle, found: { ...known, person: null }, parts: facts.parts, stays };
  const json: PersonJson = {
    ...person,
    person_key: person.person_key,
    unread: 0,
    restrictions: null,
    referrals: 0,
    open: 0,
    packages: packages.map((one) => ({
      ...one,
      reference: one.reference ?? '',
      left_out_since: null,
      label: facts.labels.get(one.component)?.label ?? null,
      shown: facts.labels.get(one.component)?.shown ?? null,
      ...facts.provider(one),
    })),
  };
  return { bundle, found: { ...known, person: toPerson(council, json) }, parts: facts.parts, stays };
}

/** Reads a record whatever is unusual about it, in one statement. */
export async function readInFull(
  asks: Asks,
  council: string,
  number: NhsNumber,
): Promise<Omit<OnRecord, 'mismatches'>> {
  const [row] = await asks.ask<RecordRow>(inFull, [council, number]);
  if (!row) throw new Error('The record query gave no row');
  const current = (row.current ?? number) as NhsNumber;
  const ambiguous = row.conflict || row.persons > 1;
  return {
    bundle: row.bundle,
    found: {
      current,
      superseded: row.current !== null && row.current !== number,
      invalidated: row.current === null && !row.conflict,
      ambiguous,
      person: ambiguous || row.person === null ? null : toPerson(council, row.person),
    },
    parts: toPartStates(row.parts),
    stays: toWhereabouts(row.stays),
  };
}

function toPerson(council: string, json: PersonJson): PersonRecord {
  const unreadLines = Number(json.unread);
  return {
    personKey: json.person_key,
    councilId: json.council_id ?? '',
    family: json.family,
    given: json.given,
    birthDate: json.birth_date,
    deathDate: json.death_date,
    gender: json.gender,
    restrictions: json.restrictions ?? [],
    underReview: json.under_review ?? false,
    unreadLines,
    // A package left out of the file may be the very line that could not be read.
    packages: (json.packages ?? [])
      .map((one) => toPackage(council, one))
      .filter((one) => one.leftOutSince === null || unreadLines === 0),
    referral: Number(json.open) > 0 ? 'open' : Number(json.referrals) > 0 ? 'not-known' : 'none',
  };
}

function toPackage(council: string, json: PackageJson): CarePackage {
  const { contact, directory } = json;
  const councilPhone = contact?.phone ?? null;
  const hasCouncilNumber = councilPhone !== null || Boolean(contact?.out_of_hours_phone);
  return {
    reference: json.reference,
    component: json.component,
    label: json.label,
    shown: json.shown ?? false,
    fullCost: json.full_cost,
    start: json.start_date,
    end: json.end_date,
    leftOutSince: json.left_out_since ? new Date(json.left_out_since) : null,
    provider: {
      providerId: providerIdOfPackage(council, namesOf(json), contact && namesOf(contact)),
      name: contact?.name ?? json.cqc_location_name ?? directory?.name ?? null,
      phone: hasCouncilNumber ? councilPhone : (directory?.phone ?? null),
      outOfHoursPhone: contact?.out_of_hours_phone ?? null,
      officeHours: contact?.office_hours ?? null,
      email: contact?.email ?? null,
      notes: contact?.notes ?? null,
      lastConfirmed: hasCouncilNumber ? (contact?.last_confirmed ?? null) : null,
      phoneSource: hasCouncilNumber ? 'council' : directory?.phone ? 'cqc' : 'none',
    },
  };
}

function namesOf({ cqc_location_id, local_reference }: ProviderKey): ProviderNames {
  return { cqcLocationId: cqc_location_id, localReference: local_reference };
}

// Numbers that are a person's own: those of the care part, or any where care never gave one.
const ownNumber = sql`i.kind = 'nhs-number' and (i.part = 'care' or not exists (select 1 from person_identifier c
  where c.council = i.council and c.person_key = i.person_key and c.kind = 'nhs-number' and c.part = 'care'))`;

/** Everybody, and every number, that a number has ever stood for: what a privacy officer searches by. */
export async function everKnownAs(
  db: Db,
  number: NhsNumber,
): Promise<{ numbers: string[]; persons: { council: string; personKey: string }[] }> {
  const { rows } = await sql<{ council: string; person_key: string; value: string }>`
    with recursive same(number) as (
      select ${number}::text
      union
      select case when c.old_number = s.number then c.new_number else c.old_number end from same s
      join number_change c on (c.old_number = s.number or c.new_number = s.number) and c.new_number is not null
    ),
    holder as (select distinct council, person_key from person_identifier i where ${ownNumber} and value in (select number from same))
    select i.council, i.person_key::text, i.value from person_identifier i join holder h using (council, person_key) where ${ownNumber}
    union all select '', '', number from same`.execute(db.sql);
  const persons = new Map(
    rows.filter((row) => row.council !== '').map((row) => [`${row.council}|${row.person_key}`, row]),
  );
  return {
    numbers: [...new Set([number, ...rows.map((row) => row.value)])],
    persons: [...persons.values()].map((row) => ({ council: row.council, personKey: row.person_key })),
  };
}

/** The key and numbers of the person a council knows by its own id; null when it knows nobody by it. */
export async function findByCouncilId(
  db: Db,
  council: string,
  councilId: string,
): Promise<{ personKey: string; numbers: string[] } | null> {
  const { rows } = await sql<{ person_key: string; value: string | null }>`
    select o.person_key::text, i.value from person_identifier o
    left join person_identifier i on i.council = o.council and i.person_key = o.person_key and ${ownNumber}
    where o.council = ${council} and o.kind = 'council-id' and o.value = ${councilId} and o.until_bundle is null`.execute(
    db.sql,
  );
  const first = rows[0];
  if (!first) return null;
  return { personKey: first.person_key, numbers: [...new Set(rows.flatMap((row) => (row.value ? [row.value] : [])))] };
}
