/** The council's pages, the privacy officer's and the operator's. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openSite } from '../support/browser.ts';

const site = await openSite();
after(() => site.close());
const { app } = site;

const barbara = { nhsNumber: '9990000018', birthDate: '1941-03-14' };

describe('after Nia looked Barbara up, asked and unasked', () => {
  before(async () => {
    const nia = await site.visitAs('nia');
    await nia.lookUp(barbara);
    app.clock.advance(1);
    await nia.lookUp({ ...barbara, permission: 'cannot-ask' });
    await nia.leave();
    app.clock.advance(1);
  });

  for (const [how, typed] of [
    ['NHS number', '999 000 0018'],
    ['the council’s own id', 'M100001'],
  ] as const) {
    it(`the council’s duty worker sees by ${how} who looked, when, why and what was seen`, async () => {
      const carol = await site.visitAs('carol');
      await carol.open('/accesses');
      await carol.page.fill('#who', typed);
      await carol.press('main button');
      const rows = await carol.page.locator('main tbody tr').allInnerTexts();
      assert.equal(rows.length, 2);
      assert.match(
        rows[0] ?? '',
        /today at 3:01am\s+Nia Example\s+Emergency nurse, Emergency department, Kings Vale Hospital\s+Deciding whether they can go home from here\s+Could not be asked: unconscious\s+Care packages and phone numbers, with safeguarding state/,
      );
      assert.match(rows[1] ?? '', /The person agreed/);
      await carol.inspect(how === 'NHS number' ? 'council-accesses' : undefined);
      assert.doesNotMatch(carol.page.url(), /M100001/);
      await carol.leave();
    });
  }

  it('the duty worker is told when nobody is known by what was typed, and what to type', async () => {
    const carol = await site.visitAs('carol');
    await carol.open('/accesses');
    await carol.press('main button');
    assert.match(await carol.text('.nhsuk-error-summary'), /Enter an NHS number or your own id/);
    await carol.inspect('council-accesses-error');
    await carol.page.fill('#who', 'M999999');
    await carol.press('main button');
    assert.match(await carol.text(), /Nobody has looked this person up\. No council record is held here/);
    await carol.leave();
  });

  it('the privacy officer sees who looked, and reviews the alert of the unasked one', async () => {
    const priya = await site.visitAs('priya');
    const { page } = priya;
    await page.fill('#who', '9990000018');
    await priya.press('main button');
    assert.equal(await page.locator('main tbody tr').count(), 2);
    await priya.inspect('who-looked');
    await priya.open('/alerts');
    assert.match(
      await priya.text(),
      /Opened without asking the person TO REVIEW today at 3:01am: Nia Example, Emergency nurse/i,
    );
    await priya.inspect('alerts');
    await priya.press('text=Mark as reviewed');
    assert.match(await priya.text(), /Reviewed today at 3:02am by Priya Example/);
    assert.equal(await page.locator('text=Mark as reviewed').count(), 0);
    await priya.inspect('alerts-reviewed');
    await priya.leave();
  });

  it('the duty worker sees the last 25 look-ups and no more', async () => {
    const dilys = await site.visitAs('dilys');
    await dilys.open('/find');
    const token = await dilys.page.inputValue('[name=_token]');
    const form = { _token: token, nhsNumber: '9990000018', 'birth-day': '14', 'birth-month': '3', 'birth-year': '1941', council: '999', reason: 'plan-discharge', permission: 'given' }; // prettier-ignore
    for (let times = 0; times < 26; times++) {
      await dilys.page.request.post('/find', { form, headers: { origin: app.baseUrl }, maxRedirects: 0 });
    }
    await dilys.leave();
    const carol = await site.visitAs('carol');
    await carol.open('/accesses');
    await carol.page.fill('#who', 'M100001');
    await carol.press('main button');
    const rows = await carol.page.locator('main tbody tr').allInnerTexts();
    assert.equal(rows.length, 25);
    assert.ok(rows.every((row) => row.includes('Dilys Example')));
    await carol.leave();
  });
});

describe('the operator', () => {
  it('sees that the service is ready, and how old each part of each council is', async () => {
    const owen = await site.visitAs('owen');
    const text = await owen.text();
    assert.match(text, /Database READY Calendar of bank holidays READY Data of the demo READY/i);
    assert.match(
      text,
      /Sherwood County Council Last extract received today at 3am\..*Care today at 2:40am \(\d+ minutes ago\) FRESH/i,
    );
    assert.match(text, /Trentside City Council.*OVERDUE/i);
    await owen.inspect('operator');
    await owen.leave();
  });
});

describe('a page that is not for one’s role', () => {
  const pages: readonly [persona: string, ...paths: string[]][] = [
    ['nia', '/alerts', '/accesses', '/extracts', '/operator'],
    ['carol', '/find', '/extracts', '/who-looked'],
    ['stefan', '/accesses', '/find'],
    ['priya', '/accesses', '/operator'],
    ['owen', '/find', '/alerts'],
  ];
  for (const [persona, ...paths] of pages) {
    it(`is not shown to ${persona}, and the phones are`, async () => {
      const visitor = await site.visitAs(persona);
      for (const path of paths) {
        const reply = await visitor.open(path);
        assert.equal(reply?.status(), 403, path);
        assert.match(await visitor.text(), /Your role cannot open this page.*01632 960 201/);
      }
      if (persona === 'nia') await visitor.inspect('error-not-allowed');
      await visitor.leave();
    });
  }
});
