/**
 * A notice: one thing told to one organisation, about one person's stay. What may be told is this list and
 * no more (product.md, "What goes back"); there is no field into which anybody could write anything else.
 */
import type { IsoDate } from './dates.ts';
import type { DayOrTime } from './stay-event.ts';

/** What a notice says of the person, with its name on screens. */
export const factKinds = {
  'with-us': 'Is with us',
  hold: 'Hold visits',
  'home-changed': 'Expected home changed',
  restart: 'Going home, please restart',
  gone: 'Has gone home',
} as const;
export type FactKind = keyof typeof factKinds;

/** Kinds of notice: a fact, or what becomes of one that was told before. */
export const noticeKinds = { ...factKinds, correction: 'Correction', cancellation: 'Cancellation' } as const;
export type NoticeKind = keyof typeof noticeKinds;

/** The visits of a day, in the words of home care. */
export const visitsOfDay = {
  morning: 'morning',
  lunch: 'lunch',
  tea: 'tea time',
  bed: 'bedtime',
  night: 'night',
} as const;
export type VisitOfDay = keyof typeof visitsOfDay;

/** What is asked or said; a field that does not belong to the kind is null. */
export interface Ask {
  /** When the person is expected home, as far as anybody knows. */
  readonly expectedHome: DayOrTime | null;
  /** From when care should be there again. */
  readonly restartFrom: { readonly date: IsoDate; readonly visit: VisitOfDay | null } | null;
  readonly goneAt: Date | null;
}

/** A person who acts, by name: only a human answers (product rule 9). */
export interface Human {
  /** Stable id from the sign-in provider. */
  readonly id: string;
  readonly name: string;
  /** Id of the organisation for which the person acts. */
  readonly organisation: string;
}

/** Whether somebody is named at all: a system's empty name is nobody. */
export function isNamed({ id, name, organisation }: Human): boolean {
  return id.trim() !== '' && name.trim() !== '' && organisation.trim() !== '';
}

/** `link`: why this provider may be told, a council's package or the provider's own list of clients. */
export type Recipient =
  | { readonly kind: 'provider'; readonly id: string; readonly link: 'package' | 'roster' }
  | { readonly kind: 'council'; readonly id: string };

/** The hospital team that answers for a notice; `person` is null when an event of the hospital sent it. */
export interface Sender {
  readonly organisation: string;
  readonly team: string | null;
  readonly person: Human | null;
}

export interface Notice {
  readonly id: string;
  /** One act of telling: the same facts to provider and council. */
  readonly telling: string;
  /** Id of the first notice of this line to this recipient; corrections and cancellations of it keep it. */
  readonly thread: string;
  readonly kind: NoticeKind;
  /** The fact that it states, corrects or cancels. */
  readonly of: FactKind;
  /** Null when no feed told of the stay. */
  readonly stay: string | null;
  /** The hospital's key of the person when it was written (`patientKey`): a merge is seen by its changing. */
  readonly patient: string | null;
  readonly recipient: Recipient;
  readonly sender: Sender;
  /** The council whose duty team steps in. */
  readonly council: string;
  readonly ask: Ask;
  readonly createdAt: Date;
  /** Later than `createdAt` where the recipient takes such a kind once a day. */
  readonly deliverFrom: Date;
  /** When the provider's next visit is due, if known. */
  readonly nextVisit: Date | null;
}

/** Kinds that may wait for the hour at which a recipient wants them; whatever a visit depends on never waits. */
export function mayWait({ kind, recipient }: Pick<Notice, 'kind' | 'recipient'>): boolean {
  return kind === 'home-changed' || (recipient.kind === 'council' && (kind === 'with-us' || kind === 'hold'));
}
