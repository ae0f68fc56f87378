/** How long what stays have to tell has waited, as a figure for a monitoring system. It names nobody. */
import type { Clock } from '../../domain/clock.ts';
import type { Database } from '../../store/database.ts';
import { longestToTell } from '../../store/notices/stay-told.ts';
import type { Figure } from '../interface-gauges.ts';

/** The figures: for monitoring systems what untold.ts says to people, from the first second on. */
export async function stayGauges({
  db,
  clock,
}: {
  readonly db: Database;
  readonly clock: Clock;
}): Promise<Figure[]> {
  const value = (await longestToTell(db, clock.now())) / 1000;
  return [
    { name: 'homeward_stays_to_tell_oldest_seconds', help: 'How long the stay has waited to be told of that has waited longest', labels: {}, value },
  ];
} // prettier-ignore
