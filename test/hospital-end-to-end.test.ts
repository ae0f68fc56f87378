/** From the hospital's wire to everybody who is told: Barbara arrives, and leaves. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { freePort } from '../scripts/free-port.ts';
import { buildApp } from '../src/app.ts';
import type { App } from '../src/app.ts';
import { demoPeople } from '../src/demo/people.ts';
import { MllpClient } from '../src/hl7/mllp-client.ts';
import { frame } from '../src/hl7/mllp-frames.ts';
import { adt } from './support/adt.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { Destination } from './support/destination.ts';
import { verdict } from './support/mllp.ts';
import { demoConfig, signIn } from './support/web.ts';

let database: TestDatabase;
let destination: Destination;
let app: App;
let folder: string;
let baseUrl: string;
let port: number;
const clock = { now: (): Date => new Date() };

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'homeward-arrival-'));
  database = await openTestDatabase();
  destination = await new Destination({ behave: () => 'AA' }).open();
  const { settings, site } = demoConfig(await freePort(), { DATA_DIR: folder, LOG_LEVEL: 'silent', MLLP_PORT: '0' });
  const feeds = site.feeds.map((feed) => ({ ...feed, hints: feed.hints.map((hint) => ({ ...hint, port: destination.port })) })); // prettier-ignore
  app = await buildApp({ settings, site: { ...site, feeds }, clock, db: database.db });
  await app.refreshDemo();
  await app.server.listen({ port: settings.port, host: settings.host });
  app.feeds.start();
  port = (await app.feeds.listen()) ?? 0;
  baseUrl = settings.baseUrl;
});
after(async () => {
  await app.stop();
  await destination.close();
  await database.close().catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
});

const stamp = (minutesAgo: number): string =>
  `${new Date(Date.now() - minutesAgo * 60_000).toISOString().slice(0, 19).replace(/[-:T]/g, '')}+0000`;

function barbara(trigger: string, id: string, minutesAgo: number): Buffer {
  const person = demoPeople(clock.now())[0];
  assert.ok(person);
  const [family = '', given = ''] = person.name.split(', ');
  return Buffer.from(
    adt(trigger, {
      'MSH-7': stamp(minutesAgo),
      'MSH-10': id,
      'EVN-2': stamp(minutesAgo),
      'PID-3': `K100^^^KVH^MR~${person.nhsNumber}^^^NHS^NH`,
      'PID-5': `${family}^${given}`,
      'PID-7': person.birthDate.replaceAll('-', ''),
    }).serialise(),
  );
}

const isSent = (() => {
  try {
    execFileSync('mllp_send', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** Debian's sender where there is one, and our own client. */
async function send(bytes: Buffer, withDebian: boolean): Promise<string> {
  if (withDebian) {
    const file = join(folder, 'message');
    writeFileSync(file, frame(bytes));
    const { stdout } = await promisify(execFile)('mllp_send', ['--file', file, '--port', String(port), '127.0.0.1']);
    const [, code = '', id = ''] = /MSA\|([A-Z]+)\|([^|\s]*)/.exec(stdout) ?? [];
    return `${code} ${id}`;
  }
  const client = new MllpClient({ host: '127.0.0.1', port });
  try {
    return verdict(await client.send(bytes, { timeout: patience }));
  } finally {
    client.close();
  }
}

const patience = 10_000;

/**
 * Waits for what is to be so within two seconds. On a computer so busy that a page with nothing to ask takes a fifth of a
 * second it may take ten of those instead, and never as long as it takes until what nobody was woken for is looked for.
 */
async function soon(t: TestContext, what: () => Promise<boolean>): Promise<void> {
  const began = performance.now();
  const passed = (): number => performance.now() - began;
  await fetch(`${baseUrl}/phone-numbers`).then((reply) => reply.text());
  const most = Math.min(Math.max(2_000, 10 * passed()), patience);
  while (!(await what())) {
    assert.ok(passed() < most, `not within ${Math.round(most)} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  t.diagnostic(`after ${Math.round(passed())} ms`);
}

for (const withDebian of [true, false]) {
  const by = withDebian ? 'Debian’s mllp_send' : 'our own client';
  describe(`Barbara arrives by ${by}`, { skip: withDebian && !isSent && 'mllp_send is not installed' }, () => {
    const page = async (persona: string, path: string): Promise<string> => {
      const person = await signIn(baseUrl, persona);
      return (await person.get(path)).text;
    };

    it('within two seconds the board shows her, the hint is acknowledged, and the council’s list has her', async (t) => {
      const [nurse, worker] = [await signIn(baseUrl, 'nia'), await signIn(baseUrl, 'carol')];
      const before = destination.receptions.length;
      assert.equal(await send(barbara('A04', `IN${by.length}`, withDebian ? 30 : 5), withDebian), `AA IN${by.length}`);
      await soon(t, async () => {
        const acknowledged = await database.db.sql.selectFrom('hl7_outbound').select('state').orderBy('outbound_id', 'desc').limit(1).execute(); // prettier-ignore
        return (
          destination.receptions.length > before &&
          acknowledged[0]?.state === 'acknowledged' &&
          (await nurse.get('/board')).text.includes('with council care: 1') &&
          (await worker.get('/in-hospital')).text.includes('HOLMES')
        );
      });
    });

    it('her discharge ends it on every list', async (t) => {
      assert.equal(
        await send(barbara('A03', `OUT${by.length}`, withDebian ? 20 : 1), withDebian),
        `AA OUT${by.length}`,
      );
      await soon(t, async () => (await page('nia', '/board')).includes('with council care: not known'));
    });
  });
}
