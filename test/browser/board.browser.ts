/** The hospital's board, the council's list and look-ups without a stay, as people arrive and leave. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import { arrivingAt, personOf } from '../support/arriving.ts';
import { openSite } from '../support/browser.ts';
import { StayWatch } from '../../src/services/notices/stay-watch.ts';

const site = await openSite();
after(() => site.close());
const { app } = site;
const feed = arrivingAt(app);
const tellAll = async (): Promise<void> =>
  void (await new StayWatch({ notices: app.app.notices.deps, rosters: [] }).run());

describe('before anybody has come', () => {
  it('says that nothing has been received, that nobody is known to be here, and that this is not “no care” (H02)', async () => {
    const nia = await site.visitAs('nia');
    await nia.open('/board');
    const text = await nia.text();
    assert.match(text, /In the department now with council care: not known/);
    assert.match(
      text,
      /This list may be incomplete .*No message from the hospital system has been received: nobody who has come is listed\./,
    );
    assert.match(text, /What to do: find the patient by NHS number, or phone the council: Sherwood .* 01632 960/);
    assert.match(text, /Nobody in the department is listed\. That does not mean that nobody here has council care\./);
    assert.match(text, /Not listed does not mean no care\./);
    await nia.inspect('board-empty');
    await nia.leave();
    const carol = await site.visitAs('carol');
    await carol.open('/in-hospital');
    assert.match(await carol.text(), /Our people in hospital now: not known/);
    assert.match(
      await carol.text(),
      /None of your people is listed\. That does not mean that none of them is in hospital\./,
    );
    await carol.inspect('in-hospital-empty');
    await carol.leave();
  });
});

describe('as people arrive', () => {
  before(async () => {
    // He was asked about while he was here for certain, and nothing has been heard of him since.
    app.clock.advance(-170);
    await feed.tell('A04', 'Ashcroft', 23 * 60 + 10);
    app.clock.advance(170);
    await feed.tell('A04', 'Holmes', 50);
    await feed.tell('A04', 'Penrose', 95);
    await feed.tell('A04', 'Featherstonehaugh', 20);
    await feed.tell('A01', 'Tidswell', 3 * 24 * 60, { 'PV1-2': 'I', 'PV1-3': 'WARD12^BAY^1', 'PV2-9': '20260902' });
    await tellAll();
  });

  it('lists who is here with council care: who, age, where, since when, and whether they agreed', async () => {
    const nia = await site.visitAs('nia');
    await nia.open('/board');
    const text = await nia.text();
    assert.match(text, /In the department now with council care: 4/);
    assert.match(
      text,
      /Hospital system last heard today at 3am · Sherwood County Council records as at today at 2:40am · Reloads itself/,
    );
    assert.match(text, /HOLMES, Barbara 999 000 0018 85 years Emergency department today at 2:10am NOT ASKED YET/i);
    assert.match(text, /Admitted or on leave, with council care: 1/);
    assert.match(text, /May have left nothing heard since 30 August 2026 at 1am|May have left nothing heard since yesterday at 1am/i); // prettier-ignore
    assert.doesNotMatch(text, /safeguarding|referral|No message from/i);
    assert.equal(await nia.page.title(), 'In the department now – Homeward');
    await nia.inspect('board');
    await nia.leave();
  });

  it('goes to the answer in one click and the patient’s word, with nothing of anybody in the address', async () => {
    const nia = await site.visitAs('nia');
    await nia.open('/board');
    await nia.press('tr:has-text("HOLMES") button:has-text("Look up")');
    assert.match(await nia.text(), /Look up this patient HOLMES, Barbara Born 14 March 1941 \(85 years\)/);
    assert.match(await nia.text(), /Did the patient agree\?/);
    await nia.inspect('board-ask');
    await nia.page.check('input[name="permission"][value="given"]');
    await nia.press('main button[type="submit"]');
    assert.match(nia.page.url(), /\/answers\/[0-9a-f-]{36}$/);
    assert.match(await nia.text(), /HOLMES, Barbara/);
    await nia.open('/board');
    assert.match(await nia.text(), /HOLMES, Barbara .*? AGREED TODAY AT 3AM/i);
    await nia.leave();
  });

  it('asks first: without the patient’s word it is the form again, filled in', async () => {
    const nia = await site.visitAs('nia');
    await nia.open('/board');
    await nia.press('tr:has-text("PENROSE") button:has-text("Look up")');
    await nia.press('main button[type="submit"]');
    assert.match(await nia.text('.nhsuk-error-summary'), /Choose whether the patient agreed/);
    assert.equal(await nia.page.inputValue('#nhsNumber'), personOf(app, 'Penrose').nhsNumber);
    await nia.leave();
  });

  it('takes off the board who refuses, at once, and off the council’s list', async () => {
    const nia = await site.visitAs('nia');
    await nia.open('/board');
    await nia.press('tr:has-text("PENROSE") button:has-text("Look up")');
    await nia.page.check('input[name="permission"][value="refused"]');
    await nia.press('main button[type="submit"]');
    await nia.open('/board');
    assert.doesNotMatch(await nia.text(), /PENROSE/);
    await nia.leave();
    const carol = await site.visitAs('carol');
    await carol.open('/in-hospital');
    assert.doesNotMatch(await carol.text(), /PENROSE/);
    await carol.leave();
  });

  it('shows the council which of its people are in hospital, since when and until when, and no ward', async () => {
    const carol = await site.visitAs('carol');
    await carol.open('/in-hospital');
    const text = await carol.text();
    assert.match(text, /Our people in hospital now: 4/);
    assert.match(text, /HOLMES, Barbara 999 000 0018, your id M100001 85 years Kings Vale Hospital today at 2:10am No date in its system/); // prettier-ignore
    assert.match(text, /TIDSWELL.*2 September 2026/);
    assert.doesNotMatch(text, /Ward 12|Emergency department|safeguarding|Home care/i);
    await carol.inspect('in-hospital');
    await carol.leave();
  });

  it('lets a stay whose end never came be closed by hand, and that be taken back', async () => {
    const nia = await site.visitAs('nia');
    await nia.open('/board');
    await nia.press('tr:has-text("ASHCROFT") button:has-text("Has left")');
    assert.match(await nia.text(), /Has this patient left\? Patient ASHCROFT/);
    await nia.inspect('board-close');
    await nia.press('text=Yes, close the stay');
    assert.match(await nia.text(), /The stay is closed/);
    await nia.inspect('board-closed');
    await nia.open('/board');
    assert.doesNotMatch(await nia.text(), /ASHCROFT/);
    await nia.page.goBack();
    await nia.press('text=Take it back');
    await feed.settle();
    await nia.open('/board');
    assert.match(await nia.text(), /ASHCROFT/);
    await nia.leave();
  });

  it('says how long the hospital system has been silent (H09)', async () => {
    await tellAll();
    app.clock.advance(3 * 60 + 50);
    const nia = await site.visitAs('nia');
    await nia.open('/board');
    assert.match(await nia.text(), /with council care: \d listed/);
    assert.match(
      await nia.text(),
      /No message from the hospital system since 3am: patients may have come or left since\./,
    );
    await nia.inspect('board-silent');
    await nia.leave();
    app.clock.advance(-(3 * 60 + 50));
  });

  it('says all that makes the list incomplete, with what to do, above the list (H02, H09)', async () => {
    const set = (from: string, to: string, count: number): Promise<unknown> =>
      sql`update hl7_message set state = ${to} where message_id in
        (select message_id from hl7_message where state = ${from} order by message_id limit ${count})`.execute(
        app.app.db.sql,
      );
    await set('applied', 'waiting', 1);
    await set('applied', 'quarantined', 2);
    app.clock.advance(3 * 60 + 50);
    const nia = await site.visitAs('nia');
    await nia.open('/board');
    assert.match(await nia.text('.hw-gaps'), /since 3am.*waiting since.*2 messages .* could not be read.*What to do/);
    // What to do and the first patient stand on a small screen without scrolling.
    const first = await nia.page.locator('.hw-board tbody tr').first().boundingBox();
    assert.ok(first && first.y + first.height < 768, `the first patient ends at ${first && first.y + first.height}`);
    await nia.inspect('board-gaps');
    await nia.leave();
    const carol = await site.visitAs('carol');
    await carol.open('/in-hospital');
    await carol.inspect('in-hospital-gaps');
    await carol.leave();
    await set('waiting', 'applied', 1);
    await set('quarantined', 'applied', 2);
    app.clock.advance(-(3 * 60 + 50));
  });

  it('says that automatic messages are stuck, what to do and whom to phone, and so do Messages sent and the operator (H08)', async () => {
    await feed.tell('A08', 'Featherstonehaugh', 0, { 'PV2-9': '20260902' });
    app.clock.advance(6);
    const nia = await site.visitAs('nia');
    for (const path of ['/board', '/told']) {
      await nia.open(path);
      assert.match(
        await nia.text('.hw-untold'),
        /may not have been told .* since 3am: .* What to do: find the patient, then tell or phone them/,
      );
      await nia.inspect(`untold-${path.slice(1)}`);
    }
    await nia.open('/board');
    // What to do and the first patient stand on a small screen without scrolling.
    const first = await nia.page.locator('.hw-board tbody tr').first().boundingBox();
    assert.ok(first && first.y + first.height < 768, `the first patient ends at ${first && first.y + first.height}`);
    await nia.leave();
    const owen = await site.visitAs('owen');
    for (const path of ['/operator', '/interfaces']) {
      await owen.open(path);
      assert.match(await owen.text(), /not been told of|sent automatically have waited/);
      await owen.inspect(`untold-${path.slice(1)}`);
    }
    await owen.leave();
    await tellAll();
    app.clock.advance(-6);
  });

  it('reloads itself in the browser, and keeps the place of whoever goes through it by keyboard (H23)', async () => {
    for (const javaScriptEnabled of [true, false]) {
      const nia = await site.visitAs('nia', { javaScriptEnabled });
      await nia.page.route(/\/board$/, async (route) => {
        const reply = await route.fetch();
        const headers = reply.headers();
        await route.fulfill({ response: reply, headers: { ...headers, refresh: (headers['refresh'] ?? '').replace('60;', '1;') } }); // prettier-ignore
      });
      await nia.open('/board');
      if (javaScriptEnabled) await nia.page.focus('tr:has-text("TIDSWELL") button:has-text("Look up")');
      await nia.page.waitForURL(/\/board\?reload=yes$/);
      await nia.page.waitForLoadState();
      assert.match(await nia.text(), /Reloads itself every minute/);
      if (javaScriptEnabled) assert.match(await nia.text('button:focus'), /Look up ?: TIDSWELL/);
      await nia.leave();
    }
  });

  it('takes off who leaves', async () => {
    await feed.tell('A03', 'Holmes', 0, { 'PV1-36': '1', 'PV1-45': '20260831030000' });
    const nia = await site.visitAs('nia');
    await nia.open('/board');
    assert.doesNotMatch(await nia.text(), /HOLMES/);
    await nia.leave();
  });

  it('marks for the privacy officer who was looked up without a stay', async () => {
    const nia = await site.visitAs('nia');
    const { nhsNumber, birthDate } = personOf(app, 'Hargreave');
    await nia.lookUp({ nhsNumber, birthDate });
    await nia.leave();
    const priya = await site.visitAs('priya');
    await priya.open('/without-a-stay');
    assert.match(await priya.text(), /neither then nor within 24 hours of it: 1\..*Nia Example/);
    await priya.inspect('without-a-stay');
    await priya.press('main button');
    assert.match(await priya.text(), /NO STAY HERE/i);
    await priya.page.check('input[name="only"]');
    await priya.press('text=Show look-ups');
    assert.equal(await priya.page.locator('main tbody tr').count(), 1);
    await priya.inspect('who-looked-unexplained');
    await priya.leave();
  });
});

describe('when the council has sent nothing for too long', () => {
  it('lists nobody of theirs, says so and whom to phone, and never “0” (H02, H03)', async () => {
    app.clock.advance(3 * 24 * 60);
    await feed.tell('A04', 'Holmes', 5);
    const nia = await site.visitAs('nia');
    await nia.open('/board');
    const text = await nia.text();
    assert.match(text, /with council care: not known/);
    assert.match(
      text,
      /Sherwood County Council’s care records are too old \([^)]+\), so none of its people can be listed\./,
    );
    await nia.inspect('board-overdue');
    await nia.leave();
    const carol = await site.visitAs('carol');
    await carol.open('/in-hospital');
    assert.match(
      await carol.text(),
      /Your council’s care records are too old .*? Tell whoever sends your council’s extract/,
    );
    await carol.inspect('in-hospital-overdue');
    await carol.leave();
  });
});
