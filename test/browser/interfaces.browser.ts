/** The operator sees what needs somebody, finds the message, replays it, and sends again what was given up. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { openSite } from '../support/browser.ts';
import type { Visitor } from '../support/browser.ts';
import { feedHands } from '../support/interfaces.ts';
import { tuesdayMorning } from '../support/running.ts';

const site = await openSite(tuesdayMorning);
after(() => site.close());
const { app } = site;
const hands = feedHands(app.app);

describe('the operator', () => {
  let visitor: Visitor;
  let page: Page;
  before(async () => {
    visitor = await site.visitAs('owen');
    ({ page } = visitor);
  });
  after(() => visitor.leave());

  it('sees at once that all is well', async () => {
    await hands.send('A04');
    await hands.apply();
    await visitor.press('header >> text=Interfaces');
    assert.equal(await visitor.text('h1'), 'Interfaces with the hospital’s system');
    assert.match(await visitor.text(), /All well Nothing waits for a person/);
    await visitor.inspect('interfaces-well');
  });

  it('sees what needs somebody, with the field and the value that nobody has mapped', async () => {
    for (let n = 1; n <= 12; n++)
      await hands.send('A01', { 'MSH-10': `ZZ${n}`, 'PV1-2': n % 3 === 0 ? 'DAYCASE' : 'ZZ', 'PV1-19': `KV-Z${n}` });
    await hands.send('A01', { 'MSH-10': 'NOBODY', 'PID-3': 'X1^^^ELSEWHERE^XX' });
    await hands.send('A01', { 'MSH-10': 'EMPTY', 'PV1-19': '' });
    await hands.send('A01', { 'MSH-10': 'STRANGER', 'MSH-3': 'STRANGER' });
    await hands.giveUp(3);
    app.clock.advance(2);
    await visitor.open('/interfaces');
    assert.match(await visitor.text('.hw-caution'), /3 messages to .* were given up\. 13 messages are set aside/);
    assert.match(await visitor.text(), /PV1-2 ZZ \(8\)/);
    await visitor.inspect('interfaces');
  });

  it('looks at the messages of one reason, and at one, masked', async () => {
    await visitor.press('text=CLASS_UNMAPPED');
    assert.equal(await visitor.text('h1'), 'Messages with CLASS_UNMAPPED');
    await visitor.inspect('interface-set-aside');
    await visitor.press('main tbody tr a >> nth=0');
    assert.match(await visitor.text('h1'), /^Message \d+ Set aside$/);
    const text = await visitor.text('.hw-message');
    assert.match(text, /PV1\|\|DAYCASE\|/);
    for (const word of ['HOLMES', 'Barbara', '9990000018', '1941']) assert.ok(!text.includes(word), word);
    await visitor.inspect('interface-message');
  });

  it('replays it, is told so, and then all of the reason, with the keyboard alone', async () => {
    await visitor.press('text=Replay this message');
    assert.match(await visitor.text('.nhsuk-notification-banner'), /1 message will be read again now/);
    await visitor.inspect('interfaces-replayed');
    await page.focus('text=Replay all >> nth=0');
    await Promise.all([page.waitForURL('**/interfaces?replayed=11'), page.keyboard.press('Enter')]);
    assert.match(await visitor.text('.nhsuk-notification-banner'), /11 messages will be read again now/);
    assert.equal(await app.audited('replay-messages'), 2);
  });

  it('sends one message again that was given up, then the rest', async () => {
    await visitor.press('text=Look at the messages that were given up');
    await visitor.inspect('interface-dead-letters');
    await visitor.press('tbody >> text=Send again >> nth=0');
    assert.match(await visitor.text('.nhsuk-notification-banner'), /1 message will be sent again now/);
    await visitor.open('/interfaces/dead-letters');
    await visitor.press('text=Send all again');
    assert.match(await visitor.text('.nhsuk-notification-banner'), /2 messages will be sent again now/);
    await visitor.open('/interfaces/dead-letters');
    assert.match(await visitor.text(), /No message was given up/);
    await visitor.inspect('interface-no-dead-letters');
  });

  it('reads the same page, and replays, without JavaScript', async () => {
    const plain = await site.visitAs('owen', { javaScriptEnabled: false });
    await plain.open('/interfaces');
    await plain.press('text=Show it as it is now');
    await plain.press('text=Replay all >> nth=0');
    assert.match(await plain.text('.nhsuk-notification-banner'), /1 message will be read again now/);
    await plain.leave();
  });
});
