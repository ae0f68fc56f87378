/** A sender's page is told of what its own process did and of what another did, and no process rings for another's ring. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { senderSide } from '../src/app-sender.ts';
import { NoticeSignal } from '../src/services/notices/signal.ts';

/** The sender's side on a database of which only a version can be asked, and its bell in our hands. */
function side() {
  const signal = new NoticeSignal();
  const said = { rings: 0, version: '1', closed: false };
  let hear = (): void => assert.fail('nobody listens');
  const db = {
    bell(heard: () => void) {
      hear = heard;
      return { ring: () => void said.rings++, close: async () => void (said.closed = true) };
    },
    ask: async () => [{ version: said.version }],
  };
  const notices = { signal, deps: { db, clock: { now: () => new Date() }, agreements: [] } };
  const sender = senderSide({ site: { agreements: [] }, clock: notices.deps.clock, db, notices } as never);
  return { signal, said, hear: () => hear(), sender };
}

/** How long an open page takes to say that something has changed, once it has. */
async function heardAfter({ sender, said }: ReturnType<typeof side>, change: () => void): Promise<number> {
  const page = sender.pages.find(({ path }) => path === '/told/:id/live');
  assert.ok(page);
  const caller = { role: 'emergency-nurse', organisation: 'H0', userId: 'nia', name: 'Nia', team: 'ED' };
  const request = { caller, params: { id: randomUUID() }, query: { from: said.version }, events: (one: Readable) => one };
  const stream = (await page.handle(request as never)) as unknown as Readable;
  // Past its first look, and long before the next that it takes by itself.
  await sleep(250);
  said.version = '2';
  const since = performance.now();
  change();
  for await (const chunk of stream) if (String(chunk).includes('changed')) break;
  return performance.now() - since;
} // prettier-ignore

describe('a sender’s page', () => {
  // By itself it looks a quarter of a second after the change. A busy computer may be late once, but not each time.
  async function atOnce(change: (own: ReturnType<typeof side>) => void, rings: number): Promise<void> {
    const times: number[] = [];
    for (let time = 0; time < 6 && times.every((one) => one >= 200); time++) {
      const own = side();
      times.push(await heardAfter(own, () => change(own)));
      assert.equal(own.said.rings, rings);
      own.sender.stop();
    }
    assert.ok(Math.min(...times) < 200, times.map(Math.round).join(' '));
  }

  it('is told at once of what its own process did, and the others are', () => atOnce((own) => own.signal.wake(), 1));

  it('is told at once of what another process did, and that is not rung on', () => atOnce((own) => own.hear(), 0));

  it('neither hears nor rings once its server stops', () => {
    const own = side();
    own.sender.stop();
    own.signal.wake();
    assert.equal(own.said.rings, 0);
    assert.ok(own.said.closed);
  });
});
