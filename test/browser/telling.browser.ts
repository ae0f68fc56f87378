/** Telling a provider and the council from an answer, and what became of it, in a browser. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { sql } from 'kysely';
import { arrivingAt, personOf } from '../support/arriving.ts';
import { live, openSite } from '../support/browser.ts';
import type { Visitor } from '../support/browser.ts';
import { desktop, phone } from '../support/inspect.ts';

const site = await openSite('2026-09-01T09:00:00+01:00');
after(() => site.close());
const { app } = site;
const onPhone = { viewport: phone, hasTouch: true, isMobile: true };
const send = 'main button[value="send"]';
const green = '.nhsuk-tag--green';

/** Somebody with an answer before them. */
async function withAnswer(who: string, persona = 'nia'): Promise<Visitor> {
  const visitor = await site.visitAs(persona);
  const { nhsNumber, birthDate } = personOf(app, who);
  await visitor.lookUp({ nhsNumber, birthDate });
  return visitor;
}

describe('telling from the answer page', () => {
  it('leaves the numbers to phone where they were', async () => {
    const nia = await withAnswer('Holmes');
    await nia.page.setViewportSize(desktop);
    for (const number of await nia.page.locator('.hw-phone:visible').all()) {
      const box = await number.boundingBox();
      assert.ok(box && box.y + box.height < desktop.height, await number.innerText());
    }
    await nia.inspect('answer-with-telling');
    await nia.leave();
  });

  it('shows every word before it is sent, and asks for permission apart', async () => {
    const nia = await withAnswer('Holmes');
    await nia.press('main >> text="Going home, please restart"');
    assert.match(await nia.text(), /Who is told, word by word .*Larkfield Home Care.*HOLMES, Barbara.*Sherwood County Council/); // prettier-ignore
    await nia.inspect('tell-restart');
    await nia.press(send);
    assert.match(await nia.text('.nhsuk-error-summary'), /Say whether the patient agrees/);
    await nia.inspect('tell-error');
    await nia.page.check('#permission');
    await nia.page.fill('#homeTime', '9:40am');
    await nia.page.selectOption('#visit', 'bed');
    await nia.press(send);
    assert.match(await nia.text('.nhsuk-error-summary'), /The text has changed: check it, then send/);
    assert.match(await nia.text(), /Expected home: today at 9:40am\..*First visit wanted: 1 September 2026, bedtime/);
    assert.equal(await app.audited('send-telling'), 0);
    const form = await nia.page.evaluate(
      'new URLSearchParams(new FormData(document.querySelector("main form"))) + "&do=send"',
    );
    const address = nia.page.url();
    await nia.press(send);
    assert.match(nia.page.url(), /\/told\/[\w-]{36}$/);
    assert.match(await nia.text(), /HOLMES, Barbara .*Larkfield Home Care ON ITS WAY/i);
    assert.equal(await nia.page.locator(green).count(), 0);
    await nia.inspect('told-queued');
    // The same form once more is no second message (H15).
    const again = await nia.page.evaluate(
      ([to, body]) =>
        fetch(String(to), { method: 'POST', body: new URLSearchParams(String(body)) }).then(({ url }) => url),
      [address, form],
    );
    assert.equal(again, nia.page.url());
    assert.equal(await app.audited('send-telling'), 1);
    assert.match(await nia.text('.nhsuk-header'), /Messages sent 3/);
    await nia.leave();
  });

  it('shows the answer of the provider while the page is open, and the hours without care', async () => {
    const nia = await withAnswer('Holmes');
    await nia.press('text=See what was told');
    await nia.page.evaluate('window.neverReloaded = true');
    const petra = await site.visitAs('petra', onPhone);
    await petra.press('text=Going home, please restart');
    await nia.page.waitForSelector('text=Petra Example has opened it', live);
    assert.equal(await nia.page.locator(green).count(), 0);
    await petra.page.click('text=Yes, at another time');
    await petra.page.fill('#time', '18:00');
    await petra.press('text=Yes, at this time');
    await nia.page.waitForSelector(green, live);
    assert.equal(await nia.page.evaluate('window.neverReloaded'), true);
    const text = await nia.text();
    assert.match(text, /Petra Example answered today at 9am: yes, first visit today at 6pm\./);
    assert.match(text, /Home 9:40am, first visit 6pm: 8 hours 20 minutes without care\. Before the patient leaves/);
    await nia.inspect('told-answered');
    await petra.leave();
    await nia.leave();
  });

  it('keeps what somebody has begun to write when something else changes', async () => {
    const nia = await withAnswer('Holmes');
    await nia.press('text=See what was told');
    await nia.page.click('summary:has-text("They answered by phone: Willowbrook")');
    await nia.page.fill('[id^="by-"]:visible', 'Jane');
    const petra = await site.visitAs('petra', onPhone);
    await petra.press('text=Going home, please restart');
    await petra.press('main form button:has-text("Today at 8pm")');
    await nia.page.waitForSelector('text=first visit today at 8pm', live);
    assert.equal(await nia.page.inputValue('[id^="by-"]:visible'), 'Jane');
    await petra.leave();
    await nia.leave();
  });

  it('keeps a form that was sent with a mistake, and what is written into it then, when something else changes', async () => {
    const nia = await withAnswer('Holmes');
    await nia.press('text=See what was told');
    await nia.page.click('summary:has-text("They answered by phone: Willowbrook")');
    await nia.press('form[action$="/phone"]:visible >> button');
    await nia.page.fill('input[name="by"]:visible', 'Jane');
    await nia.page.evaluate('window.neverReloaded = true');
    const petra = await site.visitAs('petra', onPhone);
    await petra.press('text=Going home, please restart');
    await petra.page.click('text=Yes, at another time');
    await petra.page.fill('#time', '21:00');
    await petra.press('text=Yes, at this time');
    await nia.page.waitForSelector('text=first visit today at 9pm', live);
    assert.equal(await nia.page.evaluate('window.neverReloaded'), true);
    assert.match(await nia.text('.nhsuk-error-summary'), /Enter the name of whoever answered/);
    assert.equal(await nia.page.inputValue('input[name="by"]:visible'), 'Jane');
    await petra.leave();
    await nia.leave();
  });

  it('takes what somebody at the hospital does about a message that nobody answered', async () => {
    const nia = await withAnswer('Holmes');
    await nia.press('text=See what was told');
    await nia.press('button:has-text("I am dealing with it: Willowbrook")');
    assert.match(await nia.text(), /Nia Example is dealing with it\./);
    await nia.page.click('summary:has-text("They answered by phone: Willowbrook")');
    const phoneForm = 'form[action$="/phone"]:visible';
    await nia.press(`${phoneForm} >> button`);
    assert.match(
      await nia.text('.nhsuk-error-summary'),
      /Enter the name of whoever answered Choose what they answered/,
    );
    await nia.inspect('told-phone-error');
    await nia.page.fill(`${phoneForm} >> input[name="by"]`, 'Wilma Sample');
    await nia.page.check(`${phoneForm} >> input[value="accepted"]`);
    await nia.press(`${phoneForm} >> button`);
    assert.match(await nia.text('.nhsuk-error-summary'), /Enter the time of the first visit/);
    await nia.page.fill(`${phoneForm} >> input[name="by"]`, 'Wilma Sample');
    await nia.page.check(`${phoneForm} >> input[value="accepted"]`);
    await nia.page.fill(`${phoneForm} >> input[name="time"]`, '10am');
    await nia.press(`${phoneForm} >> button`);
    assert.match(await nia.text(), /Wilma Sample answered by phone, written down by Nia Example today at 9am: yes, first visit today at 10am/); // prettier-ignore
    await nia.leave();
  });
});

/** The council corrects a given name. */
async function rename(from: string, to: string): Promise<void> {
  await sql`update person_detail set given = ${to} where given = ${from}`.execute(app.app.db.sql);
}

describe('what was wrong', () => {
  it('is corrected with the new words shown first, and taken back from whoever got it', async () => {
    const nia = await withAnswer('Holmes');
    await nia.press('text=See what was told');
    await nia.press('text=Correct it');
    assert.match(await nia.text(), /Correct: Going home, please restart .*Larkfield Home Care Correction: going home, please restart/); // prettier-ignore
    await nia.page.fill('#homeTime', '4pm');
    await nia.press('main button[value="show"]');
    assert.match(await nia.text(), /This replaces what we told you before.*Expected home: today at 4pm/);
    await nia.inspect('told-correct');
    await nia.press(send);
    assert.match(await nia.text(), /Correction: going home, please restart .*Replaced/i);
    assert.equal(await nia.page.locator(`.hw-told >> ${green}`).count(), 0);
    await nia.press('text=Take it back');
    assert.match(await nia.text(), /Whoever it may have reached is told that it is not so/);
    await nia.inspect('told-cancel');
    // What the council knows changes between the reading and the pressing: the new text is shown first.
    await rename('Barbara', 'Barbera');
    await nia.press('main button[type="submit"]');
    assert.match(await nia.text('.nhsuk-error-summary'), /The text has changed: check it, then send/);
    assert.match(await nia.text(), /HOLMES, Barbera/);
    await nia.inspect('told-cancel-changed');
    await nia.press('main button[type="submit"]');
    await rename('Barbera', 'Barbara');
    assert.match(await nia.text(), /Cancelled: going home, please restart/);
    await nia.inspect('told-cancelled');
    await nia.open('/told');
    assert.match(await nia.text(), /Open messages of Emergency department/);
    await nia.inspect('told-list');
    await nia.open('/told?of=hospital');
    assert.match(await nia.text(), /every team of the hospital/);
    const petra = await site.visitAs('petra', onPhone);
    assert.match(await petra.text(), /Cancelled: going home, please restart/);
    await petra.leave();
    await nia.leave();
  });
});

describe('a patient who says no', () => {
  it('is not told of to any provider, and the council is told', async () => {
    app.clock.advance(1);
    const nia = await withAnswer('Holmes', 'omar');
    await nia.press('main >> text="Is with us"');
    await nia.page.click('text=The patient’s answer has changed');
    await nia.page.check('input[name="permission"][value="refused"]');
    await nia.press(send);
    const text = await nia.text('.hw-told >> nth=0');
    assert.match(text, /Is with us .*Sherwood County Council/);
    assert.doesNotMatch(text, /Larkfield/);
    await nia.press('text=Messages sent');
    await nia.leave();
  });
});

describe('the advice to phone the council’s duty team first', () => {
  const people = {
    open: { nhsNumber: '9990000026', birthDate: '1937-11-02' },
    notAvailable: { nhsNumber: '9990000034', birthDate: '1944-07-19' },
    none: { nhsNumber: '9990000107', birthDate: '1940-06-06' },
  };
  const adviceTo = async (persona: string, whom: keyof typeof people): Promise<string | null> => {
    const visitor = await site.visitAs(persona);
    await visitor.lookUp(people[whom]);
    await visitor.press('main >> text="Is with us"');
    assert.doesNotMatch(await visitor.text(), /safeguarding|referral/i);
    const advice = (await visitor.page.isVisible('.hw-caution')) ? await visitor.text('.hw-caution') : null;
    if (persona === 'nia' && whom === 'open') await visitor.inspect('tell-phone-first');
    await visitor.leave();
    return advice;
  };

  it('is the same for a referral that is open and one that nobody can tell (H12)', async () => {
    const advice = await adviceTo('nia', 'open');
    assert.match(advice ?? '', /Phone the council’s duty team before you tell a care provider: 01632 960 200/);
    assert.equal(await adviceTo('nia', 'notAvailable'), advice);
    assert.equal(await adviceTo('nia', 'none'), null);
  });

  it('is always given to somebody whose role may not know of a referral (H12)', async () => {
    const advice = await adviceTo('will', 'open');
    assert.ok(advice);
    assert.equal(await adviceTo('will', 'notAvailable'), advice);
    assert.equal(await adviceTo('will', 'none'), advice);
  });
});

describe('without scripts', () => {
  it('tells, and looks again by a link', async () => {
    const nia = await site.visit({ javaScriptEnabled: false });
    await nia.open('/sign-in/demo');
    await nia.press('button[value="dilys"]');
    await nia.open('/find');
    const { nhsNumber, birthDate } = personOf(app, 'Holmes');
    const [year = '', month = '', day = ''] = birthDate.split('-');
    for (const [field, value] of Object.entries({ '#nhsNumber': nhsNumber, '#birth-day': day, '#birth-month': month, '#birth-year': year })) await nia.page.fill(field, value); // prettier-ignore
    await nia.page.check('input[name="reason"][value="decide-admission"]');
    await nia.page.check('input[name="permission"][value="given"]');
    await nia.press('main button[type="submit"]');
    await nia.press('main >> text="Hold visits"');
    await nia.press(send);
    await nia.press('text=Look again');
    assert.match(await nia.text(), /Hold visits .*Sherwood County Council/);
    await nia.leave();
  });
});

describe('a page that keeps itself up to date', () => {
  it('keeps nobody signed in: an unattended screen locks as any other', async () => {
    const nia = await withAnswer('Holmes');
    await nia.press('text=See what was told');
    app.clock.advance(10);
    const asks = (path: string): Promise<unknown> => nia.page.evaluate(`fetch('${path}').then(({ status }) => status)`);
    const own = new URL(nia.page.url()).pathname;
    assert.equal(await asks(`${own}?live=yes`), 200);
    assert.equal(await asks(`${own}/live?from=none`), 200);
    app.clock.advance(6);
    await nia.open('/told');
    assert.match(await nia.text(), /You are signed out/);
    await nia.leave();
  });
});

describe('care on hold whose patient has left', () => {
  it('is a task of the team that sent the message, closed by one of its people (H27)', async () => {
    const hospital = arrivingAt(app);
    await hospital.tell('A04', 'Featherstonehaugh', 20);
    const nia = await withAnswer('Featherstonehaugh');
    await nia.press('main >> text="Hold visits"');
    await nia.page.check('#permission');
    await nia.press(send);
    assert.match(await nia.text(), /Hold visits/);
    app.clock.advance(5);
    await hospital.tell('A03', 'Featherstonehaugh', 0);
    await app.app.notices.run();
    await nia.open('/told');
    assert.match(await nia.text(), /Care to settle FEATHERSTONEHAUGH/);
    await nia.inspect('told-tasks');
    const before = await nia.page.locator('.hw-question__taps').count();
    await nia.press('.hw-question__taps >> nth=0 >> button:has-text("Other care is arranged")');
    assert.equal(await nia.page.locator('.hw-question__taps').count(), before - 1);
    assert.equal(await app.audited('close-hold-task'), 1);
    await nia.leave();
  });
});
