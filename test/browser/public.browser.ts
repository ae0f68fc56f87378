/** Pages that anybody can open, and what is shown when there is no such page. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { demoPeople } from '../../src/demo/people.ts';
import { openSite } from '../support/browser.ts';

const site = await openSite();
after(() => site.close());

describe('without signing in', () => {
  const pages: readonly [path: string, name: string, heading: string][] = [
    ['/', 'start', 'Find out who already cares for your patient'],
    ['/phone-numbers', 'phone-numbers', 'Phone numbers'],
    ['/accessibility', 'accessibility', 'Accessibility statement'],
    ['/privacy', 'privacy', 'Privacy'],
    ['/cookies', 'cookies', 'Cookies'],
    ['/signed-out', 'signed-out-page', 'You are signed out'],
    ['/sign-in', 'sign-in', 'Sign in'],
    ['/sign-in/demo', 'sign-in-demo', 'Choose who to be'],
  ];
  for (const [path, name, heading] of pages) {
    it(`${path} can be read`, async () => {
      const visitor = await site.visit();
      const reply = await visitor.open(path);
      assert.equal(reply?.status(), 200);
      assert.equal(await visitor.text('h1'), heading);
      assert.equal(reply?.headers()['cache-control'], 'no-store');
      await visitor.inspect(name);
      await visitor.leave();
    });
  }

  it('the start page lists everybody of the demo, with what to type', async () => {
    const visitor = await site.visit();
    await visitor.open('/');
    const text = await visitor.text();
    for (const { name, note } of demoPeople(site.app.clock.now()))
      assert.ok(text.includes(name) && text.includes(note), name);
    assert.match(text, /HOLMES, Barbara: NHS number 999 000 0018, born 14 March 1941/);
    for (const persona of ['Nia', 'Omar', 'Dilys', 'Will', 'Carol', 'Stefan', 'Priya', 'Owen'])
      assert.match(text, new RegExp(persona));
    await visitor.leave();
  });

  it('the demo’s banner is on every page, and the NHS logo on none', async () => {
    const visitor = await site.visit();
    for (const [path] of pages) {
      await visitor.open(path);
      assert.match(await visitor.text('.hw-demo-banner'), /Demo: fictional people\. Not for real patients\./);
      assert.equal(await visitor.page.locator('.nhsuk-header__logo').count(), 0);
    }
    await visitor.leave();
  });

  it('an address that is none gives 404 with the phones, and what was asked is not repeated', async () => {
    const visitor = await site.visit();
    const reply = await visitor.open('/patients/12345');
    assert.equal(reply?.status(), 404);
    assert.match(await visitor.text(), /Page not found.*Sherwood County Council Now: 01632 960 201.*PAGE_NOT_FOUND/);
    assert.doesNotMatch(await visitor.page.content(), /12345/);
    await visitor.inspect('error-not-found');
    await visitor.leave();
  });

  it('a page for somebody signed in leads to the sign-in', async () => {
    const visitor = await site.visit();
    for (const path of ['/find', '/alerts', '/extracts', '/accesses', '/operator']) {
      await visitor.open(path);
      assert.equal(await visitor.text('h1'), 'Choose who to be');
    }
    for (const path of ['/inbox', '/provider', '/provider/where']) {
      await visitor.open(path);
      assert.equal(await visitor.text('h1'), 'Sign in by email');
    }
    await visitor.leave();
  });
});

describe('each persona of the demo', () => {
  const landings: readonly [persona: string, heading: string][] = [
    ['nia', 'Find a patient'],
    ['dilys', 'Find a patient'],
    ['will', 'Find a patient'],
    ['carol', 'Work to do: Sherwood County Council'],
    ['stefan', 'Extracts of Sherwood County Council'],
    ['priya', 'Who has seen a person’s information'],
    ['owen', 'Health and freshness'],
  ];
  for (const [persona, heading] of landings) {
    it(`${persona} lands on “${heading}”, with name and role in sight`, async () => {
      const visitor = await site.visitAs(persona);
      assert.equal(await visitor.text('h1'), heading);
      const account = await visitor.text('.nhsuk-header__account');
      assert.match(account, /^\w+ (Example|Sample), [\w ]+, [\w ]+, [\w ]+ Sign out$/);
      await visitor.leave();
    });
  }
});
