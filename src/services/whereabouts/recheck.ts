/**
 * Looks again at questions that found nobody: who arrives later is told of, by a notice that goes, waits or is refused
 * as any other. Worked out anew each time from what is so now, each question in a transaction of its own: a process that
 * dies loses nothing, and doing it twice tells once.
 */
import { parseNhsNumber } from '../../domain/nhs-number.ts';
import { recheckQuestion } from '../../domain/open-question.ts';
import { patientKey } from '../../domain/stay-event.ts';
import { holdQuestion, keepNoticeOf, questionsToRecheck } from '../../store/whereabouts/questions.ts';
import type { Trx } from '../../store/database.ts';
import type { WhereaboutsDeps } from './deps.ts';
import { readWhereabouts } from './facts.ts';

const mostAtOnce = 200;

/**
 * Looks at every open question about somebody who is in a hospital now.
 * @param looked questions that were looked at a moment ago, to be left out; those looked at now are added
 * @returns how many notices came of it
 * @throws what the database throws when it cannot be asked at all
 */
export async function recheckQuestions(deps: WhereaboutsDeps, looked = new Set<string>()): Promise<number> {
  let told = 0;
  for (;;) {
    const ids = await questionsToRecheck(deps.db, deps.clock.now(), [...looked], mostAtOnce);
    if (ids.length === 0) break;
    for (const id of ids) {
      looked.add(id);
      try {
        if (await deps.db.transaction((trx) => recheckOne(trx, deps, id))) told++;
      } catch (error) {
        deps.failed?.(error);
      }
    }
  }
  if (told > 0) deps.wake();
  return told;
}

async function recheckOne(trx: Trx, deps: WhereaboutsDeps, id: string): Promise<boolean> {
  const question = await holdQuestion(trx, id);
  const number = parseNhsNumber(question?.nhsNumber ?? null);
  if (!question || !number.ok) return false;
  const now = deps.clock.now();
  const { provider, council, birthDate } = question;
  const asking = { provider, council, birthDate, nhsNumber: number.value };
  const read = await readWhereabouts(trx, deps, asking, now);
  // The agreement has been switched off since: nobody is told by it.
  if (!read) return false;
  const { facts, terms, link, stay, personKey, current } = read;
  const what = recheckQuestion(question, facts, terms);
  if (what.do !== 'tell' || !stay || !stay.organisation || link === null || personKey === null) return false;
  const told = await deps.tell(trx, {
    question: id,
    about: { hospital: stay.organisation, council, personKey, nhsNumber: current, birthDate, stayId: stay.stayId },
    patient: patientKey(stay.person.patient),
    team: stay.team,
    provider,
    link,
    told: null,
  });
  if (told.is === 'refused') return false;
  await keepNoticeOf(trx, id, told.notice);
  return true;
}
