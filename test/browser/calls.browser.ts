/** What somebody writes down after a call, the caution beside a wrong number, and what came of a look-up, in a browser. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { arrivingAt, personOf } from '../support/arriving.ts';
import { openSite } from '../support/browser.ts';
import type { Visitor } from '../support/browser.ts';
import { desktop } from '../support/inspect.ts';
import { tuesdayMorning } from '../support/running.ts';

const site = await openSite(tuesdayMorning);
after(() => site.close());
const { app } = site;

async function withAnswer(persona = 'nia'): Promise<Visitor> {
  const visitor = await site.visitAs(persona);
  const { nhsNumber, birthDate } = personOf(app, 'Holmes');
  await visitor.lookUp({ nhsNumber, birthDate });
  return visitor;
}

describe('after a call', () => {
  it('one click says what came of it, and the next to look sees it', async () => {
    const nia = await withAnswer();
    await nia.page.click('.hw-package__call >> nth=0 >> summary');
    await nia.inspect('answer-phoned');
    await nia.press('.hw-package__call >> nth=0 >> button:has-text("No answer")');
    assert.match(await nia.text('.hw-calls'), /Nia Example phoned Larkfield Home Care on 01632 960 101 today at 10am: no answer\./); // prettier-ignore
    await nia.inspect('answer-calls');
    await nia.leave();
    const omar = await withAnswer('omar');
    assert.match(await omar.text('.hw-calls'), /Nia Example phoned Larkfield Home Care/);
    await omar.page.click('.hw-package__call >> nth=0 >> summary');
    await omar.page.fill('.hw-package__call >> nth=0 >> input[name="spokeTo"]', 'Jane');
    await omar.press('.hw-package__call >> nth=0 >> button:has-text("Reached")');
    assert.match(await omar.text('.hw-calls'), /Omar Sample phoned .*: reached, spoke to Jane\./);
    assert.equal(await app.audited('record-call'), 2);
    await omar.leave();
  });

  it('a wrong number has a caution beside it, on the answer and on the card, for everybody (H07)', async () => {
    const nia = await withAnswer();
    const line = '.hw-package__line:has-text("960 102")';
    await nia.page.click(`${line} >> summary`);
    await nia.press(`${line} >> button:has-text("This number is wrong")`);
    assert.match(await nia.text(line), /Reported as wrong today at 10am/);
    await nia.page.setViewportSize(desktop);
    const council = await nia.page.locator('.hw-council').boundingBox();
    assert.ok(council && council.y + council.height <= desktop.height, 'the council’s number is pushed off the screen');
    await nia.inspect('answer-wrong-number');
    await nia.press('text=Printable phone card');
    assert.match(await nia.text(), /01632 960 102 Reported as wrong today at 10am/);
    await nia.inspect('card-wrong-number');
    await nia.leave();
    const will = await withAnswer('will');
    assert.match(await will.text(line), /Reported as wrong/);
    await will.leave();
  });
});

describe('what came of it', () => {
  it('is asked when the patient has left, and takes two taps', async () => {
    const hospital = arrivingAt(app);
    await hospital.tell('A04', 'Holmes', 60);
    const early = await withAnswer();
    assert.equal(await early.page.locator('.hw-question').count(), 0);
    app.clock.advance(10);
    await hospital.tell('A03', 'Holmes', 0);
    await early.page.reload();
    assert.match(await early.text('.hw-question'), /What came of it\? Went home today because care was confirmed/);
    await early.inspect('answer-outcome');
    await early.press('text=Went home today because care was confirmed');
    assert.match(await early.text('.hw-question'), /Did this answer change what you did\?/);
    await early.press('.hw-question >> text="Yes"');
    assert.equal(await early.page.locator('.hw-question').count(), 0);
    await early.leave();
    const owen = await site.visitAs('owen');
    await owen.open('/outcomes');
    assert.match(await owen.text(), /they were asked 1 time\..*Went home today because care was confirmed 1 .*Not answered 0/); // prettier-ignore
    await owen.inspect('outcomes');
    await owen.leave();
  });
});
