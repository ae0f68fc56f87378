/**
 * Use cases of numbers that were found to be wrong: the council's list of tasks, and whether the caution still stands
 * beside a number. It ends when the council's next contacts bring another number or a later date of confirmation, when
 * the provider itself confirms the number, or by a council worker's word (hazard H07).
 */
import { corrections, endedNow } from '../domain/call.ts';
import type { Correction } from '../domain/call.ts';
import { requirePermission } from '../domain/caller.ts';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { HomewardError } from '../domain/error.ts';
import { writeAudit } from '../store/audit.ts';
import type { Database, Db } from '../store/database.ts';
import { cautionsOf, closeReport, givenNow, holdWrongNumber, wrongNumbersOf } from '../store/wrong-numbers.ts';
import type { WrongNumber } from '../store/wrong-numbers.ts';

export type { WrongNumber } from '../store/wrong-numbers.ts';

export interface WrongNumberDeps {
  readonly db: Database;
  readonly clock: Clock;
}

/**
 * The council's tasks: numbers of its providers that somebody found to be wrong. What has come right by itself is
 * closed first.
 * @param which only those still to do; else what is kept of the past too
 * @throws HomewardError NOT_ALLOWED
 */
export async function listWrongNumbers(
  deps: WrongNumberDeps,
  caller: Caller,
  { open = true }: { readonly open?: boolean } = {},
): Promise<WrongNumber[]> {
  requirePermission(caller, 'work-council-lists');
  const council = caller.organisation;
  return deps.db.transaction(async (trx) => {
    const now = deps.clock.now();
    for (const report of await wrongNumbersOf(trx, council, false)) {
      const how = report.cautionUntil === null && endedNow(report, await givenNow(trx, report));
      if (how) await closeReport(trx, report.id, { at: now, by: null, how, caution: 'ends' });
    }
    const listed = await wrongNumbersOf(trx, council, open);
    const detail = { shown: listed.length };
    await writeAudit(trx, now, caller, { action: 'see-wrong-numbers', outcome: 'listed', council, detail });
    return listed;
  });
}

/**
 * A council worker's word on a reported number. `corrected`: mended in the council's own system; the task is done, and
 * the caution stays until an extract brings the other number.
 * @throws HomewardError NOT_ALLOWED; FORM_INVALID when the report is not this council's or its caution has ended
 */
export async function closeWrongNumber(
  deps: WrongNumberDeps,
  caller: Caller,
  id: string,
  how: Correction,
): Promise<void> {
  requirePermission(caller, 'work-council-lists');
  if (!Object.hasOwn(corrections, how)) throw new HomewardError('FORM_INVALID');
  const council = caller.organisation;
  await deps.db.transaction(async (trx) => {
    const now = deps.clock.now();
    const report = await holdWrongNumber(trx, council, id);
    if (!report || report.cautionUntil !== null) throw new HomewardError('FORM_INVALID');
    await closeReport(trx, id, { at: now, by: caller.name, how, caution: how === 'right' ? 'ends' : 'stays' });
    const detail = { provider: report.provider };
    await writeAudit(trx, now, caller, { action: 'close-wrong-number', outcome: how, council, detail });
  });
}

/** Reports whose caution stands now beside a number of these providers. */
export async function standingCautions(db: Db, providers: readonly string[]): Promise<WrongNumber[]> {
  const standing: WrongNumber[] = [];
  for (const report of await cautionsOf(db, providers))
    if (endedNow(report, await givenNow(db, report)) === null) standing.push(report);
  return standing;
}
