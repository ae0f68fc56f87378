/** A manager's own settings over HTTP: what is already known is not asked again, and nothing needed at night is lost. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { rosterAgreementSchema } from '../src/domain/roster-agreement.ts';
import { contactOf } from '../src/services/provider-contact.ts';
import { longestRoster, readRoster } from '../src/sources/roster-file.ts';
import { clientsPages } from '../src/web/pages/clients-pages.ts';
import { larkfield, providerCaller, providerHouse, register } from './support/providers.ts';
import type { ProviderHouse } from './support/providers.ts';
import { Browser, startWeb } from './support/web.ts';
import type { Reply, RunningWeb } from './support/web.ts';

const rosters = [
  rosterAgreementSchema.parse({
    id: 'larkfield', version: 1, provider: larkfield.organisation, name: 'Larkfield', council: '999', from: '2020-01-01', until: '2040-12-31',
    terms: { enabled: true },
  }),
]; // prettier-ignore

let web: RunningWeb;
let house: ProviderHouse;
let mona: Browser;
before(async () => {
  web = await startWeb((db, clock) => {
    house = providerHouse(db, clock);
    Object.assign(house.deps, { councils: [{ id: '999', name: 'Sherwood County Council' }] });
    return [...house.pages(), ...clientsPages({ roster: { db, clock, rosters }, read: readRoster, mostBytes: longestRoster })]; // prettier-ignore
  });
  await register(web.db, 'mona@larkfield.example', larkfield, 'provider-manager', 'Mona Sample');
  mona = new Browser(web.baseUrl);
  await mona.post('/provider/sign-in', { email: 'mona@larkfield.example' });
  await house.post();
  await mona.post(house.newest('mona@larkfield.example').path, {});
  await inContacts('Mon-Fri 08:00-18:00', '2026-08-20');
});
after(() => web.close());

async function inContacts(hours: string, confirmed: string): Promise<void> {
  await web.db.transaction(async (trx) => {
    await trx.sql
      .insertInto('provider_contact' as never)
      .values({
        council: '999', cqc_location_id: '1-000000001', name: 'Larkfield Home Care', phone: '01632 960 101', office_hours: hours,
        out_of_hours_phone: '01632 960 102', email: 'desk@larkfield.example', last_confirmed: confirmed,
        fingerprint: '00000000-0000-4000-8000-000000000001', from_bundle: 1,
      } as never)
      .execute();
  }); // prettier-ignore
}

async function post(path: string, fields: Record<string, string>): Promise<Reply> {
  return mona.post(path, { _token: await mona.token('/phone-numbers'), ...fields });
}

/** The form as a browser sends it when nothing was chosen. */
async function handInNothing(): Promise<Reply> {
  const [edge, token] = ['----edge', await mona.token('/phone-numbers')];
  const part = (about: string, value: string): string => `--${edge}\r\nContent-Disposition: form-data; ${about}\r\n\r\n${value}\r\n`; // prettier-ignore
  const body = `${part('name="_token"', token)}--${edge}\r\nContent-Disposition: form-data; name="clients"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n\r\n--${edge}--\r\n`; // prettier-ignore
  const cookie = [...mona.cookies].map(([key, { value }]) => `${key}=${value}`).join('; ');
  const headers = { cookie, origin: web.baseUrl, 'sec-fetch-site': 'same-origin', 'content-type': `multipart/form-data; boundary=${edge}` }; // prettier-ignore
  const reply = await fetch(`${web.baseUrl}/provider/clients`, { method: 'POST', body, redirect: 'manual', headers }); // prettier-ignore
  return { status: reply.status, headers: reply.headers, text: await reply.text() };
}

describe('a rota of whose office nobody has said the hours', () => {
  it('counts the office hours of the council’s record, and says alike gaps once', async () => {
    await post('/provider/rota', { name: 'Nina Example', phone: '07700 900111', email: '', days: 'Mon', from: '18:00', to: '08:00' }); // prettier-ignore
    const { text } = await mona.get('/provider/rota');
    assert.doesNotMatch(text, /<li>Monday 8am to Monday 6pm/);
    assert.match(text, /<li>Tuesday to Thursday, 6pm to 8am<\/li>/);
  });
});

describe('contact details that nobody has confirmed yet', () => {
  it('begin with what the council has on record, said to be its word', async () => {
    const { text } = await mona.get('/provider/contact');
    assert.match(text, /From Sherwood County Council’s record, last confirmed 20 August 2026: check/);
    for (const value of ['01632 960 101', 'Mon-Fri 08:00-18:00', '01632 960 102', 'desk@larkfield.example'])
      assert.ok(text.includes(`value="${value}"`), value);
    assert.equal(await contactOf(house.deps, providerCaller('provider-manager', larkfield)), null, 'shown, not confirmed'); // prettier-ignore
  });

  it('H08: do not lose the number for the night without a word', async () => {
    const given = { officePhone: '01632 960 101', officeHours: 'Mon-Fri 08:00-18:00', outOfHoursPhone: '', email: '' };
    const asked = await post('/provider/contact', given);
    assert.equal(asked.status, 422);
    assert.match(asked.text, /Really no out-of-hours number\? The council has 01632 960 102/);
    assert.equal((await post('/provider/contact', { ...given, noOutOfHours: 'yes' })).status, 303);
    const { text } = await mona.get('/provider/contact');
    assert.doesNotMatch(text, /value="01632 960 102"/, 'their own word comes before the council’s');
  });
});

describe('a list of clients', () => {
  it('that was not chosen is asked for beside the field', async () => {
    const reply = await handInNothing();
    assert.equal(reply.status, 422);
    assert.match(reply.text, /id="clients-error"[^]*Choose the CSV file with your list of clients/);
    assert.doesNotMatch(reply.text, /zip/);
  });
});
