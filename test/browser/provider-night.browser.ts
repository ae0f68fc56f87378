/** A provider's night: the link of an alert, a message that is late, one that is overtaken, and one that is taken back. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { arrivingAt, personOf } from '../support/arriving.ts';
import { openSite } from '../support/browser.ts';
import { phone } from '../support/inspect.ts';

const site = await openSite('2026-09-01T10:00:00+01:00');
after(() => site.close());
const { app } = site;
const hospital = arrivingAt(app);
const onPhone = { viewport: phone, hasTouch: true, isMobile: true };

async function nurseTells(kind: string): Promise<void> {
  const nia = await site.visitAs('nia');
  await nia.lookUp(personOf(app, 'Holmes'));
  await nia.press(`main >> text="${kind}"`);
  if (await nia.page.locator('#permission').isVisible()) await nia.page.check('#permission');
  const send = 'main button[value="send"]';
  await nia.press(send);
  if (!nia.page.url().includes('/told/')) await nia.press(send);
  await nia.leave();
  app.clock.advance(1);
  await app.app.notices.run();
}

before(async () => {
  await hospital.tell('A04', 'Holmes', 30);
  await nurseTells('Hold visits');
});

describe('a provider’s night', () => {
  it('begins with the link of an alert, which leads to the provider’s own sign-in', async () => {
    const petra = await site.visit(onPhone);
    await petra.open('/inbox');
    assert.equal(await petra.text('h1'), 'Sign in by email');
    await petra.open('/sign-in');
    assert.match(await petra.text(), /You work for a care provider\? Sign in by email/);
    await petra.inspect('sign-in-choice');
    await petra.leave();
  });

  it('shows who, by when and the way to the answer before anything else', async () => {
    const petra = await site.visitAs('petra', onPhone);
    await petra.open('/inbox');
    assert.match(await petra.text(), /Is my client with you\? 1 to answer HOLMES, Barbara: Hold visits/);
    await petra.press('text=Hold visits');
    assert.match(
      await petra.text(),
      /HOLMES, Barbara .*To answer Please answer by 10:15am\. Answer Kings Vale Hospital/i,
    );
    await petra.inspect('provider-notice-hold');
    await petra.page.click('summary:has-text("We cannot")');
    assert.equal(await petra.page.locator('#altTime').isVisible(), false, 'no time is asked for nothing');
    await petra.page.check('input[name="alternative"][value="from"]');
    assert.equal(await petra.page.locator('#altTime').isVisible(), true);
    assert.match(await petra.text(), /From which day/);
    await petra.leave();
  });

  it('H08: says how late an answer is', async () => {
    app.clock.advance(60);
    const petra = await site.visitAs('petra', onPhone);
    await petra.open('/inbox');
    assert.match(await petra.text(), /Late The hospital asked for an answer by 10:15am, 46 minutes ago\./i);
    await petra.inspect('provider-late');
    await petra.leave();
  });

  it('H27: takes no yes to a hold any more once the person has left', async () => {
    const petra = await site.visitAs('petra', onPhone);
    await petra.open('/inbox');
    await petra.press('text=Hold visits');
    const page = petra.page.url();
    await hospital.tell('A03', 'Holmes', 1);
    await petra.press('text=Yes, visits are on hold');
    assert.match(await petra.text(), /This message is not here any more/);
    await petra.open(new URL(page).pathname);
    assert.match(await petra.text(), /No answer needed any more .*phone the hospital before you go by this one/i);
    assert.equal(await petra.page.locator('main button').count(), 0);
    await petra.inspect('provider-over');
    await petra.leave();
  });

  it('H05: keeps a message that was taken back after a yes on top until somebody knows', async () => {
    await nurseTells('Going home, please restart');
    const petra = await site.visitAs('petra', onPhone);
    await petra.open('/inbox');
    await petra.press('.hw-cards__link:has-text("restart")');
    await petra.press('.hw-answers button >> nth=0');
    app.clock.advance(1);
    await hospital.tell('A08', 'Holmes', 0, { 'PID-29': '20260901110000', 'PID-30': 'Y' });
    await app.app.notices.run();
    await petra.open('/inbox');
    const text = await petra.text();
    assert.match(text, /1 to see to now A message was taken back A message that you said yes to today at .* \(first visit today at .*\) was taken back\. Do not act on it\. Phone Sherwood County Council now: 01632 960 2\d\d\. They can say whom it was about\./); // prettier-ignore
    assert.doesNotMatch(text, /HOLMES|Barbara|died/);
    await petra.inspect('provider-taken-back');
    await petra.press('main >> text=We know');
    assert.doesNotMatch(await petra.text(), /to see to now/);
    await petra.leave();
  });
});
