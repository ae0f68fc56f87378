/** The page of a provider's list over HTTP: nothing of a file is read before it is known that it may be handed in. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { rosterAgreementSchema } from '../src/domain/roster-agreement.ts';
import type { RosterAgreement } from '../src/domain/roster-agreement.ts';
import { longestRoster, readRoster } from '../src/sources/roster-file.ts';
import { clientsPages } from '../src/web/pages/clients-pages.ts';
import { pause } from './support/mllp.ts';
import { Browser, startWeb } from './support/web.ts';
import type { RunningWeb } from './support/web.ts';
import { providerHouse, register } from './support/providers.ts';

let web: RunningWeb;
let mo: Browser;
/** Readings that have begun. */
let read = 0;
/** Readings that have ended. */
let given = 0;
const rosters: RosterAgreement[] = [];
const agreement = rosterAgreementSchema.parse({
  id: 'larkfield', version: 1, provider: 'cqc:1-000000001', name: 'Larkfield', council: '999', from: '2020-01-01', until: '2040-12-31',
  terms: { enabled: true }, uploadsDay: 4, mostClients: 3,
}); // prettier-ignore

before(async () => {
  let house: ReturnType<typeof providerHouse> | undefined;
  web = await startWeb((db, clock) => {
    house = providerHouse(db, clock);
    const counted = (chunks: Readable, most: number) => (read++, readRoster(chunks, most).finally(() => given++));
    return [...house.pages(), ...clientsPages({ roster: { db, clock, rosters }, read: counted, mostBytes: longestRoster })]; // prettier-ignore
  });
  await register(web.db, 'mo@larkfield.example', undefined, 'provider-manager');
  mo = new Browser(web.baseUrl);
  await mo.post('/provider/sign-in', { email: 'mo@larkfield.example' });
  await house?.post();
  await mo.post(house?.newest('mo@larkfield.example').path ?? '', {});
});
after(() => web.close());

const head = 'NHS Number,Date of Birth,Last Name,First Name,Your Reference,Permission,Permission Date\n';

async function handIn(body: string): Promise<{ status: number; text: string }> {
  const form = new FormData();
  form.set('_token', await mo.token('/phone-numbers'));
  form.set('file', new Blob([body]), 'clients.csv');
  const cookie = [...mo.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ');
  const headers = { cookie, origin: web.baseUrl, 'sec-fetch-site': 'same-origin' };
  const reply = await fetch(`${web.baseUrl}/provider/clients`, { method: 'POST', body: form, redirect: 'manual', headers }); // prettier-ignore
  return { status: reply.status, text: await reply.text() };
}

/** Begins to send a form with a file. @param length of all of it: what is not written now is still to come */
async function begin(
  form: (token: string) => string,
  { length, sent }: { length?: number; sent?: () => void } = {},
): Promise<Socket> {
  const body = form(await mo.token('/phone-numbers'));
  const { host, origin, hostname, port } = new URL(web.baseUrl);
  const cookie = [...mo.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ');
  const headers = [`Host: ${host}`, `Origin: ${origin}`, 'Sec-Fetch-Site: same-origin', `Cookie: ${cookie}`, 'Content-Type: multipart/form-data; boundary=limit', `Content-Length: ${length ?? body.length}`]; // prettier-ignore
  const socket = connect(Number(port), hostname);
  socket.write(`POST /provider/clients HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n${body}`, sent);
  return socket;
}

const begunForm = (token: string, file: string): string =>
  `--limit\r\nContent-Disposition: form-data; name="_token"\r\n\r\n${token}\r\n--limit\r\nContent-Disposition: form-data; name="file"; filename="clients.csv"\r\n\r\n${file}`; // prettier-ignore

/** As a browser does: all of the file is sent before a byte of the answer is read. */
async function sentWhole(file: string): Promise<string> {
  const sent = Promise.withResolvers<void>();
  const socket = await begin((token) => `${begunForm(token, file)}\r\n--limit--\r\n`, { sent: sent.resolve });
  socket.once('error', sent.reject);
  setTimeout(() => sent.reject(new Error('the file is not taken off the line')), 5000).unref();
  try {
    await sent.promise;
    let answer = '';
    for await (const chunk of socket) if ((answer += String(chunk)).includes('</html>')) break;
    return answer;
  } finally {
    socket.destroy();
  }
}

/** Begins to send a file, and hangs up while it is read. */
async function hangUp(): Promise<void> {
  const before = read;
  const socket = await begin((token) => begunForm(token, head), { length: 4_000_000 });
  while (read === before) await pause(5);
  socket.destroy();
}

const timers = (): number => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;

describe('a file of clients', () => {
  it('is not read of a provider without an agreement, however large it is', async () => {
    assert.equal((await handIn(head + 'a\n'.repeat(2_000_000))).status, 403);
    assert.equal(read, 0);
    assert.match(await sentWhole(head + 'a\n'.repeat(2_000_000)), /^HTTP\/1.1 403 /);
    assert.equal(read, 0);
  });

  it('is given up at the first row too many, said on the page, and not read at all once there were enough in a day', async () => {
    rosters.push(agreement);
    const reply = await handIn(head + 'a\n'.repeat(2_000_000));
    assert.equal(reply.status, 422);
    assert.match(reply.text, /holds more than 3 rows/);
    assert.equal((await handIn('a,b\n')).status, 422);
    const taken = await handIn(`${head}9990000018,14/03/1941,Example,Barbara,C-1,Y,2026-08-01\n`);
    assert.equal(taken.status, 303);
    assert.equal((await handIn(head)).status, 422);
    assert.equal(read, 4);
    assert.match((await handIn(head + 'a\n'.repeat(2_000_000))).text, /There were 4 files in a day already/);
    assert.equal(read, 4);
    // A browser would wait for ever for a page that says it, or show a broken connection.
    assert.match(await sentWhole(head + 'a\n'.repeat(2_000_000)), /There were 4 files in a day already/);
    assert.match(await sentWhole(head + 'a\n'.repeat(5_000_000)), /There were 4 files in a day already/);
    assert.equal(read, 4);
  });

  it('is waited for no longer once its sender has hung up', async () => {
    rosters.splice(0, 1, { ...agreement, uploadsDay: 50 });
    const [before, gone] = [timers(), given];
    await hangUp();
    for (let tries = 0; tries < 1000 && given === gone; tries++) await pause(5);
    await pause(100);
    assert.equal(given, gone + 1);
    // A process that has been told to end would wait for it.
    assert.ok(timers() <= before, `${timers()} timers after ${before}`);
  });
});
