/** Whom a row of the trail about a provider's question names, and by whose word. */
import type { WhereaboutsAnswer } from '../../domain/whereabouts.ts';
import type { PersonShown } from '../../store/audit-people.ts';
import type { StoredQuestion } from '../../store/whereabouts/questions.ts';

type Asked = Pick<
  StoredQuestion,
  'council' | 'currentNumber' | 'nhsNumber' | 'link' | 'personKey' | 'councilPerson' | 'answered'
>;

/**
 * The people of some questions. A "yes" is the word of the hospital where the person is, a "no" that of all that were
 * asked, and "cannot say" nobody's. Of a client by the provider's own list no council finds it.
 * @param asked hospitals that were asked
 * @param at the hospital where the person is, where it is known here
 */
export function peopleAsked(
  questions: readonly Asked[],
  asked: readonly string[],
  at: string | null = null,
): PersonShown[] {
  return questions.flatMap((one) => {
    const { council, nhsNumber, currentNumber, link, councilPerson } = one;
    const personKey = councilPerson ? one.personKey : null;
    const hospitals = wordOf(one.answered, asked, at);
    const named = { council, personKey, hospitals, private: link === 'roster' };
    return [...new Set([nhsNumber, currentNumber])].map((number) => ({ ...named, nhsNumber: number }));
  });
}

function wordOf(kind: WhereaboutsAnswer['kind'], asked: readonly string[], at: string | null): readonly string[] {
  if (kind === 'cannot-say') return [];
  return kind === 'with-us' && at !== null ? [at] : asked;
}

/** What an answer shares, by name: a "no" says which services were searched and how fresh each was. */
export function sharedBy(kind: WhereaboutsAnswer['kind']): readonly string[] {
  if (kind === 'with-us') return ['hospital', 'since', 'phone'];
  return kind === 'not-with-us' ? ['services', 'feed-ages', 'some-not-identified'] : [];
}
