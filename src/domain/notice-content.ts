/**
 * What a recipient reads: who, where, what is asked, by when, and nothing else (product.md, "What goes back"; rule
 * R17 of the trust rules). Built by naming each field, never by leaving some out: whatever else is known of a person
 * or stay has no way in. No ward, no team, no reason, no safeguarding, no free text of anybody.
 */
import { parseDate } from './dates.ts';
import type { IsoDate } from './dates.ts';
import { parseNhsNumber } from './nhs-number.ts';
import type { NhsNumber } from './nhs-number.ts';
import type { Identifier } from './notice-terms.ts';
import { factKinds, noticeKinds, visitsOfDay } from './notice.ts';
import type { Ask, FactKind, NoticeKind, VisitOfDay } from './notice.ts';
import { readPhone } from './phone.ts';
import type { Phone } from './phone.ts';
import type { DayOrTime } from './stay-event.ts';

/** What is at hand when a notice is shown; it may hold much more than may be told. */
export interface ContentFacts {
  readonly person: {
    readonly family: string | null;
    readonly given: string | null;
    readonly birthDate: IsoDate | null;
    readonly nhsNumber: string | null;
    /** The recipient's own reference for its client. */
    readonly ownReference: string | null;
  };
  /** The hospital's name and the number to phone; never a ward's or team's name. */
  readonly hospital: { readonly name: string; readonly phone: string };
  readonly kind: NoticeKind;
  readonly of: FactKind;
  readonly ask: Ask;
  readonly answerBy: Date | null;
}

export interface NoticeContent {
  readonly who: {
    readonly family?: string;
    readonly given?: string;
    readonly birthDate?: IsoDate;
    readonly nhsNumber?: NhsNumber;
    readonly ownReference?: string;
  };
  readonly where: { readonly hospital: string; readonly phone: Phone | null };
  readonly kind: NoticeKind;
  readonly of: FactKind;
  readonly expectedHome?: DayOrTime;
  readonly restartFrom?: { readonly date: IsoDate; readonly visit: VisitOfDay | null };
  readonly goneAt?: Date;
  readonly answerBy: Date | null;
}

/** What each kind says beside its name. */
const speaks: Record<FactKind, readonly (keyof Ask)[]> = {
  'with-us': ['expectedHome'],
  hold: ['expectedHome'],
  'home-changed': ['expectedHome'],
  restart: ['expectedHome', 'restartFrom'],
  gone: ['goneAt', 'restartFrom'],
};

/**
 * Cuts what is known to what may be told.
 * @param identifiers by which the agreement lets a person be named
 * @throws TypeError when kind or fact is in no list, so that nothing is told by accident
 */
export function noticeContent(facts: ContentFacts, identifiers: readonly Identifier[]): NoticeContent {
  const { kind, of, ask, answerBy, hospital } = facts;
  if (!Object.hasOwn(noticeKinds, kind) || !Object.hasOwn(factKinds, of)) throw new TypeError('A notice of no kind');
  // A cancellation says that what was told is not so; it tells nothing in its place.
  const told = kind === 'cancellation' ? [] : speaks[of];
  const says = (field: keyof Ask): boolean => told.includes(field);
  return {
    who: who(facts.person, identifiers),
    where: { hospital: oneLine(hospital.name), phone: readPhone(hospital.phone) },
    kind,
    of,
    ...(says('expectedHome') && expectedHomeOf(ask)),
    ...(says('restartFrom') && restartFromOf(ask)),
    ...(says('goneAt') && ask.goneAt && { goneAt: ask.goneAt }),
    answerBy,
  };
}

function who(person: ContentFacts['person'], identifiers: readonly Identifier[]): NoticeContent['who'] {
  const may = (one: Identifier): boolean => identifiers.includes(one);
  const number = parseNhsNumber(person.nhsNumber);
  const birthDate = person.birthDate === null ? null : parseDate(person.birthDate);
  return {
    ...(may('name') && person.family !== null && { family: oneLine(person.family) }),
    ...(may('name') && person.given !== null && { given: oneLine(person.given) }),
    ...(may('birth-date') && birthDate !== null && { birthDate }),
    ...(may('nhs-number') && number.ok && { nhsNumber: number.value }),
    ...(may('own-reference') && person.ownReference !== null && { ownReference: oneLine(person.ownReference) }),
  };
}

/** Whether a content says whom it is about: by name, and by birth date or number, which alone make a match. */
export function isIdentified({ who: { family, given, birthDate, nhsNumber } }: NoticeContent): boolean {
  return Boolean(family || given) && (birthDate !== undefined || nhsNumber !== undefined);
}

function expectedHomeOf({ expectedHome }: Ask): Pick<NoticeContent, 'expectedHome'> | null {
  const date = parseDate(expectedHome?.date ?? '');
  return expectedHome && date ? { expectedHome: { date, at: expectedHome.at } } : null;
}

function restartFromOf({ restartFrom }: Ask): Pick<NoticeContent, 'restartFrom'> | null {
  const date = parseDate(restartFrom?.date ?? '');
  return restartFrom && date ? { restartFrom: { date, visit: visitOf(restartFrom.visit) } } : null;
}

function visitOf(visit: VisitOfDay | null): VisitOfDay | null {
  return visit !== null && Object.hasOwn(visitsOfDay, visit) ? visit : null;
}

// Names come from other systems: no line breaks, no control characters, no endless text.
function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, 200);
}
