/** What each part's staged lines become. Runs inside the one transaction of its bundle. */
import { sql } from 'kysely';
import type { PartKind } from '../../domain/agreement.ts';
import type { Trx } from '../database.ts';
import { resolveNamed } from './persons.ts';
import type { Landing } from './persons.ts';
import { factTables, reconcile, reconcileNumbers } from './reconcile.ts';
import type { Change } from './reconcile.ts';
import { findTouched, rememberPersons } from './seen.ts';

export interface PartLanding extends Landing {
  readonly asAt: Date;
  /** Whether people were left out of the care part's stage, since they are said to be the same. */
  readonly partial: boolean;
}

const run = (trx: Trx, text: string): Promise<unknown> => sql.raw(text).execute(trx.sql);

/** Lands one part's stage; keys must have been made. The order of parts is {@link landingOrder}. */
export const landPart: Record<PartKind, (trx: Trx, landing: PartLanding) => Promise<Change>> = {
  care: landCare,
  'package-providers': (trx, { council, bundle }) =>
    reconcile(
      trx,
      factTables.packageProvider,
      `select k.person_key, s.reference, s.local_reference from stage_package_provider s
       join stage_key k using (council_id) where s.code is null`,
      council,
      bundle,
    ),
  directory: (trx, { council, bundle }) =>
    reconcile(
      trx,
      factTables.directory,
      `select distinct on (cqc_location_id) cqc_location_id, name, phone from stage_directory
       where code is null order by cqc_location_id, row_number`,
      council,
      bundle,
    ),
  contacts: landContacts,
  safeguarding: async (trx, landing) => {
    await resolveNamed(trx, 'safeguarding', landing);
    await reconcileNumbers(trx, 'safeguarding', saidNumbers('stage_referral', standing), landing);
    return reconcile(
      trx,
      factTables.referral,
      `select person_key, reference, state from stage_referral
       where person_key is not null and state in ('open', 'not-known')`,
      landing.council,
      landing.bundle,
    );
  },
  restrictions: async (trx, landing) => {
    await resolveNamed(trx, 'restrictions', landing);
    await reconcileNumbers(trx, 'restrictions', saidNumbers('stage_restriction'), landing);
    return reconcile(
      trx,
      factTables.restriction,
      `select person_key, reason, from_date, until_date from stage_restriction
       where person_key is not null and from_date is not null`,
      landing.council,
      landing.bundle,
    );
  },
  numbers: landNumbers,
  services: landServices,
};

/** Care and numbers first, so that the report can say which lines of later parts disagree with them. */
export const landingOrder: readonly PartKind[] = [
  'care',
  'numbers',
  'package-providers',
  'directory',
  'contacts',
  'safeguarding',
  'restrictions',
  'services',
];

async function landCare(trx: Trx, landing: PartLanding): Promise<Change> {
  const { council, bundle, partial } = landing;
  if (partial) await findTouched(trx, council);
  const whose = partial ? 'stage_touched' : null;
  await run(
    trx,
    `create temporary table stage_held on commit drop as
     select person_key, nhs_number as value from stage_person where nhs_number is not null
     union all
     select distinct p.person_key, s.nhs_number from stage_person p join stage_care s using (council_id)
     where p.numbers_differ and not s.again and s.nhs_number <> p.nhs_number`,
  );
  await run(
    trx,
    `create temporary table stage_shared on commit drop as
     select value as nhs_number from stage_held group by value having min(person_key) <> max(person_key)`,
  );
  // Asked first whether there is anything to mark: a whole council's lines are not read for nothing.
  await run(
    trx,
    `update stage_care set code = 'NHS_NUMBER_SHARED', column_name = 'NHS Number', value = ''
     where exists (select from stage_shared) and code is null and nhs_number in (select nhs_number from stage_shared)`,
  );
  for (const [flag, code, column] of [
    ['births_differ', 'BIRTH_DATES_DIFFER', 'Date of Birth'],
    ['numbers_differ', 'NHS_NUMBERS_DIFFER', 'NHS Number'],
  ] as const) {
    await run(
      trx,
      `update stage_care s set code = '${code}', column_name = '${column}', value = '' from stage_person p
       where exists (select from stage_person where ${flag}) and s.code is null and p.council_id = s.council_id and p.${flag}`,
    );
  }
  await rememberPersons(trx, landing);
  await reconcileNumbers(trx, 'care', 'select person_key, value from stage_held', landing, whose);
  const doubtful = '(births_differ or numbers_differ)';
  const known = (column: string): string => `case when ${doubtful} then null else ${column} end as ${column}`;
  await reconcile(
    trx,
    factTables.detail,
    `select person_key, ${['family', 'given', 'birth_date', 'death_date', 'gender'].map(known).join(', ')},
       ${doubtful} as under_review from stage_person`,
    council,
    bundle,
    whose,
  );
  return reconcile(
    trx,
    factTables.package,
    `select p.person_key, s.reference, s.component, s.full_cost, s.start_date, s.end_date,
       s.cqc_location_id, s.cqc_location_name
     from stage_care s join stage_person p using (council_id)
     where s.reference is not null and s.code is null and p.death_date is null`,
    council,
    bundle,
    whose,
  );
}

// What a line says is kept as it says it: whose number it is in truth is asked at each look-up.
function saidNumbers(table: string, but = 'true'): string {
  return `select s.person_key, s.nhs_number as value from ${table} s
    where s.person_key is not null and s.nhs_number is not null and ${but}`;
}

// A wrong number on a closed referral must not cast doubt on an open one of the same person.
const standing = `(s.state <> 'closed' or not exists (select 1 from stage_referral o
  where o.person_key = s.person_key and o.state <> 'closed'))`;

async function landContacts(trx: Trx, { council, bundle }: PartLanding): Promise<Change> {
  // A provider is its CQC location; without one, the council's own reference.
  await run(
    trx,
    `update stage_contact s set code = 'PROVIDER_TWICE', column_name = 'Provider Name', value = ''
     from (select row_number, row_number() over (
         partition by cqc_location_id, case when cqc_location_id is null then local_reference end
         order by coalesce(last_confirmed, '1900-01-01') desc, row_number desc) as place
       from stage_contact where name is not null) o
     where o.row_number = s.row_number and o.place > 1`,
  );
  return reconcile(
    trx,
    factTables.contact,
    `select cqc_location_id, local_reference, name, phone, office_hours, out_of_hours_phone, email, notes, last_confirmed
     from stage_contact where name is not null and coalesce(code, '') <> 'PROVIDER_TWICE'`,
    council,
    bundle,
  );
}

async function landNumbers(trx: Trx, { council, bundle }: PartLanding): Promise<Change> {
  // An old number with two new ones, or a circle: nobody can say who is meant.
  await run(
    trx,
    `create temporary table stage_conflict on commit drop as
     select old_number from stage_number where code is null group by old_number
     having count(distinct coalesce(new_number, '')) > 1
     union
     (with recursive walk(start, number, depth) as (
        select old_number, new_number, 1 from stage_number where code is null and new_number is not null
        union
        select w.start, n.new_number, w.depth + 1 from walk w
        join stage_number n on n.old_number = w.number and n.code is null
        where n.new_number is not null and w.number <> w.start and w.depth < 16)
      select start from walk where number = start or depth = 16)`,
  );
  await run(
    trx,
    `update stage_number set code = 'NUMBER_CHANGED_TWICE', column_name = 'Old NHS Number', value = ''
     where code is null and old_number in (select old_number from stage_conflict)`,
  );
  return reconcile(
    trx,
    factTables.numberChange,
    `select old_number, new_number, reason, changed_on from stage_number where code is null
     union all select old_number, null, 'Conflict', date '1900-01-01' from stage_conflict`,
    council,
    bundle,
  );
}

async function landServices(trx: Trx, { council, bundle }: PartLanding): Promise<Change> {
  await run(
    trx,
    `update stage_service s set code = 'SERVICE_TWICE', column_name = 'Service Component', value = s.component
     where s.code is null and exists (select 1 from stage_service o
       where o.component = s.component and o.row_number <> s.row_number and o.code is distinct from 'SHOWN_UNKNOWN')`,
  );
  return reconcile(
    trx,
    factTables.service,
    'select component, shown, label from stage_service where code is null',
    council,
    bundle,
  );
}
