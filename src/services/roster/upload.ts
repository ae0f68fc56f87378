/**
 * Use cases of a provider's own list of clients: hand a file in, and take a much shorter one on purpose. A file replaces
 * the list as a whole, so that whoever is left out is no client any more; one that is much shorter waits for somebody
 * who says that it is meant. Nothing here asks who a row is: see docs/adr/0014.
 */
import { randomUUID } from 'node:crypto';
import { requirePermission } from '../../domain/caller.ts';
import type { Caller } from '../../domain/caller.ts';
import type { Clock } from '../../domain/clock.ts';
import { londonDate } from '../../domain/dates.ts';
import { HomewardError } from '../../domain/error.ts';
import type { Human } from '../../domain/notice.ts';
import { countsSince, rosterInForce } from '../../domain/roster-agreement.ts';
import type { RosterAgreement } from '../../domain/roster-agreement.ts';
import { checkRoster, checkRow, mostBirthDates, pairsOf, triesDays } from '../../domain/roster.ts';
import type { CheckedRow, Pair, RosterClient, RosterRow } from '../../domain/roster.ts';
import { writeAudit } from '../../store/audit.ts';
import type { Database, Trx } from '../../store/database.ts';
import { raiseAlert } from '../../store/whereabouts/questions.ts';
import {
  beginUpload, clientsOf, dropHeld, holdRoster, keepClients, keepUpload, makeCurrent, readingSince, refuseUpload,
  rowsOf, uploadOf, uploadsSince,
} from '../../store/whereabouts/roster.ts'; // prettier-ignore
import type { KeptRow } from '../../store/whereabouts/roster.ts';
import { keepTries, triesOf } from '../../store/whereabouts/roster-tries.ts';

export interface RosterUploadDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly rosters: readonly RosterAgreement[];
}

/** What became of a file. */
export interface Uploaded {
  readonly state: 'current' | 'held';
  readonly rows: number;
  readonly clients: number;
  readonly setAside: number;
}

const day = 86_400_000;
/** A file that takes longer to read was given up. */
const longestReading = 120_000;

/**
 * Takes a file in. Whether it may be handed in is asked before anything of it is read, and it counts from then on,
 * whatever becomes of it; one at a time is read for a provider, by all processes together.
 * @param read reads the file, so many rows at most (sources/roster-file.ts)
 * @throws HomewardError NOT_ALLOWED when the provider has no agreement in force; ROSTER_REFUSED when the file holds
 *   nobody, too many, is one too many of the day, or another is being read; and what `read` throws
 */
export async function takeRoster(
  deps: RosterUploadDeps,
  caller: Caller,
  read: (most: number) => Promise<readonly RosterRow[]>,
): Promise<Uploaded> {
  const agreement = requireRoster(deps, caller);
  const id = await begin(deps, caller, agreement);
  try {
    const rows = await read(agreement.mostClients);
    if (rows.length === 0) throw new HomewardError('ROSTER_REFUSED', 'The file holds no client.');
    if (rows.length > agreement.mostClients)
      throw new HomewardError('ROSTER_REFUSED', `The file holds more than ${agreement.mostClients} rows.`);
    return await deps.db.transaction((trx) => finish(trx, deps, caller, agreement, id, rows));
  } catch (error) {
    // What went wrong is told, and not that it could not be written down: the file counts all the same.
    await refuseUpload(deps.db, id).catch(() => undefined);
    throw error;
  }
}

/** Takes in rows that have been read. @throws as {@link takeRoster} */
export function uploadRoster(deps: RosterUploadDeps, caller: Caller, rows: readonly RosterRow[]): Promise<Uploaded> {
  return takeRoster(deps, caller, () => Promise.resolve(rows));
}

async function begin(deps: RosterUploadDeps, caller: Caller, agreement: RosterAgreement): Promise<string> {
  const { provider, council, uploadsDay } = agreement;
  return deps.db.transaction(async (trx) => {
    await holdRoster(trx, provider);
    const now = deps.clock.now();
    if ((await uploadsSince(trx, provider, new Date(now.getTime() - day))) >= uploadsDay)
      throw new HomewardError('ROSTER_REFUSED', `There were ${uploadsDay} files in a day already.`);
    const since = await readingSince(trx, provider);
    if (since !== null && now.getTime() - since.getTime() < longestReading)
      throw new HomewardError('ROSTER_REFUSED', 'Another file is being read. Try again in two minutes.');
    const id = randomUUID();
    const audit = await writeAudit(trx, now, caller, {
      action: 'upload-roster',
      outcome: 'begun',
      council,
      agreement: { id: agreement.id, version: agreement.version },
      detail: { upload: id },
    });
    await beginUpload(trx, { id, provider, at: now, by: humanOf(caller) }, audit);
    return id;
  });
}

async function finish(
  trx: Trx,
  { clock }: RosterUploadDeps,
  caller: Caller,
  agreement: RosterAgreement,
  id: string,
  rows: readonly RosterRow[],
): Promise<Uploaded> {
  const { provider, council } = agreement;
  await holdRoster(trx, provider);
  const now = clock.now();
  const today = londonDate(now);
  const pairs = pairsOf(rows, today);
  const tries = await triesWith(trx, agreement, id, pairs, now);
  const rules = { today, agreedSince: countsSince(agreement, now).agreed };
  const checked = checkRoster(provider, rows, rules, tries.isClosed);
  const clients = distinct(checked);
  const before = (await clientsOf(trx, provider)).length;
  const fell = before > 0 && (before - clients.length) * 100 > before * agreement.fallLimitPercent;
  const kept = keptRows(rows, checked);
  const setAside = kept.filter(({ code }) => code !== null).length;
  const audit = await writeAudit(trx, now, caller, {
    action: 'upload-roster',
    outcome: fell ? 'held' : 'replaced',
    council,
    agreement: { id: agreement.id, version: agreement.version },
    detail: { upload: id, rows: rows.length, clients: clients.length, setAside, before, closed: tries.closed },
  });
  if (!(await keepUpload(trx, { id, provider, rows: rows.length }, kept, audit)))
    throw new HomewardError('ROSTER_REFUSED', 'It took too long to read the file. Hand it in again.');
  if (!fell) await replace(trx, provider, id, clients);
  // Raised here, before anybody can ask about whoever is on the list.
  if (tries.closed > 0) await raiseAlert(trx, { at: now, kind: 'repeated-misses', council, audit, by: caller });
  return { state: fell ? 'held' : 'current', rows: rows.length, clients: clients.length, setAside };
}

interface Tries {
  /** Whether a birth date is one too many for its number. */
  readonly isClosed: (pair: Pair) => boolean;
  /** Numbers that this file has closed. */
  readonly closed: number;
}

// By what the provider itself has handed in, over all its files: whether any date was right plays no part in it.
async function triesWith(
  trx: Trx,
  { provider }: RosterAgreement,
  upload: string,
  pairs: readonly Pair[],
  now: Date,
): Promise<Tries> {
  await keepTries(trx, provider, { upload, at: now }, pairs, mostBirthDates);
  const numbers = pairs.map(({ nhsNumber }) => nhsNumber);
  const since = new Date(now.getTime() - triesDays * day);
  const known = Map.groupBy(await triesOf(trx, provider, numbers, since), ({ nhsNumber }) => nhsNumber);
  const isNew = ({ at }: { readonly at: Date }): boolean => at.getTime() === now.getTime();
  const closed = [...known.values()].filter((all) => all.length > mostBirthDates && all.some(isNew)).length;
  return {
    closed,
    isClosed({ nhsNumber, birthDate }) {
      const all = known.get(nhsNumber) ?? [];
      if (all.length <= mostBirthDates) return false;
      // The dates that came first stay good, so that a client is not lost by a mistake made later.
      const own = all.find((one) => one.birthDate === birthDate);
      return !own || all.filter(({ at }) => at <= own.at).length > mostBirthDates;
    },
  };
}

/**
 * Takes the much shorter file that is held, or throws it away.
 * @throws HomewardError NOT_ALLOWED; ROSTER_REFUSED when none is held
 */
export async function settleHeld(deps: RosterUploadDeps, caller: Caller, how: 'take' | 'discard'): Promise<void> {
  const agreement = requireRoster(deps, caller);
  const { provider, council } = agreement;
  await deps.db.transaction(async (trx) => {
    await holdRoster(trx, provider);
    const now = deps.clock.now();
    const held = await uploadOf(trx, provider, 'held');
    if (!held) throw new HomewardError('ROSTER_REFUSED', 'No list is waiting.');
    await writeAudit(trx, now, caller, {
      action: 'upload-roster',
      outcome: how === 'take' ? 'replaced' : 'discarded',
      council,
      detail: { upload: held.id },
    });
    if (how === 'discard') return dropHeld(trx, provider);
    const rules = { today: londonDate(now), agreedSince: countsSince(agreement, now).agreed };
    const good = await rowsOf(trx, held.id, 'good');
    await replace(trx, provider, held.id, distinct(good.map(({ cells }) => checkRow(provider, cells, rules))));
  });
}

/**
 * The agreement of the caller's provider: to be asked for before anything that a manager sends is read.
 * @throws HomewardError NOT_ALLOWED when there is none in force, or the caller manages nothing
 */
export function requireRoster({ rosters, clock }: RosterUploadDeps, caller: Caller): RosterAgreement {
  requirePermission(caller, 'manage-provider');
  const agreement = rosterInForce(rosters, caller.organisation, londonDate(clock.now()));
  if (!agreement) throw new HomewardError('NOT_ALLOWED');
  return agreement;
}

async function replace(trx: Trx, provider: string, upload: string, clients: readonly RosterClient[]): Promise<void> {
  await makeCurrent(trx, provider, upload);
  await keepClients(trx, upload, clients);
}

function humanOf({ userId, name, organisation }: Caller): Human {
  return { id: userId, name, organisation };
}

function distinct(checked: readonly CheckedRow[]): RosterClient[] {
  const clients = checked.flatMap((one) => (one.ok ? [one.client] : []));
  return [...new Map(clients.map((one) => [one.nhsNumber, one])).values()];
}

// Rows are counted from 1, the header left out: as the provider's spreadsheet shows them, less one.
function keptRows(rows: readonly RosterRow[], checked: readonly CheckedRow[]): KeptRow[] {
  return rows.map((cells, index) => {
    const one = checked[index];
    return { row: index + 1, cells, code: one && !one.ok ? one.code : null };
  });
}
