/** "Is my client with you?" on a phone at a door, and a provider's own list of clients. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { arrivingAt, personOf } from '../support/arriving.ts';
import { openSite } from '../support/browser.ts';
import type { Visitor } from '../support/browser.ts';
import { phone } from '../support/inspect.ts';

const site = await openSite();
after(() => site.close());
const { app } = site;
const feed = arrivingAt(app);
const onPhone = { viewport: phone, hasTouch: true };

async function fill(visitor: Visitor, who: string): Promise<void> {
  const { nhsNumber, birthDate } = personOf(app, who);
  const [year = '', month = '', day = ''] = birthDate.split('-');
  await visitor.open('/provider/where');
  await visitor.page.fill('#nhsNumber', nhsNumber);
  await visitor.page.fill('#birth-day', day);
  await visitor.page.fill('#birth-month', month);
  await visitor.page.fill('#birth-year', year);
  if (await visitor.page.locator('input[name="council"]').count()) await visitor.page.check('input[value="999"]');
}

async function ask(visitor: Visitor, who: string): Promise<void> {
  await fill(visitor, who);
  await visitor.press('main button:has-text("Ask")');
}

describe('a coordinator with a phone', () => {
  it('asks again for what is missing, beside the field', async () => {
    const petra = await site.visitAs('petra', onPhone);
    await petra.open('/provider/where');
    await petra.inspect('where-empty');
    await petra.press('main button:has-text("Ask")');
    assert.match(await petra.text('.nhsuk-error-summary'), /Enter an NHS number.*Enter a real date of birth/);
    assert.match(await petra.page.title(), /^Error: /);
    await petra.inspect('where-errors');
    await petra.leave();
  });

  it('reads “cannot say” from a silent feed, and keeps the question open until the person is found', async () => {
    const petra = await site.visitAs('petra', onPhone);
    await ask(petra, 'Holmes');
    assert.match(await petra.text(), /We cannot say\. Phone the council’s duty team\..*01632 960 201/);
    assert.match(await petra.text(), /We keep looking until/);
    await petra.inspect('where-cannot-say');
    await petra.press('text=Found: stop looking');
    assert.match(await petra.text(), /Asked in the last 24 hours .*Found today at/);
    await petra.leave();
  });

  it('reads “not with us” with every service that was searched, and is told when the person arrives later', async () => {
    await feed.tell('A04', 'Featherstonehaugh', 1);
    const petra = await site.visitAs('petra', onPhone);
    await ask(petra, 'Holmes');
    const text = await petra.text();
    assert.match(text, /Not with us/);
    assert.match(text, /Service Wards Hospital Kings Vale Hospital Last heard today at 3am/); // prettier-ignore
    assert.match(text, /It says nothing of any other hospital/);
    await petra.inspect('where-not-with-us');
    await petra.open('/provider/where');
    assert.match(await petra.text(), /Still looking.*999 000 0018/);
    await petra.inspect('where-open');
    await feed.tell('A04', 'Holmes', 0);
    await app.app.whereabouts.run();
    await petra.open('/inbox');
    assert.match(await petra.text(), /HOLMES/i);
    await petra.open('/provider/where');
    assert.doesNotMatch(await petra.text(), /Still looking/);
    await petra.leave();
  });

  it('reads where the client is, since when and whom to phone', async () => {
    const petra = await site.visitAs('petra', onPhone);
    await ask(petra, 'Holmes');
    assert.match(await petra.text(), /Your client is with us In Kings Vale Hospital since .*Phone Kings Vale Hospital: 01632 960 300/); // prettier-ignore
    await petra.inspect('where-with-us');
    await petra.leave();
  });

  it('works without scripts', async () => {
    const petra = await site.visitAs('petra', { ...onPhone, javaScriptEnabled: false });
    await ask(petra, 'Holmes');
    assert.match(await petra.text(), /Your client is with us/);
    await petra.leave();
  });

  it('is stopped after too many questions, with the number to phone', async () => {
    const petra = await site.visitAs('petra', onPhone);
    for (let at = 0; at < 40 && !/too often/.test(await petra.text()); at++) await ask(petra, 'Hargreave');
    assert.match(await petra.text(), /You have asked too often for now .*01632 960 201/);
    await petra.inspect('where-too-often');
    await petra.leave();
  });
});

describe('a manager with a list of clients', () => {
  const header = 'NHS Number,Date of Birth,Last Name,First Name,Your Reference,Permission,Permission Date';
  const file = (lines: string[]): { name: string; mimeType: string; buffer: Buffer } => ({
    name: 'clients.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from([header, ...lines, ''].join('\r\n')),
  });
  const line = (who: string, reference: string, birth?: string): string => {
    const { nhsNumber, birthDate, name } = personOf(app, who);
    const [family = '', given = ''] = name.split(', ');
    return [nhsNumber, birth ?? birthDate, family, given, reference, 'Y', '2026-08-01'].join(',');
  };

  it('hands it in, sees who is covered, and what to do about the rest', async () => {
    const mona = await site.visitAs('mona');
    await mona.open('/provider/clients');
    assert.match(await mona.text(), /Nobody is on it yet/);
    await mona.inspect('clients-empty');
    await mona.page.setInputFiles('#clients', file([line('Holmes', 'C-1'), line('Hargreave', 'C-2'), line('Penrose', 'C-3', '1950-02-31')])); // prettier-ignore
    await mona.press('text=Hand in the list');
    const text = await mona.text();
    assert.match(text, /The list now: 2 clients/);
    assert.match(text, /1 row needs a look.*C-3.*Date of Birth is not a real date/);
    await mona.inspect('clients');
    await mona.leave();
  });

  it('is asked before a much shorter list takes its place', async () => {
    const mona = await site.visitAs('mona');
    await mona.open('/provider/clients');
    await mona.page.setInputFiles('#clients', file([line('Holmes', 'C-1')]));
    await mona.press('text=Hand in the list');
    assert.match(await mona.text(), /much shorter than the one before.*1 client; there are 2 now/);
    await mona.inspect('clients-held');
    await mona.press('text=No, keep the list as it is');
    assert.match(await mona.text(), /The list now: 2 clients/);
    await mona.leave();
  });

  it('reads what is wrong with a file beside the field', async () => {
    const mona = await site.visitAs('mona');
    await mona.open('/provider/clients');
    await mona.page.setInputFiles('#clients', { name: 'x.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\r\n1,2\r\n') });
    await mona.press('text=Hand in the list');
    assert.match(await mona.text('.nhsuk-error-summary'), /must name each of these once/);
    await mona.inspect('clients-error');
    await mona.leave();
  }); // prettier-ignore
});
