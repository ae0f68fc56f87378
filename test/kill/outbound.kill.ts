/**
 * The process that queues and sends hints is killed without warning, again and again, while the destination
 * answers well, refuses, is silent, slow or late, answers with another message's id, or hangs up. Afterwards
 * nothing that was queued is lost, and the destination has seen all of it in order.
 * `KILLS=20 npm run test:kill` for more; with TEST_DATABASE_URL on a server, else on the embedded database.
 */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { it } from 'node:test';
import { openStore } from '../../src/store/open.ts';
import { Destination, behaviours } from '../support/destination.ts';
import type { Behaviour } from '../support/destination.ts';
import { killingPlace } from '../support/killing.ts';
import { pause } from '../support/mllp.ts';
import { checkOrder } from '../support/outbound-property.ts';
import { Outbound, hintFeed } from '../support/outbound.ts';

const kills = Number(process.env['KILLS'] ?? 5);
const child = join(import.meta.dirname, '../support/outbound-child.ts');

const place = killingPlace();

it(`${kills} kills lose no hint and change no order`, { timeout: 15 * 60_000 }, async (test) => {
  const chosen: Behaviour[] = [];
  // One in six badly; which one is drawn when it is first asked for.
  const draw = (): Behaviour =>
    Math.random() < 0.85 ? 'AA' : (behaviours[Math.floor(Math.random() * behaviours.length)] ?? 'AA');
  const destination = await new Destination({ behave: (index) => (chosen[index] ??= draw()), lateAfter: 60 }).open();
  const queued = new Set<string>();
  try {
    for (let kill = 1; kill <= kills; kill++) {
      const process = await started(destination.port, 'queue', queued);
      // Somewhere between the first message and the many hundredth.
      await pause(50 + ((kill * 977) % 2000));
      process.kill('SIGKILL');
      await once(process, 'exit');
      // Whoever takes over may find the destination gone.
      if (kill % 3 === 0) {
        await destination.close();
        setTimeout(() => void destination.open(), 700);
      }
    }
    const last = await started(destination.port, 'drain', queued);
    const [code] = (await once(last, 'exit')) as [number | null];
    assert.equal(code, 0, 'the last process could not send what was left');
    const store = await openStore({
      databaseUrl: place.server?.url ?? null,
      ownerUrl: null,
      dataDir: join(place.folder, 'data'),
    });
    const rows = await new Outbound(store, hintFeed()).rows();
    await store.close();
    checkOrder(rows, destination);
    const kept = new Set(rows.map((row) => row.stay_id));
    assert.deepEqual([...queued].filter((stay) => !kept.has(stay)), []); // prettier-ignore
    const waiting = rows.filter(({ state }) => state === 'waiting');
    assert.deepEqual(waiting, []);
    const again = destination.receptions.length - destination.order.length;
    test.diagnostic(`${rows.length} queued, ${destination.order.length} seen there, ${again} times one again`);
    assert.ok(rows.length >= kills * 20, `only ${rows.length} were queued: the test did not bite`);
  } finally {
    await destination.close();
  }
});

/** Starts a process and waits until it sends; from then on, the stays that it has queued for are noted. */
async function started(port: number, work: 'queue' | 'drain', queued: Set<string>): Promise<ChildProcess> {
  const process = fork(child, [place.server?.url ?? '-', join(place.folder, 'data'), String(port), work]);
  await new Promise<void>((resolve, reject) => {
    process.on('message', (text: string) => {
      if (text === 'started') return resolve();
      const [stay = '', outcome] = text.split(' ');
      if (outcome === 'queued') queued.add(stay);
    });
    process.once('exit', () => reject(new Error('the process did not start')));
  });
  return process;
}
