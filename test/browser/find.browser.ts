/** Asking: what is typed wrongly, no scripts, a large zoom, and what a role may not see. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Visitor } from '../support/browser.ts';
import { fillFind, openSite } from '../support/browser.ts';
import { desktop, layoutFaults } from '../support/inspect.ts';

const site = await openSite();
after(() => site.close());

const barbara = { nhsNumber: '9990000018', birthDate: '1941-03-14' };

describe('the find page', async () => {
  const visitor = await site.visitAs('nia');
  const { page } = visitor;
  after(() => visitor.leave());
  const send = (): Promise<void> => visitor.press('main button[type="submit"]');
  const summary = (): Promise<string[]> => page.locator('.nhsuk-error-summary a').allInnerTexts();

  it('fits 1366 by 768 together with its button, also when the patient cannot be asked', async () => {
    await visitor.open('/find');
    await visitor.inspect('find');
    await page.check('[value="cannot-ask"]');
    const box = await page.locator('main button[type="submit"]').boundingBox();
    assert.ok(box && box.y + box.height <= desktop.height, JSON.stringify(box));
    await visitor.inspect('find-cannot-be-asked');
  });

  it('asks why the patient cannot be asked only when that is chosen', async () => {
    await visitor.open('/find');
    const why = page.locator('text=If the patient cannot be asked, why?');
    assert.equal(await why.isVisible(), false);
    await page.check('[value="cannot-ask"]');
    assert.equal(await why.isVisible(), true);
    await page.check('[value="given"]');
    assert.equal(await why.isVisible(), false);
  });

  it('sent empty, lists what is missing in a summary that has the focus and leads to each field', async () => {
    await visitor.open('/find');
    await send();
    assert.deepEqual(await summary(), [
      'Enter an NHS number',
      'Enter the date of birth',
      'Choose why you are looking this patient up',
      'Choose whether the patient agreed',
    ]);
    assert.equal(await page.title(), 'Error: Find a patient – Homeward');
    assert.match(String(await page.evaluate('document.activeElement.className')), /nhsuk-error-summary/);
    await visitor.inspect('find-errors');
    for (const [text, id] of [
      ['Enter an NHS number', 'nhsNumber'],
      ['Enter the date of birth', 'birth-day'],
      ['Choose why you are', 'reason'],
      ['Choose whether', 'permission'],
    ] as const) {
      await page.click(`.nhsuk-error-summary >> text=${text}`);
      assert.equal(await page.evaluate('document.activeElement.id'), id);
    }
  });

  for (const [given, day, month, year] of [
    ['31 February', '31', '2', '1941'],
    ['words', 'x', 'y', 'z'],
    ['a year of two digits', '14', '3', '41'],
    ['only a part', '14', '', ''],
  ] as const) {
    it(`refuses a date of birth that is none (${given}), and keeps what was typed`, async () => {
      await visitor.open('/find');
      await fillFind(page, barbara);
      await page.fill('#birth-day', day);
      await page.fill('#birth-month', month);
      await page.fill('#birth-year', year);
      await send();
      assert.deepEqual(await summary(), ['Date of birth must be a real date, for example 14 3 1941']);
      assert.deepEqual(
        [
          await page.inputValue('#nhsNumber'),
          await page.inputValue('#birth-day'),
          await page.inputValue('#birth-month'),
          await page.inputValue('#birth-year'),
        ],
        ['9990000018', day, month, year],
      );
      assert.equal(await page.isChecked('[value="decide-admission"]'), true);
      assert.equal(await page.isChecked('[value="given"]'), true);
    });
  }

  it('asks for the reason when the patient cannot be asked', async () => {
    await visitor.open('/find');
    await fillFind(page, { ...barbara, permission: 'cannot-ask' });
    await page.evaluate(
      "document.querySelectorAll('[name=cannotAskReason]').forEach((one) => { one.checked = false; })",
    );
    await send();
    assert.deepEqual(await summary(), ['Choose why the patient cannot be asked']);
    await page.click('.nhsuk-error-summary a');
    assert.equal(await page.evaluate('document.activeElement.id'), 'cannotAskReason');
    await visitor.inspect('find-error-why');
  });

  for (const [number, says] of [
    ['9990000019', /its last digit does not fit/],
    ['9.99E+09', /a number that a spreadsheet has changed/],
    ['JRDAN 269', /an old-style NHS number, with letters/],
    ['999000001', /has 10 digits/],
    ['99900000١8', /has only digits/],
  ] as const) {
    it(`says what is wrong with the number ${number}, and asks no council`, async () => {
      await visitor.lookUp({ ...barbara, nhsNumber: number });
      assert.equal(await visitor.text('h1'), 'This NHS number is not valid');
      assert.match(await visitor.text(), says);
      assert.match(await visitor.text(), /No council was asked/);
    });
  }

  it('reads a number pasted with spaces of any kind and dashes', async () => {
    await visitor.lookUp({ ...barbara, nhsNumber: ' 999\u00a0000\u20110018 ' });
    assert.match(await visitor.text('.hw-banner'), /^HOLMES, Barbara/);
  });

  it('works with the keyboard alone, from the skip link to the answer', async () => {
    await visitor.open('/find');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate('document.activeElement.className'), 'nhsuk-skip-link');
    await page.focus('#nhsNumber');
    for (const typed of ['9990000018', '14', '3', '1941']) {
      await page.keyboard.type(typed);
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    for (let group = 0; group < 2; group++) {
      await page.keyboard.press('Space');
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.waitForURL(/answers/);
    assert.match(await visitor.text('.hw-banner'), /^HOLMES, Barbara/);
  });
});

describe('at 400 % zoom', async () => {
  const small = { width: 320, height: 192 };
  const visitor = await site.visitAs('nia', { viewport: small });
  after(() => visitor.leave());

  it('every field and every number can still be reached, with nothing cut off', async () => {
    await visitor.open('/find');
    assert.deepEqual(await layoutFaults(visitor.page), []);
    await fillFind(visitor.page, { nhsNumber: '9990000115', birthDate: '1934-09-09' });
    await visitor.press('main button[type="submit"]');
    assert.deepEqual(await layoutFaults(visitor.page), []);
    const number = visitor.page.locator('.hw-phone--now').first();
    await number.scrollIntoViewIfNeeded();
    const box = await number.boundingBox();
    assert.ok(box && box.x >= 0 && box.x + box.width <= small.width && box.y + box.height <= small.height);
  });

  it('with letters twice as large, words still keep within the page', async () => {
    await visitor.lookUp({ nhsNumber: '9990000115', birthDate: '1934-09-09' });
    await visitor.page.setViewportSize({ width: 640, height: 800 });
    await visitor.page.evaluate("document.documentElement.style.fontSize = '200%'");
    assert.deepEqual(await layoutFaults(visitor.page), []);
  });
});

describe('without JavaScript', async () => {
  const visitor = await site.visit({ javaScriptEnabled: false });
  const { page } = visitor;
  after(() => visitor.leave());

  it('somebody signs in, mends a mistake, reads the answer and signs out', async () => {
    await visitor.signIn('nia');
    await visitor.open('/find');
    await visitor.press('main button[type="submit"]');
    assert.match(await visitor.text('.nhsuk-error-summary'), /Enter an NHS number/);
    await fillFind(page, { ...barbara, permission: 'cannot-ask' });
    await visitor.press('main button[type="submit"]');
    assert.match(await visitor.text(), /HOLMES, Barbara.*Call now: 01632 960 102/);
    await visitor.press('text=Printable phone card');
    assert.match(await visitor.text('h1'), /Phone card/);
    await visitor.press('text=Sign out');
    assert.equal(await visitor.text('h1'), 'You are signed out');
  });
});

describe('a ward clerk', async () => {
  const visitor = await site.visitAs('will');
  after(() => visitor.leave());
  const paged = async (nhsNumber: string, birthDate: string, by: Visitor = visitor): Promise<string> => {
    await by.lookUp({ nhsNumber, birthDate });
    return by.text('.hw-safeguarding');
  };

  it('reads the same words on safeguarding, open, none and in doubt alike', async () => {
    const open = await paged('9990000026', '1937-11-02');
    await visitor.inspect('answer-ward-clerk');
    assert.match(
      open,
      /^Safeguarding Not shown to your role Safeguarding is not shown to your role\. Phone the council’s duty team before you phone any provider\. Call first: 01632 960 201/,
    );
    assert.equal(await paged('9990000263', '1943-10-21'), open);
    assert.equal(await paged('9990000034', '1944-07-19'), open);
  });

  it('sees a page that differs in nothing but the person', async () => {
    const page = async (nhsNumber: string, birthDate: string): Promise<string> => {
      await paged(nhsNumber, birthDate);
      const html = await visitor.page.locator('main').innerHTML();
      return html
        .replace(/<p class="hw-banner__name">[\s\S]*?<\/dl>/, '')
        .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
        .replaceAll(/since \d+ \w+ \d+/g, 'since');
    };
    assert.equal(await page('9990000026', '1937-11-02'), await page('9990000263', '1943-10-21'));
  });
});
