/** The answer, and its phone card. Both take an AuditedAnswer: there is no other way to have one. */
import { z } from 'zod';
import type { CouncilPhones } from '../../domain/council-phone.ts';
import type { Council } from '../../domain/organisation.ts';
import { viewAnswer } from '../../services/look-up.ts';
import type { AuditedAnswer, LookUpDeps } from '../../services/look-up.ts';
import { HomewardError } from '../../domain/error.ts';
import { definePage } from '../page.ts';
import type { Page } from '../page.ts';
import { answerView } from './answer-view.ts';
import type { AnswerView } from './answer-view.ts';
import { answerExtras } from '../../services/answer-extras.ts';
import type { AnswerExtras } from '../../services/answer-extras.ts';
import type { CallDeps } from '../../services/calls.ts';
import { extrasView } from './extras-view.ts';

export interface AnswerDeps {
  readonly lookUps: LookUpDeps;
  readonly calls: CallDeps;
  readonly councils: readonly Council[];
}

const params = z.object({ id: z.string() });

/** The pages of an answer. */
export function answerPages(deps: AnswerDeps): Page[] {
  const show = (
    { answer }: AuditedAnswer,
    phones: readonly CouncilPhones[],
    now: Date,
    extras: AnswerExtras,
  ): AnswerView => {
    const council = deps.councils.find((one) => one.id === answer.council);
    const own = phones.find((one) => one.council === council?.name) ?? phones[0];
    if (!own) throw new HomewardError('INTERNAL');
    return answerView(answer, own, now, extras);
  };
  return [
    definePage({
      method: 'GET',
      path: '/answers/:id',
      permission: 'look-up',
      audit: 'view-answer-again',
      title: 'Answer',
      params,
      async handle({ caller, params: { id }, phones, clock, render }) {
        const answer = await viewAnswer(deps.lookUps, caller, id);
        const extras = await answerExtras(deps.calls, caller, answer);
        const now = clock.now();
        const status =
          { 'sign-in-again': 403, 'not-allowed': 403, 'over-budget': 429 }[answer.answer.kind as string] ?? 200;
        // Somebody who has signed in again since goes on from here, by a button: a GET never looks up.
        const signedInSince = caller.authenticatedAt > answer.answer.at;
        return render(
          'answer.njk',
          {
            view: show(answer, phones, now, extras),
            extras: extrasView(extras, answer.answer, now),
            answerId: id,
            signedInSince,
          },
          { status },
        );
      },
    }),
    definePage({
      method: 'GET',
      path: '/answers/:id/card',
      permission: 'look-up',
      audit: 'print-card',
      title: 'Phone card',
      params,
      async handle({ caller, params: { id }, phones, clock, render }) {
        const answer = await viewAnswer(deps.lookUps, caller, id, 'print-card');
        const extras = await answerExtras(deps.calls, caller, answer, 'card');
        return render('card.njk', { view: show(answer, phones, clock.now(), extras), answerId: id });
      },
    }),
  ];
}
