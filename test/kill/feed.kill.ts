/**
 * The service is killed without warning, again and again, while a hospital's engine sends to it. Afterwards every
 * acknowledged message is there, none was applied twice, and the stays are those that all messages come to.
 * `KILLS=50 MESSAGES=20000 npm run test:kill` for more; with TEST_DATABASE_URL on a server, else on the embedded
 * database.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { it } from 'node:test';
import { sql } from 'kysely';
import { foldStays } from '../../src/domain/stay.ts';
import { readAdt } from '../../src/hl7/adt.ts';
import { openStore } from '../../src/store/open.ts';
import { kingsVale } from '../support/adt.ts';
import { childEnvironment } from '../support/child-environment.ts';
import { FeedSender, readBack } from '../support/feed-sender.ts';
import { killingPlace } from '../support/killing.ts';
import { pause } from '../support/mllp.ts';
import { freePort } from '../../scripts/free-port.ts';

const kills = Number(process.env['KILLS'] ?? 4);
const wanted = Number(process.env['MESSAGES'] ?? kills * 300);
const main = join(import.meta.dirname, '../../src/main.ts');

const place = killingPlace();

it(`${kills} kills lose no acknowledged message and apply none twice`, { timeout: 60 * 60_000 }, async (test) => {
  const sender = new FeedSender(new Date(Date.now() - 6 * 3_600_000));
  for (let kill = 1; kill <= kills; kill++) {
    const { child, port } = await start();
    let alive = true;
    const share = (wanted / kills) * kill;
    const work = Promise.all([1, 16, 32].map((ahead) => sender.run(port, ahead, () => alive)));
    const least = performance.now() + 50 + ((kill * 977) % 900);
    // Late enough that messages of all kinds of age are there, and never in step with anything.
    while (performance.now() < least || sender.acknowledged.size < share) await pause(7);
    child.kill('SIGKILL');
    await once(child, 'exit');
    alive = false;
    await work;
  }
  await finish(sender);
  test.diagnostic(`${sender.acknowledged.size} messages acknowledged over ${kills} kills`);
  assert.ok(sender.acknowledged.size >= wanted);
  await assertAllThere(sender);
});

interface Life {
  readonly child: ChildProcess;
  readonly port: number;
}

async function start(): Promise<Life> {
  const child = spawn(process.execPath, [main, 'start'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: childEnvironment({
      PORT: String(await freePort()),
      MLLP_PORT: '0',
      DATA_DIR: join(place.folder, 'data'),
      LOG_LEVEL: 'silent',
      ...(place.server?.url ? { DATABASE_URL: place.server.url } : {}),
    }),
  });
  let text = '';
  for await (const piece of child.stdout as AsyncIterable<Buffer>) {
    text += piece.toString();
    const [, port] = /HL7 over MLLP on [^:]+:(\d+)/.exec(text) ?? [];
    if (port) return { child, port: Number(port) };
  }
  throw new Error(`The server did not start: ${text}`);
}

// One more life, in which all is sent that is owed, and all applied.
async function finish(sender: FeedSender): Promise<void> {
  const { child, port } = await start();
  while (sender.owes > 0) await sender.run(port, 16, () => sender.owes > 0);
  assert.equal(sender.acknowledged.size, sender.sent.size);
  await stop(child);
  // What was acknowledged just before is applied by whoever comes next: each life leaves less of it.
  for (let left = await waiting(); left > 0;) {
    const life = await start();
    await pause(3000);
    await stop(life.child);
    const now = await waiting();
    assert.ok(now < left, `${now} messages wait and are not applied`);
    left = now;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
}

async function waiting(): Promise<number> {
  const store = await open();
  try {
    const { rows } = await sql<{ n: number }>`
      select count(*)::integer as n from hl7_message where state = 'waiting'`.execute(store.sql);
    return rows[0]?.n ?? 0;
  } finally {
    await store.close();
  }
}

function open(): ReturnType<typeof openStore> {
  return openStore({ databaseUrl: place.server?.url ?? null, ownerUrl: null, dataDir: join(place.folder, 'data') });
}

async function assertAllThere(sender: FeedSender): Promise<void> {
  const store = await open();
  try {
    const { rows } = await sql<{ control_id: string; state: string }>`
      select control_id, state from hl7_message where code is distinct from 'canary'`.execute(store.sql);
    const kept = new Map(rows.map(({ control_id: id, state }) => [id, state]));
    assert.equal(kept.size, rows.length, 'a message was kept twice');
    assert.deepEqual([...sender.acknowledged].filter((id) => !kept.has(id)), [], 'acknowledged and lost'); // prettier-ignore
    assert.deepEqual([...new Set(kept.values())], ['applied']);
    const events = [...sender.sent.values()].flatMap((bytes) => {
      const outcome = readAdt(readBack(bytes).message, kingsVale, new Date());
      return outcome.kind === 'events' ? outcome.events : [];
    });
    const { rows: counted } = await sql<{ count: string }>`select count(*) from stay_event`.execute(store.sql);
    assert.equal(Number(counted[0]?.count), events.length);
    const { rows: stays } = await sql<{ visit: string; status: string; team: string | null; since: Date }>`
      select visits[1] as visit, status, team, since from stay order by visits[1] collate "C"`.execute(store.sql);
    const expected = foldStays(events, kingsVale.stays).map(({ id, status, team, since }) => ({ visit: id, status, team, since })); // prettier-ignore
    assert.deepEqual(stays, expected);
  } finally {
    await store.close();
  }
}
