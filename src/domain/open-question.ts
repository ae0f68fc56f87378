/**
 * A question that found nobody stays open for the agreement's hours: if the person arrives later, the provider is
 * told, by a notice under the same holds as any other. What the provider sees of an open question never depends on
 * whether the person may be told of.
 */
import type { Human } from './notice.ts';
import type { NoticeTerms } from './notice-terms.ts';
import { whereIs } from './whereabouts.ts';
import type { WhereaboutsAnswer, WhereaboutsFacts } from './whereabouts.ts';

export interface Question {
  readonly id: string;
  readonly provider: string;
  readonly askedBy: Human;
  readonly askedAt: Date;
  readonly answered: WhereaboutsAnswer['kind'];
  /** The provider said that the person has been found. */
  readonly closedAt: Date | null;
  /** A notice came of it. */
  readonly notice: string | null;
}

type Terms = Pick<NoticeTerms, 'permissionToTell' | 'whereabouts'>;

/** Until when a question waits for an arrival; null when it does not: answered "with us", or closed. */
export function openUntil({ askedAt, answered, closedAt }: Question, { whereabouts }: Terms): Date | null {
  if (answered === 'with-us' || closedAt !== null) return null;
  return new Date(askedAt.getTime() + whereabouts.openFor);
}

/**
 * What has become of a question. `tell`: write an automatic "is with us" for this provider; whether it goes, waits
 * or is refused is the interlock's to decide (`decideTelling`), not this function's.
 */
export function recheckQuestion(
  question: Question,
  facts: WhereaboutsFacts,
  terms: Terms,
): { readonly do: 'wait'; readonly until: Date } | { readonly do: 'tell' } | { readonly do: 'end' } {
  const until = openUntil(question, terms);
  if (until === null || question.notice !== null || facts.now >= until) return { do: 'end' };
  const found = terms.whereabouts.enabled && facts.isOwnClient ? whereIs(facts, terms) : null;
  return found?.kind === 'with-us' ? { do: 'tell' } : { do: 'wait', until };
}

/** Whether a provider has asked too often; a question about somebody asked for before counts again. */
export function overQuestionBudget(asked: readonly Date[], { whereabouts }: Terms, now: Date): boolean {
  const within = (ms: number): number => asked.filter((at) => now.getTime() - at.getTime() < ms).length;
  const hour = 3_600_000;
  return within(hour) >= whereabouts.questionsHour || within(24 * hour) >= whereabouts.questionsDay;
}

/**
 * The terms for a notice that a provider's own question brings about: it is sent by no button and needs no switch but
 * that of questions, and where a question is answered before anybody has asked the person, so is a later arrival. A
 * refusal, an open referral and a restriction stand in its way as in any other's.
 */
export function termsForAsked(terms: NoticeTerms): NoticeTerms {
  const { automatic, permissionToTell, whereabouts } = terms;
  if (!whereabouts.enabled) return terms;
  return {
    ...terms,
    providers: true,
    automatic: [...new Set([...automatic, 'with-us' as const])],
    permissionToTell: whereabouts.beforeAsking ? 'not-needed' : permissionToTell,
  };
}
