/** What stands on an answer's page beside the answer, in words. */
import { randomUUID } from 'node:crypto';
import type { Answer } from '../../domain/answer.ts';
import { callResults } from '../../domain/call.ts';
import { formatInstant } from '../../domain/dates.ts';
import { factKinds } from '../../domain/notice.ts';
import { changes, outcomes } from '../../domain/outcome.ts';
import { readPhone } from '../../domain/phone.ts';
import type { AnswerExtras } from '../../services/answer-extras.ts';
import { packagesOf } from '../../services/calls.ts';

interface Option {
  readonly value: string;
  readonly text: string;
}

export interface ExtrasView {
  readonly canTell: boolean;
  readonly canRefuse: boolean;
  readonly refused: boolean;
  /** The last thing told; null when nothing was. */
  readonly told: string | null;
  readonly kinds: readonly Option[];
  /** Calls of the last day, one sentence each. */
  readonly calls: readonly string[];
  /** One form, one token: however often it is sent, it is one call. */
  readonly token: string;
  readonly question: {
    readonly lookUp: string;
    readonly field: 'outcome' | 'changed';
    readonly text: string;
    readonly options: readonly Option[];
  } | null;
}

const asOptions = (list: Readonly<Record<string, string>>): Option[] =>
  Object.entries(list).map(([value, text]) => ({ value, text }));

/** The extras of an answer. */
export function extrasView(
  { canTell, canRefuse, refused, diedHere, told, calls, outcome }: AnswerExtras,
  answer: Answer,
  now: Date,
): ExtrasView {
  const names = new Map(packagesOf(answer).map(({ providerId, provider }) => [providerId, provider]));
  return {
    canTell,
    canRefuse: canRefuse && answer.kind !== 'died' && !diedHere,
    refused,
    told,
    // Of somebody who has died there is nothing to arrange: the council is told that they are here.
    kinds: asOptions(factKinds).filter(({ value }) => (answer.kind !== 'died' && !diedHere) || value === 'with-us'),
    calls: calls.map(({ at, provider, phone, result, spokeTo, by }) => {
      const whom = names.get(provider) ?? 'a care provider';
      const spoke = spokeTo ? `, spoke to ${spokeTo}` : '';
      return `${by} phoned ${whom} on ${readPhone(phone)?.text ?? phone} ${formatInstant(at, now)}: ${callResults[result].toLowerCase()}${spoke}.`;
    }),
    token: randomUUID(),
    question: outcome && {
      lookUp: outcome.lookUp,
      field: outcome.question,
      text: outcome.question === 'outcome' ? 'What came of it?' : 'Did this answer change what you did?',
      options: asOptions(outcome.question === 'outcome' ? outcomes : changes),
    },
  };
}
