/** Shared computers: answers that are not asked for twice, not seen by others, and gone when somebody leaves. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { openSite } from '../support/browser.ts';
import type { Visitor } from '../support/browser.ts';

const site = await openSite();
after(() => site.close());
const { app } = site;

const barbara = { nhsNumber: '9990000018', birthDate: '1941-03-14' };
// What only an answer says of her: the demo's page of people to be names Larkfield, too.
const ofAnswer = /HOLMES|Willowbrook|01632 960 10/;

describe('an answer', () => {
  let visitor: Visitor;
  let page: Page;
  before(async () => {
    visitor = await site.visitAs('nia');
    ({ page } = visitor);
  });
  after(() => visitor.leave());
  const counts = async (): Promise<[number, number]> => [
    await app.audited('look-up'),
    await app.audited('view-answer-again'),
  ];

  it('is looked up once: reload and back show it again, audited, without a second look-up', async () => {
    await visitor.lookUp(barbara);
    const [lookUps, views] = await counts();
    await page.reload();
    assert.match(await visitor.text('.hw-banner'), /HOLMES, Barbara/);
    assert.deepEqual(await counts(), [lookUps, views + 1]);
    await visitor.press('text=Look up another patient');
    await page.goBack();
    assert.match(await visitor.text('.hw-banner'), /HOLMES, Barbara/);
    assert.deepEqual(await counts(), [lookUps, views + 2]);
  });

  it('is shown later with a warning that the hour may have changed the numbers, and not at all after an hour', async () => {
    await visitor.lookUp(barbara);
    const answer = page.url();
    app.clock.advance(10);
    await visitor.open('/find');
    app.clock.advance(10);
    await page.goto(answer);
    assert.match(
      await visitor.text(),
      /You are looking at an earlier answer\. Numbers to phone may have changed with the hour/,
    );
    assert.match(await visitor.text('.hw-freshness'), /40 minutes ago/);
    await visitor.inspect('answer-earlier');
    for (let more = 0; more < 4; more++) {
      app.clock.advance(12);
      await visitor.open('/find');
    }
    await page.goto(answer);
    assert.equal(await visitor.text('h1'), 'This answer is no longer kept');
    assert.doesNotMatch(await page.content(), /HOLMES/);
    await visitor.inspect('error-answer-gone');
  });

  it('cannot be opened by another nurse, even with its address', async () => {
    await visitor.lookUp(barbara);
    const other = await site.visitAs('omar');
    await other.open(new URL(page.url()).pathname);
    assert.equal(await other.text('h1'), 'This answer is no longer kept');
    assert.doesNotMatch(await other.page.content(), ofAnswer);
    await other.open(`${new URL(page.url()).pathname}/card`);
    assert.equal(await other.text('h1'), 'This answer is no longer kept');
    await other.leave();
  });

  it('is not opened by somebody who is not signed in', async () => {
    const stranger = await site.visit();
    await stranger.open(new URL(page.url()).pathname);
    assert.match(stranger.page.url(), /demo-sign-in/);
    assert.doesNotMatch(await stranger.page.content(), ofAnswer);
    await stranger.leave();
  });
});

describe('leaving', () => {
  it('by signing out leaves nothing behind for the back button', async () => {
    const visitor = await site.visitAs('nia');
    const { page } = visitor;
    await visitor.lookUp(barbara);
    await visitor.press('text=Sign out');
    assert.equal(await visitor.text('h1'), 'You are signed out');
    assert.match(await visitor.text(), /Sherwood County Council Now: 01632 960 201/);
    await visitor.inspect('signed-out');
    await page.goBack();
    assert.doesNotMatch(await page.content(), ofAnswer);
    assert.doesNotMatch(page.url(), /answers/);
    await visitor.leave();
  });

  it('without a word: the session ends after 15 minutes, and the next page says so, with the phones', async () => {
    const visitor = await site.visitAs('nia');
    await visitor.lookUp(barbara);
    app.clock.advance(16);
    await visitor.page.reload();
    assert.match(visitor.page.url(), /\/signed-out\?why=idle$/);
    assert.match(await visitor.text(), /it ends after 15 minutes without use/);
    assert.match(await visitor.text(), /Trentside City Council Now: 01632 960 211/);
    await visitor.inspect('timed-out');
    await visitor.leave();
  });

  it('with a form half filled in: what is sent later is not used, and says so', async () => {
    const visitor = await site.visitAs('nia');
    await visitor.open('/find');
    const before = await app.audited('look-up');
    app.clock.advance(16);
    await visitor.press('main button[type="submit"]');
    assert.equal(await visitor.text('h1'), 'You are signed out');
    assert.match(await visitor.text(), /NOT_SIGNED_IN/);
    assert.match(await visitor.text(), /01632 960 201/);
    assert.equal(await app.audited('look-up'), before);
    await visitor.inspect('error-signed-out');
    await visitor.leave();
  });
});

describe('the warning before the session ends', () => {
  let visitor: Visitor;
  let page: Page;
  before(async () => {
    visitor = await site.visitAs('nia');
    ({ page } = visitor);
  });
  after(() => visitor.leave());
  const shown = (): Promise<boolean> => page.isVisible('#session-warning');
  // The server's clock and the page's go together.
  const pass = async (minutes: number): Promise<void> => {
    app.clock.advance(minutes);
    await page.clock.runFor(minutes * 60_000);
  };

  it('comes two minutes before, covers what is on the screen, and lets the person stay', async () => {
    await page.clock.install({ time: app.clock.now() });
    await visitor.lookUp(barbara);
    assert.equal(await shown(), false);
    await pass(12);
    assert.equal(await shown(), false);
    await pass(1.5);
    assert.equal(await shown(), true);
    assert.match(await page.innerText('#session-warning'), /You will soon be signed out[\s\S]*2 minutes/);
    assert.equal(await page.evaluate("document.activeElement.closest('dialog') !== null"), true);
    assert.equal(
      await page.evaluate("getComputedStyle(document.getElementById('session-warning'), '::backdrop').opacity"),
      '1',
    );
    await visitor.inspect('session-warning');
    await page.click('text=Stay signed in');
    await page.waitForFunction("!document.getElementById('session-warning').open");
    await pass(12);
    assert.equal(await shown(), false);
    await visitor.open('/find');
    assert.equal(await visitor.text('h1'), 'Find a patient');
  });

  it('leads to the signed-out page with the phones when nobody answers', async () => {
    await visitor.lookUp(barbara);
    await pass(14);
    assert.equal(await shown(), true);
    // A slow network: the page goes on ticking meanwhile, and must not begin leaving anew every second.
    let asked = 0;
    await page.route(/signed-out/, async (route) => {
      asked++;
      await delay(300);
      await route.continue().catch(() => undefined);
    });
    await pass(1.5);
    await page.waitForURL(/signed-out\?why=idle/);
    assert.equal(asked, 1);
    assert.match(await visitor.text(), /Sherwood County Council Now: 01632 960 20/);
    assert.doesNotMatch(await page.content(), /HOLMES/);
  });
});
