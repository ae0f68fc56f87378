/** A message of the hospital: durable before it is answered, applied once, and a stay that can be seen. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { sql } from 'kysely';
import type { Feed } from '../src/domain/hospital-feed.ts';
import type { HospitalEvent } from '../src/domain/stay-event.ts';
import { inboundHandler, messageReader } from '../src/hl7/inbound.ts';
import { applyNext } from '../src/services/apply-messages.ts';
import type { ReadMessage } from '../src/services/read-message.ts';
import { messageTaker } from '../src/services/take-message.ts';
import { Database } from '../src/store/database.ts';
import { isOpen } from '../src/domain/stay-course.ts';
import { stayById, staysOfNumbers } from '../src/store/hospital/stays.ts';
import { adt, kingsVale } from './support/adt.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { FaultyEngine } from './support/faults.ts';
import { emptyFeed, hospitalOn, localPeer, takenAt, testSeal } from './support/hospital.ts';
import type { TestHospital } from './support/hospital.ts';
import { verdict } from './support/mllp.ts';

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

const rows = () => database.db.sql.selectFrom('hl7_message').selectAll().orderBy('message_id').execute();
const states = async (): Promise<string[]> =>
  (await rows()).map(({ control_id: id, state, code }) => [id, state, code].filter(Boolean).join(' '));
const events = async (): Promise<number> =>
  (await database.db.sql.selectFrom('stay_event').selectAll().execute()).length;
const changes = async (): Promise<string[]> =>
  (await database.db.sql.selectFrom('stay_change').select('stay_id').orderBy('change_id').execute()).map((row) => row.stay_id); // prettier-ignore

describe('an arrival', () => {
  it('is answered, kept sealed, applied, and seen by the NHS number', async () => {
    assert.equal(await hospital.sendAdt('A04', { 'MSH-10': 'FIRST' }), 'AA FIRST');
    const [row] = await rows();
    assert.equal(row?.state, 'waiting');
    assert.equal(Buffer.from(row?.sealed ?? []).includes('HOLMES'), false);
    await hospital.apply();
    assert.deepEqual(await states(), ['FIRST applied']);
    const [stay, ...others] = await staysOfNumbers(database.db, ['9990000018']);
    assert.deepEqual(others, []);
    assert.equal(stay?.status, 'arrived');
    assert.equal(stay?.organisation, 'KVH');
    assert.equal(stay?.person.name?.family, 'HOLMES');
    assert.equal(hospital.woken(), 1);
    assert.deepEqual(await changes(), [stay?.stayId]);
    assert.ok(stay && isOpen(stay.status));
    assert.deepEqual(await stayById(database.db, stay?.stayId ?? ''), stay);
  });

  it('ends with the discharge, keeping its id and what was learnt of it', async () => {
    await hospital.sendAdt('A04');
    await hospital.apply();
    const [arrived] = await hospital.stays();
    await hospital.sendAdt('A03', { 'EVN-2': '20260302120000', 'MSH-7': '20260302120000' });
    hospital.clock.advance(4 * 3_600_000);
    await hospital.apply();
    assert.equal((await hospital.stays())[0]?.status, 'arrived', 'the future is set aside');
    await hospital.sendAdt('A03', { 'EVN-2': '20260302121000', 'MSH-7': '20260302121000' });
    await hospital.apply();
    const [gone] = await hospital.stays();
    assert.equal(gone?.status, 'discharged');
    assert.equal(gone?.stayId, arrived?.stayId);
    assert.equal(gone?.version, (arrived?.version ?? 0) + 1);
    assert.equal(isOpen(gone?.status ?? 'expected'), false);
  });

  it('is not asked about again when nothing but the time has changed', async () => {
    await hospital.sendAdt('A04');
    await hospital.apply();
    const [before] = await hospital.stays();
    await hospital.sendAdt('A08', { 'EVN-2': '20260302090010', 'MSH-7': '20260302090010' });
    await hospital.apply();
    const [now] = await hospital.stays();
    assert.ok(before && now && now.lastHeardAt > before.lastHeardAt);
    assert.equal(now.version, before.version);
    assert.equal((await changes()).length, 1);
  });

  it('becomes one stay with the admission, of which the other is said to be gone', async () => {
    await hospital.sendAdt('A01', { 'PV1-2': 'I', 'PV1-19': 'V9', 'PV1-3': 'WARD12', 'EVN-2': '20260302085500' });
    await hospital.apply();
    const [ward] = await hospital.stays();
    await hospital.sendAdt('A04', { 'PV1-19': 'V8', 'EVN-2': '20260302080000', 'MSH-7': '20260302090015' });
    await hospital.apply();
    const [both, ...others] = await hospital.stays();
    assert.deepEqual(others, []);
    assert.deepEqual(both?.visits, ['V8', 'V9']);
    assert.equal(both?.stayId, ward?.stayId);
  });

  it('H04: tells of the stay that is no more when two numbers become one', async () => {
    const [a, b] = [
      { 'PID-3': 'K1^^^KVH^MR', 'PV1-19': 'V1' },
      { 'PID-3': 'K2^^^KVH^MR', 'PV1-19': 'V2', 'PV1-2': 'I' },
    ];
    await hospital.sendAdt('A04', a);
    await hospital.sendAdt('A01', b);
    await hospital.apply();
    const before = await hospital.stays();
    assert.equal(before.length, 2);
    await hospital.sendAdt('A40', { 'PID-3': 'K1^^^KVH^MR', 'MRG-1': 'K2^^^KVH^MR', 'EVN-2': '20260302090010' }, 'PV1');
    await hospital.apply();
    const [one, ...others] = await hospital.stays();
    assert.deepEqual(others, []);
    const gone = before.find(({ stayId }) => stayId !== one?.stayId);
    assert.ok((await changes()).includes(gone?.stayId ?? ''), 'the stay that went was not told of');
  });
});

describe('H15: a message that comes again', () => {
  it('is acknowledged again and applied once', async () => {
    assert.equal(await hospital.sendAdt('A04', { 'MSH-10': 'ONE' }), 'AA ONE');
    assert.equal(await hospital.sendAdt('A04', { 'MSH-10': 'ONE' }), 'AA ONE');
    await hospital.apply();
    assert.equal(await hospital.sendAdt('A04', { 'MSH-10': 'ONE' }), 'AA ONE');
    await hospital.apply();
    assert.deepEqual(await states(), ['ONE applied']);
    assert.equal(await events(), 1);
    assert.deepEqual(hospital.outcomes.map(({ state }) => state), ['waiting', 'again', 'again']); // prettier-ignore
  });

  it('is kept once also when all of it comes at the same moment', async () => {
    const text = adt('A04', { 'MSH-10': 'SAME' }).serialise();
    const answers = await Promise.all(Array.from({ length: 40 }, () => hospital.send(text)));
    assert.deepEqual([...new Set(answers)], ['AA SAME']);
    assert.deepEqual(await states(), ['SAME waiting']);
  });

  it('costs those that come with it in the same statement nothing, the first time and after', async () => {
    hospital.clock.advance(123);
    await hospital.sendAdt('A04', { 'MSH-10': 'ONE' });
    for (const [first, second] of [
      ['TWO', 'THREE'],
      ['FOUR', 'FIVE'],
    ] as const) {
      const answers = await Promise.all([
        hospital.sendAdt('A04', { 'MSH-10': first, 'PV1-19': first }),
        hospital.sendAdt('A04', { 'MSH-10': 'ONE' }),
        hospital.sendAdt('A04', { 'MSH-10': 'ONE', 'PV1-19': 'OTHER' }),
        hospital.sendAdt('A04', { 'MSH-10': 'BAD' }, 'PID'),
        hospital.sendAdt('A77', { 'MSH-10': second }),
      ]);
      assert.deepEqual(answers, [`AA ${first}`, 'AA ONE', 'AE ONE', 'AE BAD', `AA ${second}`]);
    }
    const found = (await states()).sort();
    assert.deepEqual(found, [
      'BAD faulty PATIENT_MISSING', 'FIVE quarantined EVENT_UNMAPPED', 'FOUR waiting', 'ONE conflict CONTROL_ID_REUSED',
      'ONE waiting', 'THREE quarantined EVENT_UNMAPPED', 'TWO waiting',
    ]); // prettier-ignore
    const [one] = await rows();
    const at = new Date(takenAt).getTime() + 123;
    assert.equal(one?.received_at.getTime(), at);
    assert.equal(one?.expires_at.getTime(), at + kingsVale.retention.raw);
  });

  it('under another id says nothing new, whichever was first', async () => {
    await hospital.sendAdt('A04', { 'MSH-10': 'N2', 'MSH-13': '7' });
    await hospital.sendAdt('A04', { 'MSH-10': 'N1', 'MSH-13': '5' });
    await hospital.apply(1);
    assert.equal(await events(), 1);
    const [row] = await database.db.sql.selectFrom('stay_event').select('event').execute();
    assert.equal((JSON.parse(row?.event ?? '{}') as { sequence: number }).sequence, 5);
  });

  it('with another body is refused, and shown', async () => {
    assert.equal(await hospital.sendAdt('A04', { 'MSH-10': 'ONE' }), 'AA ONE');
    assert.equal(await hospital.sendAdt('A04', { 'MSH-10': 'ONE', 'PV1-19': 'OTHER' }), 'AE ONE');
    assert.equal(await hospital.sendAdt('A04', { 'MSH-10': 'ONE', 'PV1-19': 'OTHER' }), 'AE ONE');
    await hospital.apply();
    assert.deepEqual(await states(), ['ONE applied', 'ONE conflict CONTROL_ID_REUSED']);
    assert.equal((await hospital.stays()).length, 1);
  });

  it('is another message when another system of the feed sends it', async () => {
    const file = { ...kingsVale, senders: [...kingsVale.senders, { application: 'EDIS', facility: 'KVH' }] };
    const two = hospitalOn(database.db, file);
    assert.equal(await two.sendAdt('A04', { 'MSH-10': 'ONE' }), 'AA ONE');
    assert.equal(await two.sendAdt('A04', { 'MSH-10': 'ONE', 'MSH-3': 'EDIS', 'PV1-19': 'V2' }), 'AA ONE');
    assert.deepEqual(await states(), ['ONE waiting', 'ONE waiting']);
  });

  it('is known again after the key was changed', async () => {
    const { sealerOf } = await import('../src/services/sealing.ts');
    await hospital.sendAdt('A04', { 'MSH-10': 'ONE' });
    const later = { ...hospital.deps, seal: sealerOf(Buffer.alloc(32, 8), [Buffer.alloc(32, 7)]) };
    const handler = inboundHandler({ clock: hospital.clock, feeds: [hospital.feed], taker: messageTaker(later), wake: () => undefined }); // prettier-ignore
    const text = Buffer.from(adt('A04', { 'MSH-10': 'ONE' }).serialise());
    assert.equal(verdict(await handler(text, localPeer)), 'AA ONE');
    assert.deepEqual(await states(), ['ONE waiting']);
  });
});

describe('a message that cannot be used', () => {
  it('is refused with AE for what it lacks, and shown once however often it is sent', async () => {
    assert.equal(await hospital.sendAdt('A04', { 'MSH-10': 'BAD' }, 'PID'), 'AE BAD');
    assert.equal(await hospital.sendAdt('A04', { 'MSH-10': 'BAD' }, 'PID'), 'AE BAD');
    assert.deepEqual(await states(), ['BAD faulty PATIENT_MISSING']);
    assert.equal(await hospital.sendAdt('A04', { 'MSH-10': 'BAD' }), 'AA BAD', 'mended, it is taken under its old id');
  });

  it('is refused with AR when it is of another kind, version or sender', async () => {
    assert.equal(await hospital.sendAdt('A04', { 'MSH-9': 'ORU^R01' }), 'AR KV1');
    assert.equal(await hospital.sendAdt('A04', { 'MSH-12': '3.0' }), 'AR KV2');
    assert.equal(await hospital.sendAdt('A04', { 'MSH-3': 'WHO' }), 'AR KV3');
    assert.deepEqual(await states(), ['KV1 rejected MESSAGE_TYPE', 'KV2 rejected MESSAGE_VERSION', 'KV3 rejected SENDER_UNKNOWN']); // prettier-ignore
  });

  it('is answered as far as it has a header, and shown', async () => {
    const text = adt('A04', { 'MSH-10': 'NUL' }).serialise();
    assert.equal(await hospital.send(text.replace('HOLMES', 'HOL\0MES')), 'AE NUL');
    assert.equal(await hospital.send('hello'), 'closed');
    assert.deepEqual(await states(), ['NUL faulty HL7_NUL', 'faulty HL7_NO_HEADER']);
  });

  it('waits in quarantine for its mapping, and is answered as taken', async () => {
    assert.equal(await hospital.sendAdt('A04', { 'PV1-2': 'Z' }), 'AA KV1');
    await hospital.apply();
    const [row] = await rows();
    assert.equal(`${row?.state} ${row?.code} ${row?.field} ${row?.value}`, 'quarantined CLASS_UNMAPPED PV1-2 Z');
    assert.deepEqual(await hospital.stays(), []);
  });

  it('keeps no other sender’s certificate out of its binding', async () => {
    const bound = { security: 'tls' as const, clientCertificates: ['ab'.repeat(32)] };
    const secured = hospitalOn(database.db, { ...kingsVale, connection: bound });
    const peerOf = (pair: string) => ({ ...localPeer, certificate: { commonName: '', subject: '', alternativeNames: '', fingerprint: Array(32).fill(pair).join(':') } }); // prettier-ignore
    const text = (id: string): string => adt('A04', { 'MSH-10': id }).serialise();
    assert.equal(await secured.send(text('A'), peerOf('AB')), 'AA A');
    assert.equal(await secured.send(text('B'), peerOf('CD')), 'AR B');
    assert.equal(await secured.send(text('C'), localPeer), 'AR C');
    assert.deepEqual(await states(), ['A waiting', 'B rejected SENDER_CERTIFICATE', 'C rejected SENDER_CERTIFICATE']);
  });

  it('of our own, sent back by an engine, is dropped', async () => {
    assert.equal(await hospital.sendAdt('A08', { 'MSH-3': 'HOMEWARD' }), 'AA KV1');
    await hospital.apply();
    assert.deepEqual(await states(), ['KV1 ignored echo']);
    assert.equal(await events(), 0);
  });
});

describe('a message that would stop the others', () => {
  /** Reads as the feed does, but one message comes out of it as a test wants. */
  const poisoned =
    (spoil: (event: HospitalEvent) => HospitalEvent): ReadMessage =>
    (feed, content, receivedAt) => {
      const outcome = messageReader([hospital.feed])(feed, content, receivedAt);
      const isIt = Buffer.from(content).includes('POISON');
      return outcome.kind === 'events' && isIt ? { ...outcome, events: outcome.events.map(spoil) } : outcome;
    };
  const kinds: Record<string, (event: HospitalEvent) => HospitalEvent> = {
    'with a text that no database keeps': (event) => ({ ...event, name: { family: 'HOL\0MES', given: '' } }),
    'that cannot be written down': (event) => ({ ...event, at: new Date(Number.NaN) }),
    'that makes no stay': (event) => ({ ...event, at: 'one day' }) as unknown as HospitalEvent,
    'whose reading throws': () => {
      throw new TypeError('a fault of ours');
    },
  };
  for (const [what, spoil] of Object.entries(kinds)) {
    it(`${what} is set aside by itself, and the rest is applied`, async () => {
      for (const visit of ['V1', 'V2', 'POISON', 'V4', 'V5'])
        await hospital.sendAdt('A04', { 'PV1-19': visit, 'PID-3': `K${visit}^^^KVH^MR` });
      const turn = await applyNext(hospital.deps, hospital.deps.feeds[0] as Feed, poisoned(spoil), 50);
      assert.equal(turn.taken, 5);
      const code = what === 'whose reading throws' ? 'NOT_READ' : 'NOT_APPLIED';
      assert.deepEqual(await states(), ['KV1 applied', 'KV2 applied', `KV3 quarantined ${code}`, 'KV4 applied', 'KV5 applied']); // prettier-ignore
      assert.equal((await hospital.stays()).length, 4);
    });
  }

  it('is set aside when its seal is broken', async () => {
    await hospital.sendAdt('A04');
    await hospital.sendAdt('A04', { 'PV1-19': 'V2' });
    await sql`update hl7_message set sealed = set_byte(sealed, 60, 255 - get_byte(sealed, 60)) where control_id = 'KV1'`.execute(database.db.sql); // prettier-ignore
    await hospital.apply();
    assert.deepEqual(await states(), ['KV1 quarantined SEAL_BROKEN', 'KV2 applied']);
  });
});

describe('H19: a store that fails', () => {
  it('is answered with a retryable AE, and the message is taken when it comes again', async () => {
    const engine = new FaultyEngine(database.engine);
    const broken = hospitalOn(new Database(engine));
    for (const as of ['connection', 'refusal'] as const) {
      engine.arm(1, { when: 'before', as });
      assert.equal(await broken.sendAdt('A04', { 'MSH-10': as }), `AE ${as}`);
      engine.disarm();
      assert.equal(await broken.sendAdt('A04', { 'MSH-10': as }), `AA ${as}`);
    }
    // Kept, but nobody could know: the sender sends it again, and it is the same.
    engine.arm(1, { when: 'after', as: 'connection' });
    assert.equal(await broken.sendAdt('A04', { 'MSH-10': 'LOST', 'PV1-19': 'V2' }), 'AE LOST');
    engine.disarm();
    assert.equal(await broken.sendAdt('A04', { 'MSH-10': 'LOST', 'PV1-19': 'V2' }), 'AA LOST');
    assert.equal((await rows()).length, 3);
    await broken.apply();
    assert.equal((await broken.stays()).length, 2);
  });

  it('at any step of applying loses nothing and applies nothing twice', async () => {
    const engine = new FaultyEngine(database.engine);
    const broken = hospitalOn(new Database(engine));
    for (let step = 1; step < 60; step++) {
      await broken.sendAdt('A04', { 'PV1-19': `S${step}`, 'PID-3': `K${step}^^^KVH^MR` });
      engine.arm(step, { when: step % 2 ? 'before' : 'after', as: 'connection' });
      const failed = await broken.apply().then(() => false, () => true); // prettier-ignore
      const struck = engine.disarm();
      if (struck === null) {
        assert.equal(failed, false);
        break;
      }
      await broken.apply();
      assert.equal((await broken.stays()).length, step, `after a fault at ${struck}`);
      assert.equal(await events(), step);
    }
    assert.deepEqual([...new Set((await rows()).map(({ state }) => state))], ['applied']);
  });
});

describe('what is sealed', () => {
  it('opens for its own row only', () => {
    const sealed = testSeal.seal(Buffer.from('text'), 'row 1');
    assert.equal(testSeal.open(sealed, 'row 1').toString(), 'text');
    assert.throws(() => testSeal.open(sealed, 'row 2'), { code: 'SEAL_BROKEN' });
  });
});
