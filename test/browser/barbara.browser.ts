/** The story the product must serve: Barbara, at 3am on a bank holiday, found by an emergency nurse. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { openSite } from '../support/browser.ts';
import { desktop, ink, phone } from '../support/inspect.ts';
import { tuesdayMorning } from '../support/running.ts';

const site = await openSite();
after(() => site.close());

const barbara = { nhsNumber: '999 000 0018', birthDate: '1941-03-14' };
const arthur = { nhsNumber: '9990000026', birthDate: '1937-11-02' };

/** Everything of the main answer, in the order in which it must stand. */
const mainAnswer = [
  '.hw-banner',
  'h1',
  '.hw-freshness',
  '.hw-safeguarding',
  '.hw-package__call',
  '.hw-council',
  '.hw-not-shown',
];

interface Box {
  readonly selector: string;
  readonly top: number;
  readonly bottom: number;
}

const boxes = async (page: Page): Promise<Box[]> => {
  const list: Box[] = [];
  for (const selector of mainAnswer) {
    const box = await page.locator(selector).first().boundingBox();
    assert.ok(box, `${selector} is not on the page`);
    list.push({ selector, top: box.y, bottom: box.y + box.height });
  }
  return list;
};

const largestText = `(() => {
  const sizes = [...document.querySelectorAll('main *')]
    .filter((e) => e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
    .map((e) => ({ size: parseFloat(getComputedStyle(e).fontSize), text: e.textContent.trim() }))
    .sort((a, b) => b.size - a.size);
  return sizes.filter(({ size }) => size === sizes[0].size).map(({ text }) => text);
})()`;

describe('Barbara, looked up by an emergency nurse at 3am on a bank holiday', async () => {
  const visitor = await site.visitAs('nia');
  const { page } = visitor;
  await visitor.lookUp(barbara);
  after(() => visitor.leave());

  it('is shown with a banner in the order name, born and age, gender, NHS number', async () => {
    assert.match(
      await visitor.text('.hw-banner'),
      /^HOLMES, Barbara Born 14 March 1941 \(85 years\) Gender Female NHS number 999 000 0018/,
    );
  });

  it('has two packages, each with its provider and service in the council’s words', async () => {
    assert.deepEqual(await page.locator('.hw-packages h2').allInnerTexts(), [
      'Home care: Larkfield Home Care',
      'Day centre: Willowbrook Day Centre',
    ]);
  });

  it('gives the out-of-hours number to call now, and says why', async () => {
    const card = page.locator('.hw-package').first();
    assert.match(
      await card.locator('.hw-package__call').innerText(),
      /^Call now: 01632\u00a0960\u00a0102 \(out of hours\) I phoned/,
    );
    assert.equal(await card.locator('.hw-phone--now').getAttribute('href'), 'tel:01632960102');
    assert.match(
      await card.innerText(),
      /Office closed: bank holiday\. Opens tomorrow at 8am\.\s+Office: 01632\s960\s101 Monday to Friday, 8am to 6pm/,
    );
    assert.match(
      await page.locator('.hw-package').nth(1).innerText(),
      /No number that answers now\s+Office closed: bank holiday\. No out-of-hours number is recorded\./,
    );
  });

  it('makes that number the largest thing on the page', async () => {
    assert.deepEqual(await page.evaluate(largestText), ['01632\u00a0960\u00a0102']);
  });

  it('says how old the care information is, and when safeguarding was none recorded', async () => {
    assert.equal(
      await visitor.text('.hw-freshness'),
      'Sherwood County Council record, as it was today at 2:40am (20 minutes ago).',
    );
    assert.equal(
      await visitor.text('.hw-safeguarding'),
      'Safeguarding No open safeguarding referral recorded, as at today at 2:55am.',
    );
  });

  it('says that care paid for privately or by direct payment is never shown, and gives the council’s number for the hour', async () => {
    assert.match(
      await visitor.text('.hw-not-shown'),
      /^Never shown here: care that a person pays for privately, or buys with a direct payment\./,
    );
    assert.equal(
      await visitor.text('.hw-council'),
      'Phone Sherwood County Council now: 01632 960 201 (Emergency duty team)',
    );
  });

  it('never promises more than the record knows: "may be paused", and when the numbers were confirmed', async () => {
    const text = await page.locator('.hw-package').first().innerText();
    assert.match(text, /Active since 29 November 2024; may be paused, ask the provider/i);
    assert.match(text, /Numbers last confirmed 19 August 2026/);
  });

  it('shows the whole main answer at 1366 by 768 without scrolling', async () => {
    await page.setViewportSize(desktop);
    await visitor.inspect('answer-barbara');
    assert.equal(await page.evaluate('window.scrollY'), 0);
    for (const { selector, top, bottom } of await boxes(page)) {
      assert.ok(top >= 0 && bottom <= desktop.height, `${selector} stands from ${top} to ${bottom}`);
    }
    const numbers = await page.locator('.hw-package__call').all();
    const tops = await Promise.all(numbers.map(async (one) => (await one.boundingBox())?.y));
    assert.equal(new Set(tops).size, 1, 'what to call now stands on one line in both cards');
  });

  for (const size of [desktop, phone]) {
    it(`stands in the order banner, safeguarding, care, not shown at ${size.width} px`, async () => {
      await page.setViewportSize(size);
      const list = await boxes(page);
      const starts = list.map(({ top }) => top);
      assert.deepEqual(
        starts,
        [...starts].sort((a, b) => a - b),
        JSON.stringify(list),
      );
      const source = (await page.evaluate(
        `[...document.querySelectorAll('${mainAnswer.join(', ')}')].map((e) => e.className.split(' ')[0])`,
      )) as string[];
      assert.deepEqual(
        [...new Set(source)],
        mainAnswer.map((one) => (one === 'h1' ? 'hw-heading' : one.slice(1))),
      );
    });
  }

  it('shows the number to call on the first screen of a phone, as a link that a thumb can hit', async () => {
    await page.setViewportSize(phone);
    const box = await page.locator('.hw-phone--now').boundingBox();
    assert.ok(box && box.y + box.height <= phone.height, JSON.stringify(box));
    assert.ok(box.height >= 24);
  });

  it('is really drawn: the number has ink', async () => {
    await page.setViewportSize(desktop);
    assert.ok((await ink(page, '.hw-phone--now')) > 0.05);
  });

  it('tells nothing of her in address or title', async () => {
    assert.match(page.url(), /\/answers\/[0-9a-f-]{36}$/);
    assert.equal(await page.title(), 'Answer – Homeward');
  });

  it('has a phone card without safeguarding, to look at and to print', async () => {
    await visitor.press('text=Printable phone card');
    await visitor.inspect('card-barbara');
    const card = await visitor.text();
    for (const words of [
      /HOLMES, Barbara/,
      /Larkfield Home Care/,
      /01632 960 101/,
      /01632 960 102/,
      /01632 960 200/,
      /01632 960 201/,
      /Never shown here/,
    ]) {
      assert.match(card, words);
    }
    assert.match(
      card,
      /Looked up 31 August 2026 at 3am\. Sherwood County Council record, as it was 31 August 2026 at 2:40am\./,
    );
    assert.doesNotMatch(card, /today|ago/);
    assert.match(card, /Monday to Friday, 8am to 6pm; Saturday, 9am to midday/);
    assert.match(card, /Willowbrook Day Centre 01632 960 110 Monday to Friday, 9am to 4pm No number recorded/);
    assert.doesNotMatch(card, /referral|2:55am/);
    await page.emulateMedia({ media: 'print' });
    assert.doesNotMatch(await visitor.text('body'), /safeguarding/i);
    assert.match(await visitor.text('body'), /01632 960 102/);
    await page.emulateMedia({ media: 'screen' });
  });
});

describe('Barbara, looked up on a Tuesday at 10am', () => {
  it('gives the office number to call now, and the council’s day team', async () => {
    site.app.clock.set(tuesdayMorning);
    await site.app.app.refreshDemo();
    const visitor = await site.visitAs('nia');
    await visitor.lookUp(barbara);
    const numbers = visitor.page.locator('.hw-phone--now');
    assert.deepEqual(await Promise.all((await numbers.all()).map((one) => one.getAttribute('href'))), [
      'tel:01632960101',
      'tel:01632960110',
    ]);
    assert.match(
      await visitor.text('.hw-package'),
      /Call now: 01632 960 101 \(office\) I phoned 01632 960 101 Office open now until 6pm\. Out of hours: 01632 960 102/,
    );
    assert.match(await visitor.text('.hw-council'), /now: 01632 960 200 \(Adult care duty team\)/);
    await visitor.inspect('answer-barbara-tuesday');
    for (const { selector, bottom } of await boxes(visitor.page)) assert.ok(bottom <= desktop.height, selector);
    await visitor.leave();
  });
});

describe('an open safeguarding referral', () => {
  it('puts the duty team’s number first and above every provider’s', async () => {
    const visitor = await site.visitAs('nia');
    const { page } = visitor;
    await visitor.lookUp(arthur);
    assert.match(
      await visitor.text('.hw-safeguarding'),
      /Referral open There is an open safeguarding referral\. Phone the council’s duty team before you phone any provider\. Call first: 01632 960 200/,
    );
    assert.deepEqual(await page.evaluate(largestText), ['01632\u00a0960\u00a0200']);
    assert.match(await visitor.text('.hw-package__call'), /^Call after the duty team: 01632 960 101/);
    await visitor.leave();
  });

  it('leaves no trace on paper: the printed page is that of somebody without one', async () => {
    const visitor = await site.visitAs('nia');
    const { page } = visitor;
    const printed = async (asked: { nhsNumber: string; birthDate: string }): Promise<[string, unknown]> => {
      await visitor.lookUp(asked);
      await page.emulateMedia({ media: 'print' });
      const text = await visitor.text();
      const sizes = await page.evaluate(
        "[...document.querySelectorAll('main .hw-phone')].filter((e) => e.checkVisibility()).map((e) => getComputedStyle(e).fontSize)",
      );
      await page.emulateMedia({ media: 'screen' });
      // Who it is differs by right.
      return [text.replace(/^.*Council’s id \w+/, '').replace(/since \d+ \w+ \d+/g, 'since'), sizes];
    };
    const withReferral = await printed(arthur);
    assert.deepEqual(withReferral, await printed({ nhsNumber: '9990000263', birthDate: '1943-10-21' }));
    assert.doesNotMatch(withReferral[0], /safeguarding|duty team first|after the duty/i);
    assert.match(withReferral[0], /01632 960 101/);
    await visitor.leave();
  });
});
