/** The buttons of an answer that write down what somebody did: a call to a provider, and what came of the look-up. */
import { z } from 'zod';
import { readOutcome } from '../../domain/outcome.ts';
import { HomewardError } from '../../domain/error.ts';
import { recordCall } from '../../services/calls.ts';
import type { CallDeps } from '../../services/calls.ts';
import { countOutcomes, recordOutcome } from '../../services/outcomes.ts';
import { definePage } from '../page.ts';
import type { Page } from '../page.ts';
import { outcomeTables } from './outcome-view.ts';

const params = z.object({ id: z.string() });
const day = 86_400_000;

/** The pages. */
export function callPages(calls: CallDeps): Page[] {
  return [
    definePage({
      method: 'POST',
      path: '/answers/:id/calls',
      permission: 'record-call',
      audit: 'record-call',
      title: 'Call written down',
      params,
      parse: z.object({
        provider: z.string().max(200),
        phone: z.string().max(200),
        result: z.enum(['reached', 'no-answer', 'wrong-number']),
        spokeTo: z.string().max(200).default(''),
        token: z.string().min(1).max(500),
      }),
      async handle({ caller, params: { id }, form, redirect }) {
        await recordCall(calls, caller, { answerId: id, ...form, spokeTo: form.spokeTo || null });
        return redirect(`/answers/${id}`);
      },
    }),
    definePage({
      method: 'POST',
      path: '/answers/:id/outcome',
      permission: 'record-outcome',
      audit: 'record-outcome',
      title: 'Outcome written down',
      params,
      parse: z.object({ lookUp: z.uuid(), outcome: z.string().optional(), changed: z.string().optional() }),
      async handle({ caller, params: { id }, form: { lookUp, ...given }, redirect }) {
        const read = readOutcome(given.outcome, given.changed);
        if (!read) throw new HomewardError('FORM_INVALID');
        await recordOutcome(calls, caller, id, { lookUp, ...read });
        return redirect(`/answers/${id}#outcome`);
      },
    }),
    definePage({
      method: 'GET',
      path: '/outcomes',
      permission: 'operate',
      audit: 'none: counts of answers, nobody named',
      title: 'What came of look-ups',
      navigation: { text: 'What came of look-ups', order: 3 },
      query: z.object({ days: z.coerce.number().int().min(1).max(366).catch(30) }),
      async handle({ caller, clock, query: { days }, render }) {
        const now = clock.now().getTime();
        // What was asked this very instant too.
        const counts = await countOutcomes(calls, caller, {
          from: new Date(now - days * day),
          until: new Date(now + 1),
        });
        return render('outcomes.njk', { days, periods: [7, 30, 90], ...outcomeTables(counts) });
      },
    }),
  ];
}
