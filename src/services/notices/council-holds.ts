/**
 * Use case of the council: whose care is on hold, for how long by its own rule, where each restart stands, and nights in
 * hospital to square payments by. Of its own packages alone: what somebody pays for privately is no business of it.
 */
import { requirePermission } from '../../domain/caller.ts';
import type { Caller } from '../../domain/caller.ts';
import { holdsOf } from '../../domain/hold.ts';
import { holdClock, nightsInHospital } from '../../domain/hold-clock.ts';
import type { HoldClock } from '../../domain/hold-clock.ts';
import { toAsk } from '../../domain/hold-tasks.ts';
import type { TaskCause } from '../../domain/hold-tasks.ts';
import { textForOthers } from '../../domain/notice-text.ts';
import type { NoticeStatus } from '../../domain/notice-state.ts';
import { isOpen } from '../../domain/stay-course.ts';
import type { StayStatus } from '../../domain/stay-course.ts';
import type { DayOrTime } from '../../domain/stay-event.ts';
import { isStale } from '../../domain/stay.ts';
import { writeAudit } from '../../store/audit.ts';
import type { Trx } from '../../store/database.ts';
import { heldStaysOfCouncil } from '../../store/notices/holds.ts';
import { agreementInForce, termsOf } from './deps.ts';
import type { NoticeDeps } from './deps.ts';
import { factsOf, isPrivate, lastNotice, openTasks, readHeld } from './held.ts';
import type { Held } from './held.ts';
import { holdLines } from './hold-lines.ts';
import type { HoldLine } from './hold-lines.ts';
import { termWords } from './hold-looks.ts';

/** A hold as its council sees it. */
export interface CouncilHold extends HoldLine {
  readonly stay: string;
  readonly hospital: string;
  readonly hospitalName: string;
  readonly who: readonly string[];
  readonly nhsNumber: string;
  /** For the trail, and on no screen. */
  readonly personKey: string;
  /** `not-known`: the stay is no longer on record, or never was. */
  readonly status: StayStatus | 'not-known';
  /** Nothing has been heard of the stay for longer than its feed's limit. */
  readonly stale: boolean;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** By the hospital's own system. */
  readonly expectedHome: DayOrTime | null;
  /** What somebody at the hospital told last of it; null where nobody told a time, or it was taken back. */
  readonly toldHome: { readonly when: DayOrTime; readonly team: string | null; readonly at: Date } | null;
  /** Null while it is not known whether the person is still there, or when they came. */
  readonly nights: number | null;
  /** How long the package has been on hold by the council's rule; stands still from the end of the stay on. */
  readonly clock: HoldClock;
  /** Still to be ended by somebody's word: the person is in hospital, somebody has a task, or the first visit lies ahead. */
  readonly current: boolean;
  /** The council's own open tasks of it. */
  readonly tasks: readonly TaskCause[];
}

export interface CouncilHoldsFilter {
  /**
   * `current`: those that are not over · `over-kept`: kept longer than the council's rule · `not-asked`: whose provider
   * was told of the stay and never asked to hold, so that nobody takes their care for stopped · `all`.
   */
  readonly which: 'current' | 'over-kept' | 'not-asked' | 'all';
  readonly hospital?: string;
  /** Told of since. */
  readonly since?: Date;
}

/** The council's holds, those that have lasted longest first. @throws HomewardError NOT_ALLOWED */
export async function holdsOfCouncil(
  deps: NoticeDeps,
  caller: Caller,
  filter: CouncilHoldsFilter,
): Promise<CouncilHold[]> {
  requirePermission(caller, 'work-council-lists');
  const council = caller.organisation;
  return deps.db.transaction(async (trx) => {
    const now = deps.clock.now();
    const { which } = filter;
    const holds = await readHolds(trx, deps, council, filter, now);
    await writeAudit(trx, now, caller, {
      action: 'see-holds',
      outcome: 'listed',
      council,
      detail: { shown: holds.length, which, stays: [...new Set(holds.map(({ stay }) => stay))] },
      people: holds.map(({ personKey, nhsNumber, hospital }) => ({
        council,
        personKey,
        nhsNumber,
        hospitals: [hospital],
      })),
    });
    return holds;
  });
}

/** How many holds are current, since when the oldest, and how many are kept too long: says nothing of anybody. @throws HomewardError NOT_ALLOWED */
export async function holdSummary(
  deps: NoticeDeps,
  caller: Caller,
): Promise<{ readonly count: number; readonly oldest: Date | null; readonly overKept: number }> {
  requirePermission(caller, 'work-council-lists');
  return deps.db.transaction(async (trx) => {
    const holds = await readHolds(trx, deps, caller.organisation, { which: 'current' }, deps.clock.now());
    return { count: holds.length, oldest: holds[0]?.since ?? null, overKept: holds.filter(({ clock }) => clock.over).length };
  });
} // prettier-ignore

async function readHolds(
  trx: Trx,
  deps: NoticeDeps,
  council: string,
  { which, ...where }: CouncilHoldsFilter,
  now: Date,
): Promise<CouncilHold[]> {
  // What is over is in no list but that of all, and most of what is kept is over.
  const terms = which === 'all' ? {} : { terms: termWords(deps).all };
  const all = await readHeld(trx, await heldStaysOfCouncil(trx, council, { ...where, ...terms }, now));
  return all
    .filter((held) => held.council === council && agreementInForce(deps, council, held.hospital, now)?.notices.council)
    .flatMap((held) => councilHolds(deps, held, now))
    .filter((hold) => which === 'all' || isOf(which, hold))
    .sort((a, b) => a.since.getTime() - b.since.getTime());
} // prettier-ignore

function isOf(which: 'current' | 'over-kept' | 'not-asked', { current, asked, clock }: CouncilHold): boolean {
  return current && asked === (which !== 'not-asked') && (which !== 'over-kept' || clock.over);
}

function councilHolds(deps: NoticeDeps, held: Held, now: Date): CouncilHold[] {
  const tasks = openTasks(deps, held, now);
  const { stay } = held;
  const { packageKeptFor } = termsOf(deps, held.council, held.hospital);
  const stale = stay !== null && isStale(stay, now);
  const endedAt = stay?.endedAt ?? null;
  const from = stay?.startedAt ?? null;
  const facts = factsOf(deps, held, now);
  // Of a hold that no feed tells of: until it is asked about.
  const waits = new Set(holdsOf(facts.notices).filter((hold) => (toAsk(hold, facts)?.at ?? now) > now).map(({ provider }) => provider));
  const known = stay !== null && from !== null && !stale && (endedAt !== null || isOpen(stay.status));
  return holdLines(deps, held, now)
    .filter(({ provider }) => !isPrivate(held, provider))
    .flatMap((line) => {
      const last = lastNotice(held, line.provider);
      if (!last) return [];
      const own = tasks.filter(({ provider }) => provider === line.provider);
      const ahead = line.agreed?.visit === 'not-due';
      return [{
        ...line,
        stay: held.stayId,
        hospital: held.hospital,
        hospitalName: deps.hospitals.find(({ id }) => id === held.hospital)?.name ?? held.hospital,
        who: textForOthers(last.content, now, 'council').who,
        nhsNumber: last.nhsNumber,
        personKey: last.personKey,
        status: stay?.status ?? ('not-known' as const),
        stale,
        startedAt: from,
        endedAt,
        expectedHome: stay?.expectedDischarge ?? null,
        toldHome: toldHomeOf(held),
        nights: known ? nightsInHospital([{ from, to: endedAt }], now) : null,
        clock: holdClock(line.since, packageKeptFor, endedAt && endedAt < now ? endedAt : now),
        current: (stay !== null && (isOpen(stay.status) || stay.status === 'expected')) || own.length > 0 || ahead || waits.has(line.provider),
        tasks: own.filter(({ party }) => party === 'council').map(({ cause }) => cause),
      }];
    });
} // prettier-ignore

const over: ReadonlySet<NoticeStatus> = new Set(['waiting', 'withdrawn', 'stopped', 'cancelled', 'replaced']);

// Whoever was told it first: the same time is told to every provider and the council.
function toldHomeOf({ notices, stay }: Held): CouncilHold['toldHome'] {
  if (stay?.endedAt) return null;
  const told = notices.filter(({ state }) => !over.has(state.status) && state.notice.ask.expectedHome !== null);
  const last = told.toSorted((a, b) => b.state.notice.createdAt.getTime() - a.state.notice.createdAt.getTime())[0];
  const when = last?.state.notice.ask.expectedHome;
  return last && when ? { when, team: last.state.notice.sender.team, at: last.state.notice.createdAt } : null;
}
