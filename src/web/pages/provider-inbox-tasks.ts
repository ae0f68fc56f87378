/** Tasks of holds as a care provider's page shows them: what is so, what to do, and each answer as one press. */
import { formatInstant } from '../../domain/dates.ts';
import type { Closing, TaskCause } from '../../domain/hold-tasks.ts';
import type { Phone } from '../../domain/phone.ts';
import type { InboxNotice } from '../../services/notices/answer.ts';
import type { HoldTaskView } from '../../services/notices/hold-find.ts';
import type { FieldFault } from '../page.ts';
import { dayOptions, instantOf, soon } from './provider-inbox-view.ts';

/** A task as the page shows it. */
export interface TaskRow {
  readonly id: string;
  readonly who: string;
  readonly born: readonly string[];
  readonly text: string;
  readonly hospital: string;
  readonly phone: Phone | null;
  readonly since: string;
  /** The message whose first visit is confirmed here; null where none is. */
  readonly confirm: string | null;
  /** The message in which the time of the first visit is given; null where none is. */
  readonly agree: string | null;
  readonly closings: readonly { readonly value: string; readonly text: string }[];
  /** Days on which the first visit can be, where "we are visiting" is said with a time; null where it is not. */
  readonly days: ReturnType<typeof dayOptions> | null;
  /** The council's duty team is to be phoned: its numbers are a press away. */
  readonly phones: boolean;
}

const byPhone: ReadonlySet<TaskCause> = new Set(['transferred', 'merged', 'contradicted', 'stale', 'no-such-stay']);

/** The row of a task. */
export function taskRow(task: HoldTaskView, now: Date): TaskRow {
  const { id, cause, who, text, place, since, answer, closings, asksWhen } = task;
  const [name = '', ...born] = who;
  const confirm = answer?.is === 'confirm' ? answer.notice : null;
  return {
    id,
    who: name,
    born,
    text,
    hospital: place.hospital,
    phone: place.phone,
    since: formatInstant(since, now),
    confirm,
    agree: answer?.is === 'agree' ? answer.notice : null,
    // Whether a visit took place is said, not closed: the council counts on the word. And a first visit has a time.
    closings: confirm ? [] : closingsOf(closings, asksWhen),
    days: asksWhen && answer === null ? dayOptions(now) : null,
    phones: byPhone.has(cause),
  };
}

function closingsOf(closings: HoldTaskView['closings'], asksWhen: boolean): TaskRow['closings'] {
  const all = Object.entries(closings).map(([value, text]) => ({ value, text }));
  if (!asksWhen) return all;
  return all
    .filter(({ value }) => value !== 'visiting')
    .map((one) => (one.value === 'not-visiting' ? { ...one, text: 'No, we are not visiting' } : one));
}

/** Reads when the first visit is. @returns what is wrong with it, in words, where something is */
export function readWhen({ day, time }: { readonly day: string; readonly time: string }, now: Date): Date | FieldFault {
  const at = instantOf(day, time, now);
  if (!at) return { field: 'time', message: 'Enter the time of the first visit, like 6pm or 18:00' };
  return at > now ? at : { field: 'time', message: 'The first visit must be later than now' };
}

const saidWords: Readonly<Record<string, string>> = {
  visiting: 'we are visiting',
  'not-visiting': 'we are not visiting',
  'phoned-them': 'we have phoned, and what follows is agreed',
};

/** What a provider has said to its task, for those who have the same task: `bad` where nobody is coming. */
export function saidText(
  { how, by, at, firstVisit }: Closing,
  provider: string | null,
  now: Date,
): { readonly text: string; readonly bad: boolean } {
  const who = provider === null ? by : `${by}, ${provider}`;
  const what = `${saidWords[how] ?? how}${firstVisit ? `, first visit ${soon(firstVisit, now)}` : ''}`;
  return { text: `${who}, said ${formatInstant(at, now)}: ${what}.`, bad: how === 'not-visiting' };
}

const settledBy: ReadonlySet<string> = new Set(['visiting', 'phoned-them']);
const withoutVisit: Partial<Record<TaskCause, (who: 'patient' | 'person') => string>> = {
  discharged: (who) => `The ${who} has gone home.`,
  'closed-by-hand': (who) => `The ${who} is believed to be home.`,
  // Where the person was, nobody has said.
  cancelled: () => 'This stay was entered in error.',
};

/**
 * What sender or council has to do about its task. Once the provider has said that it is visiting, the cause's own text
 * ("no first visit is agreed") is no longer so. Only what was said with a time can be soon enough: without one a task
 * could be closed with no visit known (hazard H27).
 */
export function toDoText({ cause, text, said }: Pick<HoldTaskView, 'cause' | 'text' | 'said'>, who: 'patient' | 'person'): string {
  const is = withoutVisit[cause];
  if (said === null || is === undefined || !settledBy.has(said.how)) return text;
  const next = said.firstVisit
    ? 'If this is soon enough, close the task. If not, phone the care provider.'
    : `Phone the care provider and confirm the time of the ${cause === 'cancelled' ? 'next' : 'first'} visit.`;
  return `${is(who)} ${next}`;
} // prettier-ignore

/** What is written when somebody has dealt with a task: whose it was, and what those who have it too now read. */
export function doneText({ who }: Pick<HoldTaskView, 'who'>, how: string, firstVisit: Date | null, now: Date): string {
  const when = how === 'visiting' && firstVisit ? `, first visit ${soon(firstVisit, now)}` : '';
  return `${who[0] ?? 'Your client'}: ${saidWords[how] ?? 'done'}${when}. The hospital and the council can read it now.`;
}

/** A message that was taken back from somebody who may act on it, as it is shown until they say that they know. */
export interface TakenBackRow {
  readonly id: string;
  readonly text: string;
  /** Whose number to phone: a council's by its id, or a hospital's as it was told. */
  readonly council: string | null;
  readonly hospital: { readonly name: string; readonly phone: Phone | null } | null;
}

/** Those of the messages that are such. The words are the same whatever the reason (hazard H23). */
export function takenBackRows(notices: readonly InboxNotice[], now: Date): TakenBackRow[] {
  return notices.flatMap(({ id, takenBack: one }) => {
    if (!one) return [];
    const visit = one.firstVisit ? ` (first visit ${soon(one.firstVisit, now)})` : '';
    const what = one.saidYes ? `said yes to ${formatInstant(one.at, now)}${visit}` : `read ${formatInstant(one.at, now)}`;
    const byHospital = one.phone === 'hospital';
    return [{
      id,
      text: `A message that you ${what} was taken back. Do not act on it.`,
      council: byHospital ? null : one.council,
      hospital: byHospital ? { name: one.where.hospital, phone: one.where.phone } : null,
    }];
  });
} // prettier-ignore
