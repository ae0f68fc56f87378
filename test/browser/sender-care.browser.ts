/**
 * What a nurse must see at night of what was told: the number to phone beside whatever sends her to the telephone, care
 * that is on hold as such, a message that waits and why, and a death. What is taken back is no more said than done.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { arrivingAt, personOf } from '../support/arriving.ts';
import { live, openSite } from '../support/browser.ts';
import type { Visitor } from '../support/browser.ts';
import { desktop, phone } from '../support/inspect.ts';

const site = await openSite('2026-09-01T16:00:00+01:00');
after(() => site.close());
const { app } = site;
const hospital = arrivingAt(app);
const onPhone = { viewport: phone, hasTouch: true, isMobile: true };
const send = 'main button[value="send"]';
const runs = async (): Promise<void> => void (await app.app.notices.run());
// What follows an arrival or a death by itself.
app.app.notices.start();

async function lookUp(visitor: Visitor, who: string): Promise<void> {
  const { nhsNumber, birthDate } = personOf(app, who);
  await visitor.lookUp({ nhsNumber, birthDate });
}

async function tells(visitor: Visitor, what: string, who = 'Holmes'): Promise<void> {
  await lookUp(visitor, who);
  await visitor.press(`main >> text="${what}"`);
  if (await visitor.page.locator('#permission').isVisible()) await visitor.page.check('#permission');
  await visitor.press(send);
  assert.match(visitor.page.url(), /\/told\//);
}

/** Opens what was told of somebody, from the team's list, as soon as it is there. */
async function opensTold(visitor: Visitor, who: string): Promise<void> {
  const until = Date.now() + 60_000;
  do {
    await setTimeout(200);
    await visitor.open('/told');
  } while (!(await visitor.text()).includes(who) && Date.now() < until);
  await visitor.press(`main .hw-cards__item:has-text("${who}") a >> nth=0`);
}

describe('a message that waits for a person', () => {
  it('is not sent by pressing alone: the page says that nothing was sent, and asks what is missing (H14)', async () => {
    const nia = await site.visitAs('nia');
    await hospital.tell('A04', 'Holmes', 20);
    app.clock.advance(1);
    await opensTold(nia, 'HOLMES');
    await nia.page.click('summary:has-text("Send it now to Larkfield")');
    const release = 'form[action$="/release"]:visible';
    assert.match(await nia.text(release), /The patient has not been asked\./);
    await nia.press(`${release} >> button`);
    assert.match(await nia.text('.nhsuk-error-summary'), /Nothing was sent\. Say whether the patient agrees/);
    assert.equal(await app.audited('release-notice'), 0);
    await nia.page.click('.nhsuk-error-summary a');
    assert.equal(await nia.page.evaluate('document.activeElement.name'), 'permission');
    await nia.inspect('told-release-error');
    await nia.leave();
  });

  it('once taken back is offered to nobody, and is not said to have been told (H14)', async () => {
    const nia = await site.visitAs('nia');
    await opensTold(nia, 'HOLMES');
    await nia.press('main >> text=/^Take it back/');
    await nia.press('main form button');
    const text = await nia.text();
    assert.doesNotMatch(text, /They were told that it is not so/);
    assert.match(text, /It had reached nobody\./);
    assert.match(text, /Is with us Written by the hospital’s system.*Everyone told Nothing reached anybody\./);
    assert.equal(await nia.page.locator('summary:has-text("Send it now")').count(), 0);
    await nia.inspect('told-taken-back');
    await nia.leave();
  });
});

describe('the form that tells', () => {
  it('does not say that the patient was not asked while the answer is ticked', async () => {
    const nia = await site.visitAs('nia');
    await lookUp(nia, 'Penrose');
    await nia.press('main >> text="Going home, please restart"');
    await nia.page.check('#permission');
    await nia.page.fill('#homeTime', '6:30pm');
    await nia.press('main button[value="show"]');
    const text = await nia.text();
    assert.doesNotMatch(text, /The patient has not been asked|The patient’s answer has changed/);
    assert.equal(await nia.page.isChecked('#permission'), true);
    assert.equal(await nia.page.evaluate('document.activeElement.id || location.hash'), 'text');
    await nia.inspect('tell-shown');
    await nia.leave();
  });
});

describe('care that the hospital itself has put on hold', () => {
  it('is not green on the next answer page, and says what was agreed (H27)', async () => {
    const [nia, omar, petra] = [
      await site.visitAs('nia'),
      await site.visitAs('omar'),
      await site.visitAs('petra', onPhone),
    ];
    await tells(nia, 'Hold visits');
    assert.match(await nia.text(), /Expected home: not known yet\./);
    await runs();
    await lookUp(omar, 'Holmes');
    assert.match(await omar.text(), /ASKED TO HOLD .*Asked to hold visits today at 4:01pm, not answered yet/i);
    await petra.open('/inbox');
    await petra.press('main a:has-text("Hold visits") >> nth=0');
    await petra.press('button:has-text("Yes, visits are on hold")');
    app.clock.advance(5);
    await lookUp(omar, 'Holmes');
    const card = await omar.text('.hw-package >> nth=0');
    assert.match(card, /ON HOLD They agreed today at 4:01pm to hold visits\. No first visit is agreed/i);
    assert.match(card, /Active in the council’s record/i);
    assert.equal(await omar.page.locator('.hw-package >> nth=0 >> .nhsuk-tag--green').count(), 0);
    const council = await omar.page.locator('.hw-council .hw-phone').first().boundingBox();
    assert.ok(council && council.y + council.height < desktop.height, JSON.stringify(council));
    await omar.inspect('answer-on-hold');
    await tells(nia, 'Going home, please restart');
    await runs();
    await petra.open('/inbox');
    await petra.press('main a:has-text("Going home, please restart") >> nth=0');
    await petra.press('main form button >> nth=0');
    await lookUp(omar, 'Holmes');
    assert.match(await omar.text('.hw-package >> nth=0'), /FIRST VISIT AGREED today at .*, by Petra Example/i);
    await omar.inspect('answer-first-visit');
    for (const one of [nia, omar, petra]) await one.leave();
  });

  it('asked twice says on the form that it was told before', async () => {
    const nia = await site.visitAs('nia');
    await lookUp(nia, 'Holmes');
    await nia.press('main >> text="Hold visits"');
    assert.match(await nia.text(), /You told them this today at 4:01pm\./);
    await nia.leave();
  });
});

describe('whoever is sent to the telephone', () => {
  it('has the provider’s number for this hour beside it, the council’s, and the way back to the answer (H08)', async () => {
    const nia = await site.visitAs('nia');
    await tells(nia, 'Is with us', 'Penrose');
    const numbers = await nia.page.locator('.hw-told__recipient a[href^="tel:"]').count();
    assert.ok(numbers >= 2, `${numbers} numbers`);
    assert.match(
      await nia.text('.hw-told__recipient >> nth=0'),
      /(Call now|Then call): 01632 960|No number that answers now/,
    );
    await nia.inspect('told-numbers');
    await nia.press('text=Back to the answer');
    assert.match(nia.page.url(), /\/answers\//);
    const carol = await site.visitAs('carol');
    await carol.open('/council/notices');
    await carol.inspect('council-notices-numbers');
    await carol.press('main table tr:has-text("PENROSE") >> a:has-text("Open")');
    assert.ok((await carol.page.locator('main a[href^="tel:"]').count()) >= 2);
    await carol.inspect('council-notice-numbers');
    await nia.leave();
    await carol.leave();
  });

  it('does not find a number that was reported as wrong as the one to call now (H07)', async () => {
    const nia = await site.visitAs('nia');
    await lookUp(nia, 'Holmes');
    const first = nia.page.locator('.hw-package >> nth=0 >> .hw-package__call a[href^="tel:"]');
    const wrong = await first.innerText();
    await nia.page.click('.hw-package__call >> nth=0 >> summary');
    await nia.press('.hw-package__call >> nth=0 >> button:has-text("This number is wrong")');
    const call = await nia.text('.hw-package >> nth=0 >> .hw-package__call');
    assert.doesNotMatch(call, new RegExp(wrong.replace(/\s/g, '.')));
    assert.match(await nia.text('.hw-package >> nth=0'), new RegExp(`${wrong.replace(/\s/g, '.')}.*Reported as wrong today at .*Try it if nothing else answers`)); // prettier-ignore
    const council = await nia.page.locator('.hw-council .hw-phone--now').boundingBox();
    assert.ok(council && council.y + council.height < desktop.height);
    await nia.inspect('answer-wrong-number-on-hold');
    await nia.open('/told');
    await nia.inspect('told-list-groups');
    await nia.leave();
  });
});

describe('a patient who does not want the care provider told', () => {
  it('has it written down from the answer and from what was told, whatever is asked there (H04)', async () => {
    const nia = await site.visitAs('nia');
    await lookUp(nia, 'Penrose');
    await nia.page.click('summary:has-text("The patient does not want their care provider told")');
    await nia.press('button:has-text("Write down: the patient says no")');
    assert.match(await nia.text('#wish'), /The patient does not want their care provider told\. No message goes/);
    await nia.inspect('answer-refused');
    await nia.press('text=See what was told');
    assert.match(await nia.text(), /did not agree to their care provider being told/);
    app.clock.advance(1);
    await nia.page.click('summary:has-text("The patient agrees now")');
    await nia.press('button:has-text("Write down: the patient agrees")');
    assert.equal(await nia.page.locator('summary:has-text("The patient agrees now")').count(), 0);
    assert.equal((await app.audited('permission-to-tell')) >= 2, true);
    await nia.leave();
  });
});

describe('a patient whose death the hospital’s own system has said', () => {
  it('is said to have died on the answer, the form and what was told; no provider is told or phoned (H05)', async () => {
    const nia = await site.visitAs('nia');
    await hospital.tell('A04', 'Kirkbride', 20);
    await opensTold(nia, 'KIRKBRIDE');
    assert.ok((await nia.page.locator('summary:has-text("Send it now")').count()) > 0);
    for (const who of ['Kirkbride', 'Holmes']) await hospital.tell('A08', who, 0, { 'PID-29': '20260901160500', 'PID-30': 'Y' }); // prettier-ignore
    app.clock.advance(1);
    await nia.page.waitForSelector('text=The patient has died', live);
    await nia.page.reload();
    assert.equal(await nia.page.locator('summary:has-text("Send it now")').count(), 0);
    assert.doesNotMatch(await nia.text(), /With you .*: to release/);
    await lookUp(nia, 'Holmes');
    const answer = await nia.text();
    assert.match(
      answer,
      /The hospital’s own system says that this patient has died\. No message goes to a care provider/,
    );
    assert.doesNotMatch(answer, /Council care is in place|Going home, please restart/);
    await nia.inspect('answer-died-here');
    await nia.press('text=See what was told');
    const told = await nia.text();
    assert.match(told, /The patient has died.*They tell the provider/);
    assert.match(told, /The person has died: providers are not sent messages/);
    assert.equal(await nia.page.locator('summary:has-text("Send it now")').count(), 0);
    await nia.inspect('told-died');
    await nia.press('text=Back to the answer');
    await nia.press('main >> text="Is with us"');
    assert.match(await nia.text(), /Not told\. The person has died: providers are not sent messages/);
    await nia.leave();
  });
});
