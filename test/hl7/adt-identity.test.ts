/** Who a message is about: every place in which UK feeds have been seen to put the NHS number, and what becomes of odd ones. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { AdtFeed } from '../../src/hl7/adt-feed.ts';
import { adt, eventOf, kingsVale, parsed, remarksOf } from '../support/adt.ts';
import type { Fields } from '../support/adt.ts';

const hospital = 'K100^^^KVH^MR';
const withPatient = (more: Partial<AdtFeed['patient']>): AdtFeed => ({
  ...kingsVale,
  patient: { ...kingsVale.patient, ...more },
});
const number = (fields: Fields, feed: AdtFeed = kingsVale): unknown =>
  eventOf(adt('A04', fields), feed).nhsNumber?.value;

describe('the NHS number in PID-3', () => {
  for (const [where, cx] of [
    ['Wales, NW England', '9990000018^^^NHS^NH'],
    ['an Epic of London', '9990000018^^^NHS^HN'],
    ['ITK', '9990000018^^^NHS'],
    ['Oxford', '9990000018^^^NHSNBR^NHSNMBR'],
    ['a Lorenzo', '9990000018^^^^NHS'],
    ['a chemotherapy system of Wales', '9990000018^^^^NH'],
    ['a patient portal without an authority', '9990000018^^^^NH{status:01}'],
    ['a patient portal', '9990000018^^^NHS^NH{status:01}'],
    ['by its OID', '9990000018^^^2.16.840.1.113883.2.1.4.1&&ISO'],
    ['by its OID as a universal id', '9990000018^^^&2.16.840.1.113883.2.1.4.1&ISO^PI'],
    ['with blanks', '999 000 0018^^^NHS^NH'],
    ['with hyphens', '999-000-0018^^^NHS^NH'],
  ]) {
    it(`is found as ${where} has it: ${cx}`, () => {
      assert.equal(number({ 'PID-3': `${hospital}~${cx}` }), '9990000018');
      assert.equal(number({ 'PID-3': `${cx}~${hospital}` }), '9990000018');
    });
  }

  it('is not looked for among other numbers', () => {
    for (const cx of ['9990000018', '9990000018^^^OTHER^PI', '9990000018^^^HSNI^NI']) {
      assert.equal(number({ 'PID-3': `${hospital}~${cx}` }), undefined, cx);
    }
  });

  it('is one number when it stands there twice', () => {
    assert.equal(number({ 'PID-3': `${hospital}~9990000018^^^NHS^NH~999 000 0018^^^NHS` }), '9990000018');
  });

  it('is passed over when its last day is behind us', () => {
    const list = `${hospital}~9990000026^^^NHS^NH^^20200101^20251231~9990000018^^^NHS^NH^^20260101`;
    assert.equal(number({ 'PID-3': list }), '9990000018');
  });

  it('is taken back by a dummy, a mistyped one, two quotes or a blank in its place, which are a last word too', () => {
    for (const [cx, remarks] of [
      ['9999999999^^^NHS^NH', ['nhs-number-not-valid']],
      ['3333333333^^^NHS^NH', ['nhs-number-not-valid']],
      ['9990000017^^^NHS^NH', ['nhs-number-not-valid']],
      ['""^^^NHS^NH', []],
      ['^^^NHS^NH', []],
    ] as const) {
      const message = adt('A04', { 'PID-3': `${hospital}~${cx}` });
      assert.equal(eventOf(message).nhsNumber, null, cx);
      assert.deepEqual(remarksOf(message), remarks, cx);
    }
  });

  it('is not spoken of when no repetition is meant for it', () => {
    assert.equal('nhsNumber' in eventOf(adt('A04', { 'PID-3': hospital })), false);
  });
});

describe('the NHS number elsewhere', () => {
  for (const field of ['PID-2', 'PID-4', 'PID-19'] as const) {
    it(`is found in ${field} when the feed says so`, () => {
      const feed = withPatient({ nhsNumber: [{ field }] });
      assert.equal(number({ 'PID-3': hospital, [field]: '999 000 0018' }, feed), '9990000018');
      assert.equal(number({ 'PID-3': hospital, [field]: '999 000 0018' }), undefined);
    });
  }

  it('has its type where the feed says so, such as the NI of a Welsh PIMS', () => {
    const feed = withPatient({ nhsNumber: [{ field: 'PID-3', type: 'NI' }], nhsNumberStatus: ['CX-2'] });
    const event = eventOf(adt('A04', { 'PID-3': `${hospital}~9990000018^06^^^NI` }), feed);
    assert.deepEqual(event.nhsNumber, { value: '9990000018', status: '06' });
  });
});

describe('the tracing status', () => {
  const status = (fields: Fields, feed?: AdtFeed): unknown => eventOf(adt('A04', fields), feed).nhsNumber?.status;

  it('stands in PID-32, with or without the letters before it', () => {
    assert.equal(status({ 'PID-32': 'NSTS01' }), '01');
    assert.equal(status({ 'PID-32': '03' }), '03');
    assert.equal(status({ 'PID-32': 'AL' }), null);
    assert.equal(status({}), null);
  });

  it('may stand behind the type', () => {
    assert.equal(status({ 'PID-3': `${hospital}~9990000018^^^NHS^NH{status:02}` }), '02');
  });

  it('that the feed does not accept leaves the number unused', () => {
    const verified = withPatient({ acceptedStatuses: ['01'] });
    assert.equal(number({ 'PID-32': 'NSTS01' }, verified), '9990000018');
    assert.equal(eventOf(adt('A04', { 'PID-32': 'NSTS02' }), verified).nhsNumber, null);
    assert.equal(eventOf(adt('A04'), verified).nhsNumber, null);
    assert.deepEqual(remarksOf(adt('A04'), verified), ['nhs-number-status-not-accepted']);
  });
});

describe('the hospital number', () => {
  const patient = (pid3: string, feed: AdtFeed = kingsVale): unknown => eventOf(adt('A04', { 'PID-3': pid3 }), feed).patient; // prettier-ignore

  it('is that of the first rule that finds one, wherever it stands', () => {
    assert.deepEqual(patient('X^^^OTHER^MR~K100^^^KVH^PI'), { authority: 'KVH', value: 'K100' });
    assert.deepEqual(patient('K9^^^KVH^PI~K100^^^KVH^MR'), { authority: 'KVH', value: 'K100' });
  });

  it('is the first of several where the feed says so', () => {
    const where = [{ authority: 'KVH' }];
    const first = withPatient({ hospitalNumber: { authority: 'KVH', where, whenSeveral: 'first' } });
    assert.deepEqual(patient('K100^^^KVH^MR~K200^^^KVH^MR', first), { authority: 'KVH', value: 'K100' });
  });

  it('keeps its leading zeros, and loses the blanks around it', () => {
    assert.deepEqual(patient(' 000100 ^^^KVH^MR'), { authority: 'KVH', value: '000100' });
  });

  it('is not one whose last day is behind us', () => {
    assert.deepEqual(patient('K9^^^KVH^MR^^20200101^20251231~K100^^^KVH^MR'), { authority: 'KVH', value: 'K100' });
  });

  it('may be bare when a rule asks for a number that is', () => {
    const bare = withPatient({ hospitalNumber: { authority: 'KVH', where: [{ authority: '', type: '' }], whenSeveral: 'set-aside' } }); // prettier-ignore
    assert.deepEqual(patient('9990000018^^^NHS^NH~K9^^^OTHER~K100', bare), { authority: 'KVH', value: 'K100' });
  });

  it('is not needed by a feed that has none', () => {
    const none = withPatient({ hospitalNumber: null });
    assert.deepEqual(patient('9990000018^^^NHS^NH', none), { authority: 'NHS', value: '9990000018' });
    const merge = eventOf(adt('A40', { 'MRG-1': '9990000026^^^NHS^NH' }), none);
    assert.deepEqual(merge.prior?.patient, { authority: 'NHS', value: '9990000026' });
  });
});

describe('birth date, name and death', () => {
  const read = (fields: Fields): ReturnType<typeof eventOf> => eventOf(adt('A04', fields));

  for (const [text, expected] of [
    ['19410314', '1941-03-14'],
    ['19410314000000', '1941-03-14'],
    ['194103141126+0100', '1941-03-14'],
    ['19410314+^D', '1941-03-14'],
    ['1941-03-14', '1941-03-14'],
    ['19000101', null],
    ['""', null],
    ['', undefined],
  ] as const) {
    it(`reads the birth date ${text || '(blank)'} as ${expected}`, () => {
      assert.equal(read({ 'PID-7': text }).birthDate, expected);
      assert.deepEqual(remarksOf(adt('A04', { 'PID-7': text })), []);
    });
  }

  for (const text of ['1941', '19410000', '19410231', '20990101', 'unknown']) {
    it(`takes ${text} for no birth date, with a remark`, () => {
      assert.equal(read({ 'PID-7': text }).birthDate, null);
      assert.deepEqual(remarksOf(adt('A04', { 'PID-7': text })), ['birth-date-not-read']);
    });
  }

  it('takes family and given name, escapes resolved, and no more of them', () => {
    assert.deepEqual(read({ 'PID-5': 'O\\T\\Example^Siân  Mary^Jo^^Mrs~OTHER^Name' }).name, { family: 'O&Example', given: 'Siân Mary' }); // prettier-ignore
    assert.equal(read({ 'PID-5': '""' }).name, null);
    assert.equal('name' in read({ 'PID-5': '' }), false);
  });

  it('takes no marks of a name that nobody sees: they would show it as another', () => {
    assert.deepEqual(read({ 'PID-5': '\u202eExam\u200bple\u2069^\ufeffSiân' }).name, {
      family: 'Example',
      given: 'Siân',
    });
  });

  it('takes no day of death that is still to come', () => {
    assert.deepEqual(read({ 'PID-29': '20991231235900', 'PID-30': 'Y' }).death, { day: null });
    assert.equal('death' in read({ 'PID-29': '20991231' }), false);
    assert.deepEqual(remarksOf(adt('A04', { 'PID-29': '20991231' })), ['death-not-read']);
  });

  it('reads a death from PID-30, its time from PID-29', () => {
    const day = { date: '2026-03-01', at: new Date('2026-03-01T22:10:00Z') };
    assert.deepEqual(read({ 'PID-29': '202603012210', 'PID-30': 'Y' }).death, { day });
    assert.deepEqual(read({ 'PID-29': '20260301', 'PID-30': 'Y' }).death, { day: { date: '2026-03-01', at: null } });
    assert.deepEqual(read({ 'PID-30': 'Y' }).death, { day: null });
    assert.deepEqual(read({ 'PID-29': '20260301' }).death, { day: { date: '2026-03-01', at: null } });
  });

  it('reads that somebody is alive after all from N and from two quotes', () => {
    assert.equal(read({ 'PID-30': 'N' }).death, null);
    assert.equal(read({ 'PID-30': '""', 'PID-29': '20260301' }).death, null);
    assert.equal(read({ 'PID-29': '""' }).death, null);
    assert.equal('death' in read({}), false);
  });

  it('does not guess what another code of PID-30 means', () => {
    const message = adt('A04', { 'PID-30': 'D' });
    assert.equal('death' in eventOf(message), false);
    assert.deepEqual(remarksOf(message), ['death-not-read']);
  });
});

describe('messages in the manner of six UK feeds', () => {
  const folder = join(import.meta.dirname, '../fixtures/hl7');
  const base: AdtFeed = {
    ...kingsVale,
    senders: ['ITKPAS', 'NWPAS', 'EPICSIM', 'OXSIM', 'LORSIM', 'PIMSIM'].map((application) => ({ application })),
    patientClasses: { ...kingsVale.patientClasses, EMERGENCY: 'emergency', INPATIENT: 'inpatient' },
    patient: {
      ...kingsVale.patient,
      hospitalNumber: { authority: 'MRN', where: [{ type: 'MR' }, { type: 'MRN' }, { authority: 'KVH' }, { type: 'PI' }], whenSeveral: 'set-aside' }, // prettier-ignore
      nhsNumber: [...kingsVale.patient.nhsNumber, { field: 'PID-3', type: 'NI' }],
      nhsNumberStatus: ['PID-32', 'CX-2'],
    },
  };
  const expected: Record<string, unknown[]> = {
    'epic-like.hl7': ['arrived', 'K100', '9990000018', null, '1941-03-14', 'KV-V1'],
    'itk-like.hl7': ['admitted', 'K100', '9990000018', '01', '1941-03-14', 'KV-V1'],
    'lorenzo-like.hl7': ['discharged', 'K100', '9990000018', null, '1941-03-14', 'KV-V1'],
    'north-west-like.hl7': ['moved', 'K100', '9990000018', '03', '1941-03-14', 'KV-V1'],
    'oxford-like.hl7': ['updated', 'K100', '9990000018', null, '1941-03-14', 'KV-V1'],
    'pims-like.hl7': ['merged', 'K100', '9990000018', '06', '1941-03-14', null],
  };
  for (const [name, facts] of Object.entries(expected)) {
    it(`${name} is ${String(facts[0])}`, () => {
      const { kind, patient, nhsNumber, birthDate, visit } = eventOf(parsed(readFileSync(join(folder, name))), base);
      assert.deepEqual([kind, patient.value, nhsNumber?.value, nhsNumber?.status, birthDate, visit], facts);
    });
  }

  it('are all there is in the folder', () => {
    assert.deepEqual(readdirSync(folder).filter((name) => name.endsWith('.hl7')).sort(), Object.keys(expected).sort()); // prettier-ignore
  });
});
