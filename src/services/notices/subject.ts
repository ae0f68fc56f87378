/** Whom a telling is about: the person of an answer that the caller has before them, and their stay if a feed told of it. */
import type { Answer, Banner } from '../../domain/answer.ts';
import type { Caller } from '../../domain/caller.ts';
import type { IsoDate } from '../../domain/dates.ts';
import { HomewardError } from '../../domain/error.ts';
import { parseNhsNumber } from '../../domain/nhs-number.ts';
import { isOpen } from '../../domain/stay-course.ts';
import { patientKey } from '../../domain/stay-event.ts';
import { seeAnswer } from '../../store/answers.ts';
import { askIn } from '../../store/ask-in.ts';
import type { Trx } from '../../store/database.ts';
import { isHospitalOfFeed, staysOfNumbers } from '../../store/hospital/stays.ts';
import type { StoredStay } from '../../store/hospital/stays.ts';
import { identityOf } from '../../domain/arrival.ts';
import { tellingById } from '../../store/notices/tellings.ts';
import { endedInDeath } from './person-stays.ts';
import type { About } from './standing.ts';

export interface Subject extends About {
  readonly answerId: string;
  /** The hospital's key of the patient; null without a stay. */
  readonly patient: string | null;
}

/**
 * The person of an answer.
 * @throws HomewardError ANSWER_GONE when it is another session's or its time is over; TELLING_REFUSED when it
 *   showed nobody, so that there is nobody to tell of
 */
export async function subjectOf(trx: Trx, caller: Caller, answerId: string, now: Date): Promise<Subject> {
  const stored = await seeAnswer(askIn(trx), answerId, caller.session, now);
  if (!stored) throw new HomewardError('ANSWER_GONE');
  const { answer, council, personKey } = stored;
  const banner = bannerOf(answer);
  if (!banner || personKey === null || answer.asked === null) throw new HomewardError('TELLING_REFUSED');
  const number = answer.supersededBy ?? answer.asked;
  const stay = await stayOf(trx, caller.organisation, [answer.asked, number], banner.birthDate, now);
  return {
    answerId,
    hospital: caller.organisation,
    council,
    personKey,
    nhsNumber: number,
    birthDate: banner.birthDate,
    stayId: stay?.stayId ?? null,
    patient: stay ? patientKey(stay.person.patient) : null,
    toldAt: null,
  };
}

/** Whose answer to "may your care provider be told?" is written down: somebody of an answer, or of a telling. */
export type WhoseWord = { readonly answerId: string } | { readonly telling: string };

/** The person whose word it is. Where no record was shown they are known by the number that was typed. */
export type Speaker = Omit<About, 'personKey' | 'birthDate'> & {
  readonly personKey: string | null;
  /** Null where nothing has confirmed it. */
  readonly birthDate: IsoDate | null;
  readonly answerId: string | null;
};

/** Answers that are about somebody, though the council has no record of them or may not show one. */
const aboutSomebody = new Set<Answer['kind']>(['no-record', 'cannot-show', 'overdue']);

/** Whether an answer is about somebody whose "no" can be written down. */
export function isAboutSomebody(answer: Answer): boolean {
  return bannerOf(answer) !== null || (answer.asked !== null && aboutSomebody.has(answer.kind));
}

/**
 * The person of an answer, of whatever kind, or of something that was told: a "no" can be said by everybody (product
 * rule 5), and what is done with it tells nobody whether there is a record.
 * @throws HomewardError ANSWER_GONE, NOTICE_GONE when it is not the caller's; TELLING_REFUSED when it is about nobody
 */
export async function speakerOf(trx: Trx, caller: Caller, of: WhoseWord, now: Date): Promise<Speaker> {
  if ('telling' in of) {
    const telling = await tellingById(trx, of.telling);
    if (!telling || telling.hospital !== caller.organisation) throw new HomewardError('NOTICE_GONE');
    const { hospital, council, personKey, nhsNumber, birthDate, stayId } = telling;
    return { hospital, council, personKey, nhsNumber, birthDate, stayId, toldAt: null, answerId: null };
  }
  const stored = await seeAnswer(askIn(trx), of.answerId, caller.session, now);
  if (!stored) throw new HomewardError('ANSWER_GONE');
  const { answer, council, personKey } = stored;
  if (bannerOf(answer) && personKey !== null) return subjectOf(trx, caller, of.answerId, now);
  const number = parseNhsNumber(answer.asked);
  if (!number.ok || !aboutSomebody.has(answer.kind)) throw new HomewardError('TELLING_REFUSED');
  const birthDate = 'listed' in answer ? (answer.listed?.birthDate ?? null) : null;
  const common = { hospital: caller.organisation, council, nhsNumber: number.value, birthDate };
  return { ...common, personKey: null, stayId: null, toldAt: null, answerId: of.answerId };
}

function bannerOf(answer: Answer): Banner | null {
  return answer.kind === 'died' ? answer.banner : 'care' in answer ? (answer.care?.banner ?? null) : null;
}

const week = 7 * 24 * 3_600_000;

/** The stay that is meant by what a hospital tells of somebody; null when none is known. */
export async function stayOf(
  trx: Trx,
  hospital: string,
  numbers: readonly string[],
  birthDate: IsoDate,
  now: Date,
): Promise<StoredStay | null> {
  const same = (await staysOfNumbers(trx, numbers)).filter(({ person }) => person.birthDate === birthDate);
  const theirs: StoredStay[] = [];
  for (const stay of same) if (await isAt(trx, stay, hospital)) theirs.push(stay);
  // In doubt who it is, it is nobody's here; but that they have died must not be missed.
  const stays = theirs.filter((stay) => endedInDeath(stay) || identityOf(stay).birthDate === birthDate);
  const recent = ({ endedAt }: StoredStay): boolean => endedAt !== null && now.getTime() - endedAt.getTime() < week;
  // The open one, else the last to end within a week, since "has gone home" comes after it; else the one to come.
  const open = stays.find(({ status }) => isOpen(status));
  return open ?? stays.find(recent) ?? stays.find(({ status }) => status === 'expected') ?? null;
}

// Nobody is anywhere yet who is only expected: at the hospitals that their feed speaks of.
async function isAt(trx: Trx, { organisation, status, feed }: StoredStay, hospital: string): Promise<boolean> {
  if (organisation !== null || status !== 'expected') return organisation === hospital;
  return isHospitalOfFeed(trx, feed, hospital);
}
