/**
 * Use cases of those who watch over look-ups: the council sees who asked about its people (as
 * CP-IS shows it), the privacy officer who looked in the officer's own organisation. Reading the
 * trail is itself audited, before anything is shown.
 */
import { isInForce } from '../domain/agreement.ts';
import type { Agreement } from '../domain/agreement.ts';
import { requirePermission } from '../domain/caller.ts';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { londonDate } from '../domain/dates.ts';
import { HomewardError } from '../domain/error.ts';
import { hospitalsOf } from '../domain/hospital-feed.ts';
import type { Feed } from '../domain/hospital-feed.ts';
import { parseNhsNumber } from '../domain/nhs-number.ts';
import { closeAlert, listAlerts } from '../store/alerts.ts';
import { listAccesses, listUnexplained, writeAudit } from '../store/audit.ts';
import type { Access } from '../store/audit.ts';
import { listDisclosures } from '../store/disclosures.ts';
import { listsSeen } from '../store/list-audit.ts';
import type { ListsSeen } from '../store/list-audit.ts';
import type { Database, Trx } from '../store/database.ts';
import { everKnownAs, findByCouncilId } from '../store/records.ts';
import { namesIn } from './disclosed-names.ts';

export type { Access } from '../store/audit.ts';
export type { ListSeen, ListsSeen } from '../store/list-audit.ts';
export { notTold } from '../store/disclosures.ts';

export interface ReviewDeps {
  readonly db: Database;
  readonly clock: Clock;
  /** Say for how long a hospital's stays are kept: without a stay no look-up older than that can be told. */
  readonly feeds?: readonly Feed[];
}

/** What a council's own list needs beside: it says which arrivals the council is told of. */
export interface CouncilReviewDeps extends ReviewDeps {
  readonly agreements: readonly Agreement[];
}

/** How many accesses a person's list holds for the council, as in CP-IS: of look-ups, and of what was told. */
export const accessesShown = 25;

/** How many the privacy officer's list of a person holds: of look-ups, and of what was told. */
export const accessesReviewed = 200;

/** How many of those who saw a person on a list are named; all are counted. */
export const listsShown = 100;

export interface AccessList {
  readonly accesses: readonly Access[];
  /** How many look-ups were gone through: more than `accesses` where only those without a stay are asked for. */
  readonly looked: number;
  /** What was told of the person to providers and councils, and who read it, newest first. */
  readonly disclosed: readonly Access[];
  /** Names of the care providers in all of it, by their ids. */
  readonly names: ReadonlyMap<string, string>;
  /** Who saw the person on a list, without taking them up from it. */
  readonly lists: ListsSeen;
  /** False when the council knows nobody by this id or number; the list may hold look-ups all the same. */
  readonly known: boolean;
}

/**
 * The last look-ups of one of the council's people, by NHS number or the council's own id. An arrival's own
 * question is among them only where the council is told of that arrival anyway: care is on record, and the
 * agreement's `councilList` is on. What the hospital's feed knew of the person is not for the council. What was told of
 * them is listed where the agreement tells the council of it (`notices.council`), and never what a provider was told by
 * its own list of clients.
 * @throws HomewardError NOT_ALLOWED; FORM_INVALID when nothing was typed
 */
export async function councilAccesses(deps: CouncilReviewDeps, caller: Caller, typed: string): Promise<AccessList> {
  requirePermission(caller, 'see-council-accesses');
  const council = caller.organisation;
  const now = deps.clock.now();
  const own = deps.agreements.filter((one) => one.council === council && isInForce(one, londonDate(now)));
  const arrivalsAt = own.filter(({ arrival }) => arrival.ask && arrival.councilList).map(({ hospital }) => hospital);
  const toldBy = own.filter(({ notices }) => notices.council).map(({ hospital }) => hospital);
  if (typed.trim() === '') throw new HomewardError('FORM_INVALID');
  const number = parseNhsNumber(typed);
  return deps.db.transaction(async (trx) => {
    const subject = number.ok ? await everKnownAs(trx, number.value) : await byCouncilId(trx, council, typed.trim());
    const persons = subject.persons.filter((person) => person.council === council);
    const scope = { council, arrivalsAt, toldBy };
    const whom = { numbers: subject.numbers, persons };
    const found = await listAccesses(trx, scope, whom, { limit: accessesShown, keptSince: now });
    const disclosed = await listDisclosures(trx, scope, whom, accessesShown);
    const lists = await listsSeen(trx, scope, whom, listsShown);
    const accesses = found.map((one) => ({ ...one, relationship: null, unexplained: false }));
    await writeAudit(trx, now, caller, {
      action: 'see-council-accesses',
      council,
      outcome: 'listed',
      personKey: persons[0]?.personKey ?? null,
      numberAsked: number.ok ? number.value : null,
      detail: { shown: accesses.length, disclosed: disclosed.length, lists: lists.seen.length },
    });
    const names = await namesIn(trx, [...accesses, ...disclosed, ...lists.seen], [council]);
    return { accesses, looked: found.length, disclosed, names, lists, known: persons.length > 0 };
  });
}

async function byCouncilId(
  trx: Trx,
  council: string,
  councilId: string,
): Promise<{ numbers: string[]; persons: { council: string; personKey: string }[] }> {
  const found = await findByCouncilId(trx, council, councilId);
  return found
    ? { numbers: found.numbers, persons: [{ council, personKey: found.personKey }] }
    : { numbers: [], persons: [] };
}

/**
 * Who in the officer's own organisation has looked at a person, under any number the person ever
 * had, with attempts that found nothing or were refused, who saw the person on a list, and what the hospital's word
 * told providers and councils of them.
 * @throws HomewardError NOT_ALLOWED; FORM_INVALID when the number is not one
 */
export async function whoLooked(
  deps: ReviewDeps,
  caller: Caller,
  typed: string,
  { limit = accessesReviewed, onlyUnexplained = false } = {},
): Promise<AccessList> {
  requirePermission(caller, 'review-accesses');
  const number = parseNhsNumber(typed);
  if (!number.ok) throw new HomewardError('FORM_INVALID');
  return deps.db.transaction(async (trx) => {
    const subject = await everKnownAs(trx, number.value);
    const scope = { organisation: caller.organisation };
    const now = deps.clock.now();
    const keptSince = markedSince(deps, caller, now);
    const all = await listAccesses(trx, scope, subject, { limit, keptSince });
    const lists = onlyUnexplained ? { seen: [], people: 0 } : await listsSeen(trx, scope, subject, listsShown);
    const disclosed = onlyUnexplained ? [] : await listDisclosures(trx, scope, subject, limit);
    const accesses = onlyUnexplained ? all.filter((one) => one.unexplained) : all;
    await writeAudit(trx, now, caller, {
      action: 'review-accesses',
      outcome: 'listed',
      numberAsked: number.value,
      detail: { shown: accesses.length, disclosed: disclosed.length, lists: lists.seen.length },
    });
    const councils = subject.persons.map((one) => one.council);
    const names = await namesIn(trx, [...accesses, ...disclosed, ...lists.seen], councils);
    return { accesses, looked: all.length, disclosed, names, lists, known: subject.persons.length > 0 };
  });
}

/** How many look-ups without a stay a page holds, and for how many days back they are told at most. */
export const unexplainedShown = 50;
export const unexplainedDays = 30;

/**
 * Since when look-ups of an officer's organisation are told to be without a stay: no longer than the stays are kept
 * that would explain them, or a look-up would be held against somebody whose patient is forgotten.
 */
function markedSince({ feeds = [] }: ReviewDeps, { organisation }: Caller, now: Date): Date {
  const kept = feeds.filter((feed) => hospitalsOf(feed).includes(organisation)).map(({ retention }) => retention.stays);
  return new Date(now.getTime() - Math.min(unexplainedDays * 86_400_000, ...kept));
}

/**
 * A page of look-ups in the officer's organisation of people whom its own feed did not have there: neither
 * then nor within a day of it. Reading it is audited.
 */
export async function unexplainedOf(
  deps: ReviewDeps,
  caller: Caller,
  page = 1,
): Promise<Awaited<ReturnType<typeof listUnexplained>>> {
  requirePermission(caller, 'review-accesses');
  const now = deps.clock.now();
  const since = markedSince(deps, caller, now);
  return deps.db.transaction(async (trx) => {
    const part = { limit: unexplainedShown, offset: (page - 1) * unexplainedShown };
    const list = await listUnexplained(trx, caller.organisation, since, part);
    await writeAudit(trx, now, caller, {
      action: 'review-accesses',
      outcome: 'unexplained-listed',
      detail: { shown: list.accesses.length, page },
    });
    return list;
  });
}

/** How many alerts a page holds. */
export const alertsShown = 50;

/** A page of the officer's organisation's alerts, those still open first; reading them is audited. */
export async function alertsOf(
  deps: ReviewDeps,
  caller: Caller,
  page = 1,
): Promise<Awaited<ReturnType<typeof listAlerts>>> {
  requirePermission(caller, 'review-accesses');
  return deps.db.transaction(async (trx) => {
    const list = await listAlerts(trx, caller.organisation, { limit: alertsShown, offset: (page - 1) * alertsShown });
    await writeAudit(trx, deps.clock.now(), caller, {
      action: 'review-accesses',
      outcome: 'alerts-listed',
      detail: { shown: list.alerts.length, page },
    });
    return list;
  });
}

/** Marks an alert as reviewed by the officer. @throws HomewardError PAGE_NOT_FOUND when it is not an open one of theirs, or one they raised themselves */
export async function reviewAlert(deps: ReviewDeps, caller: Caller, alert: string): Promise<void> {
  requirePermission(caller, 'review-accesses');
  if (!/^[0-9a-f-]{36}$/.test(alert)) throw new HomewardError('PAGE_NOT_FOUND');
  await deps.db.transaction(async (trx) => {
    const now = deps.clock.now();
    if (!(await closeAlert(trx, alert, caller, now))) throw new HomewardError('PAGE_NOT_FOUND');
    await writeAudit(trx, now, caller, { action: 'review-alert', outcome: 'reviewed', detail: { alert } });
  });
}
