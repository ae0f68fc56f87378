/** How the queue of deliveries stands, as figures for a monitoring system. Channels and states only. */
import type { Clock } from '../../domain/clock.ts';
import type { Database } from '../../store/database.ts';
import { countDeliveries } from '../../store/notices/deliveries.ts';
import { openTasks } from '../../store/notices/delivery-tasks.ts';
import type { Figure } from '../interface-gauges.ts';

/** The figures. */
export async function deliveryGauges({
  db,
  clock,
}: {
  readonly db: Database;
  readonly clock: Clock;
}): Promise<Figure[]> {
  const now = clock.now().getTime();
  const counts = await countDeliveries(db);
  const figures = counts.flatMap(({ channel, state, count, oldest }): Figure[] => [
    { name: 'homeward_deliveries_under_way', help: 'Messages to providers and councils that have not ended', labels: { channel, state }, value: count },
    { name: 'homeward_deliveries_oldest_seconds', help: 'How long the oldest of them has been under way', labels: { channel, state }, value: (now - oldest.getTime()) / 1000 },
  ]); // prettier-ignore
  const ours = await openTasks(db, 'operator');
  return [...figures, { name: 'homeward_delivery_tasks_ours', help: 'Faults of sending that whoever runs the service has to mend, and those that no council may see', labels: {}, value: ours.length }]; // prettier-ignore
}
