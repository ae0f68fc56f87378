/**
 * What carries something out of the house: one courier a channel (src/delivery), each with the same small duty. A
 * courier keeps nothing and decides nothing; what is written down before and after it is the queue's (ADR 13).
 */
import type { Notice } from './notice.ts';
import type { NoticeContent } from './notice-content.ts';
import type { Alert } from './notice-text.ts';

/**
 * Why something is sent now: the first time, as a step of the escalation, or since a task of a hold waits in the inbox
 * of whoever had the notice. Of a task nothing is sent but that there is something to open.
 */
export type DeliveryReason = 'first' | 'reminder' | 'out-of-hours' | 'council' | 'task';

/** Channels that somebody else's machine carries; the portal is our own. */
export const carriedChannels = ['email', 'text', 'webhook', 'fhir', 'hl7'] as const;
export type CarriedChannel = (typeof carriedChannels)[number];

/** Channels to a recipient's own system, which are given the notice itself. */
export const systemChannels = ['webhook', 'fhir', 'hl7'] as const;
export type SystemChannel = (typeof systemChannels)[number];

/** Why something did not arrive: our own words, since the other side's may repeat an address or worse. */
export const faultTexts = {
  ADDRESS_DEAD: 'There is nobody at this address.',
  MESSAGE_REFUSED: 'The other side refuses the message for good.',
  NOT_REACHED: 'The other side cannot be connected to.',
  TIMEOUT: 'The other side did not answer in time.',
  BUSY: 'The other side says that it cannot take it now.',
  TLS: 'No secure connection came about.',
  ANSWER_NOT_READ: 'The other side answered what nobody here understands.',
  ADDRESS_FORBIDDEN: 'The address leads into a network to which nothing may be sent.',
  NOT_TRUSTED: 'The other side does not accept who we say we are.',
  NOT_CONFIGURED: 'Nothing is configured here that could carry it.',
  GIVEN_UP: 'It was tried for too long.',
} as const;
export type DeliveryFault = keyof typeof faultTexts;

const ours = new Set<DeliveryFault>(['ADDRESS_FORBIDDEN', 'NOT_TRUSTED', 'NOT_CONFIGURED']);

/** Whether whoever runs this service has to mend it, and not whoever owns the address. */
export function isOursToMend(fault: DeliveryFault): boolean {
  return ours.has(fault);
}

/** What became of something handed over. */
export type Handover =
  | { readonly is: 'delivered' }
  /** Taken on by somebody who says later what became of it; asked for by `reference`. */
  | { readonly is: 'accepted'; readonly reference: string }
  /** Not now; `after`: not sooner than in so many milliseconds. */
  | { readonly is: 'later'; readonly fault: DeliveryFault; readonly after?: number }
  /** No repetition will change it. */
  | { readonly is: 'refused'; readonly fault: DeliveryFault };

/** Something to be carried. */
export interface Parcel<What> {
  /** The same at every attempt, and no other parcel's: whoever gets two of them can tell. */
  readonly key: string;
  /** E-mail address, phone number, or the id of a system of the configuration folder. */
  readonly to: string;
  readonly what: What;
  /** It was handed over before, with an end that nobody knows. */
  readonly again: boolean;
  readonly at: Date;
}

/** A notice for a recipient's own system; what of it leaves is named field by field by its courier. */
export interface SystemMessage {
  readonly notice: Notice;
  readonly content: NoticeContent;
  readonly reason: Exclude<DeliveryReason, 'task'>;
  /** To the recipient's inbox. */
  readonly link: string;
}

export interface Courier<What> {
  /** Never throws: whatever goes wrong is a {@link Handover}. Ends when `signal` does. */
  carry(parcel: Parcel<What>, signal: AbortSignal): Promise<Handover>;
  /** What became of something `accepted`: that again while nobody knows, `later` when it must be sent anew. */
  follow?(reference: string, signal: AbortSignal): Promise<Handover>;
}

/** The couriers that a site has; a channel without one carries nothing. */
export interface Couriers {
  readonly email?: Courier<Alert>;
  readonly text?: Courier<Alert>;
  readonly webhook?: Courier<SystemMessage>;
  readonly fhir?: Courier<SystemMessage>;
  readonly hl7?: Courier<SystemMessage>;
}

/** Sends one message now, without a queue of its own: sign-in links, invitations, codes. */
export interface Mailer {
  /** `key`: one letter's own; `text`: plain text, in which whatever it says may be read by others; `by`: as a text message. */
  send(letter: { key: string; to: string; subject: string; text: string; by?: 'text' }): Promise<Handover>;
}
