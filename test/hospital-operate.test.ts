/** Keeping a feed running: what was set aside is seen and replayed, silence is noticed, old things go. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Caller } from '../src/domain/caller.ts';
import { silentSince } from '../src/domain/feed-silence.ts';
import { maskMessage } from '../src/hl7/mask-message.ts';
import { closeStay, reopenStay } from '../src/services/close-stay.ts';
import { feedStatus, pulseOf } from '../src/services/feed-status.ts';
import { forgetHospital } from '../src/services/forget-hospital.ts';
import { listSetAside, replayMessages, showMessage } from '../src/services/set-aside.ts';
import { adt, kingsVale } from './support/adt.ts';
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

const caller = (role: Caller['role'], organisation = 'KVH'): Caller => ({
  userId: 'demo|1',
  name: 'Somebody',
  role,
  organisation,
  team: 'Ward 12',
  authenticatedBy: 'demo',
  authenticatedAt: new Date('2026-03-02T08:00:00Z'),
  session: 's',
});
const operator = caller('operator');
const hour = 3_600_000;

const tools = (of = hospital) => ({ ...of.deps, mask: maskMessage, wakeAppliers: () => undefined });
const audited = async (action: string) =>
  (await database.db.sql.selectFrom('audit_event').selectAll().where('action', '=', action).execute()).length;

describe('what was set aside', () => {
  it('H20: is listed with reason, field and value, and replayed once its code is mapped', async () => {
    await hospital.sendAdt('A04', { 'PV1-2': 'Z', 'MSH-10': 'Z1' });
    await hospital.sendAdt('A04', { 'PV1-2': 'Z', 'PV1-19': 'V2', 'MSH-10': 'Z2' });
    const listed = await listSetAside(tools(), operator);
    assert.deepEqual(listed.map(({ controlId, code, field, value }) => [controlId, code, field, value]), [['Z2', 'CLASS_UNMAPPED', 'PV1-2', 'Z'], ['Z1', 'CLASS_UNMAPPED', 'PV1-2', 'Z']]); // prettier-ignore
    const mended = hospitalOn(database.db, {
      ...kingsVale,
      version: 2,
      patientClasses: { ...kingsVale.patientClasses, Z: 'emergency' },
    });
    mended.clock.advance(2 * hour);
    const which = { feed: 'kings-vale-adt', code: 'CLASS_UNMAPPED' };
    assert.equal(await replayMessages(tools(mended), operator, which), 2);
    assert.equal(await audited('replay-messages'), 1);
    await mended.apply();
    assert.equal((await mended.stays()).length, 2);
    assert.deepEqual(await listSetAside(tools(), operator), []);
    await assert.rejects(replayMessages(tools(mended), operator, which), { code: 'MESSAGE_GONE' });
  });

  it('is read as at the time at which it came: what was in the future then still is', async () => {
    await hospital.sendAdt('A04', { 'EVN-2': '20260302120000' });
    hospital.clock.advance(24 * hour);
    const [one] = await listSetAside(tools(), operator, { code: 'TIME_IN_FUTURE' });
    assert.equal(await replayMessages(tools(), operator, { messageId: one?.messageId ?? '' }), 1);
    await hospital.apply();
    const [again] = await listSetAside(tools(), operator);
    assert.deepEqual([again?.code, again?.replays], ['TIME_IN_FUTURE', 1]);
  });

  it('is shown without anything that tells who it is, and only with an audit record', async () => {
    const name = { 'PID-5': 'HOLMES^Barbara', 'PID-11': '12 Mill Lane', 'PV1-2': 'Z', 'ZPI-1': '9990000018' };
    await hospital.sendAdt('A04', name);
    const [one] = await listSetAside(tools(), operator);
    const before = await audited('see-message');
    const { segments } = await showMessage(tools(), operator, one?.messageId ?? '');
    const text = segments.join('\n');
    for (const secret of ['HOLMES', 'Barbara', '9990000018', 'K100', 'Mill', '1941', 'KV-V1'])
      assert.equal(text.includes(secret), false, `${secret} is shown: ${text}`);
    assert.match(text, /^PV1\|\|Z\|ED\^•••\^•\|/m);
    assert.match(text, /•\^\^\^KVH\^MR~•+\^\^\^NHS\^NH/);
    assert.equal(await audited('see-message'), before + 1);
  });

  it('is nobody’s business but the operator’s', async () => {
    const nurse = caller('emergency-nurse');
    await assert.rejects(listSetAside(tools(), nurse), { code: 'NOT_ALLOWED' });
    await assert.rejects(showMessage(tools(), nurse, '1'), { code: 'NOT_ALLOWED' });
    await assert.rejects(replayMessages(tools(), nurse, { messageId: '1' }), { code: 'NOT_ALLOWED' });
    await assert.rejects(showMessage(tools(), operator, '1; drop'), { code: 'MESSAGE_GONE' });
    await assert.rejects(showMessage(tools(), operator, '999999'), { code: 'MESSAGE_GONE' });
  });
});

describe('H09: a feed that falls silent', () => {
  const { silence } = kingsVale;
  const at = (text: string): Date => new Date(`2026-03-${text}:00Z`);
  const since = (last: string, now: string): string | null => silentSince(silence, at(last), at(now))?.toISOString().slice(8, 16) ?? null; // prettier-ignore

  it('is an alarm after half an hour by day and three hours by night', () => {
    assert.equal(since('02T12:00', '02T12:29'), null);
    assert.equal(since('02T12:00', '02T12:30'), '02T12:30');
    assert.equal(since('02T23:30', '03T02:29'), null);
    assert.equal(since('02T23:30', '03T02:30'), '03T02:30');
  });

  it('stays one when the night begins, and is none yet when the day has just begun', () => {
    assert.equal(since('02T20:00', '02T23:30'), '02T20:30');
    assert.equal(since('03T04:00', '03T06:10'), null);
    assert.equal(since('03T04:00', '03T06:30'), '03T06:30');
    assert.equal(since('02T22:50', '03T01:30'), null);
    assert.equal(since('02T22:50', '03T01:50'), '03T01:50');
  });

  it('is one that was never heard, and one that was last heard long ago', () => {
    assert.ok(silentSince(silence, null, at('02T12:00')));
    assert.equal(since('01T12:00', '28T12:00'), '01T12:30');
  });

  it('is judged by what was taken last, also if it was set aside, never by our own canary or by what was refused', async () => {
    await hospital.sendAdt('A04', { 'PV1-2': 'Z' });
    const [heard] = await pulseOf(hospital.deps, 'KVH');
    assert.equal(heard?.silentSince, null);
    await database.db.sql.updateTable('hl7_message').set({ code: 'canary', state: 'ignored' }).execute();
    const [unheard] = await pulseOf(hospital.deps);
    assert.ok(unheard?.silentSince);
    for (const state of ['faulty', 'rejected', 'conflict'] as const) {
      await database.db.sql.updateTable('hl7_message').set({ code: 'SENDER_CERTIFICATE', state }).execute();
      const [refused] = await pulseOf(hospital.deps);
      assert.equal(refused?.lastReceivedAt, null, state);
      assert.ok(refused.silentSince, state);
    }
    await database.db.sql.updateTable('hl7_message').set({ code: 'echo', state: 'ignored' }).execute();
    assert.ok((await pulseOf(hospital.deps))[0]?.silentSince);
    assert.deepEqual(await pulseOf(hospital.deps, 'elsewhere'), []);
  });
});

describe('the status of a feed', () => {
  it('counts by state, and says how long the oldest has been waiting', async () => {
    const none = await feedStatus(hospital.deps);
    assert.deepEqual(none[0]?.states, {});
    assert.equal(none[0]?.waitingFor, null);
    await hospital.sendAdt('A04');
    await hospital.sendAdt('A04', { 'PV1-2': 'Z', 'PV1-19': 'V2' });
    hospital.clock.advance(5000);
    const [status] = await feedStatus(hospital.deps);
    assert.deepEqual(status?.states, { waiting: 1, quarantined: 1 });
    assert.equal(status?.waitingFor, 5000);
    assert.equal(status?.lastMinute, 2);
    assert.equal(status?.silentSince, null);
  });
});

describe('a stay whose end never came', () => {
  it('is closed by hand once it is stale, by its own hospital, audited, and can be taken back', async () => {
    await hospital.sendAdt('A04');
    await hospital.apply();
    const [stay] = await hospital.stays();
    const id = stay?.stayId ?? '';
    const nurse = caller('discharge-nurse');
    await assert.rejects(closeStay(hospital.deps, nurse, id), { code: 'STAY_GONE' }, 'not stale yet');
    hospital.clock.advance(25 * hour);
    await assert.rejects(closeStay(hospital.deps, caller('discharge-nurse', 'RTH'), id), { code: 'STAY_GONE' });
    await assert.rejects(closeStay(hospital.deps, operator, id), { code: 'NOT_ALLOWED' });
    await assert.rejects(closeStay(hospital.deps, nurse, 'no id'), { code: 'STAY_GONE' });
    await closeStay(hospital.deps, nurse, id);
    assert.equal((await hospital.stays())[0]?.status, 'closed');
    assert.equal((await hospital.stays())[0]?.stayId, id);
    assert.equal(await audited('close-stay'), 1);
    await assert.rejects(closeStay(hospital.deps, nurse, id), { code: 'STAY_GONE' });
    await reopenStay(hospital.deps, nurse, id);
    assert.equal((await hospital.stays())[0]?.status, 'arrived');
    assert.equal(hospital.woken(), 3);
  });
});

describe('what is kept no longer than agreed', () => {
  const count = async (table: 'hl7_message' | 'stay' | 'stay_event' | 'stay_key') =>
    (await database.db.sql.selectFrom(table).selectAll().execute()).length;

  it('is a message after seven days, unless it still waits', async () => {
    await hospital.sendAdt('A04');
    await hospital.apply();
    await hospital.sendAdt('A04', { 'PV1-19': 'V2' });
    hospital.clock.advance(7 * 24 * hour - 1);
    assert.equal((await forgetHospital(hospital.deps)).messages, 0);
    hospital.clock.advance(2);
    assert.equal((await forgetHospital(hospital.deps)).messages, 1);
    assert.equal(await count('hl7_message'), 1);
  });

  it('is a stay ninety days after its end, with everything that was said of it', async () => {
    await hospital.sendAdt('A04', { 'PV1-19': 'OPEN', 'PID-3': 'K1^^^KVH^MR' });
    await hospital.sendAdt('A04', { 'PV1-19': 'GONE', 'PID-3': 'K2^^^KVH^MR' });
    await hospital.sendAdt('A03', { 'PV1-19': 'GONE', 'PID-3': 'K2^^^KVH^MR', 'EVN-2': '20260302090010' });
    await hospital.apply();
    assert.equal(await count('stay'), 2);
    hospital.clock.advance(90 * 24 * hour - 60_000);
    assert.equal((await forgetHospital(hospital.deps)).stays, 0);
    hospital.clock.advance(120_000);
    assert.equal((await forgetHospital(hospital.deps)).stays, 1);
    assert.deepEqual((await hospital.stays()).map(({ visits }) => visits), [['OPEN']]); // prettier-ignore
    assert.equal(await count('stay_event'), 1);
    assert.equal(await count('stay_key'), 2);
  });
});

describe('a message as it is shown', () => {
  it('hides whatever stands in a field that is no code, and numbers that stand where a code belongs', () => {
    const text = adt('A04', { 'PV1-2': '9990000018', 'PV1-3': 'ED^999 000 0018', 'PID-2': '9990000018', 'EVN-5': 'NURSE^Nia', 'MSH-8': 'secret' }).serialise(); // prettier-ignore
    const shown = maskMessage(Buffer.from(text)).join('\n');
    for (const secret of ['9990000018', '999 000 0018', 'NURSE', 'secret'])
      assert.equal(shown.includes(secret), false, `${secret} is shown: ${shown}`);
  });

  it('shows no field that is not on its list, whatever stands there', () => {
    const secret = 'ZQX';
    for (const name of ['MSH', 'EVN', 'PID', 'PV1', 'PV2', 'MRG', 'NK1', 'ZXY']) {
      for (let field = name === 'MSH' ? 3 : 1; field <= 60; field++) {
        const key = `${name}-${field}`;
        // What a feed's file maps, and what its engineer must see to mend it.
        const isCode = ['PV1-2', 'PV1-3', 'PV1-36', 'PV1-37'].includes(key);
        if (isCode || key === 'MSH-10') continue;
        const text = adt('A04', { [key]: `${secret}^${secret}&${secret}~${secret}` }).serialise();
        assert.equal(maskMessage(Buffer.from(text)).join('\n').includes(secret), false, key);
      }
    }
    for (const [key, value] of [
      ['MSH-10', 'HOLMES-9990000018'], ['MSH-10', 'HOLMES'], ['MSH-3', 'KHOLMES'], ['MSH-4', 'MILL LANE'], ['PV1-2', 'HOLMES BARBARA'],
      ['PV1-3', 'ED^HOLMES^HOLMES'], ['PV1-3', 'HOLMES1941'], ['PV1-36', '14.03.1941'], ['PID-3', 'K100^^^KVH^HOLMES BARBARA'],
      ['PID-3', 'K100^^^1.2.9990000018^MR'], ['MSH-18', 'HOLMES'], ['EVN-1', 'HOLMES'], ['MSH-11', 'HOLMES'], ['MSH-12', '1941'],
    ] as const) {
      const shown = maskMessage(Buffer.from(adt('A04', { [key]: value }).serialise())).join('\n');
      assert.doesNotMatch(shown, /HOLMES|BARBARA|9990000018|1941|MILL|LANE/, `${key} ${value}`);
    } // prettier-ignore
  });

  it('shows what a feed’s file is mended by', () => {
    const fields = { 'PV1-2': 'INPATIENT', 'PV1-3': 'WARD12^R1^B2^RK5&2.16.840.1.113883&ISO^^C^^MAIN', 'PV1-37': '19', 'EVN-2': '20260302090000.00+0000', 'PID-3': 'K1^^^RK5&2.16.840.1.113883.2.1.4.1&ISO^MR' }; // prettier-ignore
    const [header, event, person, visit] = maskMessage(Buffer.from(adt('A04', fields).serialise()));
    assert.match(header ?? '', /\|ADT\^A04\|•+\|P\|2\.4$/);
    assert.equal(event, 'EVN|A04|••••••••••••••.••+••••');
    assert.match(person ?? '', /\^\^\^RK5&2\.16\.840\.1\.113883\.2\.1\.4\.1&ISO\^MR/);
    assert.match(visit ?? '', /^PV1\|\|INPATIENT\|WARD12\^••\^••\^RK5&2\.16\.840\.1\.113883&ISO\^\^C\^\^••••/);
    assert.match(visit ?? '', /\|19$/);
  });

  it('names no segment that is none', () => {
    const text = `${adt('A04').serialise()}\rHOL|MES\rZPI|MES`;
    const shown = maskMessage(Buffer.from(text));
    assert.equal(shown.join('\n').includes('HOL'), false);
    assert.ok(shown.includes('ZPI|•••'));
  });

  it('is a line that says so when it cannot be read', () => {
    assert.deepEqual(maskMessage(Buffer.from('HOLMES')), ['HL7_NO_HEADER: 6 bytes that cannot be read as a message']);
  });
});
