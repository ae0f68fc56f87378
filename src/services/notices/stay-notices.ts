/**
 * What stays tell by themselves, where the agreement has it switched on: arrival, another expected time of going home,
 * discharge; and that what was told is not so. Worked out from the stay as it is now and from what was told of it
 * before, in one transaction a stay: a process that dies loses nothing, and doing it twice tells once (hazard H15).
 */
import { providersToTell } from '../../domain/addressee.ts';
import { isInForce } from '../../domain/agreement.ts';
import type { Agreement } from '../../domain/agreement.ts';
import { arrivalRequest, identityOf } from '../../domain/arrival.ts';
import { londonDate } from '../../domain/dates.ts';
import type { IsoDate } from '../../domain/dates.ts';
import { parseNhsNumber } from '../../domain/nhs-number.ts';
import type { Ask, FactKind, Recipient } from '../../domain/notice.ts';
import { decideBeforeArrival, decideOnRecord, sharePackages, unused } from '../../domain/policy.ts';
import type { RosterAgreement } from '../../domain/roster-agreement.ts';
import { isOpen } from '../../domain/stay-course.ts';
import { patientKey } from '../../domain/stay-event.ts';
import type { DayOrTime } from '../../domain/stay-event.ts';
import { isStale } from '../../domain/stay.ts';
import { askIn } from '../../store/ask-in.ts';
import type { Trx } from '../../store/database.ts';
import { stayById } from '../../store/hospital/stays.ts';
import type { StoredStay } from '../../store/hospital/stays.ts';
import { holdPerson, personOf } from '../../store/notices/person-lock.ts';
import { lastRefusal } from '../../store/notices/permissions.ts';
import { isToldOf, keepTold, standingTellings, takeToTell, toldOfStay } from '../../store/notices/stay-told.ts';
import type { StayTold } from '../../store/notices/stay-told.ts';
import { readRecord } from '../../store/records.ts';
import { rosterAddressees } from '../roster/clients.ts';
import { tellByItself } from './automatic.ts';
import type { NoticeDeps } from './deps.ts';
import { sinceOf } from './person-stays.ts';
import { joinWhatWasTold } from './stay-joins.ts';
import { undoByItself } from './undo-by-itself.ts';

export interface StayNoticeDeps {
  readonly notices: NoticeDeps;
  readonly rosters: readonly RosterAgreement[];
}

/** Somebody whom a stay may be told of, and on whose account. */
interface Subject {
  readonly agreement: Agreement;
  readonly personKey: string;
  readonly nhsNumber: string;
  readonly birthDate: IsoDate;
  /** Null: the council and the providers of its packages. */
  readonly only: { readonly recipient: Recipient; readonly name: string | null } | null;
}

/**
 * Tells what has become of one stay.
 * @returns false when another process is at it
 */
export async function tellOfStay(trx: Trx, deps: StayNoticeDeps, stayId: string): Promise<boolean> {
  if (!(await takeToTell(trx, stayId))) return false;
  const stay = await stayById(trx, stayId);
  // Forgotten, or part of another stay by now: whoever holds care for it has a task (domain/stay-end.ts).
  if (!stay || stay.organisation === null) return true;
  const now = deps.notices.clock.now();
  await joinWhatWasTold(trx, stay, stay.organisation, now);
  const before = await toldOfStay(trx, stayId);
  if (stay.status === 'cancelled' || stay.status === 'deleted') {
    for (const told of before) await takeAllBack(trx, deps.notices, stay, told);
    return true;
  }
  const subjects = await subjectsOf(trx, deps, stay, stay.organisation, before, now);
  for (const told of before) {
    const subject = subjects.find((one) => keyOf(one) === `${told.council}|${told.provider}`);
    if (isSomebodyElse(stay, told, subject)) await takeAllBack(trx, deps.notices, stay, told);
  }
  for (const subject of subjects) {
    const told = before.find((one) => keyOf(subject) === `${one.council}|${one.provider}`) ?? null;
    const same = told && !isSomebodyElse(stay, told, subject) ? told : null;
    await tellOne(trx, deps.notices, stay, stay.organisation, subject, same);
  }
  return true;
}

const day = 24 * 3_600_000;

/** Everybody whom the stay is about, as each council and each list of clients knows them; nobody, where that is in doubt. */
async function subjectsOf(
  trx: Trx,
  deps: StayNoticeDeps,
  stay: StoredStay,
  hospital: string,
  before: readonly StayTold[],
  now: Date,
): Promise<Subject[]> {
  const identity = identityOf(stay);
  const number = parseNhsNumber(identity.nhsNumber);
  const { birthDate } = identity;
  if (!number.ok || birthDate === null) return [];
  const today = londonDate(now);
  const agreements = deps.notices.agreements.filter(
    (one) => one.hospital === hospital && isInForce(one, today) && one.notices.automatic.length > 0,
  );
  const subjects: Subject[] = [];
  let lists: Awaited<ReturnType<typeof rosterAddressees>> | null = null;
  for (const agreement of agreements) {
    const { council } = agreement;
    const refused = (await lastRefusal(trx, hospital, [number.value], sinceOf(stay, now))) !== null;
    // As an arrival's own question is decided, which an agreement may leave unasked.
    const asking = { ...agreement, arrival: { ...agreement.arrival, ask: true } };
    const request = arrivalRequest(council, identity);
    if (decideBeforeArrival({ agreement: asking, hospital, request, number, refused: false, now })) continue;
    const record = await readRecord(askIn(trx), council, number.value, hospital, now);
    const counts = { ...unused, mismatchesOnPerson: record.mismatches.lately };
    const { kind } = decideOnRecord({ agreement, request, counts, ...record, now });
    const { person, current } = record.found;
    const common = { agreement, birthDate, nhsNumber: current };
    const known = before.some((one) => one.council === council && one.personKey === person?.personKey);
    const hasCare = person !== null && sharePackages(agreement, person, now).open.length > 0;
    const told = known || ((kind === 'care' || kind === 'overdue') && hasCare && !refused);
    if (person && told) subjects.push({ ...common, personKey: person.personKey, only: null });
    const packages =
      person && told ? providersToTell(agreement, person, ({ provider }) => provider.providerId, now) : [];
    // Whether somebody is on a list of clients is asked of lists alone; whether they may be told, of the record too.
    lists ??= await rosterAddressees(trx, deps, [number.value, current], birthDate, now);
    for (const { provider, name, client, council: own } of lists) {
      if (own !== council || (refused && !before.some((one) => one.provider === provider))) continue;
      const recipient = { kind: 'provider', id: provider, link: 'roster' } as const;
      if (!packages.includes(provider))
        subjects.push({ ...common, personKey: person?.personKey ?? client.personKey, only: { recipient, name } });
    }
  }
  return subjects;
}

function keyOf({ agreement, only }: Subject): string {
  return `${agreement.council}|${only?.recipient.id ?? ''}`;
}

// By a number of their own, as against one that only reads otherwise, or that nobody finds any more.
function isSomebodyElse(stay: StoredStay, told: StayTold, subject: Subject | undefined): boolean {
  if (subject) return subject.personKey !== told.personKey;
  const { nhsNumber } = identityOf(stay);
  return nhsNumber !== null && nhsNumber !== told.nhsNumber;
}

async function takeAllBack(trx: Trx, deps: NoticeDeps, stay: StoredStay, told: StayTold): Promise<void> {
  await takeBack(trx, deps, stay, told);
  await keepTold(trx, { ...told, withUs: null, gone: null, goneAt: null, expected: null });
}

async function takeBack(trx: Trx, deps: NoticeDeps, stay: StoredStay, told: StayTold, only?: FactKind): Promise<void> {
  await holdPerson(trx, personOf(told));
  for (const telling of await standingTellings(trx, told)) {
    if (only !== undefined && telling.of !== only) continue;
    await undoByItself(trx, deps, telling, { as: 'cancellation', token: `stay ${stay.stayId} undo ${telling.id}` });
  }
}

/** Tells one subject what is so now. */
async function tellOne(
  trx: Trx,
  deps: NoticeDeps,
  stay: StoredStay,
  hospital: string,
  subject: Subject,
  before: StayTold | null,
): Promise<void> {
  const { agreement, personKey, nhsNumber, birthDate, only } = subject;
  const { council } = agreement;
  const now = deps.clock.now();
  await holdPerson(trx, personOf({ council, personKey }));
  let told: StayTold = before ?? {
    stayId: stay.stayId, council, provider: only?.recipient.id ?? '', hospital, personKey, nhsNumber,
    withUs: null, gone: null, goneAt: null, expected: stay.expectedDischarge,
  }; // prettier-ignore
  const roster = only ? { roster: only.recipient.id } : {};
  const about = { hospital, council, personKey, nhsNumber, birthDate, stayId: stay.stayId, toldAt: null, ...roster };
  const tell = (of: FactKind, ask: Partial<Ask>): Promise<string | null> =>
    tellByItself(trx, deps, {
      about,
      patient: patientKey(stay.person.patient),
      team: stay.team,
      of,
      ask: { expectedHome: null, restartFrom: null, goneAt: null, ...ask },
      ...(only && { only }),
      token: `stay ${stay.stayId} ${of} ${stay.version} ${personKey} ${only?.recipient.id ?? ''}`.trimEnd(),
    });

  if (isOpen(stay.status)) {
    if (told.gone) {
      await takeBack(trx, deps, stay, told, 'gone');
      told = { ...told, gone: null, goneAt: null };
    }
    if (told.withUs !== null && told.hospital !== hospital && !isStale(stay, now))
      told = await tellMoved(trx, deps, stay, hospital, subject, told);
    const expectedHome = stay.expectedDischarge;
    const withUs = told.withUs === null && !isStale(stay, now) ? await tell('with-us', { expectedHome }) : null;
    const isNews = withUs === null && !isSameTime(told.expected, expectedHome);
    if (isNews && !only && (await isToldOf(trx, told))) await tell('home-changed', { expectedHome });
    told = { ...told, withUs: withUs ?? told.withUs, expected: expectedHome, ...(withUs !== null && { hospital }) };
  } else if (stay.status === 'discharged' && stay.endedAt && !only) {
    told = await tellGone(trx, deps, stay, stay.endedAt, told, tell);
  }
  await keepTold(trx, told);
}

/** At another hospital of the feed: whoever was told by itself where the person is, is told by a correction. */
async function tellMoved(
  trx: Trx,
  deps: NoticeDeps,
  stay: StoredStay,
  hospital: string,
  { agreement }: Subject,
  told: StayTold,
): Promise<StayTold> {
  // Else what the first hospital told stands, and its tasks are that hospital's.
  if (!agreement.notices.automatic.includes('with-us')) return told;
  let { withUs } = told;
  for (const telling of await standingTellings(trx, told)) {
    if (telling.of !== 'with-us') continue;
    const token = `stay ${stay.stayId} with-us ${stay.version} corrects ${telling.id}`;
    const ask = { ...telling.ask, expectedHome: stay.expectedDischarge };
    const at = { hospital, team: stay.team };
    withUs = (await undoByItself(trx, deps, telling, { as: 'correction', ask, at, token })) ?? withUs;
  }
  return { ...told, hospital, withUs };
}

async function tellGone(
  trx: Trx,
  deps: NoticeDeps,
  stay: StoredStay,
  goneAt: Date,
  told: StayTold,
  tell: (of: FactKind, ask: Partial<Ask>) => Promise<string | null>,
): Promise<StayTold> {
  if (told.gone === null) {
    // Of a stay of long ago, as when a feed is caught up with, nobody is told who was told nothing of it before.
    const recent = deps.clock.now().getTime() - goneAt.getTime() < day;
    if (!recent && !(await isToldOf(trx, told))) return told;
    const gone = await tell('gone', { goneAt });
    return { ...told, gone, goneAt: gone === null ? null : goneAt };
  }
  if (told.goneAt?.getTime() === goneAt.getTime()) return told;
  let gone = told.gone;
  for (const telling of await standingTellings(trx, told)) {
    if (telling.of !== 'gone') continue;
    const token = `stay ${stay.stayId} gone ${stay.version} corrects ${telling.id}`;
    gone =
      (await undoByItself(trx, deps, telling, { as: 'correction', ask: { ...telling.ask, goneAt }, token })) ?? gone;
  }
  return { ...told, gone, goneAt };
}

function isSameTime(a: DayOrTime | null, b: DayOrTime | null): boolean {
  return a?.date === b?.date && a?.at?.getTime() === b?.at?.getTime();
}
