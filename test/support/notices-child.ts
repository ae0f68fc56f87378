/**
 * A process that tells and delivers until it is killed. It tells its parent what it is about to tell (`telling N`),
 * what is kept (`told N`), and which messages the provider has answered (`answered ID`), each after the commit.
 * Arguments: the database's address or `-`, the data folder, ports of the mail server and of the provider's own system,
 * the instant at which everything began, the number of the first telling, and the work: `land` (the council's record
 * too), `tell`, or `drain` (only what is left).
 */
import { openStore } from '../../src/store/open.ts';
import { keepWay } from '../../src/store/notices/ways.ts';
import { KillSite, reader } from './notices-killed.ts';

const [url = '-', dataDir = '', smtp = '', webhook = '', began = '', from = '1', work] = process.argv.slice(2);
const db = await openStore({ databaseUrl: url === '-' ? null : url, ownerUrl: null, dataDir });
const site = new KillSite(db, { smtp: Number(smtp), webhook: Number(webhook), began: Number(began) });
process.on('disconnect', () => process.exit());

if (work === 'land') {
  await site.land();
  await db.transaction(async (trx) => {
    const at = site.clock.now();
    for (const [recipient, channel, to] of site.ways) await keepWay(trx, recipient, { channel, to, use: 'office', hours: null }, 'm1', at); // prettier-ignore
  });
}
site.start();
process.send?.('started');

if (work === 'drain') {
  await site.settled(120_000);
  await site.stop();
  await db.close();
  process.exit();
}

for (let number = Number(from); ; number++) {
  process.send?.(`telling ${number}`);
  await site.tell(number);
  process.send?.(`told ${number}`);
  if (number % 4 === 0) {
    const answered = await reader(site).answerOldest();
    if (answered) process.send?.(`answered ${answered}`);
  }
  // Not faster than they can be sent: the queue would only grow.
  if (number % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 100));
}
