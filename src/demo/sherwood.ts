/**
 * The demo's first council, 999, Sherwood County Council: files of twenty minutes ago, and one
 * person for each answer and for each thing that is easily got wrong.
 */
import { londonDate } from '../domain/dates.ts';
import type { Cast } from './cast.ts';
import { withCare } from './sherwood-care.ts';
import { withoutCare } from './sherwood-no-care.ts';
import { notShown, numbersOnly } from './sherwood-not-shown.ts';
import { sherwoodProviders } from './sherwood-providers.ts';

const minutes = 60_000;

/** Builds the council's cast for the instant at which the demo starts. */
export function sherwood(now: Date): Cast {
  const today = londonDate(now);
  const before = (instant: number): Date => new Date(now.getTime() - instant * minutes);
  return {
    council: '999',
    name: 'Sherwood County Council',
    members: [...withCare(today), ...withoutCare(today), ...notShown(today), ...numbersOnly(today)],
    providers: sherwoodProviders(today),
    asAt: before(20),
    safeguardingAsAt: before(5),
    extractedAt: before(4),
  };
}
