/** A care provider whose client has gone home without a word about it: what waits on its page, and one press to settle it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { arrivingAt, personOf } from '../support/arriving.ts';
import { openSite } from '../support/browser.ts';
import { desktop, phone } from '../support/inspect.ts';

const site = await openSite('2026-09-01T10:00:00+01:00');
after(() => site.close());
const { app } = site;
const onPhone = { viewport: phone, hasTouch: true, isMobile: true };

before(async () => {
  const hospital = arrivingAt(app);
  await hospital.tell('A04', 'Holmes', 30);
  const nia = await site.visitAs('nia');
  await nia.lookUp(personOf(app, 'Holmes'));
  await nia.press('main >> text="Hold visits"');
  if (await nia.page.locator('#permission').isVisible()) await nia.page.check('#permission');
  const send = 'main button[value="send"]';
  await nia.press(send);
  if (!nia.page.url().includes('/told/')) await nia.press(send);
  await nia.leave();
  app.clock.advance(5);
  await app.app.notices.run();
  const petra = await site.visitAs('petra', onPhone);
  await petra.press('text=Hold visits');
  await petra.press('text=Yes, visits are on hold');
  await petra.leave();
  app.clock.advance(10);
  await hospital.tell('A03', 'Holmes', 1);
});

describe('a provider’s task', () => {
  it('stands above the messages, with who, where, what to do and a press for each answer', async () => {
    for (const [name, options] of [['provider-task', { viewport: desktop }], ['provider-task-phone', onPhone]] as const) {
      const petra = await site.visitAs('petra', options);
      await petra.open('/inbox');
      const text = await petra.text();
      assert.match(text, /1 to see to now HOLMES, Barbara Born 14 March 1941.*This person has gone home\. Please tell us the time of the first visit/); // prettier-ignore
      assert.match(text, /Kings Vale Hospital, phone 01632/);
      assert.doesNotMatch(text, /safeguarding|Emergency department|Nia|Willowbrook/i);
      await petra.inspect(name);
      await petra.leave();
    }
  });

  it('is closed by one press, and is not there a second time', async () => {
    const petra = await site.visitAs('petra', onPhone);
    await petra.open('/inbox');
    await petra.page.click('main >> text=Yes: say when');
    await petra.press('main >> text="Yes, we are visiting then"');
    assert.match(await petra.text('.nhsuk-error-summary'), /Enter the time of the first visit/);
    await petra.inspect('provider-task-error');
    await petra.page.fill('#time', '11:30am');
    await petra.press('main >> text="Yes, we are visiting then"');
    assert.match(await petra.text(), /Sent\. HOLMES, Barbara: we are visiting, first visit today at 11:30am\. The hospital and the council can read it now\./); // prettier-ignore
    assert.doesNotMatch(await petra.text(), /to see to now/);
    await petra.inspect('provider-task-done');
    await petra.leave();
    const nia = await site.visitAs('nia');
    await nia.open('/told');
    assert.match(await nia.text(), /Care to settle.*HOLMES, Barbara/);
    await nia.leave();
    const carol = await site.visitAs('carol');
    await carol.open('/council/tasks');
    assert.match(await carol.text(), /Petra Example, Larkfield Home Care, said today at 10:15am: we are visiting, first visit today at 11:30am\./); // prettier-ignore
    assert.match(await carol.text('main tbody tr:has-text("11:30am")'), /The person has gone home\. If this is soon enough, close the task\./); // prettier-ignore
    await carol.inspect('council-task-said');
    await carol.leave();
  });
}); // prettier-ignore

describe('an answer about somebody on a provider’s own list', () => {
  it('says so where the council has no record, and never as a package', async () => {
    await arrivingAt(app).tell('A04', 'A number nobody has', 5, { 'PID-5': 'PRIVATE^Prudence' });
    const person = personOf(app, 'A number nobody has');
    const mona = await site.visitAs('mona');
    await mona.open('/provider/clients');
    const head = 'NHS Number,Date of Birth,Last Name,First Name,Your Reference,Permission,Permission Date';
    const list = [head, `${person.nhsNumber},${person.birthDate},Private,Prudence,C-1,Y,2026-08-01`, ''].join('\r\n');
    await mona.page.setInputFiles('#clients', { name: 'clients.csv', mimeType: 'text/csv', buffer: Buffer.from(list) });
    await mona.press('text=Hand in the list');
    assert.match(await mona.text(), /The list now: 1 client/);
    await mona.leave();
    for (const [name, options] of [['answer-listed', { viewport: desktop }], ['answer-listed-phone', onPhone]] as const) {
      const nia = await site.visitAs('nia', options);
      await nia.lookUp(person);
      const text = await nia.text();
      assert.match(text, /The council has no record of this NHS number/);
      assert.match(text, /From care providers’ own lists of clients Larkfield Home Care says this person is its client\. This is not care that the council arranges\./); // prettier-ignore
      assert.equal(await nia.page.locator('.hw-package').count(), 0);
      await nia.inspect(name);
      await nia.leave();
    }
  });
}); // prettier-ignore
