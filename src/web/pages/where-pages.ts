/** "Is my client with you?": the question, its answer, and the provider's open questions. Made for a phone at a door. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Caller } from '../../domain/caller.ts';
import { makeDate } from '../../domain/dates.ts';
import { parseNhsNumber } from '../../domain/nhs-number.ts';
import { cannotSayText } from '../../domain/whereabouts.ts';
import { askWhereabouts } from '../../services/whereabouts/ask.ts';
import { councilsToAsk } from '../../services/whereabouts/deps.ts';
import type { WhereaboutsDeps } from '../../services/whereabouts/deps.ts';
import { foundClient, ownQuestions, whereaboutsAnswer } from '../../services/whereabouts/questions.ts';
import type { OwnQuestion } from '../../services/whereabouts/questions.ts';
import { definePage } from '../page.ts';
import type { FieldFault, Page, PageResult } from '../page.ts';
import { faultsFor } from './find-page.ts';

const controls = /[^\P{Cc}\s]/u;
const text = z
  .string()
  .max(200, 'Enter fewer characters')
  .refine((given) => !controls.test(given), 'Enter it again: it has characters that cannot be read')
  .default('');

const birthParts = ['birth-day', 'birth-month', 'birth-year'] as const;
type BirthParts = Readonly<Record<(typeof birthParts)[number], string>>;

const form = z
  .object({
    token: z.string().regex(/^[0-9a-f-]{36}$/),
    nhsNumber: text
      .refine((given) => given.trim() !== '', 'Enter an NHS number')
      .refine(
        (given) => given.trim() === '' || parseNhsNumber(given).ok,
        'That is not an NHS number: check it for a typing mistake',
      ),
    'birth-day': text,
    'birth-month': text,
    'birth-year': text,
    council: z.string().max(200).default(''),
  })
  .refine((given) => birthDateOf(given) !== null, {
    path: ['birth'],
    message: 'Enter a real date of birth, for example 14 3 1941',
    when: ({ value }) => birthParts.every((part) => typeof (value as Partial<BirthParts>)[part] === 'string'),
  });

function birthDateOf(given: BirthParts): string | null {
  const part = (one: string): number => (/^\d{1,4}$/.test(one.trim()) ? Number(one) : Number.NaN);
  return makeDate(part(given['birth-year']), part(given['birth-month']), part(given['birth-day']));
}

const params = z.object({ id: z.string() });
const title = 'Is my client with you?';

/** The pages of asking. */
export function wherePages(deps: WhereaboutsDeps): Page[] {
  return [...askPages(deps), ...answerPages(deps)];
}

async function askView(
  deps: WhereaboutsDeps,
  caller: Caller,
  given: Readonly<Record<string, unknown>>,
  faults: readonly FieldFault[],
): Promise<object> {
  const councils = councilsToAsk(deps, caller.organisation, deps.clock.now());
  const chosen = councils.length === 1 ? councils[0]?.id : given['council'];
  const questions = await ownQuestions(deps, caller);
  return {
    councils: councils.map(({ id, name }) => ({ value: id, text: name, checked: id === chosen })),
    form: given,
    token: typeof given['token'] === 'string' && /^[0-9a-f-]{36}$/.test(given['token']) ? given['token'] : randomUUID(),
    open: questions.filter(({ openUntil }) => openUntil !== null).map(rowOf),
    past: questions.filter(({ openUntil }) => openUntil === null).map(rowOf),
    ...faultsFor(faults),
  };
}

function askPages(deps: WhereaboutsDeps): Page[] {
  return [
    definePage({
      method: 'GET',
      path: '/provider/where',
      permission: 'ask-whereabouts',
      audit: 'see-questions',
      title,
      navigation: { text: 'Is my client with you?', order: 2 },
      handle: async ({ caller, render }) => render('where.njk', await askView(deps, caller, {}, [])),
    }),
    definePage({
      method: 'POST',
      path: '/provider/where',
      permission: 'ask-whereabouts',
      audit: 'ask-whereabouts',
      title,
      otherTitles: [`Error: ${title}`, 'Asked too often'],
      parse: form,
      async handle({ caller, form: given, render, redirect }): Promise<PageResult> {
        const councils = councilsToAsk(deps, caller.organisation, deps.clock.now());
        const council = councils.length === 1 ? councils[0] : councils.find(({ id }) => id === given.council);
        if (!council) {
          const faults = [{ field: 'council', message: 'Choose a council' }];
          const view = await askView(deps, caller, given, faults);
          return render('where.njk', view, { status: 422, title: `Error: ${title}` });
        }
        const asked = await askWhereabouts(deps, caller, {
          council: council.id,
          nhsNumber: given.nhsNumber,
          birthDate: birthDateOf(given) ?? '',
          token: given.token,
        });
        if (asked.is === 'asked') return redirect(`/provider/where/${asked.id}`);
        const view = { phone: asked.phone, council: council.name };
        return render('where-too-often.njk', view, { status: 429, title: 'Asked too often' });
      },
      onInvalid: async ({ caller, render }, faults, given) => {
        const order = ['nhsNumber', 'birth', 'council'];
        const sorted = faults.toSorted((a, b) => order.indexOf(a.field) - order.indexOf(b.field));
        const view = await askView(deps, caller, given, sorted);
        return render('where.njk', view, { status: 422, title: `Error: ${title}` });
      },
    }),
  ];
}

function answerPages(deps: WhereaboutsDeps): Page[] {
  return [
    definePage({
      method: 'GET',
      path: '/provider/where/:id',
      permission: 'ask-whereabouts',
      audit: 'see-questions',
      title,
      params,
      async handle({ caller, params: { id }, render }): Promise<PageResult> {
        const { answer, council, ...question } = await whereaboutsAnswer(deps, caller, id);
        const name = deps.councils.find((one) => one.id === council)?.name ?? council;
        return render('where-answer.njk', { answer, question, council: name, cannotSay: cannotSayText });
      },
    }),
    definePage({
      method: 'POST',
      path: '/provider/where/:id/found',
      permission: 'ask-whereabouts',
      audit: 'close-question',
      title,
      params,
      async handle({ caller, params: { id }, redirect }): Promise<PageResult> {
        await foundClient(deps, caller, id);
        return redirect('/provider/where');
      },
    }),
  ];
}

const answers = {
  'with-us': 'With us',
  'not-with-us': 'Not with us',
  'cannot-say': 'Cannot say',
} as const;

function rowOf({ answered, ...question }: OwnQuestion): object {
  return { ...question, answered: answers[answered] };
}
