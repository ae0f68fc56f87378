/**
 * The record of a person about whom there is nothing unusual: one NHS number that the care part gives
 * to one person, with no change of number, referral, restriction or unread line behind it. Most people
 * are so, and their record takes the server a quarter to half of what {@link readInFull} takes.
 * Whatever is not plain in every respect is left to that.
 */
import type { Database } from './database.ts';
import { standsAt } from './council-facts.ts';
import { reading } from './statement.ts';
import { staysOf } from './whereabouts.ts';
import type { StayJson } from './whereabouts.ts';

const plain = reading(
  'plain-record',
  // "offset 0": what is asked about the person is asked once, and not for each package.
  `select w.*, p.reference, p.component, p.full_cost, p.start_date, p.end_date, p.cqc_location_id, p.cqc_location_name,
     p.until_bundle, pp.local_reference
   from (
     select ${standsAt} as bundle, i.person_key, i.part,
       (select value from person_identifier o where o.council = $1 and o.person_key = i.person_key
         and o.kind = 'council-id' and o.until_bundle is null) as council_id,
       d.family, d.given, d.birth_date, d.death_date, d.gender, d.under_review,
       i.person_key is not null and (d.birth_date is null or d.under_review)
         or exists (select from number_change where council = $1 and old_number = $2 and until_bundle is null)
         or exists (select from number_change where council = $1 and new_number = $2 and until_bundle is null)
         or exists (select from referral where council = $1 and person_key = i.person_key and until_bundle is null)
         or exists (select from restriction where council = $1 and person_key = i.person_key and until_bundle is null)
         or exists (select from quarantine where council = $1 and person_key = i.person_key)
         or exists (select from audit_event where council = $1 and person_key = i.person_key and guess is not null)
         as unusual,
       ${staysOf('s.nhs_number = $2')} as stays
     from (select) one
     left join person_identifier i on i.council = $1 and i.kind = 'nhs-number' and i.until_bundle is null and i.value = $2
     left join person_detail d on d.council = $1 and d.person_key = i.person_key and d.until_bundle is null
     offset 0) w
   left join package p on p.council = $1 and p.person_key = w.person_key
   left join package_provider pp on pp.council = $1 and pp.person_key = w.person_key and pp.reference = p.reference
     and pp.until_bundle is null`,
);

/** A package of the person, with who they are beside it; without a package, who they are alone. */
export interface PlainRow {
  readonly bundle: string | null;
  readonly person_key: string | null;
  readonly part: string | null;
  readonly council_id: string | null;
  readonly family: string | null;
  readonly given: string | null;
  readonly birth_date: string | null;
  readonly death_date: string | null;
  readonly gender: string | null;
  readonly under_review: boolean | null;
  readonly reference: string | null;
  readonly component: string;
  readonly full_cost: boolean;
  readonly start_date: string;
  readonly end_date: string | null;
  readonly cqc_location_id: string | null;
  readonly cqc_location_name: string | null;
  readonly until_bundle: string | null;
  readonly local_reference: string | null;
  readonly unusual: boolean;
  readonly stays: readonly StayJson[] | null;
}

export interface PlainRecord {
  readonly bundle: string | null;
  /** Null when the council knows nobody by the number. */
  readonly person: PlainRow | null;
  readonly packages: readonly PlainRow[];
  readonly stays: readonly StayJson[] | null;
}

/**
 * Reads a record that is plain in every respect.
 * @returns null when anything about it is unusual, a birth date that did not match it among them
 */
export async function readPlain(db: Database, council: string, number: string): Promise<PlainRecord | null> {
  const rows = await db.ask<PlainRow>(plain, [council, number]);
  const [first] = rows;
  if (!first || rows.some((row) => row.unusual)) return null;
  const { bundle, stays } = first;
  if (first.person_key === null) return { bundle, person: null, packages: [], stays };
  // The number stands for two people, or not by the word of the care part.
  if (rows.some((row) => row.person_key !== first.person_key || row.part !== 'care')) return null;
  if (first.reference === null) {
    return rows.length === 1 ? { bundle, person: first, packages: [], stays } : null;
  }
  const standing = rows.filter((row) => row.until_bundle === null);
  const references = new Set(standing.map((row) => row.reference));
  // Two providers for one package, or two packages by one reference: which counts is not said here.
  if (references.size < standing.length) return null;
  // An older state of a package that stands is history; anything else was left out of the extract.
  if (rows.some((row) => row.until_bundle !== null && !references.has(row.reference))) return null;
  return { bundle, person: first, packages: standing, stays };
}
