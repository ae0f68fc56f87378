/** A council's duty worker sees what waits, opens it, works it to its end and takes it out; on a desk and on a phone. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import { phoneKey } from '../../src/domain/call.ts';
import { openDeliveryTask } from '../../src/store/notices/delivery-tasks.ts';
import { putWrongNumber } from '../../src/store/wrong-numbers.ts';
import { personOf } from '../support/arriving.ts';
import { openSite } from '../support/browser.ts';
import { phone } from '../support/inspect.ts';

const site = await openSite('2026-09-01T10:00:00+01:00');
after(() => site.close());
const { app } = site;
const send = 'main button[value="send"]';
/** Nothing that an address may hold of anybody. */
const nobody = /\/council(\/[a-z-]+)?(\/[\w-]{36})?(\/export\.csv)?(\?[a-z0-9=&-]*)?$/;

before(async () => {
  const nia = await site.visitAs('nia');
  const { nhsNumber, birthDate } = personOf(app, 'Holmes');
  for (const what of ['Is with us', 'Going home, please restart']) {
    await nia.lookUp({ nhsNumber, birthDate });
    await nia.press(`main >> text="${what}"`);
    if (await nia.page.locator('#permission').isVisible()) await nia.page.check('#permission');
    await nia.press(send);
    if (!nia.page.url().includes('/told/')) await nia.press(send);
    assert.match(nia.page.url(), /\/told\//, what);
  }
  await nia.leave();
  const { db } = app.app;
  await db.transaction(async (trx) => {
    const at = app.clock.now();
    const rows = await trx.sql.selectFrom('notice').select(['recipient', 'recipient_name']).where('recipient_kind', '=', 'provider').execute(); // prettier-ignore
    const { recipient: provider, recipient_name: providerName } = rows[0] ?? assert.fail();
    const { rows: contacts } = await sql<{ phone: string | null }>`select phone from provider_contact where council = '999' and name = ${providerName} and until_bundle is null`.execute(trx.sql); // prettier-ignore
    const number = contacts[0]?.phone ?? assert.fail();
    await putWrongNumber(trx, { council: '999', provider, providerName, phone: number, phoneKey: phoneKey(number), hospital: 'KVH', at, by: 'Nia Example' }); // prettier-ignore
    await openDeliveryTask(trx, { recipient: provider, council: '999', kind: 'dead-address', channel: 'email', address: 'old@larkfield.example', fault: 'ADDRESS_DEAD' }, at); // prettier-ignore
  });
  app.clock.advance(25);
  // What is on its way leaves by itself only while the service serves.
  await app.app.notices.run();
});

describe('the council’s landing page', () => {
  it('is where the duty worker lands, with a number for each list and what has waited longest', async () => {
    const carol = await site.visitAs('carol');
    assert.match(new URL(carol.page.url()).pathname, /^\/council$/);
    const text = await carol.text();
    assert.match(text, /Work to do: Sherwood County Council/);
    assert.match(text, /Messages to your council 2 25 minutes, since today at 10am/);
    assert.match(text, /Messages to providers without a yes 4 2 with you now 25 minutes/);
    assert.match(text, /Our people in hospital now not known/);
    assert.match(text, /More of your people may be in hospital/);
    assert.doesNotMatch(text, /HOLMES|999 000|patient/i);
    await carol.inspect('council-work');
    await carol.leave();
  });
});

describe('a message to the council', () => {
  it('is opened and answered by name, without a visit to agree', async () => {
    const carol = await site.visitAs('carol');
    await carol.press('main >> text="Messages to your council"');
    assert.match(await carol.text(), /HOLMES, Barbara.*NHS number 999 000 0018.*Is with us.*Please answer/i);
    assert.match(carol.page.url(), nobody);
    await carol.inspect('council-messages');
    await carol.press('tr:has-text("restart") >> a');
    assert.match(await carol.text(), /This person is going home and care is to start again\. Please confirm that you know\./); // prettier-ignore
    await carol.inspect('council-message');
    await carol.page.click('text=We cannot do what is asked');
    await carol.press('text="Send: we cannot"');
    assert.match(await carol.text('.nhsuk-error-summary'), /Choose why you cannot/);
    await carol.inspect('council-message-error');
    await carol.press('text="Yes, we know"');
    assert.match(await carol.text(), /Messages to your council: 1/);
    await carol.page.selectOption('#show', 'all');
    await carol.press('main button:has-text("Show")');
    assert.match(await carol.text(), /You said yes by Carol Example/i);
    await carol.leave();
  });
});

describe('a message that no provider has said yes to', () => {
  it('is taken on, and the provider’s answer by phone is written down', async () => {
    const carol = await site.visitAs('carol');
    await carol.open('/council/notices');
    await carol.inspect('council-notices');
    await carol.press('tr:has-text("restart"):has-text("Larkfield") >> a:has-text("Open")');
    assert.match(await carol.text(), /HOLMES, Barbara/);
    assert.doesNotMatch(await carol.text(), /patient|safeguarding/i);
    assert.match(await carol.text(), /No number that answers now\. Out of hours: 01632 960 102 01632 960 101 reported as wrong/); // prettier-ignore
    await carol.inspect('council-notice');
    await carol.press('text="I am dealing with it"');
    assert.match(await carol.text(), /Carol Example is dealing with it\./);
    await carol.page.click('text=The provider answered by phone');
    await carol.press('text="Write down their answer"');
    assert.match(await carol.text('.nhsuk-error-summary'), /Enter the name of whoever answered.*Choose an answer/);
    await carol.inspect('council-notice-error');
    await carol.page.fill('#by', 'Petra');
    await carol.page.check('input[name="answer"][value="accepted"]');
    await carol.page.fill('#time', '6pm');
    await carol.press('text="Write down their answer"');
    assert.match(await carol.text(), /Yes HOLMES, Barbara .* Petra answered by phone, written down by Carol Example today at 10:25am: yes, first visit today at 6pm/i); // prettier-ignore
    await carol.inspect('council-notice-done');
    await carol.leave();
  });

  it('is closed when something else is arranged', async () => {
    const carol = await site.visitAs('carol');
    await carol.open('/council/notices');
    await carol.press('tr:has-text("Is with us"):has-text("Larkfield") >> a:has-text("Open")');
    await carol.page.click('text=Something else is arranged');
    await carol.press('text="Close it"');
    assert.match(await carol.text('.nhsuk-error-summary'), /Choose what is arranged/);
    await carol.page.check('input[name="how"][value="stays-here"]');
    assert.match(await carol.text(), /The person stays in hospital/);
    await carol.press('text="Close it"');
    assert.match(await carol.text(), /Settled/i);
    await carol.open('/council/notices');
    assert.match(await carol.text(), /Messages to providers without a yes: 2/);
    await carol.open('/council/notices?show=waits');
    assert.match(await carol.text(), /There are none\./);
    await carol.leave();
  });
});

describe('the other lists', () => {
  it('are worked by a choice, and say when none was made', async () => {
    const carol = await site.visitAs('carol');
    for (const [path, name, choice] of [
      ['/council/wrong-numbers', 'council-wrong-numbers', 'corrected'],
      ['/council/addresses', 'council-addresses', 'told'],
    ] as const) {
      await carol.open(path);
      await carol.inspect(name);
      const before = await carol.page.locator('main tbody tr').count();
      await carol.page.click('main details summary');
      await carol.inspect(`${name}-open`);
      await carol.press('main details button');
      assert.match(await carol.text('.nhsuk-error-summary'), /Choose one of the answers/);
      await carol.press('text="Go back to the list"');
      await carol.page.click('main details summary');
      await carol.page.check(`main input[value="${choice}"]`);
      await carol.press('main details button');
      assert.equal(await carol.page.locator('main tbody tr').count(), before - 1);
    }
    await carol.leave();
  });

  for (const path of ['tasks', 'holds', 'questions'] as const)
    it(`say that there is nothing: ${path}`, async () => {
      const carol = await site.visitAs('carol', { viewport: phone, hasTouch: true, isMobile: true });
      await carol.open(`/council/${path}`);
      assert.match(await carol.text(), /No task of a hold is open|No care is on hold|No provider has asked/);
      await carol.inspect(`council-${path}-none`);
      await carol.leave();
    });
});

describe('how the council is told', () => {
  it('is chosen by its duty team', async () => {
    const carol = await site.visitAs('carol');
    await carol.press('text=How your council is told');
    assert.match(await carol.text(), /Email adult\.duty@sherwood\.example Read by the office\. At any hour\./);
    assert.match(await carol.text('#to-hint'), /^Enter an email address\. Leave it empty for the messages page\./);
    await carol.inspect('council-channels');
    await carol.press('text="Remove"');
    assert.match(await carol.text(), /Nobody is told of your messages\. Hospitals are asked to phone you/);
    await carol.page.check('input[name="channel"][value="email"]');
    await carol.page.fill('#to', 'duty@sherwood.example');
    await carol.page.check('input[name="use"][value="office"]');
    await carol.press('text="Add"');
    assert.match(await carol.text(), /Email Not used yet duty@sherwood\.example Read by the office/i);
    await carol.leave();
  });
});

describe('a list taken out', () => {
  it('is a file that says whom, and the taking is in the trail before', async () => {
    const carol = await site.visitAs('carol');
    await carol.open('/council/notices?show=all');
    const before = await app.audited('export-council-list');
    const [file] = await Promise.all([
      carol.page.waitForEvent('download'),
      carol.page.click('text=Take this list out'),
    ]);
    assert.match(file.suggestedFilename(), /^notices-2026-09-01\.csv$/);
    const csv = readFileSync((await file.path()) ?? '', 'utf8');
    assert.match(csv, /NHS number,Person/);
    assert.match(csv, /,9990000018,"HOLMES, Barbara",/);
    assert.equal(await app.audited('export-council-list'), before + 1);
    await carol.leave();
  });

  it('H24: gives nothing while the trail cannot be written', async () => {
    const carol = await site.visitAs('carol');
    app.breakDatabase(/insert into "audit_event"/);
    try {
      for (const path of ['/council/notices', '/council/notices/export.csv?show=all', '/council/messages?show=all']) {
        const reply = await carol.open(path);
        assert.ok((reply?.status() ?? 0) >= 500, path);
        assert.doesNotMatch(await carol.text('body'), /HOLMES/);
      }
    } finally {
      app.breakDatabase(null);
    }
    await carol.leave();
  });
});

describe('without JavaScript', () => {
  it('everything is reached and worked', async () => {
    const carol = await site.visitAs('carol', { javaScriptEnabled: false });
    await carol.press('main >> text="Messages to your council"');
    await carol.press('main table >> text="Open"');
    assert.match(await carol.text(), /Please confirm that you know/);
    await carol.press('text="Yes, we know"');
    assert.match(await carol.text(), /No message waits for your answer/);
    await carol.leave();
  });
});

describe('what was told of a person', () => {
  for (const [who, path, typed, name] of [
    ['carol', '/accesses', 'M100001', 'council-accesses-told'],
    ['priya', '/who-looked', '9990000018', 'who-looked-told'],
  ] as const)
    it(`is found by the person, with who told it to whom, who opened it and who saw lists of it: ${path} (H22)`, async () => {
      const reviewer = await site.visitAs(who);
      await reviewer.open(path);
      await reviewer.page.fill('#who', typed);
      await reviewer.press('main button');
      const text = await reviewer.text();
      assert.match(text, /Messages and questions about the person: \d+ entries/);
      assert.match(
        text,
        /Nia Example Emergency nurse, .* Sent a message(, 2 times)?\. Told: .*Sherwood County Council/,
      );
      assert.match(text, /Carol Example Council duty worker, .* Opened a message/);
      assert.match(text, /The council’s list of messages/);
      assert.doesNotMatch(text, /cqc:/);
      await reviewer.inspect(name);
      await reviewer.leave();
    });
});
