/** Every answer there is, each with words of its own: no two may be taken for each other (product rule 1). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { demoPeople } from '../../src/demo/people.ts';
import { answerKinds } from '../../src/domain/answer.ts';
import type { AnswerKind } from '../../src/domain/answer.ts';
import { checkDigit } from '../../src/domain/nhs-number.ts';
import { openSite } from '../support/browser.ts';
import type { Visitor } from '../support/browser.ts';
import { desktop } from '../support/inspect.ts';
import { bankHolidayNight } from '../support/running.ts';

const site = await openSite();
after(() => site.close());
const { app } = site;

/** The heading of each answer, as a nurse reads it. */
const headings: Record<AnswerKind, string> = {
  care: 'Council care is in place',
  'no-care': 'No current council care to show',
  'no-record': 'The council has no record of this NHS number',
  'cannot-show': 'This cannot be shown here',
  'birth-date-mismatch': 'The date of birth does not match',
  overdue: 'The council’s information is out of date',
  died: 'The council’s record says that this patient has died',
  'number-not-valid': 'This NHS number is not valid',
  child: 'This service is for adults only',
  'permission-refused': 'The patient said no',
  'over-budget': 'You have reached the limit for looking people up',
  'sign-in-again': 'Sign in again to go on',
  'not-allowed': 'You cannot look this patient up here',
};
const seen = new Map<AnswerKind, string>();

/** What every answer carries, whatever it is: the caveat, and the council's number for the hour. */
async function check(
  visitor: Visitor,
  kind: AnswerKind,
  councilNow: string,
  status = 200,
  picture = '',
): Promise<string> {
  const { page } = visitor;
  const heading = await visitor.text('h1');
  const text = await visitor.text();
  assert.equal(heading, headings[kind]);
  assert.match(text, /Never shown here: care that a person pays for privately, or buys with a direct payment\./);
  assert.match(text, new RegExp(`Phone [\\w ]+ Council now: ${councilNow}`));
  assert.equal((await page.request.get(page.url())).status(), status);
  const discloses = ['care', 'no-care', 'overdue', 'died'].includes(kind);
  if (!discloses) assert.equal(await page.locator('.hw-banner, .hw-safeguarding, .hw-package').count(), 0);
  const first = !seen.has(kind);
  seen.set(kind, heading);
  await visitor.inspect(picture || (first ? `answer-${kind}` : undefined), first ? undefined : [desktop]);
  return text;
}

/** What particular people's pages must say besides, and the name of their pictures. */
const besides: Record<string, { readonly picture: string; readonly says: readonly RegExp[] }> = {
  9990000026: {
    picture: 'answer-safeguarding-open',
    says: [
      /Referral open There is an open safeguarding referral\. Phone the council’s duty team before you phone any provider\. Call first: 01632 960 201/,
    ],
  },
  9990000034: {
    picture: 'answer-safeguarding-not-available',
    says: [
      /Not available We cannot tell whether a safeguarding referral is open\. Phone the council’s duty team before you phone any provider\. Call first: 01632 960 201/,
    ],
  },
  9990000085: {
    picture: 'answer-no-provider-number',
    says: [/No number that answers now No phone number is recorded\./],
  },
  9990000115: { picture: 'answer-long-names', says: [/Incorporating Fairweather’s Night Sitters Limited/] },
  9990000131: {
    picture: 'answer-cautions',
    says: [
      /NHS number 999 000 0131 has been replaced\. The current number is 999 000 0158\./,
      /The last name you entered is not the one on the council’s record/,
    ],
  },
  9990000298: {
    picture: 'answer-unclear-number',
    says: [/Call now: Ring the bell desk, 01632 960170, and let it ring/],
  },
  9990000050: {
    picture: 'answer-recently-ended',
    says: [/Recently ended Reablement at home: Sherwood Reablement Team/],
  },
  JRDAN269: { picture: 'answer-old-style-number', says: [/This is an old-style NHS number, with letters/] },
  9999999999: { picture: 'answer-dummy-number', says: [/This is a dummy number/] },
  9990000019: { picture: 'answer-typing-mistake', says: [/its last digit does not fit/] },
};

const councilAt3am: Record<string, string> = { 999: '01632 960 201', 998: '01632 960 211' };

describe('each person of the demo', () => {
  let visitor: Visitor;
  before(async () => {
    visitor = await site.visitAs('nia');
  });
  after(() => visitor.leave());

  const people = demoPeople(new Date(bankHolidayNight));
  for (const person of people) {
    it(`gives the answer "${person.answer}": ${person.name} (${person.nhsNumber})`, async () => {
      // As a nurse works: not thirty people in a quarter of an hour.
      app.clock.advance(1);
      const more = besides[person.nhsNumber.replace(' ', '')];
      await visitor.lookUp(person.nhsNumber === '9990000131' ? { ...person, familyName: 'Merivale' } : person);
      const planned = person.name.startsWith('ASHCROFT');
      if (planned) {
        assert.equal(await visitor.text('h1'), 'Council care is planned but has not started');
        return visitor.inspect('answer-planned', [desktop]);
      }
      const text = await check(visitor, person.answer, councilAt3am[person.council] ?? '', 200, more?.picture);
      for (const words of more?.says ?? []) assert.match(text, words);
      const shown = text.includes(person.name);
      assert.equal(shown, ['care', 'no-care', 'died'].includes(person.answer) || /MARLPOOL|STAINSBY/.test(person.name));
    });
  }
});

describe('the answers that only a use of the service brings', () => {
  it('says that the patient refused, and asks no council', async () => {
    const visitor = await site.visitAs('dilys');
    await visitor.lookUp({ nhsNumber: '9990000018', birthDate: '1941-03-14', permission: 'refused' });
    assert.match(await check(visitor, 'permission-refused', '01632 960 201'), /no council was asked/);
    await visitor.leave();
  });

  it('stops at the limit after 30 people in a quarter of an hour, and says what still works', async () => {
    const visitor = await site.visitAs('omar');
    const { page } = visitor;
    await visitor.open('/find');
    const token = await page.inputValue('[name=_token]');
    const ask = async (nhsNumber: string): Promise<void> => {
      const form = {
        _token: token, nhsNumber, 'birth-day': '1', 'birth-month': '2', 'birth-year': '1950', council: '998', reason: 'plan-discharge', permission: 'given',
      }; // prettier-ignore
      const reply = await page.request.post('/find', { form, headers: { origin: app.baseUrl }, maxRedirects: 0 });
      assert.equal(reply.status(), 303);
    };
    for (const number of validNumbers(30)) await ask(number);
    await visitor.lookUp({ nhsNumber: '9990000018', birthDate: '1941-03-14' });
    assert.match(
      await check(visitor, 'over-budget', '01632 960 201', 429),
      /choose “cannot be asked”: that still works/,
    );
    await visitor.lookUp({ nhsNumber: '9990000018', birthDate: '1941-03-14', permission: 'cannot-ask' });
    assert.equal(await visitor.text('h1'), headings.care);
    await visitor.leave();
  });

  it('asks to sign in again after 5 emergencies, then goes on with the very look-up', async () => {
    const visitor = await site.visitAs('dilys');
    const { page } = visitor;
    const asked = demoPeople(app.clock.now())
      .filter(({ answer }) => answer === 'care')
      .slice(0, 6);
    // Counted since the sign-in: time must have passed.
    app.clock.advance(1);
    for (const one of asked) await visitor.lookUp({ ...one, permission: 'cannot-ask' });
    assert.match(
      await check(visitor, 'sign-in-again', '01632 960 201', 403),
      /Your look-up is kept and goes on after you sign in/,
    );
    app.clock.advance(1);
    await visitor.press('main a[role="button"]');
    assert.equal(await page.locator('main button').count(), 1, 'nobody else may go on with it');
    await visitor.press('button[value="dilys"]');
    assert.equal(await visitor.text('h1'), headings['sign-in-again']);
    await visitor.inspect('answer-sign-in-again-done');
    await visitor.press('main button');
    assert.ok((await visitor.text('.hw-banner')).startsWith(asked[5]?.name ?? '?'));
    await visitor.leave();
  });

  it('says that the agreement does not allow it, once the agreement has run out', async () => {
    const at = app.clock.now().toISOString();
    app.clock.set('2031-01-02T11:00:00Z');
    const visitor = await site.visitAs('nia');
    await visitor.lookUp({ nhsNumber: '9990000018', birthDate: '1941-03-14' });
    await check(visitor, 'not-allowed', '01632 960 200', 403);
    await visitor.leave();
    app.clock.set(at);
  });

  it('has shown every kind of answer there is, each under a heading of its own', () => {
    assert.deepEqual([...seen.keys()].sort(), [...answerKinds].sort());
    assert.equal(new Set(seen.values()).size, answerKinds.length);
  });
});

describe('a database that fails', () => {
  it('when the audit row cannot be written, nothing is shown but the phones', async () => {
    const visitor = await site.visitAs('dilys');
    app.breakDatabase(/insert into "?audit_event/i);
    await visitor.lookUp({ nhsNumber: '9990000018', birthDate: '1941-03-14' });
    const text = await visitor.text();
    assert.equal(await visitor.text('h1'), 'Nothing is shown');
    assert.match(text, /Nothing is shown because the record of this look-up could not be written\. Phone:/);
    assert.match(text, /Sherwood County Council Now: 01632 960 201 .*AUDIT_NOT_WRITTEN/);
    assert.doesNotMatch(await visitor.page.content(), /HOLMES|Larkfield/i);
    await visitor.inspect('error-audit');
    app.breakDatabase(null);
    await visitor.lookUp({ nhsNumber: '9990000018', birthDate: '1941-03-14' });
    assert.equal(await visitor.text('h1'), headings.care);
    await visitor.leave();
  });

  it('when it is away altogether, pages say so with the phones, and the public ones still work', async () => {
    const visitor = await site.visitAs('dilys');
    app.breakDatabase('connection');
    await visitor.open('/find');
    assert.equal(await visitor.text('h1'), 'The service is not available');
    assert.match(await visitor.text(), /Trentside City Council Now: 01632 960 211/);
    await visitor.inspect('error-database');
    await visitor.open('/phone-numbers');
    assert.match(await visitor.text(), /Sherwood County Council Now: 01632 960 201/);
    app.breakDatabase(null);
    await visitor.open('/find');
    assert.equal(await visitor.text('h1'), 'Find a patient');
    await visitor.leave();
  });
});

/** Valid NHS numbers of the range 999 that nobody in the demo has. */
function validNumbers(count: number): string[] {
  const numbers: string[] = [];
  for (let serial = 999_500_000; numbers.length < count; serial++) {
    const digit = checkDigit(String(serial));
    if (digit < 10) numbers.push(`${serial}${digit}`);
  }
  return numbers;
}
