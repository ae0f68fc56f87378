/**
 * What of providers' own lists of clients belongs to a look-up's answer: read inside the look-up, by the two identifiers
 * that were typed, where nothing that any council says bars it. A person who pays privately mostly has no council
 * record: there the list is the only word, and a wrong birth date finds nobody on it.
 */
import type { Answer, ListedBy } from '../domain/answer.ts';
import type { Agreement } from '../domain/agreement.ts';
import type { Caller } from '../domain/caller.ts';
import { barsElsewhere } from '../domain/elsewhere.ts';
import { parseNhsNumber } from '../domain/nhs-number.ts';
import { sharePackages } from '../domain/policy.ts';
import type { Decision, LookUpRequest } from '../domain/policy.ts';
import type { NumberResolution } from '../domain/record.ts';
import type { RosterAgreement } from '../domain/roster-agreement.ts';
import type { Database } from '../store/database.ts';
import type { RecordReader } from '../store/records.ts';
import { rosterLines } from './roster/clients.ts';
import type { RosterLine } from './roster/clients.ts';

interface ListDeps {
  readonly db: Database;
  readonly agreements: readonly Agreement[];
  readonly rosters?: readonly RosterAgreement[];
  readonly records: RecordReader;
}

/** What lists add to an answer, and the agreements by which, as `id version`. */
export interface Lists {
  readonly listed: ListedBy | null;
  readonly agreements: readonly string[];
}

const none: Lists = { listed: null, agreements: [] };

/** Answers beside which a list may be shown: the birth date is the record's, or there is no record to speak against it. */
const shownBeside: ReadonlySet<Answer['kind']> = new Set(['care', 'no-care', 'no-record']);

/** What the look-up came to. */
interface Decided {
  readonly agreement: Agreement | null;
  readonly decision: Decision;
  readonly found: NumberResolution | null;
}

/** What lists add to the answer of a decision; nothing to any that shows no person or could not be asked. */
export async function listedFor(
  deps: ListDeps,
  caller: Caller,
  { council, nhsNumber, birthDate }: Pick<LookUpRequest, 'council' | 'nhsNumber' | 'birthDate'>,
  { agreement, decision, found }: Decided,
  now: Date,
): Promise<Lists> {
  const number = parseNhsNumber(nhsNumber);
  if (!number.ok || !found || !agreement || !shownBeside.has(decision.kind)) return none;
  const numbers = [...new Set([number.value, found.current])];
  const all = await linesOf(deps, caller, council, { numbers, birthDate }, now);
  if (all.length === 0) return none;
  // Of a provider whose care the council arranges the answer says so already: its list would deny it.
  const arranged = found.person ? sharePackages(agreement, found.person, now).open : [];
  const lines = all.filter(({ provider }) => !arranged.some((one) => one.provider.providerId === provider));
  if (lines.length === 0) return none;
  return {
    listed: { numbers, birthDate, lines: lines.map(({ line }) => line) },
    agreements: lines.map(({ agreement }) => agreement),
  };
}

/** Whether what an answer said of lists may still be shown: each of its lines, by the lists and agreements of now. */
export async function stillListed(
  deps: ListDeps,
  caller: Caller,
  { answer, council }: { readonly answer: Answer; readonly council: string },
  now: Date,
): Promise<boolean> {
  if (!('listed' in answer) || !answer.listed) return true;
  const { lines: given, ...about } = answer.listed;
  // Where there was no record nobody else asks whether there is one now, and what it says.
  const passed = answer.kind === 'no-record' ? null : council;
  const lines = await linesOf(deps, caller, passed, about, now);
  return given.every((line) => lines.some((one) => one.line === line));
}

type Person = Pick<ListedBy, 'numbers' | 'birthDate'>;

/** @param passed the council whose record has been decided on already */
async function linesOf(
  deps: ListDeps,
  caller: Caller,
  passed: string | null,
  person: Person,
  now: Date,
): Promise<RosterLine[]> {
  const { db, rosters = [] } = deps;
  const lines = await rosterLines(db, { rosters }, person.numbers, person.birthDate, now);
  return lines.length > 0 && !(await isBarred(deps, caller, passed, person, now)) ? lines : [];
}

// Whoever may not be told of at one council is not found by asking another.
async function isBarred(
  { agreements, records }: ListDeps,
  { organisation }: Caller,
  passed: string | null,
  { numbers }: Person,
  now: Date,
): Promise<boolean> {
  for (const council of new Set(agreements.map((one) => one.council))) {
    const agreement = agreements.find((one) => one.council === council);
    if (council === passed || !agreement) continue;
    for (const nhsNumber of numbers) {
      const { found, parts } = await records.read(council, nhsNumber, organisation, now, true);
      const { record, referral } = barsElsewhere([{ found, parts, agreements: [agreement] }], now);
      if (record === 'not-shown' || referral !== 'none-recorded') return true;
    }
  }
  return false;
}
