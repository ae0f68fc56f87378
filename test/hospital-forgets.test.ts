/** What goes unread is told of, what is old goes soon after a start, and a key of the demo that is none is refused. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { HospitalFeeds } from '../src/hl7/feeds.ts';
import { forgetHospital } from '../src/services/forget-hospital.ts';
import { alarmsOf } from '../src/services/interface-alarms.ts';
import { interfaceGauges } from '../src/services/interface-gauges.ts';
import { readInterfaces } from '../src/services/interface-status.ts';
import { relationshipOf } from '../src/domain/stay-relationship.ts';
import { demoKey } from '../src/store/key-file.ts';
import { kingsVale } from './support/adt.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { emptyFeed, hospitalOn } from './support/hospital.ts';
import type { TestHospital } from './support/hospital.ts';

let database: TestDatabase;
let hospital: TestHospital;

before(async () => {
  database = await openTestDatabase();
});
after(() => database.close());
beforeEach(async () => {
  await emptyFeed(database.db);
  hospital = hospitalOn(database.db);
});

const hour = 3_600_000;
const day = 24 * hour;
const status = () => readInterfaces({ ...hospital.deps, destinations: [] });
const alarms = async (): Promise<string> => alarmsOf(await status(), null).join('\n');

describe('H20: messages that are set aside and that nobody sees to', () => {
  beforeEach(async () => {
    await hospital.sendAdt('A04', { 'PV1-2': 'Z' });
    await hospital.sendAdt('A04', { 'PV1-2': 'Z', 'PV1-19': 'V2' });
    await hospital.sendAdt('A04', { 'MSH-10': 'BAD' }, 'PID');
  });

  it('are an alarm before they are deleted', async () => {
    hospital.clock.advance(6 * day - 60_000);
    assert.doesNotMatch(await alarms(), /will be deleted/);
    hospital.clock.advance(120_000);
    assert.match(await alarms(), /set aside will be deleted from .* on, and what they say will be lost/);
    const gauge = interfaceGauges(await status(), null, []).find(({ name }) => name === 'homeward_feed_quarantine_expires_seconds'); // prettier-ignore
    assert.equal(gauge?.value, 86_400 - 60);
  });

  it('are counted when they are deleted, and told of for thirty days', async () => {
    hospital.clock.advance(7 * day + 1000);
    assert.equal((await forgetHospital(hospital.deps)).messages, 3);
    const { expired } = await status();
    assert.deepEqual(expired.map(({ feed, code, count }) => [feed, code, count]), [['kings-vale-adt', 'CLASS_UNMAPPED', 2]]); // prettier-ignore
    assert.match(await alarms(), /2 messages of feed kings-vale-adt expired .* set aside \(CLASS_UNMAPPED\)/);
    const gauge = interfaceGauges(await status(), null, []).find(({ name }) => name === 'homeward_feed_expired_unread');
    assert.deepEqual([gauge?.labels, gauge?.value], [{ feed: 'kings-vale-adt', code: 'CLASS_UNMAPPED' }, 2]);
    hospital.clock.advance(3 * day);
    assert.doesNotMatch(await alarms(), /expired/);
    assert.equal((await status()).expired.length, 1);
    await hospital.sendAdt('A04', { 'MSH-10': 'MORE', 'PV1-2': 'Z', 'PV1-19': 'V3' });
    hospital.clock.advance(8 * day);
    await forgetHospital(hospital.deps);
    assert.equal((await status()).expired[0]?.count, 3);
    hospital.clock.advance(31 * day);
    await forgetHospital(hospital.deps);
    assert.deepEqual((await status()).expired, []);
    assert.deepEqual(await database.db.sql.selectFrom('hl7_expired').selectAll().execute(), []);
  });

  it('are not, once they were replayed', async () => {
    await database.db.sql.updateTable('hl7_message').set({ state: 'applied' }).where('state', '=', 'quarantined').execute(); // prettier-ignore
    hospital.clock.advance(8 * day);
    await forgetHospital(hospital.deps);
    assert.deepEqual((await status()).expired, []);
  });

  it('of strangers are kept for a day', async () => {
    await hospital.sendAdt('A04', { 'MSH-3': 'WHO' });
    hospital.clock.advance(day + 1000);
    assert.equal((await forgetHospital(hospital.deps)).messages, 1);
  });
});

describe('messages that wait to be applied', () => {
  const off = () => ({ ...hospital.deps, feeds: hospital.deps.feeds.map((feed) => ({ ...feed, enabled: false })) });
  beforeEach(async () => {
    await hospital.sendAdt('A04', { 'PID-11': '1 EXAMPLE STREET' });
  });

  it('are kept past their time while their feed is on, but not for ever', async () => {
    hospital.clock.advance(13 * day);
    assert.equal((await forgetHospital(hospital.deps)).messages, 0);
    hospital.clock.advance(day + 1000);
    assert.equal((await forgetHospital(hospital.deps)).messages, 1);
    assert.match(await alarms(), /1 message of feed kings-vale-adt expired .* while it waited to be applied \(WAITED_TOO_LONG\)/); // prettier-ignore
  });

  for (const [why, deps] of [
    ['is off', off],
    ['no file names any more', () => ({ ...hospital.deps, feeds: [] })],
  ] as const) {
    it(`of a feed that ${why} go when their time is over, are told of before, and counted`, async () => {
      const told = async (): Promise<string> =>
        alarmsOf(await readInterfaces({ ...deps(), destinations: [] }), null).join('\n');
      assert.match(await told(), /1 message of feed kings-vale-adt, which no enabled feed file names, waits to be applied: .* lost from/); // prettier-ignore
      assert.doesNotMatch(await alarms(), /no enabled feed file/);
      hospital.clock.advance(7 * day - 1000);
      assert.equal((await forgetHospital(deps())).messages, 0);
      hospital.clock.advance(2000);
      assert.equal((await forgetHospital(deps())).messages, 1);
      const { expired } = await status();
      assert.deepEqual(expired.map(({ code, count }) => [code, count]), [['WAITED_TOO_LONG', 1]]); // prettier-ignore
      assert.doesNotMatch(await told(), /waits to be applied/);
    });
  }
});

describe('H27: an end in years to come', () => {
  const relationship = async () => relationshipOf(await hospital.stays(), 'KVH', hospital.clock.now());
  const discharged = { 'EVN-2': '20260302090010', 'PV1-45': '20991231235900' };

  it('neither keeps a stay nor explains look-ups until then', async () => {
    await hospital.sendAdt('A04');
    await hospital.sendAdt('A03', discharged);
    await hospital.apply();
    assert.equal((await hospital.stays())[0]?.endedAt?.toISOString(), '2026-03-02T09:00:10.000Z');
    hospital.clock.advance(2 * day);
    assert.equal(await relationship(), 'none');
    hospital.clock.advance(90 * day);
    assert.equal((await forgetHospital(hospital.deps)).stays, 1);
  });

  it('of a stay that had it before goes with the last that was heard of it', async () => {
    await hospital.sendAdt('A04');
    await hospital.sendAdt('A03', { 'EVN-2': '20260302090010' });
    await hospital.apply();
    await database.db.sql
      .updateTable('stay')
      .set({ ended_at: new Date('2099-12-31T23:59:00Z') })
      .execute();
    hospital.clock.advance(89 * day);
    assert.equal((await forgetHospital(hospital.deps)).stays, 0);
    hospital.clock.advance(2 * day);
    assert.equal((await forgetHospital(hospital.deps)).stays, 1);
  });
});

describe('a message of a known feed that its sender may not send', () => {
  it('is a stranger’s, and kept for a day', async () => {
    const tls = { security: 'tls' as const, clientCertificates: ['00'.repeat(32)] };
    const bound = hospitalOn(database.db, { ...kingsVale, connection: tls }, hospital.clock);
    assert.match(await bound.sendAdt('A04'), /^AR/);
    hospital.clock.advance(day - 1000);
    assert.equal((await forgetHospital(bound.deps)).messages, 0);
    hospital.clock.advance(2000);
    assert.equal((await forgetHospital(bound.deps)).messages, 1);
  });
});

it('what a message says of its kind is kept only as a code: a name in its place is not (H20)', async () => {
  await hospital.sendAdt('HOLMES', { 'MSH-10': 'NAME' });
  await hospital.sendAdt('A04');
  const rows = await database.db.sql.selectFrom('hl7_message').select(['event', 'value']).orderBy('message_id').execute(); // prettier-ignore
  assert.deepEqual(
    rows.map(({ event, value }) => [event, value]),
    [
      ['ADT^not a code', 'not a code, 6 characters'],
      ['ADT^A04', null],
    ],
  );
});

describe('a service that is restarted often', () => {
  it('forgets soon after each start', async () => {
    await hospital.sendAdt('A04', { 'PV1-2': 'Z' });
    hospital.clock.advance(8 * day);
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const feeds = new HospitalFeeds(hospital.deps, { feeds: [], host: '127.0.0.1', port: null, tls: null, log });
    feeds.start();
    const left = async () => (await database.db.sql.selectFrom('hl7_message').select('message_id').execute()).length;
    const until = performance.now() + 10_000;
    while ((await left()) > 0 && performance.now() < until) await sleep(100);
    assert.equal(await left(), 0);
    await feeds.stop();
  });
});

describe('the demo’s own key', () => {
  it('is made once, and refused with a code when it is anything but 32 bytes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'homeward-key-'));
    try {
      const key = demoKey(folder);
      assert.equal(key.length, 32);
      assert.deepEqual(demoKey(folder), key);
      for (const bytes of [0, 16, 33]) {
        writeFileSync(join(folder, 'feed.key'), Buffer.alloc(bytes, 1));
        assert.throws(() => demoKey(folder), { code: 'FEED_KEY_DAMAGED', message: /Delete feed\.key/ });
      }
      assert.equal(readFileSync(join(folder, 'feed.key')).length, 33, 'what is there is nobody’s to overwrite');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
