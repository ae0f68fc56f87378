/**
 * The lists of a council's duty team: what each holds, and how it is read. Each is read by the use case whose it is,
 * which lets nobody else in, gives the caller's own council's rows alone, and writes into the trail before it shows.
 */
import { requirePermission } from '../../domain/caller.ts';
import type { Caller } from '../../domain/caller.ts';
import type { PersonShown } from '../../store/audit-people.ts';
import type { ListGap } from '../list-gaps.ts';
import { holdsOfCouncil } from '../notices/council-holds.ts';
import type { CouncilHold } from '../notices/council-holds.ts';
import { holdTasksOf } from '../notices/holds.ts';
import type { HoldTaskView } from '../notices/hold-find.ts';
import { councilNotices } from '../notices/view.ts';
import type { NoticeView } from '../notices/view.ts';
import { peopleInHospital } from '../people-in-hospital.ts';
import type { PersonInHospital } from '../people-in-hospital.ts';
import { questionsOfCouncil } from '../whereabouts/questions.ts';
import type { CouncilQuestion } from '../whereabouts/questions.ts';
import { listWrongNumbers } from '../wrong-numbers.ts';
import type { WrongNumber } from '../wrong-numbers.ts';
import { deadAddresses } from './addresses.ts';
import type { DeadAddress } from './addresses.ts';
import type { CouncilDeps } from './deps.ts';
import { providerNames } from './providers.ts';

/** A provider's question with the provider's name; null where the council knows none. */
export interface NamedQuestion extends CouncilQuestion {
  readonly providerName: string | null;
}

/** What stands in each list. */
export interface CouncilRows {
  readonly 'in-hospital': PersonInHospital;
  readonly holds: CouncilHold;
  readonly tasks: HoldTaskView;
  readonly messages: NoticeView;
  readonly notices: NoticeView;
  readonly 'wrong-numbers': WrongNumber;
  readonly addresses: DeadAddress;
  readonly questions: NamedQuestion;
}
export type CouncilList = keyof CouncilRows;

/** What each list can be narrowed to, the usual first; `hospital`: also to one hospital. */
export const councilLists: {
  readonly [L in CouncilList]: { readonly shows: readonly string[]; readonly hospital: boolean };
} = {
  'in-hospital': { shows: ['now'], hospital: true },
  holds: { shows: ['current', 'over-kept', 'not-asked', 'all'], hospital: true },
  tasks: { shows: ['open'], hospital: true },
  messages: { shows: ['to-answer', 'all'], hospital: true },
  notices: { shows: ['open', 'ours', 'waits', 'all'], hospital: true },
  'wrong-numbers': { shows: ['open', 'all'], hospital: true },
  addresses: { shows: ['open'], hospital: false },
  questions: { shows: ['all', 'open'], hospital: false },
};

export interface ListFilter {
  /** One of the list's `shows`; the first when it is none of them. */
  readonly show?: string | undefined;
  readonly hospital?: string | undefined;
}

/** A list as it was read. */
export interface Read<Row> {
  readonly rows: readonly Row[];
  /** Why somebody may be missing, as a reason each; whoever reads the rows must be told (product rule 1). */
  readonly gaps: readonly ListGap[];
  /** No agreement lets the council have this list. */
  readonly off: boolean;
}

const day = 86_400_000;
/** How far back "lately" goes, in lists that hold what is done with too. */
export const lately = 7 * day;

/** Statuses in which a message still waits for the one to whom it went. */
const toAnswer: ReadonlySet<NoticeView['status']> = new Set(['queued', 'bounced', 'delivered', 'seen']);

type Reader<Row> = (
  deps: CouncilDeps,
  caller: Caller,
  filter: { readonly show: string; readonly hospital?: string },
) => Promise<Read<Row>>;

const whole = <Row>(rows: readonly Row[]): Read<Row> => ({ rows, gaps: [], off: false });
const at = ({ hospital }: { readonly hospital?: string }, rows: { hospital: string }): boolean =>
  hospital === undefined || rows.hospital === hospital;
const oldestFirst = (a: NoticeView, b: NoticeView): number => a.createdAt.getTime() - b.createdAt.getTime();

const readers: { readonly [L in CouncilList]: Reader<CouncilRows[L]> } = {
  async 'in-hospital'({ board }, caller, filter) {
    const { switchedOn, people, gaps } = await peopleInHospital(board, caller);
    return { rows: people.filter((one) => at(filter, one)), gaps, off: !switchedOn };
  },
  async holds({ notices }, caller, { show, hospital }) {
    const which = show === 'over-kept' || show === 'not-asked' || show === 'all' ? show : 'current';
    return whole(await holdsOfCouncil(notices, caller, { which, ...(hospital !== undefined && { hospital }) }));
  },
  async tasks({ notices }, caller, filter) {
    return whole((await holdTasksOf(notices, caller)).filter((one) => at(filter, one)));
  },
  async messages({ notices }, caller, { show, hospital }) {
    const where = hospital === undefined ? {} : { hospital };
    const since = show === 'all' ? { since: new Date(notices.clock.now().getTime() - lately) } : {};
    const all = await councilNotices(notices, caller, { which: 'to-us', ...where, ...since });
    return whole(all.filter((one) => show === 'all' || toAnswer.has(one.status)).toSorted(oldestFirst));
  },
  async notices({ notices }, caller, { show, hospital }) {
    const where = hospital === undefined ? {} : { hospital };
    const since = show === 'all' ? { since: new Date(notices.clock.now().getTime() - lately) } : {};
    const which = show === 'ours' ? 'ours' : show === 'all' ? 'all' : 'unanswered';
    const all = await councilNotices(notices, caller, { which, ...where, ...since });
    const wanted = all.filter((one) => one.recipient.kind === 'provider' && (show !== 'waits' || one.waits));
    return whole(wanted.toSorted(oldestFirst));
  },
  async 'wrong-numbers'({ notices }, caller, { show, ...filter }) {
    const all = await listWrongNumbers(notices, caller, { open: show !== 'all' });
    return whole(all.filter((one) => at(filter, one)));
  },
  async addresses({ notices }, caller) {
    return whole(await deadAddresses(notices, caller));
  },
  async questions({ whereabouts }, caller, { show }) {
    const since = new Date(whereabouts.clock.now().getTime() - lately);
    const all = await questionsOfCouncil(whereabouts, caller, { since, limit: 1000 });
    const nameOf = await providerNames(whereabouts.db, caller.organisation);
    const named = all.map((one) => ({ ...one, providerName: nameOf(one.provider) }));
    return whole(show === 'open' ? named.filter(({ openUntil }) => openUntil !== null) : named);
  },
};

/**
 * Reads one list of the caller's council. It is in the trail before it is given.
 * @throws HomewardError NOT_ALLOWED
 */
export async function readCouncilList<L extends CouncilList>(
  deps: CouncilDeps,
  caller: Caller,
  list: L,
  { show, hospital }: ListFilter = {},
): Promise<Read<CouncilRows[L]>> {
  requirePermission(caller, 'work-council-lists');
  return readers[list](deps, caller, { show: showOf(list, show), ...(hospital !== undefined && { hospital }) });
}

interface OfPerson {
  readonly personKey?: string | null;
  readonly nhsNumber?: string | null;
  readonly hospital?: string | null;
}

/** Whom rows of a list name, for the trail of what leaves the house; nobody where the list is of numbers and addresses. */
export function peopleOf<L extends CouncilList>(
  list: L,
  rows: readonly CouncilRows[L][],
  council: string,
): PersonShown[] {
  if (list === 'wrong-numbers' || list === 'addresses') return [];
  return (rows as readonly OfPerson[]).map(({ personKey = null, nhsNumber = null, hospital }) => ({
    council,
    personKey,
    nhsNumber,
    hospitals: hospital ? [hospital] : [],
  }));
}

/** Which part of a list is shown: the usual one when nothing that it has was asked for. */
export function showOf(list: CouncilList, show: string | undefined): string {
  const { shows } = councilLists[list];
  return show !== undefined && shows.includes(show) ? show : (shows[0] ?? '');
}

/** Whether a text names a list. */
export function isCouncilList(text: string): text is CouncilList {
  return Object.hasOwn(councilLists, text);
}
