/**
 * The process that tells and delivers is killed without warning, again and again, while the provider's mail server and
 * own system take, refuse, hang, or cut the line after they have taken. Afterwards every telling that was begun is
 * there once, everything left in order, a repetition bears the same key, and the provider reads each message once.
 * `KILLS=50 npm run test:kill` for more; with TEST_DATABASE_URL on a server, else on the embedded database.
 */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { sql } from 'kysely';
import { openStore } from '../../src/store/open.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { MailServer } from '../support/mail-server.ts';
import { pause } from '../support/mllp.ts';
import { serverCertificate } from '../support/mllp-certificates.ts';
import { KillSite, reader } from '../support/notices-killed.ts';

const kills = Number(process.env['KILLS'] ?? 4);
const child = join(import.meta.dirname, '../support/notices-child.ts');

let folder: string;
let server: TestDatabase | null = null;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeward-kill-'));
  server = await openTestDatabase();
  // On PGlite the processes share a folder, one after the other; the test's own database is not used.
  if (server.url === null) {
    await server.close();
    server = null;
  }
});

after(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

it(`H14, H15: ${kills} kills lose no notice, show none twice and change no order`, { timeout: 20 * 60_000 }, async (test) => {
  const system = await careSystem();
  const mail = new MailServer();
  // One letter in eight is taken, and nobody is told so.
  mail.data = () => (Math.random() < 0.88 ? 'take' : 'cut');
  mail.rcpt = () => (Math.random() < 0.94 ? 'take' : { code: 451, text: 'Try later' });
  const ports = { smtp: await mail.listen(), webhook: system.port };
  const began = Date.now();
  const said = { telling: new Set<number>(), told: new Set<number>(), answered: new Set<string>() };
  const start = async (work: string): Promise<ChildProcess> => {
    const first = Math.max(0, ...said.told) + 1;
    const process = fork(child, [server?.url ?? '-', join(folder, 'data'), String(ports.smtp), String(ports.webhook), String(began), String(first), work]);
    await new Promise<void>((resolve, reject) => {
      process.on('message', (text: string) => {
        if (text === 'started') return resolve();
        const [what = '', of = ''] = text.split(' ');
        if (what === 'answered') said.answered.add(of);
        else said[what as 'telling' | 'told'].add(Number(of));
      });
      process.once('exit', () => reject(new Error('the process did not start')));
    });
    return process;
  };
  try {
    for (let kill = 1; kill <= kills; kill++) {
      const process = await start(kill === 1 ? 'land' : 'tell');
      // After some tellings, in the middle of the next, of a letter, or of an answer: never in step with anything.
      const enough = said.told.size + 2 + ((kill * 7) % 12);
      for (const patience = Date.now() + 20_000; said.told.size < enough && Date.now() < patience;) await pause(3);
      await pause((kill * 37) % 90);
      process.kill('SIGKILL');
      await once(process, 'exit');
      // Whoever takes over may find the mail server gone for a while.
      if (kill % 5 === 0) system.away(500);
    }
    const last = await start('drain');
    const [code] = (await once(last, 'exit')) as [number | null];
    assert.equal(code, 0, 'the last process could not send what was left');
    const store = await openStore({ databaseUrl: server?.url ?? null, ownerUrl: null, dataDir: join(folder, 'data') });
    try {
      const found = await check(new KillSite(store, { ...ports, began }), said, system.got, mail);
      test.diagnostic(found);
    } finally {
      await store.close();
    }
  } finally {
    await mail.close();
    system.server.close();
    system.server.closeAllConnections();
  }
  assert.ok(said.told.size >= kills * 3, `only ${said.told.size} were told: the test did not bite`);
}); // prettier-ignore

interface Got {
  readonly key: string;
  readonly notice: string;
}

interface Said {
  readonly telling: ReadonlySet<number>;
  readonly told: ReadonlySet<number>;
  readonly answered: ReadonlySet<string>;
}

/** A provider's own system, which answers mostly, and otherwise is busy, silent, or cuts the line once it has it. */
async function careSystem(): Promise<{ server: Server; port: number; got: Got[]; away(ms: number): void }> {
  const got: Got[] = [];
  let back = 0;
  const server = createServer({ ...serverCertificate }, (request, response) => {
    let body = '';
    request.on('data', (part) => (body += String(part)));
    request.on('end', () => {
      const chance = Math.random();
      if (Date.now() < back || chance < 0.05) return void response.writeHead(503).end();
      const { data } = JSON.parse(body) as { data: { notice: string } };
      got.push({ key: String(request.headers['webhook-id']), notice: data.notice });
      if (chance < 0.12) return void request.socket.destroy();
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    server,
    port: (server.address() as AddressInfo).port,
    got,
    away: (ms) => void (back = Date.now() + ms),
  };
}

interface Row {
  readonly id: string;
  readonly token: string;
  readonly person: string;
  readonly kind: 'provider' | 'council';
}

interface Sent {
  readonly id: string;
  readonly notice: string;
  readonly person: string;
  readonly channel: string;
  readonly address: string;
  readonly state: string;
  readonly parcel: string | null;
}

async function check(site: KillSite, said: Said, got: readonly Got[], mail: MailServer): Promise<string> {
  const { rows: notices } = await sql<Row>`
    select n.notice_id as id, t.token, n.council || '|' || n.person_key as person, n.recipient_kind as kind
    from notice n join telling t using (telling_id) order by t.created_at, n.created_at`.execute(site.db.sql);
  const { rows: sent } = await sql<Sent>`
    select delivery_id as id, notice_id as notice, person, channel, address, state, parcel
    from notice_delivery order by place`.execute(site.db.sql);

  const tokens = notices.filter(({ kind }) => kind === 'provider').map(({ token }) => Number(token.split('form-')[1]));
  assert.equal(new Set(tokens).size, tokens.length, 'a form was told twice');
  assert.deepEqual([...said.told].filter((one) => !tokens.includes(one)), [], 'tellings that were kept are lost'); // prettier-ignore
  assert.deepEqual(tokens.filter((one) => !said.telling.has(one)), [], 'something was told that nobody told'); // prettier-ignore
  assert.equal(notices.length, tokens.length * 2, 'provider and council are told the same number of times');

  // Nothing lost: each notice was sent on each way of its recipient, and the other side has it.
  // What somebody answered before it left is not sent any more.
  const { rows: replied } = await sql<{ id: string }>`select distinct notice_id as id from notice_event where kind = 'answered'`.execute(site.db.sql); // prettier-ignore
  const needless = ({ state, notice }: Sent): boolean => state === 'dropped' && replied.some(({ id }) => id === notice);
  assert.deepEqual(sent.filter((one) => one.state !== 'delivered' && !needless(one)), []); // prettier-ignore
  const ways = new Map([['provider', 2], ['council', 1]]); // prettier-ignore
  for (const { id, kind } of notices) assert.equal(sent.filter(({ notice }) => notice === id).length, ways.get(kind), `notice ${id} was sent otherwise`); // prettier-ignore
  const keysOfMail = mail.received.map(({ messageId }) => messageId.slice(1).split('@')[0] ?? '');
  const letters = sent.filter(({ channel }) => channel === 'email');
  const delivered = ({ state }: Sent): boolean => state === 'delivered';
  assert.deepEqual(letters.filter((one) => delivered(one) && !keysOfMail.includes(one.parcel ?? '')), []); // prettier-ignore
  const calls = sent.filter(({ channel }) => channel === 'webhook');
  assert.deepEqual(calls.filter((one) => delivered(one) && !got.some(({ notice }) => notice === one.notice)), []); // prettier-ignore

  // A repetition bears the key of the first.
  const keys = new Map<string, Set<string>>();
  for (const { key, notice } of got) keys.set(notice, (keys.get(notice) ?? new Set()).add(key));
  assert.deepEqual([...keys].filter(([, one]) => one.size !== 1).map(([notice]) => notice), [], 'a notice came under two keys'); // prettier-ignore
  const parcels = new Set(letters.map(({ parcel }) => parcel));
  assert.deepEqual(keysOfMail.filter((key) => !parcels.has(key)), [], 'a letter came that is none of ours'); // prettier-ignore

  // In order a person: by when each first came.
  const firstCall = new Map<string, number>();
  got.forEach(({ notice }, at) => void (firstCall.has(notice) || firstCall.set(notice, at)));
  const firstLetter = new Map<string, number>();
  keysOfMail.forEach((key, at) => void (firstLetter.has(key) || firstLetter.set(key, at)));
  for (const [name, rows, at] of [
    ['webhook', calls, ({ notice }: Sent) => firstCall.get(notice)],
    ['email', letters, ({ parcel }: Sent) => firstLetter.get(parcel ?? '')],
  ] as const) {
    for (const lane of Map.groupBy(rows.filter(delivered), ({ person, address }) => `${person} ${address}`).values()) {
      const places = lane.map((one) => at(one) ?? Number.NaN);
      assert.deepEqual(
        places,
        places.toSorted((a, b) => a - b),
        `${name}: order changed`,
      );
    }
  }

  // One notice, one line.
  const { inbox, history } = await reader(site).lines();
  assert.equal(new Set(inbox).size, inbox.length, 'a message stands twice in the inbox');
  assert.equal(new Set(history).size, history.length, 'a message stands twice under earlier messages');
  const readable = new Set([...inbox, ...history]);
  const missing = notices.filter(({ id, kind }) => kind === 'provider' && !readable.has(id));
  assert.deepEqual(missing, [], 'the provider cannot read what it was told');
  const { rows: answered } = await sql<{ id: string; n: number }>`
    select notice_id as id, count(*)::int as n from notice_event where kind = 'answered' group by notice_id`.execute(site.db.sql); // prettier-ignore
  assert.deepEqual([...said.answered].filter((id) => !answered.some((one) => one.id === id)), [], 'an answer is lost'); // prettier-ignore
  assert.deepEqual(answered.filter(({ n }) => n !== 1), [], 'an answer was kept twice'); // prettier-ignore

  const again = got.length - keys.size;
  const lettersAgain = mail.received.length - new Set(keysOfMail).size;
  return (
    `${tokens.length} told (${said.told.size} said so, ${tokens.length - said.told.size} kept and not said), ${notices.length} notices; ` +
    `system: ${keys.size} messages, ${again} times one again; mail: ${parcels.size} letters, ${lettersAgain} times one again; ` +
    `${answered.length} answered; inbox ${inbox.length}, earlier ${history.length}, none twice`
  );
}
