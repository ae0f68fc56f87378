/**
 * A process that queues hints and sends them, until it is killed. It tells its parent of each that it has queued,
 * after the commit. Arguments: the database's address or `-`, the data folder, the destination's port, and whether
 * it is to queue (`queue`) or only to send what is left (`drain`).
 */
import { openStore } from '../../src/store/open.ts';
import type { HintStay } from '../../src/services/hints.ts';
import { Outbound, hintFeed, stayOf } from './outbound.ts';

const [url = '-', dataDir = '', port = '', work] = process.argv.slice(2);
const db = await openStore({ databaseUrl: url === '-' ? null : url, ownerUrl: null, dataDir });
const out = new Outbound(db, hintFeed());
const timing = { acknowledgedWithin: 40, retryFirst: 2, retryLongest: 20 };
const sender = out.sender(Number(port), { lookEvery: 20, turnEvery: 20, timing });
sender.start();
process.on('disconnect', () => process.exit());
process.send?.('started');

if (work === 'drain') {
  await out.settled(120_000);
  await sender.stop();
  await db.close();
  process.exit();
}

const told: HintStay[] = [];
for (let number = 1; ; number++) {
  const back = number % 3 === 0 ? told.shift() : undefined;
  const stay = back ?? stayOf(number);
  const outcome = await out.want(back ? 'retraction' : 'hint', stay);
  if (!back) told.push(stay);
  process.send?.(`${stay.stayId} ${outcome}`);
  out.queue.wake();
  // Not faster than they can be sent: the queue would only grow.
  if (number % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 100));
}
