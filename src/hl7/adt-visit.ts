/**
 * Where and when: the parts of EVN, PV1 and PV2 that say who is in hospital. Only what the feed's file
 * maps is kept: the ward, the bed and whatever they would tell of an illness stay behind.
 */
import type { DayOrTime, HospitalEvent, Place, StayClass } from '../domain/stay-event.ts';
import type { AdtFeed, ClassMeaning, SiteRule } from './adt-feed.ts';
import { fault, quarantine } from './adt-codes.ts';
import type { AdtRemark } from './adt-codes.ts';
import { dayOrTime } from './adt-identity.ts';
import type { Message } from './message.ts';
import type { Segment } from './segment.ts';
import { parseTimestamp } from './timestamp.ts';

type Remark = (remark: AdtRemark) => void;

/** A PV1 read through its feed's file. */
export class VisitReader {
  readonly #pv1: Segment;
  readonly #feed: AdtFeed;
  readonly #site: SiteRule | null;
  readonly #code: string;
  readonly #meaning: ClassMeaning | null;

  constructor(pv1: Segment, feed: AdtFeed) {
    this.#pv1 = pv1;
    this.#feed = feed;
    this.#site = siteOf(pv1, feed.sites);
    this.#code = pv1.value(2).trim();
    const meaning = own(feed.patientClasses, this.#code);
    this.#meaning = (meaning === 'by-site' ? this.#site?.patientClass : meaning) ?? null;
  }

  /** Whether the class, or the site that stands for it, is known to be no stay: a clinic. */
  get isNoStay(): boolean {
    return this.#meaning === 'not-a-stay';
  }

  /** What the class means. @throws Stop with CLASS_UNMAPPED, or SITE_UNMAPPED where the site should have told */
  get meaning(): StayClass | 'expected' {
    const meaning = this.#meaning;
    return meaning === null || meaning === 'not-a-stay' || meaning === 'by-site' ? this.#unmapped() : meaning;
  }

  /** The class, which must be one of a stay. @throws Stop as {@link meaning} */
  get stayClass(): StayClass {
    const { meaning } = this;
    return meaning === 'expected' ? this.#unmapped() : meaning;
  }

  /** The class that a stay now has, if the message says one. @throws Stop for a code that nobody mapped */
  get stayClassIfSaid(): StayClass | undefined {
    if (this.#meaning === 'expected' || (this.#meaning === null && this.#code === '')) return undefined;
    return this.stayClass;
  }

  /** The place, needed. @throws Stop with SITE_UNMAPPED */
  get place(): Place {
    return this.placeIfMapped ?? quarantine('SITE_UNMAPPED', 'PV1-3', siteText(this.#pv1, this.#feed.sites));
  }

  /** The place, where it is mapped. */
  get placeIfMapped(): Place | undefined {
    return this.#site ? { organisation: this.#site.organisation, team: this.#site.team ?? null } : undefined;
  }

  /** What the discharge codes tell beyond a way home. */
  get outcome(): HospitalEvent['outcome'] {
    const { discharge } = this.#feed;
    const [method, destination] = [this.#pv1.value(36).trim(), this.#pv1.value(37).trim()];
    const found = [own(discharge['PV1-36'], method), own(discharge['PV1-37'], destination)];
    return found.find((one) => one === 'died') ?? found.find((one) => one !== undefined);
  }

  #unmapped(): never {
    if (own(this.#feed.patientClasses, this.#code) === 'by-site')
      quarantine('SITE_UNMAPPED', 'PV1-3', siteText(this.#pv1, this.#feed.sites));
    quarantine('CLASS_UNMAPPED', 'PV1-2', this.#code);
  }
}

/** What a table has under a text that comes from outside. */
function own<T>(table: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return table && Object.hasOwn(table, key) ? table[key] : undefined;
}

// HL7 data type PL: the parts by which hospitals tell their sites apart.
const parts = { pointOfCare: 1, room: 2, bed: 3, facility: 4, locationType: 6, building: 7 } as const;
type Part = keyof typeof parts;

function siteOf(pv1: Segment, sites: readonly SiteRule[]): SiteRule | null {
  const location = pv1.field(3);
  const fits = ({ when }: SiteRule): boolean =>
    (Object.keys(parts) as Part[]).every(
      (part) => when[part] === undefined || when[part] === location.component(parts[part]).trim(),
    );
  return sites.find(fits) ?? null;
}

// Names of places only. Room and bed tell who lies there, so they are left out unless the file's own rules look at them.
function siteText(pv1: Segment, sites: readonly SiteRule[]): string {
  const location = pv1.field(3);
  const isTold = (part: Part): boolean =>
    (part !== 'room' && part !== 'bed') || sites.some(({ when }) => when[part] !== undefined);
  const told = (Object.keys(parts) as Part[]).map((part) =>
    isTold(part) ? location.component(parts[part]).trim() : '',
  );
  return told.join('^').replace(/\^+$/, '');
}

/** When something happened and when it was written down. */
export type Times = Pick<HospitalEvent, 'at' | 'recordedAt' | 'sentAt'>;

/**
 * Reads the times of a message: EVN-6, or what PV1 says where the feed's file prefers it, or EVN-2, or at
 * last MSH-7.
 * @param fromVisit PV1's own time for the event, where it has one
 * @throws Stop with TIME_MISSING, or TIME_IN_FUTURE
 */
export function readTimes(
  message: Message,
  feed: AdtFeed,
  receivedAt: Date,
  fromVisit: Date | undefined,
  remark: Remark,
): Times {
  const evn = message.segment('EVN');
  const read = (text: string): Date | undefined => {
    const found = instantOf(text, feed);
    if (!found && text.trim() !== '' && !/^0+$/.test(text.trim())) remark('event-time-not-read');
    return found;
  };
  const occurred = read(evn?.value(6) ?? '');
  const recorded = read(evn?.value(2) ?? '');
  const sent = read(message.value('MSH', 7));
  const at = occurred ?? (feed.times.happened === 'visit' ? fromVisit : undefined) ?? recorded ?? sent;
  if (!at) return fault('TIME_MISSING', 'EVN-2');
  const recordedAt = (feed.times.recorded === 'message' ? sent : undefined) ?? recorded ?? sent ?? at;
  const latest = receivedAt.getTime() + feed.times.ahead;
  if (at.getTime() > latest) quarantine('TIME_IN_FUTURE', occurred ? 'EVN-6' : 'EVN-2');
  if (recordedAt.getTime() > latest) quarantine('TIME_IN_FUTURE', 'EVN-2');
  return { at, recordedAt, sentAt: sent ?? null };
}

/** An instant of a field that may be blank, zeros or a mere day; undefined for those. */
export function instantOf(text: string, feed: AdtFeed): Date | undefined {
  const read = parseTimestamp(text, feed.times.zone === 'utc' ? 0 : undefined);
  return (read.ok ? read.value.instant : null) ?? undefined;
}

/** Nobody's admission is read from longer ago: a date such as 1 January 1900 is a system's word for "none". */
const longestAgo = 20 * 365 * 86_400_000;

/**
 * When a visit began or ended by PV1-44 or PV1-45; undefined when it says nothing, or what cannot be known yet: an end
 * in years to come would keep the stay until then, and explain every look-up of the person (hazard H23).
 */
export function readVisitTime(text: string, feed: AdtFeed, receivedAt: Date, remark: Remark): Date | undefined {
  const found = instantOf(text, feed);
  if (!found) return undefined;
  const ahead = found.getTime() - receivedAt.getTime();
  if (ahead <= feed.times.ahead && ahead >= -longestAgo) return found;
  remark('visit-time-not-credible');
  return undefined;
}

/** PV2-9; undefined when it says nothing, null when it takes back what was said. PV2-8 is the expected *admission*. */
export function readExpectedDischarge(
  pv2: Segment | null,
  feed: AdtFeed,
  remark: Remark,
): DayOrTime | null | undefined {
  const field = pv2?.field(9);
  if (field?.presence === 'delete') return null;
  if (field?.presence !== 'value') return undefined;
  const read = dayOrTime(field.text, feed);
  if (!read) remark('expected-discharge-not-read');
  return read ?? undefined;
}
