/** A care provider's way from invitation to answer, on a phone, in a browser. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, it } from 'node:test';
import type { Ask, FactKind } from '../../src/domain/notice.ts';
import { sendTelling } from '../../src/services/notices/tell.ts';
import { sessionsOn } from '../../src/services/sessions.ts';
import { personOf } from '../support/arriving.ts';
import { openSite } from '../support/browser.ts';
import type { Visitor } from '../support/browser.ts';
import { phone } from '../support/inspect.ts';

const site = await openSite();
after(() => site.close());
const { app } = site;
const onPhone = { viewport: phone, hasTouch: true, isMobile: true };
const noAsk: Ask = { expectedHome: null, restartFrom: null, goneAt: null };

/** The link of the newest letter to an address, as the demo's mailbox shows it, and its code. */
async function letterTo(visitor: Visitor, email: string): Promise<{ link: string; code: string }> {
  await app.app.providers.post.settle();
  await visitor.open('/demo/mail');
  const text = await visitor.text();
  const from = text.indexOf(email);
  assert.notEqual(from, -1, `no letter to ${email}`);
  const letter = text.slice(from);
  return {
    link: /http:\/\/localhost:\d+(\/provider\/[\w/-]+)/.exec(letter)?.[1] ?? '',
    code: /\b(\d{3} \d{3})\b/.exec(letter)?.[1] ?? '',
  };
}

/** Tells Larkfield, as Nia does after looking Barbara up. */
async function nurseTells(of: FactKind, ask: Ask = noAsk): Promise<void> {
  const nia = await site.visitAs('nia');
  const { nhsNumber, birthDate } = personOf(app, 'Holmes');
  await nia.lookUp({ nhsNumber, birthDate });
  const answerId = nia.page.url().split('/').at(-1) ?? '';
  const cookie = (await nia.context.cookies()).find(({ name }) => name === 'homeward')?.value ?? '';
  const state = await sessionsOn(app.app.db, app.clock).find(cookie);
  assert.equal(state.is, 'live');
  await sendTelling(app.app.notices.deps, (state as Extract<typeof state, { is: 'live' }>).session.caller, {
    answerId,
    of,
    ask,
    permission: { answer: 'given', cannotAskReason: null },
    token: randomUUID(),
    shown: null,
  });
  await nia.leave();
}

describe('a first manager', () => {
  it('is invited by the council, accepts by the button and is signed in', async () => {
    const stefan = await site.visitAs('stefan');
    await stefan.open('/providers');
    await stefan.inspect('providers');
    await stefan.page.selectOption('#organisation', { label: 'Willowbrook Day Centre' });
    await stefan.press('main button[type="submit"]');
    assert.match(await stefan.text('.nhsuk-error-summary'), /Enter an email address in the correct format/);
    await stefan.inspect('providers-error');
    await stefan.page.fill('#email', 'wilma@willowbrook.example');
    await stefan.press('main button[type="submit"]');
    await app.app.providers.post.settle();
    await stefan.open('/providers');
    assert.match(await stefan.text(), /wilma@willowbrook\.example is invited\. Sent/);
    await stefan.leave();

    const wilma = await site.visit(onPhone);
    const { link } = await letterTo(wilma, 'wilma@willowbrook.example');
    await wilma.open(link);
    assert.match(await wilma.text(), /Join Willowbrook Day Centre in Homeward Stefan Sample, Sherwood County Council invites you/); // prettier-ignore
    await wilma.inspect('provider-invitation');
    await wilma.press('main button[type="submit"]');
    assert.match(await wilma.text('.nhsuk-error-summary'), /Enter your first and last name/);
    await wilma.page.fill('#name', 'Wilma Sample');
    await wilma.press('main button[type="submit"]');
    assert.match(wilma.page.url(), /\/inbox$/);
    assert.match(await wilma.text(), /Messages for Willowbrook Day Centre .*Nothing waits for your answer/);
    await wilma.inspect('provider-inbox-empty');
    await wilma.open(link);
    assert.match(await wilma.text(), /This invitation can no longer be used/);
    await wilma.inspect('provider-invitation-gone');
    await wilma.leave();
  });
});

describe('signing in by email', () => {
  it('goes by the link’s button', async () => {
    const petra = await site.visit(onPhone);
    await petra.open('/');
    await petra.press('main >> text=Sign in by email');
    await petra.inspect('provider-sign-in');
    await petra.press('main button[type="submit"]');
    assert.match(await petra.text('.nhsuk-error-summary'), /correct format/);
    await petra.inspect('provider-sign-in-error');
    await petra.page.fill('#email', 'Petra@Larkfield.example');
    await petra.press('main button[type="submit"]');
    assert.match(await petra.text(), /Check your email/);
    await petra.inspect('provider-code');
    const { link } = await letterTo(petra, 'petra@larkfield.example');
    await petra.open(link);
    await petra.inspect('provider-link');
    await petra.press('main button[type="submit"]');
    assert.match(
      await petra.text('.nhsuk-header__account'),
      /Petra Example, Provider coordinator, Larkfield Home Care/,
    );
    await petra.open(link);
    await petra.press('main button[type="submit"]');
    assert.match(await petra.text(), /This link can no longer be used/);
    await petra.inspect('provider-link-gone');
    await petra.leave();
  });

  it('goes by the code in the browser that asked', async () => {
    const petra = await site.visit(onPhone);
    await petra.open('/provider/sign-in');
    await petra.page.fill('#email', 'petra@larkfield.example');
    await petra.press('main button[type="submit"]');
    const { code } = await letterTo(await site.visit(), 'petra@larkfield.example');
    await petra.page.fill('#code', code === '111 111' ? '222 222' : '111 111');
    await petra.press('main button[type="submit"]');
    assert.match(await petra.text('.nhsuk-error-summary'), /The code is not right/);
    await petra.inspect('provider-code-error');
    await petra.page.fill('#code', code);
    await petra.press('main button[type="submit"]');
    assert.match(petra.page.url(), /\/inbox$/);
    await petra.leave();
  });

  it('says when a code is void', async () => {
    const thief = await site.visit();
    await thief.open('/provider/sign-in');
    await thief.page.fill('#email', 'nobody@larkfield.example');
    await thief.press('main button[type="submit"]');
    for (let time = 0; time < 5; time++) {
      await thief.page.fill('#code', '123456');
      await thief.press('main button[type="submit"]');
    }
    assert.match(await thief.text(), /This code can no longer be used/);
    await thief.inspect('provider-code-gone');
    await thief.leave();
  });
});

describe('a coordinator on a phone', () => {
  it('opens a message and answers it with one press', async () => {
    await nurseTells('with-us');
    const petra = await site.visitAs('petra', onPhone);
    await petra.open('/inbox');
    assert.match(
      await petra.text(),
      /1 to answer HOLMES, Barbara: Is with us Kings Vale Hospital TO ANSWER Please answer by 3:15am/i,
    );
    await petra.inspect('provider-inbox');
    await petra.press('text=HOLMES, Barbara: Is with us');
    const text = await petra.text();
    assert.match(text, /HOLMES, Barbara Born 14 March 1941/);
    assert.match(text, /Kings Vale Hospital, phone 01632/);
    assert.doesNotMatch(text, /safeguarding|Emergency department|Home care|Oakenfold/i);
    await petra.inspect('provider-notice');
    await petra.press('text=Yes, we know');
    assert.match(await petra.text(), /YOU SAID YES .*Petra Example answered today at 3am: yes\./i);
    await petra.inspect('provider-notice-answered');
    await petra.leave();
  });

  it('agrees to a restart with the hour of its first visit, and confirms the visit after it', async () => {
    await nurseTells('restart', { ...noAsk, restartFrom: { date: '2026-08-31', visit: 'tea' } });
    const petra = await site.visitAs('petra', onPhone);
    await petra.press('text=Going home, please restart');
    assert.match(await petra.text(), /Yes, our first visit is Today at 5pm, as asked Today at 8pm Today at 10pm/);
    await petra.inspect('provider-notice-restart');
    await petra.press('text=Today at 5pm');
    assert.match(await petra.text(), /answered today at 3am: yes, first visit today at 5pm\./);
    await petra.page.click('text=Yes, at another time');
    await petra.page.fill('#time', 'six');
    await petra.press('text=Yes, at this time');
    assert.match(await petra.text('.nhsuk-error-summary'), /Enter the time of the first visit/);
    await petra.inspect('provider-notice-error');
    await petra.page.fill('#time', '6pm');
    await petra.press('text=Yes, at this time');
    assert.match(await petra.text(), /yes, first visit today at 6pm\./);
    await petra.leave();
    app.clock.set('2026-08-31T18:30:00+01:00');
    const later = await site.visitAs('petra', onPhone);
    assert.match(await later.text(), /PLEASE CONFIRM Did the first visit take place/i);
    await later.press('text=Going home, please restart');
    await later.inspect('provider-notice-visit');
    await later.press('text=Yes, it took place');
    assert.match(await later.text(), /Petra Example said today at 6:30pm that the first visit took place/);
    await later.leave();
    app.clock.set('2026-08-31T03:00:00+01:00');
  });

  it('says that it cannot, with reason and alternative, or asks for a call', async () => {
    await nurseTells('hold');
    const petra = await site.visitAs('petra', onPhone);
    await petra.press('text=Hold visits');
    await petra.page.click('text=We cannot');
    await petra.press('text=Send: we cannot');
    assert.match(await petra.text('.nhsuk-error-summary'), /Choose why you cannot/);
    await petra.inspect('provider-notice-cannot');
    await petra.page.check('input[value="phone-us"]');
    await petra.press('text=Send: we cannot');
    assert.match(await petra.text(), /answered today at 3am: no\. Another reason: phone us\./);
    await petra.page.click('text=Call me');
    await petra.page.fill('#phone', '07700 900112');
    await petra.press('text=Send: call me');
    assert.match(await petra.text(), /please call us on 07700 900112/);
    await petra.open('/inbox/history');
    assert.match(
      await petra.text(),
      /HOLMES, Barbara: Hold visits Kings Vale Hospital YOU ASKED FOR A CALL Received today at 3am/i,
    );
    await petra.inspect('provider-history');
    await petra.leave();
  });

  it('sees nothing of another provider’s, and a message’s address opens nothing for others', async () => {
    const petra = await site.visitAs('petra', onPhone);
    const address = await petra.page.getAttribute('.hw-cards__link', 'href');
    assert.ok(address);
    await petra.leave();
    const wilma = await site.visit();
    await wilma.open('/provider/sign-in');
    await wilma.page.fill('#email', 'wilma@willowbrook.example');
    await wilma.press('main button[type="submit"]');
    await wilma.open((await letterTo(wilma, 'wilma@willowbrook.example')).link);
    await wilma.press('main button[type="submit"]');
    // She has Barbara too, on other days: her own messages, with answers of her own.
    assert.match(await wilma.text(), /3 to answer/);
    assert.doesNotMatch(await wilma.text(), /Petra|Larkfield|You said yes/i);
    const reply = await wilma.open(address);
    assert.equal(reply?.status(), 410);
    assert.doesNotMatch(await wilma.text(), /HOLMES/);
    await wilma.inspect('provider-notice-gone');
    await wilma.leave();
  });
});

describe('a manager', () => {
  it('confirms how the provider is reached, and the hospital sees it beside the council’s word', async () => {
    const mona = await site.visitAs('mona', onPhone);
    await mona.open('/provider');
    assert.match(await mona.text(), /Not confirmed yet\./);
    await mona.inspect('provider-home');
    await mona.press('text=Check contact details');
    await mona.inspect('provider-contact');
    await mona.page.fill('#officePhone', 'ask Jane');
    await mona.page.fill('#officeHours', 'mornings');
    await mona.press('main button[type="submit"]');
    await mona.inspect('provider-contact-error');
    await mona.page.fill('#officePhone', '01632 960101');
    await mona.page.fill('#officeHours', 'Mon-Fri 08:00-18:00');
    await mona.page.fill('#outOfHoursPhone', '01632 960199');
    await mona.press('main button[type="submit"]');
    assert.match(await mona.text(), /Confirmed today at 3am by Mona Sample/);
    await mona.leave();
    const nia = await site.visitAs('nia');
    const { nhsNumber, birthDate } = personOf(app, 'Holmes');
    await nia.lookUp({ nhsNumber, birthDate });
    const text = await nia.text();
    assert.match(text, /Call now: 01632 960 199 \(out of hours, provider’s own\)/);
    assert.match(text, /Out of hours \(council’s record\): 01632 960 102/);
    assert.match(text, /The provider itself confirmed its numbers on 31 August 2026\. The council’s record, last confirmed 19 August 2026, differs\./); // prettier-ignore
    await nia.inspect('answer-own-contact');
    await nia.press('text=Printable phone card');
    assert.match(await nia.text(), /01632 960 199 \(provider’s own\)/);
    assert.match(await nia.text(), /01632 960 102 \(council’s record\)/);
    await nia.inspect('card-own-contact');
    await nia.leave();
  });

  it('keeps the rota and sees which hours nobody has', async () => {
    const mona = await site.visitAs('mona', onPhone);
    await mona.open('/provider/rota');
    assert.match(await mona.text(), /Nina Example ON CALL NOW/i);
    assert.match(await mona.text(), /Nobody is named for these hours: Saturday and Sunday, 8am to 6pm/);
    await mona.inspect('provider-rota');
    await mona.press('text=Add to the rota');
    await mona.inspect('provider-rota-error');
    await mona.page.fill('#name', 'Wim Sample');
    await mona.page.fill('#phone', '07700 900113');
    await mona.page.check('input[value="Sat"]');
    await mona.page.check('input[value="Sun"]');
    await mona.page.fill('#from', '8am');
    await mona.page.fill('#to', '6pm');
    await mona.press('text=Add to the rota');
    assert.match(await mona.text(), /Wim Sample Saturday to Sunday, 8am to 6pm/);
    assert.match(await mona.text(), /Somebody is named for every hour of the week/);
    await mona.leave();
  });

  it('invites, changes roles and ends access, which signs out at once', async () => {
    const mona = await site.visitAs('mona', onPhone);
    await mona.open('/provider/people');
    await mona.inspect('provider-people');
    await mona.page.fill('#email', 'rita@larkfield.example');
    await mona.page.check('input[type="radio"][value="provider-coordinator"]');
    await mona.press('text=Send the invitation');
    assert.match(await mona.text(), /rita@larkfield\.example, provider coordinator/);
    const rita = await site.visit(onPhone);
    await rita.open((await letterTo(rita, 'rita@larkfield.example')).link);
    await rita.page.fill('#name', 'Rita Sample');
    await rita.press('main button[type="submit"]');
    await mona.open('/provider/people');
    await mona.open('/provider/channels');
    await mona.page.check('input[value="email"]');
    await mona.page.fill('#to', 'rita@larkfield.example');
    await mona.page.check('input[name="use"][value="office"]');
    await mona.press('form[action="/provider/channels"] button');
    assert.doesNotMatch(await mona.text(), /Not used yet/);
    await mona.open('/provider/people');
    await mona.press('li:has-text("Rita Sample") >> text=End access now');
    assert.match(
      await mona.text(),
      /Rita Sample No longer has access.* Still in use: messages go to rita@larkfield\.example\./,
    );
    await mona.inspect('provider-people-ended');
    await mona.press('text=Take away too');
    assert.doesNotMatch(await mona.text(), /Still in use/);
    await rita.open('/inbox');
    assert.match(rita.page.url(), /signed-out/);
    await rita.leave();
    await mona.leave();
  });

  it('chooses how messages reach the provider', async () => {
    const mona = await site.visitAs('mona', onPhone);
    await mona.open('/provider/channels');
    assert.match(await mona.text(), /Email duty@larkfield\.example Read by the office/);
    await mona.inspect('provider-channels');
    await mona.press('form[action="/provider/channels"] button');
    await mona.inspect('provider-channels-error');
    await mona.page.check('input[value="portal"]');
    await mona.page.check('input[name="use"][value="out-of-hours"]');
    await mona.press('form[action="/provider/channels"] button');
    assert.match(await mona.text(), /Somebody keeps the messages page in view Read when the office is shut/);
    await mona.page.check('input[value="email"]');
    await mona.page.fill('#to', 'night@larkfield.example');
    await mona.page.check('input[name="use"][value="out-of-hours"]');
    await mona.press('form[action="/provider/channels"] button');
    assert.match(await mona.text(), /Email Not used yet night@larkfield\.example/);
    const { code } = await letterTo(await site.visit(), 'night@larkfield.example');
    await mona.inspect('provider-channels-confirm');
    await mona.page.fill('input[name="code"]', code === '111 111' ? '222 222' : '111 111');
    await mona.press('text=Confirm');
    assert.match(await mona.text('.nhsuk-error-summary'), /The code is not right/);
    await mona.inspect('provider-channels-confirm-error');
    await mona.page.fill('input[name="code"]', code);
    await mona.press('text=Confirm');
    assert.doesNotMatch(await mona.text(), /Not used yet/);
    await mona.page.check('input[value="daily"]');
    await mona.page.fill('#time', '9am');
    await mona.press('text=Save');
    assert.equal(await mona.page.inputValue('#time'), '9am');
    await mona.leave();
  });
});
