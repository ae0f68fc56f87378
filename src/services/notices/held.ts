/** The holds of stays as they are now: read from their notices and from the stays, and nothing that was reckoned before. */
import { createHash } from 'node:crypto';
import { lastTimeOf } from '../../domain/hold-no-stay.ts';
import type { Closing, HoldFacts, HoldTask } from '../../domain/hold-tasks.ts';
import { holdTasks } from '../../domain/hold-tasks.ts';
import type { HeldStay } from '../../domain/stay-end.ts';
import type { Db } from '../../store/database.ts';
import { noticesOfStays } from '../../store/notices/lists.ts';
import { settledTasks } from '../../store/notices/holds.ts';
import type { StoredNotice } from '../../store/notices/notices.ts';
import { staysById } from '../../store/hospital/stays.ts';
import type { StoredStay } from '../../store/hospital/stays.ts';
import { termsOf } from './deps.ts';
import type { NoticeDeps } from './deps.ts';

/** A stay and what was told of it to the providers of one council's people, and to that council. */
export interface Held {
  /** Of a hold without a stay, by which it is told from others. */
  readonly stayId: string;
  /** No stay was known when its notices were written, nor has been since. */
  readonly noStay: boolean;
  readonly hospital: string;
  readonly council: string;
  /** Null when there is no such stay (any more), or never was. */
  readonly stay: StoredStay | null;
  readonly notices: readonly StoredNotice[];
  /** How its tasks were closed that a person has closed, by their ids. */
  readonly closed: ReadonlyMap<string, Closing>;
  /** Ids of its tasks that a person has released. */
  readonly released: ReadonlySet<string>;
}

/** Reads stays with their notices, apart for each council. */
export async function readHeld(db: Db, stayIds: readonly string[]): Promise<Held[]> {
  const notices = await noticesOfStays(db, stayIds);
  const stays = new Map((await staysById(db, stayIds)).map((stay) => [stay.stayId, stay]));
  const settled = await settledTasks(db, stayIds);
  const groups = Map.groupBy(notices, ({ holdId, council }) => `${holdId}|${council}`);
  return [...groups.values()].flatMap((own) => {
    const [first] = own;
    if (!first) return [];
    const { hospital, council, holdId: stayId } = first;
    const noStay = first.state.notice.stay === null;
    const stay = stays.get(stayId) ?? null;
    return [{ stayId, noStay, hospital, council, stay, notices: noStay ? lastTimeOf(own) : own, ...settled }];
  });
}

/** What of a kept stay decides about its holds. */
export function heldStayOf({ stayId, person, ...stay }: StoredStay): HeldStay {
  const { status, since, endedAt, staleAt, cautions, expectedDischarge, reopenedAt } = stay;
  return { id: stayId, status, since, endedAt, staleAt, cautions, expectedDischarge, reopenedAt, patient: person.patient, died: person.died }; // prettier-ignore
}

/** What a stay's tasks are worked out from; as if every provider might be told, unless told otherwise. */
export function factsOf(
  deps: NoticeDeps,
  { stayId, noStay, hospital, council, stay, notices, closed }: Held,
  now: Date,
  mayTell: HoldFacts['mayTell'] = () => 'tell',
): HoldFacts {
  return {
    stayId,
    noStay,
    stay: stay && heldStayOf(stay),
    notices: notices.map(({ state }) => state),
    terms: termsOf(deps, council, hospital),
    mayTell,
    closing: (key) => closed.get(taskId(key)) ?? null,
    now,
  };
}

/** A task and by what it is named outside: its key holds the hospital's number of the patient. */
export interface NamedTask extends HoldTask {
  readonly id: string;
}

/** The open tasks of a stay's holds. @param mayTell as in {@link factsOf} */
export function openTasks(deps: NoticeDeps, held: Held, now: Date, mayTell?: HoldFacts['mayTell']): NamedTask[] {
  return holdTasks(factsOf(deps, held, now, mayTell))
    .map((task) => ({ ...task, id: taskId(task.key) }))
    .filter(({ party, provider }) => !(party === 'council' && isPrivate(held, provider)));
}

function taskId(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 32);
}

/**
 * Whether a provider was told on account of its own list of clients alone. Of such a client the council learns nothing:
 * who pays for care privately is no business of its.
 */
export function isPrivate({ notices }: Held, provider: string): boolean {
  const own = notices.filter(({ state }) => state.notice.recipient.id === provider);
  return own.every(
    ({ state: { notice } }) => notice.recipient.kind === 'provider' && notice.recipient.link === 'roster',
  );
}

/** The last notice that a provider was sent of a stay. */
export function lastNotice({ notices }: Held, provider: string): StoredNotice | null {
  const own = notices.filter(({ state }) => state.notice.recipient.id === provider && state.out);
  return own.toSorted((a, b) => b.state.notice.createdAt.getTime() - a.state.notice.createdAt.getTime())[0] ?? null;
}
