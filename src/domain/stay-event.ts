/**
 * What a hospital's feed said happened, in no feed's own language: one statement about a visit or a
 * person. Statements are kept and never changed; the picture of who is in hospital is worked out from
 * the set of them (stay.ts), so that neither order of arrival nor repetition can matter.
 */
import type { IsoDate } from './dates.ts';
import type { NhsNumber } from './nhs-number.ts';

/** Kinds of statement, in the order in which statements of one and the same moment are taken. */
export const eventKinds = [
  'expected',
  'arrived',
  'admitted',
  'class-changed',
  'moved',
  'leave-started',
  'leave-ended',
  'updated',
  'discharged',
  'closed-by-hand',
  'cancelled',
  'visit-deleted',
  'person-deleted',
  'merged',
  'unlinked',
  'visit-moved',
  'account-moved',
  'account-merged',
] as const;
export type EventKind = (typeof eventKinds)[number];

/** What a cancellation takes back. */
export type CancelTarget =
  'start' | 'move' | 'discharge' | 'leave' | 'return' | 'expected' | 'pending-discharge' | 'closing';

/** The two ways of being in hospital that are stays; clinics and bookings never become events. */
export type StayClass = 'emergency' | 'inpatient';

/** Who: a hospital number with the authority that gave it or, in feeds without one, the NHS number (authority `NHS`). */
export interface PatientRef {
  readonly authority: string;
  readonly value: string;
}

/** Where, in the words of the configuration folder; the ward itself is not kept. */
export interface Place {
  readonly organisation: string;
  readonly team: string | null;
}

/** A day, and the instant when more than the day was said. */
export interface DayOrTime {
  readonly date: IsoDate;
  readonly at: Date | null;
}

/** An NHS number as the hospital holds it, with its tracing status `01` (verified) … `08`, if said. */
export interface StatedNhsNumber {
  readonly value: NhsNumber;
  readonly status: string | null;
}

/**
 * One statement. A field that is absent was not spoken of; `null` was said to be empty (HL7's `""`),
 * which takes back what was said before.
 */
export interface HospitalEvent {
  readonly feed: string;
  /** The message's own id. A repetition under another id is the same statement all the same. */
  readonly id: string;
  readonly kind: EventKind;
  /** When it happened; of a cancellation, when that happened which it takes back, if it says so. */
  readonly at: Date;
  /** When it was written down: of two statements about one thing, the later stands. */
  readonly recordedAt: Date;
  readonly sentAt: Date | null;
  readonly sequence: number | null;
  readonly patient: PatientRef;
  /** Visit number, unique within the feed. */
  readonly visit: string | null;
  readonly account?: string;

  readonly cancels?: CancelTarget;
  /** Of a cancellation: `at` is the time of what it takes back, not its own. */
  readonly namesTime?: boolean;
  /** Of merges, changes of number and moves: what it was called, or whose it was, before. */
  readonly prior?: { readonly patient?: PatientRef; readonly visit?: string; readonly account?: string };

  readonly patientClass?: StayClass;
  readonly place?: Place;
  /** Of a discharge that is no way home. */
  readonly outcome?: 'died' | 'transferred';
  readonly admitTime?: Date;
  readonly dischargeTime?: Date;
  readonly expectedDischarge?: DayOrTime | null;

  readonly nhsNumber?: StatedNhsNumber | null;
  readonly birthDate?: IsoDate | null;
  readonly name?: { readonly family: string; readonly given: string } | null;
  /** Null: said to be alive. `day` null: died, and nobody said when. */
  readonly death?: { readonly day: DayOrTime | null } | null;
}

/**
 * Whether a statement ends something or takes it back: whatever has been said before, the way out of a list must
 * stay open (hazard H27).
 */
export function isWayOut({ kind, death }: HospitalEvent): boolean {
  return waysOut.has(kind) || (death !== undefined && death !== null);
}

const waysOut = new Set<EventKind>(['discharged', 'closed-by-hand', 'cancelled', 'visit-deleted', 'person-deleted']);

/** The text by which statements about one patient find each other. */
export function patientKey({ authority, value }: PatientRef): string {
  return `${authority}|${value}`;
}

/**
 * Every key under which a statement must be found again. All statements that share a key, directly or
 * through others, are folded together: a merge joins two people's histories for good, because it may
 * be undone.
 */
export function keysOf(event: HospitalEvent): string[] {
  const { feed, patient, visit, prior } = event;
  const keys = [`${feed}|patient|${patientKey(patient)}`];
  if (prior?.patient) keys.push(`${feed}|patient|${patientKey(prior.patient)}`);
  if (visit !== null) keys.push(`${feed}|visit|${visit}`);
  if (prior?.visit !== undefined) keys.push(`${feed}|visit|${prior.visit}`);
  return [...new Set(keys)];
}

const ranks = new Map<EventKind, number>(eventKinds.map((kind, index) => [kind, index]));

/**
 * The order in which statements were written down: a total order that never asks when a statement
 * arrived. A sequence number decides only within one moment, since senders begin theirs anew.
 */
export function compareRecorded(a: HospitalEvent, b: HospitalEvent): number {
  return (
    a.recordedAt.getTime() - b.recordedAt.getTime() ||
    (a.sequence ?? -1) - (b.sequence ?? -1) ||
    (a.sentAt?.getTime() ?? 0) - (b.sentAt?.getTime() ?? 0) ||
    (ranks.get(a.kind) ?? 0) - (ranks.get(b.kind) ?? 0) ||
    a.at.getTime() - b.at.getTime() ||
    compareText(contentOf(a), contentOf(b)) ||
    compareText(a.id, b.id)
  );
}

/** The statements once each, in the order in which they were written down. */
export function inRecordedOrder(events: Iterable<HospitalEvent>): HospitalEvent[] {
  const seen = new Set<string>();
  return [...events].sort(compareRecorded).filter((event) => {
    const content = contentOf(event);
    if (seen.has(content)) return false;
    seen.add(content);
    return true;
  });
}

const contents = new WeakMap<HospitalEvent, string>();

/**
 * What a statement says, as one text: equal for a repetition, whatever id, sequence number or time of
 * sending the repetition carries.
 */
export function contentOf(event: HospitalEvent): string {
  let content = contents.get(event);
  if (content === undefined) {
    const { id: _id, sequence: _sequence, sentAt: _sentAt, ...said } = event;
    content = canonical(said);
    contents.set(event, content);
  }
  return content;
}

/** A statement as text to keep; {@link readEvent} gives it back. */
export function writeEvent(event: HospitalEvent): string {
  return canonical(event);
}

const timeKeys = new Set(['at', 'recordedAt', 'sentAt', 'admitTime', 'dischargeTime']);

/** Reads what {@link writeEvent} wrote. @throws SyntaxError when the text is not such a one */
export function readEvent(text: string): HospitalEvent {
  return JSON.parse(text, (key, value: unknown) =>
    timeKeys.has(key) && typeof value === 'string' ? new Date(value) : value,
  ) as HospitalEvent;
}

function canonical(value: unknown): string {
  if (value instanceof Date) return `"${value.toISOString()}"`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const parts = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => compareText(a, b))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`);
  return `{${parts.join(',')}}`;
}

/** By code unit, not by language: the same everywhere. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
