/**
 * The process is killed without warning, 20 times unless `KILLS` says otherwise, while extracts are
 * taken in and patients are looked up. Afterwards the store is read directly: bundles are whole, and
 * every answer that anybody saw has its audit row.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import { freePort } from '../../scripts/free-port.ts';
import { demoPeople } from '../../src/demo/people.ts';
import type { Database } from '../../src/store/database.ts';
import { openStore } from '../../src/store/open.ts';
import { cldCells, cldColumns } from '../../src/demo/part-headers.ts';
import { writeBundle, zipBundle } from '../support/bundle.ts';
import { childEnvironment } from '../support/child-environment.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { findForm } from '../support/demo-asking.ts';
import { signIn } from '../support/web.ts';
import type { SignedIn } from '../support/web.ts';

const kills = Number(process.env['KILLS'] ?? 20);
const packagesEach = 400;
const main = join(import.meta.dirname, '../../src/main.ts');

let folder: string;
let server: TestDatabase | null = null;
let url: string | null = null;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeward-kill-'));
  server = await openTestDatabase();
  url = server.url;
  // On PGlite the processes share a folder, one after the other; the test's own database is not used.
  if (url === null) await server.close();
});

after(async () => {
  if (url !== null) await server?.close();
  await rm(folder, { recursive: true, force: true });
});

describe(`${kills} kills while importing and looking up`, { timeout: 15 * 60_000 }, () => {
  it('leave whole bundles, and an audit row for every answer that was seen', async (test) => {
    const seen = new Set<string>();
    const landedVersions = new Set<string>();
    for (let kill = 1; kill <= kills; kill++) {
      await oneLife(kill, seen);
      const store = await openStore({ databaseUrl: url, ownerUrl: null, dataDir: join(folder, 'data') });
      try {
        landedVersions.add(await assertWhole(store));
        await assertAudited(store, seen);
      } finally {
        await store.close();
      }
    }
    test.diagnostic(`${seen.size} answers seen, ${landedVersions.size} different extracts found standing`);
    assert.ok(seen.size >= kills, `only ${seen.size} answers were seen: the test did not bite`);
    assert.ok(landedVersions.size >= Math.min(3, kills / 2), 'hardly any extract landed: the test did not bite');
  });
});

/** How long an extract takes to land here, in milliseconds: learnt from the first, which is waited for. */
let landsIn = 0;

async function oneLife(kill: number, seen: Set<string>): Promise<void> {
  const port = await freePort();
  const baseUrl = `http://localhost:${port}`;
  const child = spawn(process.execPath, [main, 'start'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: childEnvironment({
      PORT: String(port),
      DATA_DIR: join(folder, 'data'),
      LOG_LEVEL: 'silent',
      ...(url === null ? {} : { DATABASE_URL: url }),
    }),
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await started(child);
  const nurse = await signIn(baseUrl, kill % 2 ? 'nia' : 'omar');
  const steward = await signIn(baseUrl, 'stefan');
  let alive = true;
  const begun = performance.now();
  const uploaded = upload(steward, kill);
  const work = Promise.allSettled([
    uploaded,
    ...[0, 1, 2].map(async (lane) => {
      for (let turn = 0; alive; turn++) await lookUpOnce(nurse, kill * 100 + lane * 30 + turn, seen);
    }),
  ]);
  // Somewhere between the first statement of the import and well after its last, however fast the computer is.
  if (kill === 1) {
    await uploaded.then(() => landed(steward));
    landsIn = performance.now() - begun;
  } else await new Promise((resolve) => setTimeout(resolve, 100 + landsIn * ((kill * 1.1) % 3)));
  child.kill('SIGKILL');
  alive = false;
  await gone;
  await work;
}

async function started(child: ChildProcess): Promise<void> {
  let text = '';
  for await (const piece of child.stdout as AsyncIterable<Buffer>) {
    text += piece.toString();
    if (text.includes('Stop with Ctrl+C')) return;
  }
  throw new Error(`The server did not start: ${text}`);
}

async function lookUpOnce(nurse: SignedIn, turn: number, seen: Set<string>): Promise<void> {
  const people = demoPeople(new Date()).filter((one) => one.council === '999' && one.answer === 'care');
  const person = people[turn % people.length];
  if (!person) throw new Error('The demo has no person with care');
  const asked = await nurse.post('/find', findForm(person));
  const path = asked.headers.get('location');
  if (asked.status !== 303 || path === null) return;
  const page = await nurse.get(path);
  if (page.status === 200) seen.add(path.replace('/answers/', ''));
}

// Each extract's packages carry its own number, so that a mixture of two would be seen.
async function upload(steward: SignedIn, kill: number): Promise<void> {
  const at = new Date().toISOString();
  const rows = Array.from({ length: packagesEach }, (_, index) =>
    cldCells({
      'LA Code': '999',
      'NHS Number': '',
      'LA Person Unique Identifier': `K${index}`,
      'First Name': 'Test',
      'Last Name': 'Killed',
      'Date of Birth': '01/01/1940',
      'Client Type': 'Service user',
      'Event Type': 'Service',
      'Event Reference': `V${kill}-${index}`,
      'Event Start Date': '01/01/2024',
      'Service Type': 'Long term support: Community',
      'Service Component': 'Day support',
    }).map((cell, column) => (cldColumns[column] === 'NHS Number' ? (numbers[index] ?? '') : cell)),
  );
  const path = await writeBundle(join(folder, `bundle-${kill}`), {
    council: '999',
    extractedAt: at,
    parts: [{ kind: 'care', asAt: at, header: [...cldColumns], rows }],
  });
  const form = new FormData();
  form.append('_token', await steward.token());
  form.append('do', 'import');
  form.append('bundle', new Blob([readFileSync(await zipBundle(path))]), 'bundle.zip');
  await fetch(`${steward.browser.baseUrl}/extracts`, {
    method: 'POST',
    body: form,
    redirect: 'manual',
    headers: { cookie: steward.cookie, origin: steward.browser.baseUrl, 'sec-fetch-site': 'same-origin' },
  });
}

/** Waits until the extract that was handed in has landed. @throws Error when it was held or refused */
async function landed(steward: SignedIn): Promise<void> {
  for (;;) {
    const { text } = await steward.get('/extracts');
    if (text.includes('Taken in as extract')) return;
    if (!text.includes('rows read')) throw new Error('The first extract did not land');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const numbers = Array.from({ length: packagesEach * 2 }, (_, index) => {
  const nine = String(999_500_000 + index);
  let sum = 0;
  for (let place = 0; place < 9; place++) sum += Number(nine[place]) * (10 - place);
  const digit = 11 - (sum % 11);
  return digit === 10 ? '' : `${nine}${digit === 11 ? 0 : digit}`;
}).filter(Boolean);

async function assertWhole(store: Database): Promise<string> {
  const { rows } = await sql<{ version: string; packages: string }>`
    select split_part(reference, '-', 1) as version, count(*) as packages from package
    where council = '999' and until_bundle is null and reference like 'V%-%' group by 1`.execute(store.sql);
  const { rows: demo } = await sql<{ packages: string }>`
    select count(*) as packages from package where council = '999' and until_bundle is null and reference not like 'V%-%'`.execute(
    store.sql,
  );
  const demoPackages = Number(demo[0]?.packages);
  if (rows.length === 0) {
    assert.ok(demoPackages > 10, 'neither the demo nor an extract stands whole');
    return 'demo';
  }
  assert.equal(rows.length, 1, `two extracts are mixed: ${JSON.stringify(rows)}`);
  assert.equal(Number(rows[0]?.packages), packagesEach, 'an extract stands half');
  assert.equal(demoPackages, 0, 'an extract and the demo are mixed');
  const { rows: open } = await sql<{ halves: string }>`
    select count(*) as halves from package p where council = '999' and not exists (
      select 1 from bundle b where b.bundle_id = p.from_bundle and b.state = 'landed')`.execute(store.sql);
  assert.equal(Number(open[0]?.halves), 0, 'packages stand whose bundle is not recorded as landed');
  return String(rows[0]?.version);
}

async function assertAudited(store: Database, seen: ReadonlySet<string>): Promise<void> {
  const { rows } = await sql<{ answer_id: string }>`select answer_id from audit_event where action = 'look-up'`.execute(
    store.sql,
  );
  const audited = new Set(rows.map((row) => row.answer_id));
  assert.deepEqual(
    [...seen].filter((id) => !audited.has(id)),
    [],
  );
}
