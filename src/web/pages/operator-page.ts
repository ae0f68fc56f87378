/** Health and freshness, for the operator: is it ready, and how old is what each council sent. */
import type { Freshness } from '../../domain/answer.ts';
import { formatAge, formatInstant } from '../../domain/dates.ts';
import { freshnessOfCouncils } from '../../services/freshness.ts';
import type { FreshnessDeps } from '../../services/freshness.ts';
import type { HealthCheck } from '../deps.ts';
import { definePage } from '../page.ts';
import type { Page } from '../page.ts';

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

const partNames: Record<string, string> = {
  care: 'Care',
  safeguarding: 'Safeguarding',
  restrictions: 'Restrictions and objections',
  contacts: 'Provider contacts',
};

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
          checks: checks.map(({ name, ok, detail }) => ({
            name,
            state: ok ? 'Ready' : 'Not ready',
            tone: ok ? 'green' : 'red',
            text: detail ?? '',
          })),
          councils: councils.map((one) => ({
            name: one.council.name,
            received: one.lastReceived
              ? `Last extract received ${formatInstant(one.lastReceived, now)}.`
              : 'No extract has been received.',
            held: one.held,
            parts: one.parts.map((part) => ({
              name: partNames[part.kind] ?? part.kind,
              asAt: part.asAt ? `${formatInstant(part.asAt, now)} (${formatAge(part.asAt, now)})` : '',
              ...states[part.freshness],
            })),
          })),
        });
      },
    }),
  ];
}
