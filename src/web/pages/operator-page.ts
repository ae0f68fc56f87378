/** Health and freshness, for the operator: is it ready, and how old is what each council sent. */
import type { Freshness } from '../../domain/answer.ts';
import { formatAge, formatInstant } from '../../domain/dates.ts';
import { freshnessOfCouncils } from '../../services/freshness.ts';
import type { FreshnessDeps } from '../../services/freshness.ts';
import type { HealthCheck } from '../deps.ts';
import { definePage } from '../page.ts';
import type { Page } from '../page.ts';
import { partName } from './extract-view.ts';

export interface OperatorDeps {
  readonly freshness: FreshnessDeps;
  readonly health: () => Promise<readonly HealthCheck[]>;
}

const states: Record<Freshness, { state: string; tone: string }> = {
  fresh: { state: 'Fresh', tone: 'green' },
  amber: { state: 'Late', tone: 'yellow' },
  red: { state: 'Overdue', tone: 'red' },
  never: { state: 'Never received', tone: 'red' },
};

// A check's own name is for those who read `/health`.
const checkNames: Record<string, string> = {
  database: 'Database',
  'bank-holidays': 'Calendar of bank holidays',
  demo: 'Data of the demo',
  telling: 'Messages sent automatically',
  stopping: 'Stopping',
};

function checkView({ name, ok, detail }: HealthCheck): object {
  const state = !ok ? { state: 'Not ready', tone: 'red' } : detail ? { state: 'To mend', tone: 'yellow' } : { state: 'Ready', tone: 'green' }; // prettier-ignore
  return { name: checkNames[name] ?? name, ...state, text: detail ?? '' };
}

/** The operator's page. */
export function operatorPages(deps: OperatorDeps): Page[] {
  return [
    definePage({
      method: 'GET',
      path: '/operator',
      permission: 'operate',
      audit: 'none: ages and counts of the service itself, nobody named',
      title: 'Health and freshness',
      navigation: { text: 'Health and freshness', order: 1 },
      async handle({ caller, clock, render }) {
        const now = clock.now();
        const checks = await deps.health();
        const councils = await freshnessOfCouncils(deps.freshness, caller);
        return render('operator.njk', {
          checks: checks.map(checkView),
          councils: councils.map((one) => ({
            name: one.council.name,
            received: one.lastReceived
              ? `Last extract received ${formatInstant(one.lastReceived, now)}.`
              : 'No extract has been received.',
            held: one.held,
            parts: one.parts.map((part) => ({
              name: partName(part.kind),
              asAt: part.asAt ? `${formatInstant(part.asAt, now)} (${formatAge(part.asAt, now)})` : '',
              ...states[part.freshness],
            })),
          })),
        });
      },
    }),
  ];
}
