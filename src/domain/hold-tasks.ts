/**
 * A hold never outlives its stay (product rule 10, hazard H27): what sender, council and provider have to do, worked
 * out anew each time from what is so now. Nothing has to be remembered for a task to be there, so nothing can be lost.
 */
import type { TellDecision } from './interlock.ts';
import type { Hold } from './hold.ts';
import { askedOfNoStay } from './hold-no-stay.ts';
import type { ToAsk } from './hold-no-stay.ts';
import { holdsOf } from './hold.ts';
import type { NoticeState } from './notice-state.ts';
import type { NoticeTerms } from './notice-terms.ts';
import { firstVisitNow } from './restart.ts';
import { isOpen } from './stay-course.ts';
import { endsOf } from './stay-end.ts';
import type { Ended, HeldStay, StayEnd } from './stay-end.ts';
import { isStale } from './stay.ts';

export type TaskParty = 'sender' | 'council' | 'provider';

/**
 * Ends of stays, a hold of which no feed has told, what can go wrong with a first visit that was agreed, and a provider
 * that says "We are not visiting".
 */
export type TaskCause =
  StayEnd | 'no-stay-known' | 'first-visit-to-confirm' | 'first-visit-missed' | 'still-here' | 'provider-not-visiting';

/** That a task was closed: when, and in which of its party's ways (hold-closing.ts). */
export interface Closing {
  readonly how: string;
  readonly at: Date;
  /** By name. */
  readonly by: string;
  /** Of a provider that says that it is visiting: when. */
  readonly firstVisit: Date | null;
}

export interface HoldTask {
  /** The same for as long as the cause is; a person who closes the task closes this key. */
  readonly key: string;
  readonly cause: TaskCause;
  /** Of a first visit: the notice by which it was agreed. */
  readonly notice: string | null;
  readonly party: TaskParty;
  /** Organisation that owns it; of a sender with its team. */
  readonly organisation: string;
  readonly team: string | null;
  readonly provider: string;
  readonly since: Date;
  /** Of a provider's task: shown only when a person has released it. */
  readonly waits: boolean;
  /** Of sender's and council's: what the provider has said to its own; null while it has not. */
  readonly said: Closing | null;
}

export interface HoldFacts {
  /** Under which the notices of the stay were written; of a hold without a stay, by which it is told from others. */
  readonly stayId: string;
  /** No stay was known when the notices were written, nor has been since. */
  readonly noStay: boolean;
  /** Null when there is no such stay any more, or never was. */
  readonly stay: HeldStay | null;
  readonly notices: readonly NoticeState[];
  readonly terms: Pick<NoticeTerms, 'restart'>;
  /** Whether a provider may be told now, by the interlock: its task is a message like any other. */
  readonly mayTell: (provider: string) => TellDecision['do'];
  /** How a named person has closed the task of a key; null while nobody has. */
  readonly closing: (key: string) => Closing | null;
  readonly now: Date;
}

/** Every open task of a stay's holds, in the order of providers. */
export function holdTasks(facts: HoldFacts): HoldTask[] {
  return holdsOf(facts.notices).flatMap((hold) => tasksOf(hold, facts));
}

/**
 * When time alone may next change the tasks of a stay's holds: until then whoever has worked them out need not do so
 * again while nothing is said or done. Rather too early than too late. @returns null when nothing lies ahead
 */
export function holdsChangeAt(facts: Omit<HoldFacts, 'mayTell'>): Date | null {
  const { stay, notices, terms, now } = facts;
  const { stillHere, confirmWithin } = terms.restart;
  const ahead = [stay?.staleAt?.getTime()];
  for (const hold of holdsOf(notices)) {
    const { toldGoneAt, agreed } = hold;
    ahead.push(toAsk(hold, facts)?.at.getTime());
    if (toldGoneAt) ahead.push(toldGoneAt.getTime() + stillHere);
    for (const { firstVisit } of agreed) {
      const at = firstVisit.getTime();
      ahead.push(at - stillHere, at, at + confirmWithin + 1);
    }
  }
  const times = ahead.filter((at): at is number => at !== undefined && at > now.getTime());
  return times.length === 0 ? null : new Date(Math.min(...times));
}

interface Due {
  readonly cause: TaskCause;
  readonly at: Date;
  /** What the cause is told from another of its kind by. */
  readonly mark: string;
  readonly parties: readonly TaskParty[];
  readonly notice?: string;
}

const all: readonly TaskParty[] = ['sender', 'council', 'provider'];

function tasksOf(hold: Hold, facts: HoldFacts): HoldTask[] {
  const { stay, noStay, terms, now } = facts;
  const ends = noStay ? wordOfGone(hold) : endsOf(stay, hold, terms.restart.stillHere, now);
  const died = ends.some(({ end }) => end === 'died');
  const due: Due[] = ends
    .filter((ended) => died || !isReleased(ended, hold))
    .map(({ end, at, mark }) => ({ cause: end, at, mark, parties: partiesOf(end) }));
  const ask = toAsk(hold, facts);
  if (ask && ask.at <= now) due.push({ cause: 'no-stay-known', ...ask, parties: all });
  if (!died) due.push(...visitTasks(hold, ends, facts));
  due.push(...due.flatMap((one) => notVisiting(one, hold, facts)));
  return (
    due
      .flatMap((one) => one.parties.map((party) => taskOf(one, party, hold, facts)))
      .filter((task): task is HoldTask => task !== null)
      // Providers are told of nothing after a death, whatever else is wrong.
      .filter(({ party }) => !died || party !== 'provider')
      .filter(({ key }) => facts.closing(key) === null)
  );
}

// Where no feed tells of an end, whoever told that the person has gone home has.
function wordOfGone({ toldGoneAt, pausedAt }: Hold): Ended[] {
  if (toldGoneAt === null || toldGoneAt < pausedAt) return [];
  return [{ end: 'discharged', at: toldGoneAt, mark: toldGoneAt.toISOString() }];
}

/**
 * When somebody has to be asked where the person is of whose stay no feed has told.
 * @returns null of any other hold, and of one that ended by somebody's word: a first visit that is agreed is asked about
 */
export function toAsk(hold: Hold, facts: Omit<HoldFacts, 'mayTell'>): ToAsk | null {
  const { stayId, noStay, terms, closing } = facts;
  const last = hold.agreed.at(-1);
  if (!noStay || wordOfGone(hold).length > 0 || (last && last.visited?.happened !== false)) return null;
  return askedOfNoStay(hold, terms.restart.withoutStay, (mark) => {
    const closed = closing(keyOf(stayId, hold.provider, { cause: 'no-stay-known', mark }, 'sender'));
    return closed?.how === 'still-here' ? closed.at : null;
  });
}

/**
 * A provider that has closed its task with "We are not visiting" has said what nobody else knows: where the person may
 * be home it is sender's and council's at once, though they have closed theirs, and for as long as the cause lasts.
 */
function notVisiting(one: Due, { provider }: Hold, { stayId, stay, closing, now }: HoldFacts): Due[] {
  if (!one.parties.includes('provider') || !mayBeHome(stay, now)) return [];
  const key = keyOf(stayId, provider, one, 'provider');
  const closed = closing(key);
  return closed?.how === 'not-visiting' ? [{ cause: 'provider-not-visiting', at: closed.at, mark: key, parties: ['sender', 'council'] }] : []; // prettier-ignore
}

// Somebody who is plainly in a hospital needs no visit; in a hospital that nothing is heard of, who knows?
function mayBeHome(stay: HeldStay | null, now: Date): boolean {
  if (stay === null) return true;
  if (stay.died || stay.status === 'died' || stay.status === 'transferred') return false;
  return !isOpen(stay.status) || isStale(stay, now);
}

// Death is the council's to bring to the provider: there is nothing for the hospital to put right.
function partiesOf(end: StayEnd): readonly TaskParty[] {
  return end === 'died' ? ['council'] : all;
}

/** Whether a person's word has ended the hold as this end of the stay asks. */
function isReleased({ end, at }: Ended, hold: Hold): boolean {
  const last = hold.agreed.at(-1);
  if (!last || last.visited?.happened === false) return false;
  const happened = last.visited?.happened === true;
  if (end === 'stale') return happened;
  const home = end === 'discharged' || end === 'closed-by-hand' || end === 'cancelled';
  // A visit that was agreed for an hour before the person left is no visit to come.
  return home && (happened || last.firstVisit >= at);
}

function visitTasks(hold: Hold, ends: readonly Ended[], { stay, noStay, terms, now }: HoldFacts): Due[] {
  const last = hold.agreed.at(-1);
  if (!last || (!stay && !noStay)) return [];
  const { firstVisit, notice, agreedAt } = last;
  // Each promise is another: of the second that was broken somebody has to hear as of the first.
  const mark = `${notice} ${agreedAt.toISOString()}`;
  const visit = firstVisitNow(last, firstVisit, terms.restart, now);
  if (stay && isOpen(stay.status)) {
    const soon = new Date(firstVisit.getTime() - terms.restart.stillHere);
    const said = ends.some(({ end }) => end === 'discharge-cancelled');
    return !said && visit !== 'happened' && now >= soon ? [{ cause: 'still-here', at: soon, mark, notice, parties: ['sender'] }] : []; // prettier-ignore
  }
  const over =
    noStay || ends.some(({ end }) => end === 'discharged' || end === 'closed-by-hand' || end === 'cancelled');
  if (!over) return [];
  if (visit === 'missed') return [{ cause: 'first-visit-missed', at: last.visited?.at ?? firstVisit, mark, notice, parties: ['sender', 'council'] }]; // prettier-ignore
  if (visit === 'to-confirm') return [{ cause: 'first-visit-to-confirm', at: firstVisit, mark, notice, parties: ['provider'] }]; // prettier-ignore
  if (visit === 'overdue') return [{ cause: 'first-visit-to-confirm', at: firstVisit, mark, notice, parties: ['provider', 'council'] }]; // prettier-ignore
  return [];
}

function keyOf(
  stayId: string,
  provider: string,
  { cause, mark }: Pick<Due, 'cause' | 'mark'>,
  party: TaskParty,
): string {
  return [stayId, provider, cause, mark, party].join('|');
}

function taskOf(
  due: Due,
  party: TaskParty,
  { provider, sender, council }: Hold,
  { stayId, mayTell, closing }: HoldFacts,
): HoldTask | null {
  const may = party === 'provider' ? mayTell(provider) : 'tell';
  if (may === 'refuse') return null;
  return {
    key: keyOf(stayId, provider, due, party),
    cause: due.cause,
    notice: due.notice ?? null,
    party,
    organisation: party === 'sender' ? sender.organisation : party === 'council' ? council : provider,
    team: party === 'sender' ? sender.team : null,
    provider,
    since: due.at,
    waits: may === 'wait',
    said:
      party === 'provider'
        ? null
        : closing(due.cause === 'provider-not-visiting' ? due.mark : keyOf(stayId, provider, due, 'provider')),
  };
}
