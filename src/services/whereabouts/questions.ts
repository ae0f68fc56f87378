/** What a provider sees of its own questions, and a council of questions about its people. Each reading is audited first. */
import { requirePermission } from '../../domain/caller.ts';
import type { Caller } from '../../domain/caller.ts';
import type { IsoDate } from '../../domain/dates.ts';
import { HomewardError } from '../../domain/error.ts';
import { parseNhsNumber } from '../../domain/nhs-number.ts';
import { answerWhereabouts } from '../../domain/whereabouts.ts';
import type { WhereaboutsAnswer } from '../../domain/whereabouts.ts';
import { writeAudit } from '../../store/audit.ts';
import { closeQuestion, forgetQuestions, holdQuestion, questionsAboutCouncil, questionsOfProvider } from '../../store/whereabouts/questions.ts'; // prettier-ignore
import type { ListedQuestion } from '../../store/whereabouts/questions.ts';
import type { WhereaboutsDeps } from './deps.ts';
import { askable } from './deps.ts';
import { readWhereabouts } from './facts.ts';
import { peopleAsked, sharedBy } from './trail.ts';

/** A question as its provider sees it: what was typed, and nothing that anybody's record says. */
export interface OwnQuestion {
  readonly id: string;
  readonly nhsNumber: string;
  readonly birthDate: IsoDate;
  readonly askedAt: Date;
  readonly askedBy: string;
  readonly answered: WhereaboutsAnswer['kind'];
  /** Waits until then for an arrival; null when it does not, or not any more. */
  readonly openUntil: Date | null;
  readonly closedAt: Date | null;
  /** The person arrived later, and a message has gone to the inbox. */
  readonly toldLater: boolean;
}

/** A question and its answer, as it was given. */
export interface OwnAnswer extends OwnQuestion {
  readonly council: string;
  readonly answer: WhereaboutsAnswer;
}

const day = 86_400_000;

/**
 * Shows the answer to a question of the caller's provider. A "yes" or "no" that would not be given any more is not
 * shown again; "cannot say" may always be.
 * @throws HomewardError NOT_ALLOWED; ANSWER_GONE when it is another provider's, its time is over or it is not so now
 */
export async function whereaboutsAnswer(deps: WhereaboutsDeps, caller: Caller, id: string): Promise<OwnAnswer> {
  requirePermission(caller, 'ask-whereabouts');
  const now = deps.clock.now();
  const found = await deps.db.transaction(
    async (trx) => {
      const question = await holdQuestion(trx, id, caller.organisation);
      if (!question?.answer || question.answerUntil <= now) return null;
      const { answer, council, provider, birthDate } = question;
      const number = parseNhsNumber(question.nhsNumber);
      if (!number.ok) return null;
      let stands = true;
      if (answer.kind !== 'cannot-say') {
        const read = await readWhereabouts(trx, deps, { provider, council, birthDate, nhsNumber: number.value }, now);
        const again = read && answerWhereabouts(read.facts, read.terms);
        stands = again?.kind === answer.kind && (again.kind !== 'with-us' || answer.kind !== 'with-us' || again.hospital === answer.hospital); // prettier-ignore
      }
      const asked = askable(deps, council, now).map(({ hospital }) => hospital);
      await writeAudit(trx, now, caller, {
        action: 'see-questions',
        outcome: stands ? answer.kind : 'changed-since',
        council,
        personKey: question.personKey,
        numberAsked: question.nhsNumber,
        answerId: id,
        sharedFields: stands ? sharedBy(answer.kind) : [],
        detail: { asked },
        people: peopleAsked(
          [{ ...question, answered: stands ? answer.kind : 'cannot-say' }],
          asked,
          hospitalOf(deps, answer),
        ),
      });
      return stands ? { ...ownOf({ ...question, told: false }, now), council, answer } : null;
    },
    { prepared: true },
  );
  if (!found) throw new HomewardError('ANSWER_GONE', 'Ask again: the answer is that of the moment.');
  return found;
}

/** The provider's questions of the last day, the latest first. */
export async function ownQuestions(deps: WhereaboutsDeps, caller: Caller): Promise<OwnQuestion[]> {
  requirePermission(caller, 'ask-whereabouts');
  const now = deps.clock.now();
  return deps.db.transaction(async (trx) => {
    const since = new Date(now.getTime() - day);
    const all = await questionsOfProvider(trx, caller.organisation, since, 100);
    await writeAudit(trx, now, caller, {
      action: 'see-questions',
      outcome: 'listed',
      detail: { shown: all.length },
      people: all.flatMap((one) =>
        peopleAsked(
          [one],
          askable(deps, one.council, now).map(({ hospital }) => hospital),
        ),
      ),
    });
    return all.map((one) => ownOf(one, now));
  });
}

function hospitalOf({ hospitals }: WhereaboutsDeps, answer: WhereaboutsAnswer): string | null {
  return answer.kind === 'with-us' ? (hospitals.find(({ name }) => name === answer.hospital)?.id ?? null) : null;
}

// Whether a notice is waiting to be released must not be seen: only one that has left ends a question here.
function ownOf(one: ListedQuestion, now: Date): OwnQuestion {
  const { id, nhsNumber, birthDate, askedAt, askedBy, answered, openUntil, closedAt, told } = one;
  const toldLater = told && answered !== 'with-us';
  const waits = openUntil !== null && openUntil > now && closedAt === null && !toldLater;
  return { id, nhsNumber, birthDate, askedAt, askedBy: askedBy.name, answered, openUntil: waits ? openUntil : null, closedAt, toldLater }; // prettier-ignore
}

/**
 * The person was found: the question waits no more. Doing it twice changes nothing.
 * @throws HomewardError NOT_ALLOWED; ANSWER_GONE when there is no such question of the caller's provider
 */
export async function foundClient(deps: WhereaboutsDeps, caller: Caller, id: string): Promise<void> {
  requirePermission(caller, 'ask-whereabouts');
  const now = deps.clock.now();
  const closed = await deps.db.transaction(async (trx) => {
    const question = await holdQuestion(trx, id, caller.organisation);
    if (!question) return false;
    if (question.closedAt === null) {
      await closeQuestion(trx, id, now, caller.name);
      const { council, personKey, nhsNumber } = question;
      await writeAudit(trx, now, caller, {
        action: 'close-question',
        outcome: 'found',
        council,
        personKey,
        numberAsked: nhsNumber,
        answerId: id,
        people: peopleAsked([{ ...question, answered: 'cannot-say' }], []),
      });
    }
    return true;
  });
  if (!closed) throw new HomewardError('ANSWER_GONE');
}

/**
 * A question as the council sees it, about one of its own people. What was answered is withheld where a hospital that was
 * asked does not tell the council who is there: each answer alike, or the rest would be known by those that are shown.
 */
export interface CouncilQuestion extends Omit<OwnQuestion, 'answered' | 'toldLater'> {
  readonly answered: OwnQuestion['answered'] | null;
  readonly toldLater: boolean | null;
  readonly provider: string;
  readonly personKey: string;
  /** Why the provider could ask; null when the person is no client of it by the council's record. */
  readonly link: 'package' | null;
}

/**
 * Questions of care providers about the council's people, the latest first.
 * @param since how far back, a week when not given
 * @throws HomewardError NOT_ALLOWED
 */
export async function questionsOfCouncil(
  deps: WhereaboutsDeps,
  caller: Caller,
  { since, limit = 200 }: { readonly since?: Date; readonly limit?: number } = {},
): Promise<CouncilQuestion[]> {
  requirePermission(caller, 'work-council-lists');
  const now = deps.clock.now();
  return deps.db.transaction(async (trx) => {
    const from = since ?? new Date(now.getTime() - 7 * day);
    const all = await questionsAboutCouncil(trx, caller.organisation, from, limit);
    await writeAudit(trx, now, caller, {
      action: 'see-council-questions',
      outcome: 'listed',
      council: caller.organisation,
      detail: { shown: all.length },
      people: peopleAsked(
        all,
        askable(deps, caller.organisation, now).map(({ hospital }) => hospital),
      ),
    });
    const isTold = tellsCouncil(deps, caller.organisation, now);
    return all.flatMap((one) => {
      const { provider, personKey, link } = one;
      if (personKey === null || link === 'roster') return [];
      const own = ownOf(one, now);
      const shown = isTold ? own : { ...own, answered: null, toldLater: null, openUntil: null, closedAt: null };
      return [{ ...shown, provider, personKey, link }];
    });
  });
}

function tellsCouncil(deps: WhereaboutsDeps, council: string, now: Date): boolean {
  return askable(deps, council, now).every(({ notices, arrival }) => notices.council || (arrival.ask && arrival.councilList)); // prettier-ignore
}

/** Deletes what may not be kept any longer. */
export function forgetOldQuestions({ db, clock }: Pick<WhereaboutsDeps, 'db' | 'clock'>): Promise<void> {
  return forgetQuestions(db, clock.now());
}
