/** The operator records that a hint was taken back by hand, in the hospital's own system. */
import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { sql } from 'kysely';
import { openSite } from '../support/browser.ts';
import { feedHands } from '../support/interfaces.ts';
import { tuesdayMorning } from '../support/running.ts';

const site = await openSite(tuesdayMorning);
after(() => site.close());
const { app } = site;

it('the operator sees a hint that was not taken back beside one that was not told, and settles it', async () => {
  await feedHands(app.app).giveUp(2);
  await sql`update hl7_outbound set kind = 'retraction' where outbound_id = (select max(outbound_id) from hl7_outbound)`.execute(
    app.app.db.sql,
  );
  const visitor = await site.visitAs('owen');
  await visitor.open('/interfaces/dead-letters');
  await visitor.inspect('interface-hint-not-taken-back');
  assert.equal(await visitor.page.locator('text=Taken back by hand').count(), 1);
  await visitor.press('text=Taken back by hand');
  assert.match(
    await visitor.text('.nhsuk-notification-banner'),
    /1 message will not be sent: the hint was taken back by hand/,
  );
  await visitor.open('/interfaces/dead-letters');
  assert.equal(await visitor.page.locator('text=Taken back by hand').count(), 0);
  assert.match(await visitor.text(), /Send again/);
  await visitor.leave();
});
