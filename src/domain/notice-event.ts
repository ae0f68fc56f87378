/**
 * What happened to a notice: events that are kept and never changed. The notice's state is worked out from the
 * set of them (notice-state.ts), so that neither order of arrival nor repetition can matter (hazards H15, H16).
 */
import { canonical } from './canonical.ts';
import type { Human, Notice } from './notice.ts';
import type { Reply } from './notice-reply.ts';
import { compareText } from './stay-event.ts';

/** Kinds of event, in the order in which those of one and the same moment are taken: the careful one last. */
export const noticeEventKinds = [
  'queued',
  'released',
  'held',
  'attempted',
  'delivered',
  'bounced',
  'seen',
  'taken',
  'stepped',
  'answered',
  'visited',
  'settled',
  'replaced',
  'withdrawn',
  'cancelled',
] as const;

/** Ways in which a notice reaches somebody. */
export const channels = ['portal', 'email', 'text', 'webhook', 'fhir', 'hl7', 'phone'] as const;
export type Channel = (typeof channels)[number];

/** Why a notice waits for a person; the sender's page never says which (product rule 4). */
export type WaitReason = 'safeguarding' | 'permission-not-asked' | 'record-overdue';

/** Why a notice was taken back before it did anything more. */
export type WithdrawReason = 'died' | 'permission-refused' | 'not-shown' | 'not-a-provider-now' | 'sent-in-error';

/** What a human decided instead, when no "yes" came. */
export const settlements = {
  'other-care': 'Other care is arranged',
  'family-helps': 'Family or friends will help',
  'stays-here': 'The patient stays in hospital',
  'not-needed': 'No care is needed',
} as const;
export type Settlement = keyof typeof settlements;

/** How the service itself ends what nobody has ended when its stay is long over. It says nothing of any arrangement, and no form offers it. */
export const timeOver = 'time-over';
export type Settled = Settlement | typeof timeOver;

/** How it was settled, in words. */
export const settledTexts: Record<Settled, string> = {
  ...settlements,
  [timeOver]: 'Nobody had ended it, and its time was over',
};

/** Whom an unanswered notice is brought to next. */
export const escalationSteps = ['reminder', 'out-of-hours', 'council', 'sender'] as const;
export type EscalationStep = (typeof escalationSteps)[number];

interface Happened {
  readonly notice: string;
  /** Unique; a repetition under another id is the same event all the same. */
  readonly id: string;
  readonly at: Date;
}

export type NoticeEvent = Happened &
  (
    | { readonly kind: 'queued'; readonly what: Notice }
    | { readonly kind: 'held'; readonly why: WaitReason }
    | { readonly kind: 'released'; readonly by: Human }
    /** `attempted` is written before anything leaves, so that what may have gone out is always known. */
    | { readonly kind: 'attempted'; readonly channel: Channel }
    | { readonly kind: 'delivered'; readonly channel: Channel }
    | { readonly kind: 'bounced'; readonly channel: Channel }
    | { readonly kind: 'seen'; readonly by: Human }
    /** Somebody of the sender's or the council's side says "I am dealing with it". */
    | { readonly kind: 'taken'; readonly by: Human }
    | { readonly kind: 'stepped'; readonly step: EscalationStep; readonly outcome: 'told' | 'nobody-there' }
    /** `takenBy`: who wrote the answer down, when it was given by phone. */
    | { readonly kind: 'answered'; readonly by: Human; readonly reply: Reply; readonly takenBy: Human | null }
    /** The provider says whether the first visit after coming home took place. */
    | { readonly kind: 'visited'; readonly by: Human; readonly happened: boolean }
    | { readonly kind: 'settled'; readonly by: Human; readonly how: Settled }
    | { readonly kind: 'withdrawn'; readonly why: WithdrawReason; readonly by: Human | null }
    | { readonly kind: 'replaced'; readonly with: string }
    | { readonly kind: 'cancelled'; readonly with: string }
  );

const ranks = new Map<string, number>(noticeEventKinds.map((kind, index) => [kind, index]));
const contents = new WeakMap<NoticeEvent, string>();

/** What an event says, as one text: equal for a repetition, whatever id the repetition carries. */
export function contentOfEvent(event: NoticeEvent): string {
  let content = contents.get(event);
  if (content === undefined) {
    const { id: _id, ...said } = event;
    content = canonical(said);
    contents.set(event, content);
  }
  return content;
}

/** The events once each, in the order in which they happened: a total order that never asks when one arrived. */
export function inOrderOfTime(events: Iterable<NoticeEvent>): NoticeEvent[] {
  const seen = new Set<string>();
  return [...events].sort(compareEvents).filter((event) => {
    const content = contentOfEvent(event);
    if (seen.has(content)) return false;
    seen.add(content);
    return true;
  });
}

function compareEvents(a: NoticeEvent, b: NoticeEvent): number {
  return (
    a.at.getTime() - b.at.getTime() ||
    (ranks.get(a.kind) ?? 0) - (ranks.get(b.kind) ?? 0) ||
    stepRank(a) - stepRank(b) ||
    compareText(contentOfEvent(a), contentOfEvent(b)) ||
    compareText(a.id, b.id)
  );
}

// Several steps may be taken in one moment: when nobody is there, or after a standstill.
function stepRank(event: NoticeEvent): number {
  return event.kind === 'stepped' ? escalationSteps.indexOf(event.step) : 0;
}

/** An event as text to keep; {@link readNoticeEvent} gives it back. */
export function writeNoticeEvent(event: NoticeEvent): string {
  return canonical(event);
}

const timeKeys = new Set(['at', 'createdAt', 'deliverFrom', 'nextVisit', 'goneAt', 'firstVisit']);

/** Reads what {@link writeNoticeEvent} wrote. @throws SyntaxError when the text is not such a one */
export function readNoticeEvent(text: string): NoticeEvent {
  return JSON.parse(text, (key, value: unknown) =>
    timeKeys.has(key) && typeof value === 'string' ? new Date(value) : value,
  ) as NoticeEvent;
}
