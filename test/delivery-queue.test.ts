/** The queue of deliveries: nothing is lost, order is kept a person, a repetition is the same letter, and bounces end as tasks. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { sql } from 'kysely';
import type { Handover } from '../src/domain/courier.ts';
import type { Notice } from '../src/domain/notice.ts';
import { beginAttempt, carry, endAttempt } from '../src/services/notices/delivery-attempt.ts';
import { takeReturned } from '../src/services/notices/returned-mail.ts';
import { smtpCourier } from '../src/delivery/email-smtp.ts';
import { dueDeliveries } from '../src/store/notices/deliveries.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { DeliverySite, mustNotLeave, quick } from './support/deliveries.ts';
import { MailServer } from './support/mail-server.ts';
import { pause, until } from './support/mllp.ts';

let test: TestDatabase;
before(async () => (test = await openTestDatabase()));
after(() => test.close());

async function siteFor(t: TestContext, ...ways: Parameters<DeliverySite['way']>[]): Promise<DeliverySite> {
  const site = new DeliverySite(test.db);
  t.after(async () => {
    await site.stop();
    await sql`delete from notice_delivery where recipient in (${site.provider}, ${site.council})`.execute(test.db.sql);
  });
  for (const way of ways) await site.way(...way);
  return site;
}

// Where several send, what one of them has begun may not be taken for lost because this computer was slow.
const patient = { ...quick, patience: 20_000 };

const later: Handover = { is: 'later', fault: 'BUSY' };
const dead: Handover = { is: 'refused', fault: 'ADDRESS_DEAD' };
const kinds = (history: readonly { kind: string }[]): string[] => history.map(({ kind }) => kind);

describe('a notice that is handed over', () => {
  it('is sent on every way that is on, with the attempt written down before it leaves', async (t) => {
    const site = await siteFor(t, ['email', 'office@care.example'], ['webhook', 'care']);
    const written = await site.write();
    const seen: string[][] = [];
    site.email.answer = async () => {
      seen.push(kinds((await site.state(written)).history));
      return { is: 'delivered' };
    };
    assert.equal(await site.deliver(written), 'told');
    site.sender();
    await site.settled();
    assert.ok(seen[0]?.includes('attempted'));
    const { status, channels } = await site.state(written);
    assert.equal(status, 'delivered');
    assert.deepEqual([...channels].map(([channel, { is }]) => `${channel} ${is}`).sort(), ['email delivered', 'webhook delivered']); // prettier-ignore
    assert.equal(site.webhook.carried[0]?.what.content.who.family, 'Holmes');
  });

  it('is not sent, when it may not leave any more, though it waited already', async (t) => {
    const site = await siteFor(t, ['email', 'office@care.example']);
    const written = await site.tell();
    site.stopped.add(written.id);
    site.sender();
    assert.deepEqual((await site.settled()).map(({ state }) => state), ['dropped']); // prettier-ignore
    assert.equal(site.email.carried.length, 0);
    assert.ok(!kinds((await site.state(written)).history).includes('attempted'));
  });

  it('does not wait twice when it is handed over twice', async (t) => {
    const site = await siteFor(t, ['email', 'office@care.example']);
    const written = await site.write();
    await site.deliver(written);
    await site.deliver(written);
    await site.deliver(written, { reason: 'reminder' });
    assert.equal((await site.rows()).length, 2);
  });

  it('writes down the disclosure in the trail before a system is sent the content, and none for an e-mail', async (t) => {
    const site = await siteFor(t, ['email', 'office@care.example'], ['webhook', 'care']);
    let trail = -1;
    const count = async (): Promise<number> => {
      const { rows } = await sql<{ n: number }>`select count(*)::int as n from audit_event where action = 'send-to-system' and council = ${site.council}`.execute(test.db.sql); // prettier-ignore
      return rows[0]?.n ?? -1;
    };
    site.webhook.answer = async () => {
      trail = await count();
      return { is: 'delivered' };
    };
    await site.tell();
    site.sender();
    await site.settled();
    assert.equal(trail, 1);
    assert.equal(await count(), 1);
  });
});

describe('what could not be sent', () => {
  it('is tried again under the same key, after pauses that grow, until it arrives', async (t) => {
    const site = await siteFor(t, ['email', 'office@care.example']);
    const times: number[] = [];
    site.email.answer = (_, index) => {
      times.push(performance.now());
      return index < 4 ? later : { is: 'delivered' };
    };
    const written = await site.tell();
    site.sender({ timing: { ...quick, retryFirst: 40, retryLongest: 120 } });
    const [row] = await site.settled();
    assert.equal(row?.attempts, 5);
    assert.deepEqual([...new Set(site.email.carried.map(({ key }) => key))], [row?.parcel]);
    assert.deepEqual(site.email.carried.map(({ again }) => again), [false, true, true, true, true]); // prettier-ignore
    const pauses = times.slice(1).map((time, at) => time - (times[at] ?? 0));
    for (const [at, least] of [40, 80, 120, 120].entries()) assert.ok((pauses[at] ?? 0) >= least - 3, `${pauses}`);
    assert.equal(kinds((await site.state(written)).history).filter((kind) => kind === 'attempted').length, 1);
    assert.deepEqual(await site.tasks(), []);
  });

  it('is given up in time, and becomes a task of its recipient and a bounce of the notice', async (t) => {
    const site = await siteFor(t, ['email', 'office@care.example']);
    site.giveUpAfter = 150;
    site.email.answer = () => later;
    const written = await site.tell();
    site.sender();
    const [row] = await site.settled();
    assert.deepEqual([row?.state, row?.fault], ['failed', 'BUSY']);
    const [task, ...more] = await site.tasks();
    assert.deepEqual([task?.kind, task?.owner, task?.address, more.length], ['not-delivered', 'recipient', 'office@care.example', 0]); // prettier-ignore
    assert.equal((await site.state(written)).status, 'bounced');
  });

  it('is a task of whoever runs the service when the fault is ours', async (t) => {
    const site = await siteFor(t, ['email', 'office@care.example']);
    site.email.answer = (_, index) => (index < 2 ? { is: 'later', fault: 'NOT_TRUSTED' } : { is: 'delivered' });
    await site.tell();
    const seen: unknown[] = [];
    site.sender({ observer: { ended: (channel, outcome, fault) => seen.push([channel, outcome, fault]) } });
    await site.settled();
    // Told after it was written down.
    await until(() => seen.length === 3);
    assert.deepEqual(seen, [['email', 'later', 'NOT_TRUSTED'], ['email', 'later', 'NOT_TRUSTED'], ['email', 'delivered', null]]); // prettier-ignore
    assert.deepEqual(await site.tasks(), []);
    const { rows } = await sql<{ times: number; closed: boolean }>`select times, closed_at is not null as closed from delivery_task where recipient = ${site.provider} and owner = 'operator'`.execute(test.db.sql); // prettier-ignore
    assert.deepEqual(rows, [{ times: 2, closed: true }]);
  });

  it('H08: hides nobody else’s: of each address the few that have waited longest are taken up, however many wait', async (t) => {
    const slow = await siteFor(t, ['webhook', 'slow']);
    const other = await siteFor(t, ['email', 'office@care.example'], ['webhook', 'quick']);
    for (let person = 1; person <= 12; person++) await slow.tell(person);
    await other.tell();
    const due = await dueDeliveries(test.db, new Date(Date.now() + 1000), 10);
    assert.deepEqual(due.map(({ address }) => address), ['slow', 'slow', 'slow', 'slow', 'office@care.example', 'quick']);
    assert.deepEqual(due.slice(0, 4).map(({ person }) => person), [1, 2, 3, 4].map((person) => slow.person(person)));
    assert.equal((await dueDeliveries(test.db, new Date(Date.now() + 1000), 2)).length, 2);
    // All of them arrive all the same.
    slow.sender();
    assert.deepEqual((await slow.settled()).map(({ state }) => state), Array.from({ length: 12 }, () => 'delivered'));
  }); // prettier-ignore

  it('lets the rest of its address wait with it, and wakes it when something arrives there', async (t) => {
    const site = await siteFor(t, ['webhook', 'care']);
    let down = true;
    site.webhook.answer = () => (down ? later : { is: 'delivered' });
    for (const person of [1, 2, 3]) await site.tell(person);
    site.sender({ timing: { ...quick, retryFirst: 60_000, retryLongest: 60_000 } });
    while (site.webhook.carried.length < 1) await pause(5);
    await pause(150);
    const tried = site.webhook.carried.length;
    assert.ok(tried <= 2, `${tried} attempts`);
    // What is still to be written down as failed would have its address rest anew, after something has arrived there.
    while ((await site.rows()).some(({ state }) => state === 'sending')) await pause(5);
    down = false;
    await site.tell(4);
    await site.settled();
    assert.equal(new Set(site.webhook.carried.map(({ what }) => what.notice.id)).size, 4);
  });
});

describe('a dead address', () => {
  it('H08: is a task of its recipient, is used no more, and bounces the notice at once when no other is left', async (t) => {
    const site = await siteFor(t, ['email', 'office@care.example']);
    site.email.answer = () => dead;
    const written = await site.tell();
    site.sender();
    await site.settled();
    const state = await site.state(written);
    assert.equal(state.status, 'bounced');
    assert.ok(state.bouncedAt);
    const [task] = await site.tasks();
    assert.deepEqual([task?.kind, task?.channel, task?.address, task?.council], ['dead-address', 'email', 'office@care.example', site.council]); // prettier-ignore
    const second = await site.write(2);
    assert.equal(await site.deliver(second, { person: 2 }), 'nobody-there');
    assert.equal((await site.state(second)).status, 'bounced');
    assert.equal(site.email.carried.length, 1);
    assert.deepEqual((await site.tasks()).map(({ kind }) => kind).sort(), ['dead-address', 'nobody-to-tell']); // prettier-ignore
  });

  // Two tests and not one with a loop: the sender of the first site would take up what the second has written.
  for (const bad of ['a@care.example', 'b@care.example'])
    it(`does not bounce a notice that another address of the channel has, when ${bad} is dead`, async (t) => {
      const site = await siteFor(t, ['email', 'a@care.example'], ['email', 'b@care.example']);
      site.email.answer = ({ to }) => (to === bad ? dead : { is: 'delivered' });
      const written = await site.tell();
      site.sender();
      await site.settled();
      assert.equal((await site.state(written)).status, 'delivered');
      assert.equal((await site.tasks()).length, 1);
    });

  it('is found when a letter that was taken comes back, once', async (t) => {
    const site = await siteFor(t, ['email', 'office@care.example']);
    const written = await site.tell();
    site.sender();
    await site.settled();
    assert.equal((await site.state(written)).status, 'delivered');
    const key = site.email.carried[0]?.key ?? '';
    assert.equal(await takeReturned(site.deps, key, 'ADDRESS_DEAD'), 1);
    assert.equal(await takeReturned(site.deps, key, 'ADDRESS_DEAD'), 0);
    assert.equal(await takeReturned(site.deps, 'not a key', 'ADDRESS_DEAD'), 0);
    assert.equal((await site.state(written)).status, 'bounced');
    assert.deepEqual((await site.tasks()).map(({ kind, times }) => [kind, times]), [['dead-address', 1]]); // prettier-ignore
  });

  it('of the council says nothing of whether the provider has it', async (t) => {
    const site = await siteFor(t, ['email', 'office@care.example']);
    await site.way('email', 'duty@council.example', { recipient: site.council });
    site.email.answer = ({ to }) => (to === 'office@care.example' ? dead : { is: 'delivered' });
    const written = await site.tell();
    assert.equal(await site.deliver(written, { reason: 'council' }), 'told');
    site.sender();
    await site.settled();
    while ((await site.rows(site.council))[0]?.state !== 'delivered') await pause(5);
    assert.equal((await site.state(written)).status, 'bounced');
  });
});

describe('what somebody else carries on', () => {
  it('is delivered only once they say so, and asked after until then', async (t) => {
    const site = await siteFor(t, ['text', '+447700900123']);
    site.text.answer = () => ({ is: 'accepted', reference: 'r1' });
    site.text.fate = { is: 'accepted', reference: 'r1' };
    const written = await site.tell();
    site.sender();
    while (site.text.followed.length < 3) await pause(5);
    assert.equal((await site.state(written)).status, 'queued');
    site.text.fate = { is: 'delivered' };
    await site.settled();
    assert.equal((await site.state(written)).status, 'delivered');
    assert.equal(site.text.carried.length, 1);
  });

  it('is a new message with a new key when it failed there for now, and a dead address when for good', async (t) => {
    const site = await siteFor(t, ['text', '+447700900123']);
    site.text.answer = (_, index) => ({ is: 'accepted', reference: `r${index}` });
    site.text.fate = later;
    await site.tell();
    site.sender();
    while (site.text.carried.length < 2) await pause(5);
    site.text.fate = dead;
    await site.settled();
    assert.notEqual(site.text.carried[0]?.key, site.text.carried[1]?.key);
    assert.deepEqual((await site.tasks()).map(({ kind }) => kind), ['dead-address']); // prettier-ignore
  });
});

describe('order', () => {
  it('H15: is kept at each address for each person, whatever fails on the way, while other people go on', async (t) => {
    const site = await siteFor(t, ['webhook', 'care']);
    const failed = new Set<string>();
    site.webhook.answer = ({ what }) => {
      if (failed.has(what.notice.id)) return { is: 'delivered' };
      failed.add(what.notice.id);
      return later;
    };
    const told: string[][] = [[], [], []];
    for (let turn = 0; turn < 5; turn++)
      for (const person of [0, 1, 2]) told[person]?.push((await site.tell(person + 1)).id);
    for (let count = 0; count < 3; count++) site.sender({ timing: patient });
    await site.settled(20_000);
    const arrived = site.webhook.carried.filter(({ what, again }) => again && failed.has(what.notice.id)).map(({ what }) => what.notice.id); // prettier-ignore
    for (const own of told) assert.deepEqual(arrived.filter((id) => own.includes(id)), own); // prettier-ignore
  });

  it('holds nobody up for ever: what is given up lets the next one go', async (t) => {
    const site = await siteFor(t, ['webhook', 'care']);
    site.giveUpAfter = 100;
    const first = await site.tell();
    site.giveUpAfter = 60_000;
    const second = await site.tell();
    site.webhook.answer = ({ what }) => (what.notice.id === first.id ? later : { is: 'delivered' });
    site.sender();
    assert.deepEqual((await site.settled()).map(({ state }) => state), ['failed', 'delivered']); // prettier-ignore
    assert.equal((await site.state(second)).status, 'delivered');
  });
});

describe('a process that ends', () => {
  it('after it wrote down that it sends: another sends it, under the same key', async (t) => {
    const site = await siteFor(t, ['email', 'office@care.example']);
    const written = await site.tell();
    const [one] = (await dueDeliveries(test.db, site.clock.now(), 200)).filter(({ notice }) => notice === written.id);
    assert.ok(one);
    const begun = await beginAttempt(site.deps, patient, one);
    assert.ok(begun && !begun.again);
    assert.equal(await beginAttempt(site.deps, patient, one), null, 'two send the same');
    site.ahead += 3 * patient.patience;
    site.sender();
    await site.settled();
    assert.deepEqual(site.email.carried.map(({ key, again }) => [key, again]), [[begun.key, true]]); // prettier-ignore
  });

  it('after it sent and before it wrote that down: sent again under the same key, shown once', async (t) => {
    const site = await siteFor(t, ['webhook', 'care']);
    const written = await site.tell();
    const [one] = (await dueDeliveries(test.db, site.clock.now(), 200)).filter(({ notice }) => notice === written.id);
    assert.ok(one);
    const begun = await beginAttempt(site.deps, quick, one);
    assert.ok(begun);
    await carry(site.deps, begun, AbortSignal.timeout(100));
    site.ahead += 10_000;
    site.sender();
    await site.settled();
    assert.equal(site.webhook.carried.length, 2);
    assert.equal(new Set(site.webhook.carried.map(({ key }) => key)).size, 1);
    assert.equal((await site.state(written)).history.filter(({ kind }) => kind === 'delivered').length, 1);
    // The first one was only slow: what it says then changes nothing, and least of all back.
    await endAttempt(site.deps, quick, begun, later);
    assert.deepEqual((await site.rows()).map(({ state }) => state), ['delivered']); // prettier-ignore
  });

  it('while it is stopped: what was on its way is sent again by the next', async (t) => {
    const site = await siteFor(t, ['email', 'office@care.example']);
    site.email.answer = (_, index, signal) =>
      index > 0 ? { is: 'delivered' } : new Promise((resolve) => signal.addEventListener('abort', () => resolve({ is: 'later', fault: 'TIMEOUT' }))); // prettier-ignore
    await site.tell();
    const first = site.sender({ timing: { ...quick, patience: 60_000 } });
    while (site.email.carried.length < 1) await pause(5);
    await first.stop(20);
    site.sender();
    await site.settled();
    assert.equal(new Set(site.email.carried.map(({ key }) => key)).size, 1);
  });

  it('one of several: each notice is carried once while nobody fails', async (t) => {
    const site = await siteFor(t, ['webhook', 'care']);
    for (let count = 0; count < 4; count++) site.sender({ timing: patient });
    const all = await Promise.all(Array.from({ length: 30 }, (_, index) => site.tell((index % 10) + 1)));
    await site.settled(20_000);
    assert.deepEqual(site.webhook.carried.map(({ what }) => what.notice.id).sort(), all.map(({ id }) => id).sort());
  });
});

describe('faults at any point', () => {
  it('H15: lose nothing, keep the order of each person, and show nothing twice', async (t) => {
    // Throws where the database or a process may fail: before, between and after the two transactions.
    let calm = false;
    const maybe = (): void => {
      if (!calm && Math.random() < 0.15) throw new Error('a fault');
    };
    class Faulty extends DeliverySite {
      override get deps() {
        const deps = super.deps;
        return {
          ...deps,
          record: async (...given: Parameters<typeof deps.record>) => {
            await deps.record(...given);
            maybe();
          },
          mayLeave: async (...given: Parameters<typeof deps.mayLeave>) => {
            maybe();
            return deps.mayLeave(...given);
          },
        };
      }
    }
    const site = new Faulty(test.db);
    t.after(() => site.stop());
    await site.way('webhook', 'care');
    calm = true;
    const told = new Map<number, string[]>();
    for (let turn = 0; turn < 8; turn++)
      for (const person of [1, 2, 3]) told.set(person, [...(told.get(person) ?? []), (await site.tell(person)).id]);
    calm = false;
    // Each receiver takes in a key once, whatever it is sent.
    const taken: string[] = [];
    const seen = new Set<string>();
    site.webhook.answer = ({ key, what }) => {
      maybe();
      if (!seen.has(key)) taken.push(what.notice.id);
      seen.add(key);
      maybe();
      return { is: 'delivered' };
    };
    const timing = { ...quick, patience: 20 };
    for (let one = 0; one < 2; one++) site.sender({ timing });
    const rows = await site.settled(30_000);
    assert.ok(site.webhook.carried.length > rows.length, 'no fault happened');
    assert.ok(rows.every(({ state }) => state === 'delivered'));
    assert.equal(taken.length, 24);
    for (const own of told.values()) assert.deepEqual(taken.filter((id) => own.includes(id)), own); // prettier-ignore
    for (const id of taken) {
      const { history } = await site.state({ id } as Notice);
      assert.equal(history.filter(({ kind }) => kind === 'delivered').length, 1);
    }
  });
});

describe('H13: a letter', () => {
  it('holds nothing of anybody: names, numbers, hospital, kind', async (t) => {
    const server = new MailServer();
    const port = await server.listen();
    const courier = smtpCourier({ server: { host: '127.0.0.1', port, secure: false, plain: true, login: null }, from: { name: 'Homeward', address: 'no-reply@homeward.example' }, bounces: { address: 'bounces@homeward.example', secret: 's' } }); // prettier-ignore
    const site = await siteFor(t, ['email', 'office@care.example'], ['email', 'desk@care.example']);
    t.after(async () => {
      courier.close();
      await server.close();
    });
    site.couriers = { email: courier };
    for (const [index, kind] of (['restart', 'hold', 'with-us', 'gone', 'home-changed'] as const).entries()) {
      const written = await site.tell(index + 1, { kind, of: kind });
      await site.deliver(written, { person: index + 1, reason: 'reminder' });
    }
    site.sender();
    await site.settled();
    assert.ok(server.received.length >= 2);
    for (const { raw, subject, text } of server.received) {
      // Keys and dates are random or of today: what must not leave is looked for in everything else.
      const letter = `${raw.replace(/^(Message-ID|Date):.*$/gim, '')}\n${subject}\n${text}`;
      for (const word of mustNotLeave) assert.doesNotMatch(letter, new RegExp(`\\b${word}\\b`, 'i'));
      assert.ok(!letter.includes(site.provider) && !letter.includes(site.council + '|'));
    }
  });

  it('is one for all that wait at an address at the same time, with each of them written down', async (t) => {
    const site = await siteFor(t, ['email', 'office@care.example']);
    const all = [await site.tell(1), await site.tell(1), await site.tell(2), await site.tell(3)];
    site.email.answer = (_, index) => (index === 0 ? later : { is: 'delivered' });
    site.sender();
    const rows = await site.settled();
    assert.equal(new Set(rows.map(({ parcel }) => parcel)).size, 1);
    assert.equal(site.email.carried.length, 2);
    for (const one of all) assert.equal((await site.state(one)).status, 'delivered');
  });
});
