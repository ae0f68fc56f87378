/** The queue with a peer that takes HL7: order a person, the same message again, and how a refusal ends. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { sql } from 'kysely';
import { parseMessage } from '../src/hl7/message.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { DeliverySite, quick } from './support/deliveries.ts';
import { Destination } from './support/destination.ts';
import type { Behaviour } from './support/destination.ts';
import { courierTo, systemFile } from './support/hl7-delivery.ts';

let test: TestDatabase;
before(async () => (test = await openTestDatabase()));
after(() => test.close());

async function siteWith(t: TestContext, behave: (index: number) => Behaviour): Promise<{ site: DeliverySite; there: Destination }> {
  const there = await new Destination({ behave }).open();
  const site = new DeliverySite(test.db);
  site.couriers = { ...site.couriers, hl7: courierTo(systemFile(there.port)) };
  t.after(async () => {
    await site.stop();
    await there.close();
    await sql`delete from notice_delivery where recipient in (${site.provider}, ${site.council})`.execute(test.db.sql);
  });
  await site.way('hl7', 'care');
  return { site, there };
} // prettier-ignore

// Where one message is counted, none may be sent again because this computer was slow.
const patient = { ...quick, patience: 20_000 };

/** The notice that each message tells of, in the order in which they came. */
function told({ receptions }: Destination): string[] {
  return receptions.map(({ bytes }) => {
    const parsed = parseMessage(bytes);
    assert.ok(parsed.ok);
    return (
      parsed.message
        .segments('OBX')
        .find((one) => one.value(3) === 'NOTICE')
        ?.value(5) ?? assert.fail()
    );
  });
}

describe('a notice that is queued for HL7', () => {
  it('is delivered by its acknowledgement, with the disclosure in the trail before it leaves', async (t) => {
    const { site, there } = await siteWith(t, () => 'CA');
    const written = await site.tell();
    site.sender({ timing: patient });
    const [row] = await site.settled();
    assert.equal(row?.state, 'delivered');
    const { status, channels } = await site.state(written);
    assert.deepEqual([status, [...channels.keys()]], ['delivered', ['hl7']]);
    assert.deepEqual(told(there), [written.id]);
    const { rows } = await sql<{ detail: { channel: string } }>`select detail from audit_event where action = 'send-to-system' and council = ${site.council}`.execute(test.db.sql); // prettier-ignore
    assert.deepEqual(rows.map(({ detail }) => detail.channel), ['hl7']); // prettier-ignore
  });

  it('H15: keeps its order for each person while the peer errs, is silent or answers of another, and comes again as the very same message', async (t) => {
    const course: readonly Behaviour[] = ['AE', 'AA', 'silent', 'CA', 'other', 'CE', 'close', 'AA'];
    const { site, there } = await siteWith(t, (index) => course[index] ?? 'AA');
    const written: { id: string; person: number }[] = [];
    for (const person of [1, 2, 1, 2, 1, 1]) written.push({ id: (await site.tell(person)).id, person });
    site.sender();
    for (const { state } of await site.settled()) assert.equal(state, 'delivered');
    const order = [...new Set(told(there))];
    for (const person of [1, 2]) {
      const wanted = written.filter((one) => one.person === person).map(({ id }) => id);
      assert.deepEqual(order.filter((id) => wanted.includes(id)), wanted); // prettier-ignore
    }
    assert.ok(there.receptions.length > written.length);
    for (const { id, bytes } of there.receptions)
      assert.ok(there.receptions.filter((one) => one.id === id).every((one) => one.bytes.equals(bytes)));
    assert.equal(new Set(there.receptions.map(({ id }) => id)).size, written.length);
  });

  it('is sent no second time when it is rejected: a bounce of the notice and a task of its recipient', async (t) => {
    const { site, there } = await siteWith(t, () => 'AR');
    const written = await site.tell();
    site.sender({ timing: patient });
    const [row] = await site.settled();
    assert.deepEqual([row?.state, row?.fault, row?.attempts], ['failed', 'MESSAGE_REFUSED', 1]);
    assert.equal(there.receptions.length, 1);
    assert.equal((await site.state(written)).status, 'bounced');
    assert.deepEqual((await site.tasks()).map(({ kind, channel, address }) => [kind, channel, address]), [['not-delivered', 'hl7', 'care']]); // prettier-ignore
  });

  it('is given up in time by a peer that never says yes', async (t) => {
    const { site } = await siteWith(t, (index) => (index % 2 === 0 ? 'AE' : 'other'));
    site.giveUpAfter = 150;
    const written = await site.tell();
    site.sender();
    const [row] = await site.settled();
    assert.equal(row?.state, 'failed');
    assert.equal((await site.state(written)).status, 'bounced');
    assert.deepEqual((await site.tasks()).map(({ kind }) => kind), ['not-delivered']); // prettier-ignore
  });

  it('is nothing for tasks of a hold: of those people alone are told', async (t) => {
    const { site, there } = await siteWith(t, () => 'AA');
    assert.equal(await site.deliver(await site.write(), { reason: 'task' }), 'nobody-there');
    assert.equal((await site.rows()).length, 0);
    assert.equal(there.receptions.length, 0);
  });
});
