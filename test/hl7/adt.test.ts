/** From ADT messages to statements about who is in hospital: each trigger, and each refusal with its code. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { foldStays } from '../../src/domain/stay.ts';
import { feedOf, isEcho } from '../../src/hl7/adt.ts';
import { isTrigger, triggers } from '../../src/hl7/adt-triggers.ts';
import { adt, eventOf, eventsOf, kingsVale, outcome, parsed, refusalOf, remarksOf } from '../support/adt.ts';
import type { Fields } from '../support/adt.ts';

const inpatient: Fields = { 'PV1-2': 'I', 'PV1-3': 'WARD12^4^1' };
const merge: Fields = { 'MRG-1': 'K099^^^KVH^MR' };

describe('an arrival in the emergency department', () => {
  it('becomes everything that a stay needs, and nothing else', () => {
    const message = adt('A04', {
      'EVN-6': '20260302085500',
      'MSH-13': '42',
      'PID-8': 'F',
      'PID-11': '1 Example Street^^Exampleton^^EX1 1EX',
      'PID-13': '01632 960000',
      'PID-18': 'ACC7',
      'PID-32': 'NSTS01',
      'NK1-2': 'SISTER^Margaret',
      'PV1-10': '180',
      'PV1-44': '20260302085400',
      'PV2-3': '^Fall',
      'PV2-9': '202603021800',
      'DG1-3': 'S72.0',
      'ZVI-1': 'anything',
    });
    assert.deepEqual(eventOf(message), {
      feed: 'kings-vale-adt',
      id: 'KV0001',
      kind: 'arrived',
      at: new Date('2026-03-02T08:55:00Z'),
      recordedAt: new Date('2026-03-02T09:00:00Z'),
      sentAt: new Date('2026-03-02T09:00:12Z'),
      sequence: 42,
      patient: { authority: 'KVH', value: 'K100' },
      visit: 'KV-V1',
      account: 'ACC7',
      patientClass: 'emergency',
      place: { organisation: 'KVH', team: 'Emergency department' },
      admitTime: new Date('2026-03-02T08:54:00Z'),
      expectedDischarge: { date: '2026-03-02', at: new Date('2026-03-02T18:00:00Z') },
      nhsNumber: { value: '9990000018', status: '01' },
      birthDate: '1941-03-14',
      name: { family: 'HOLMES', given: 'Barbara' },
    });
  });

  it('never carries diagnosis, reason, specialty, address, phone or next of kin', () => {
    const secrets = ['S72.0', 'Fall', '180', 'Margaret', 'Example Street', '960000', 'Bay 3'];
    const message = adt('A04', {
      'PID-11': '1 Example Street', 'PID-13': '01632 960000', 'NK1-2': 'SISTER^Margaret', 'PV1-3': 'ED^ROOM^Bay 3',
      'PV1-10': '180', 'PV2-3': '^Fall', 'DG1-3': 'S72.0', 'OBX-5': 'Fall', 'AL1-3': 'Fall',
    }); // prettier-ignore
    const text = JSON.stringify(eventOf(message));
    for (const secret of secrets) assert.ok(!text.includes(secret), secret);
  });

  it('folds into a stay of Barbara, which her discharge ends', () => {
    const arrival = eventOf(adt('A04'));
    const end = eventOf(adt('A03', { 'EVN-2': '20260302113000', 'MSH-10': 'KV0002' }));
    const fold = (events: Parameters<typeof foldStays>[0]): unknown =>
      foldStays(events, kingsVale.stays).map(({ status, person }) => [status, person.nhsNumber?.value]);
    assert.deepEqual(fold([arrival]), [['arrived', '9990000018']]);
    assert.deepEqual(fold([end, arrival]), [['discharged', '9990000018']]);
  });
});

describe('each trigger', () => {
  const table: readonly (readonly [string, Fields, object])[] = [
    ['A01', inpatient, { kind: 'admitted', patientClass: 'inpatient', place: { organisation: 'KVH', team: 'Ward 12' } }],
    ['A01', {}, { kind: 'arrived', patientClass: 'emergency' }],
    ['A01', { 'PV1-2': 'P' }, { kind: 'expected' }],
    ['A02', inpatient, { kind: 'moved', patientClass: 'inpatient', place: { organisation: 'KVH', team: 'Ward 12' } }],
    ['A02', { 'PV1-2': '' }, { kind: 'moved', patientClass: undefined }],
    ['A03', {}, { kind: 'discharged', outcome: undefined }],
    ['A03', { 'PV1-36': '4' }, { kind: 'discharged', outcome: 'died' }],
    ['A03', { 'PV1-36': '1', 'PV1-37': '51' }, { kind: 'discharged', outcome: 'transferred' }],
    ['A03', { 'PV1-45': '20260302084500' }, { kind: 'discharged', dischargeTime: new Date('2026-03-02T08:45:00Z') }],
    ['A05', {}, { kind: 'expected' }],
    ['A06', inpatient, { kind: 'class-changed', patientClass: 'inpatient' }],
    ['A07', {}, { kind: 'class-changed', patientClass: 'emergency' }],
    ['A07', { 'PV1-2': 'O' }, { kind: 'discharged', outcome: undefined }],
    ['A08', {}, { kind: 'updated', visit: 'KV-V1', patientClass: undefined, place: undefined }],
    ['A10', {}, { kind: 'moved' }],
    ['A11', {}, { kind: 'cancelled', cancels: 'start', namesTime: undefined }],
    ['A11', { 'EVN-6': '20260302080000' }, { kind: 'cancelled', cancels: 'start', namesTime: true }],
    ['A12', {}, { kind: 'cancelled', cancels: 'move' }],
    ['A13', {}, { kind: 'cancelled', cancels: 'discharge' }],
    ['A14', {}, { kind: 'expected' }],
    ['A16', { 'PV2-9': '20260304' }, { kind: 'updated', expectedDischarge: { date: '2026-03-04', at: null } }],
    ['A18', merge, { kind: 'merged', prior: { patient: { authority: 'KVH', value: 'K099' } }, visit: null }],
    ['A21', {}, { kind: 'leave-started' }],
    ['A22', {}, { kind: 'leave-ended' }],
    ['A23', {}, { kind: 'visit-deleted', visit: 'KV-V1' }],
    ['A25', {}, { kind: 'cancelled', cancels: 'pending-discharge' }],
    ['A27', {}, { kind: 'cancelled', cancels: 'expected' }],
    ['A28', {}, { kind: 'updated' }],
    ['A29', {}, { kind: 'person-deleted', visit: null }],
    ['A30', merge, { kind: 'merged' }],
    ['A31', { 'PV1-2': 'N', 'PV1-19': '' }, { kind: 'updated', visit: null }],
    ['A32', {}, { kind: 'cancelled', cancels: 'move' }],
    ['A34', merge, { kind: 'merged' }],
    ['A35', { 'PID-18': 'ACC2', 'MRG-3': 'ACC1' }, { kind: 'account-merged', account: 'ACC2', prior: { account: 'ACC1' } }],
    ['A36', { ...merge, 'PID-18': 'ACC2', 'MRG-3': 'ACC1' }, { kind: 'merged', account: 'ACC2', prior: { patient: { authority: 'KVH', value: 'K099' }, account: 'ACC1' } }],
    ['A38', {}, { kind: 'cancelled', cancels: 'expected' }],
    ['A39', merge, { kind: 'merged' }],
    ['A40', { 'MRG-1': 'K099' }, { kind: 'merged', prior: { patient: { authority: 'KVH', value: 'K099' } } }],
    ['A41', { 'PID-18': 'ACC2', 'MRG-3': 'ACC1' }, { kind: 'account-merged' }],
    ['A42', { 'MRG-5': 'KV-V0' }, { kind: 'visit-moved', visit: 'KV-V1', prior: { visit: 'KV-V0' } }],
    ['A43', merge, { kind: 'merged' }],
    ['A44', { ...merge, 'PID-18': 'ACC1' }, { kind: 'account-moved', account: 'ACC1', prior: { patient: { authority: 'KVH', value: 'K099' }, account: 'ACC1' } }],
    ['A45', { ...merge, 'MRG-5': 'KV-V1' }, { kind: 'visit-moved', visit: 'KV-V1', prior: undefined, patient: { authority: 'KVH', value: 'K100' } }],
    ['A46', { 'MRG-4': 'K099' }, { kind: 'merged', prior: { patient: { authority: 'KVH', value: 'K099' } } }],
    ['A47', merge, { kind: 'merged' }],
    ['A47', { 'MRG-1': '9990000026^^^NHS^NH' }, { kind: 'updated', nhsNumber: { value: '9990000018', status: null } }],
    ['A47', { 'MRG-1': 'K100^^^KVH^MR' }, { kind: 'updated' }],
    ['A49', { 'PID-18': 'ACC2', 'MRG-3': 'ACC1' }, { kind: 'account-merged' }],
    ['A50', { 'MRG-5': 'KV-V0' }, { kind: 'visit-moved' }],
    ['A52', {}, { kind: 'cancelled', cancels: 'leave' }],
    ['A53', {}, { kind: 'cancelled', cancels: 'return' }],
  ]; // prettier-ignore
  for (const [trigger, fields, expected] of table) {
    it(`${trigger} ${JSON.stringify(fields)} is ${JSON.stringify(expected)}`, () => {
      const event = eventOf(adt(trigger, fields));
      for (const [key, value] of Object.entries(expected))
        assert.deepEqual(event[key as keyof typeof event], value, key);
    });
  }

  it('is read, or says nothing, or is one that nobody knows', () => {
    const known = Object.keys(triggers);
    for (const silent of ['A09', 'A15', 'A20', 'A24', 'A26', 'A33', 'A48', 'A51', 'A54', 'A55', 'A60', 'A61', 'A62']) {
      assert.equal(refusalOf(adt(silent)), 'ignored event-ignored', silent);
    }
    for (const trigger of known) {
      const read = outcome(adt(trigger, { ...merge, 'MRG-3': 'ACC1', 'PID-18': 'ACC2' }));
      assert.ok(
        read.kind === 'events' || read.kind === 'ignored' || read.kind === 'refused',
        `${trigger} ${read.kind}`,
      );
    }
    assert.equal(isTrigger('toString'), false);
  });

  it('A37 parts two people', () => {
    const text = ['MSH|^~\\&|KVPAS|KVH|||20260302090000||ADT^A37|KV1|P|2.4', 'EVN|A37|20260302090000', 'PID|||K100^^^KVH^MR', 'PID|||K099^^^KVH^MR'].join('\r'); // prettier-ignore
    const event = eventOf(parsed(text));
    assert.deepEqual([event.kind, event.patient.value, event.prior?.patient?.value], ['unlinked', 'K100', 'K099']);
  });

  it('A17 moves two people, each to the place in the PV1 after their PID', () => {
    const text = [
      'MSH|^~\\&|KVPAS|KVH|||20260302090000||ADT^A17|KV1|P|2.4',
      'EVN|A17|20260302090000',
      'PID|||K100^^^KVH^MR',
      'PV1||I|WARD12^1||||||||||||||||V1',
      'PID|||K200^^^KVH^MR',
      'PV1||I|ED^2||||||||||||||||V2',
    ].join('\r');
    assert.deepEqual(
      eventsOf(parsed(text)).map(({ kind, patient, visit, place }) => [kind, patient.value, visit, place?.team]),
      [
        ['moved', 'K100', 'V1', 'Ward 12'],
        ['moved', 'K200', 'V2', 'Emergency department'],
      ],
    );
  });

  it('A45 moves as many visits as it has MRG segments, each with the PV1 after it', () => {
    const text = [
      'MSH|^~\\&|KVPAS|KVH|||20260302090000||ADT^A45|KV1|P|2.4',
      'EVN|A45|20260302090000',
      'PID|||K100^^^KVH^MR',
      'MRG|K099^^^KVH^MR||||OLD1',
      'PV1||E|ED||||||||||||||||NEW1',
      'MRG|K099^^^KVH^MR||||OLD2',
      'PV1||E|ED||||||||||||||||NEW2',
    ].join('\r');
    assert.deepEqual(
      eventsOf(parsed(text)).map(({ patient, visit, prior }) => [patient.value, prior?.visit, visit]),
      [
        ['K100', 'OLD1', 'NEW1'],
        ['K100', 'OLD2', 'NEW2'],
      ],
    );
  });

  it('A40 merges as many people as it has MRG segments, each into the PID before it', () => {
    const text = [
      'MSH|^~\\&|KVPAS|KVH|||20260302090000||ADT^A40|KV1|P|2.4',
      'EVN|A40|20260302090000',
      'PID|||K100^^^KVH^MR',
      'MRG|K099^^^KVH^MR',
      'PID|||K200^^^KVH^MR',
      'MRG|K199',
      'MRG|K198',
    ].join('\r');
    assert.deepEqual(
      eventsOf(parsed(text)).map(({ patient, prior }) => [patient.value, prior?.patient?.value]),
      [
        ['K100', 'K099'],
        ['K200', 'K199'],
        ['K200', 'K198'],
      ],
    );
  });
});

describe('a message is refused with AR', () => {
  for (const [why, fields, expected] of [
    ['when it is no ADT', { 'MSH-9': 'ORU^R01' }, 'AR MESSAGE_TYPE MSH-9'],
    ['when it is of no version of HL7 v2', { 'MSH-12': '3.0' }, 'AR MESSAGE_VERSION MSH-12'],
    ['when it names no version', { 'MSH-12': '' }, 'AR MESSAGE_VERSION MSH-12'],
    ['when it is for training', { 'MSH-11': 'T' }, 'AR PROCESSING_ID MSH-11'],
    ['when another system sent it', { 'MSH-3': 'OTHER' }, 'AR SENDER_UNKNOWN MSH-3'],
    ['when another facility sent it', { 'MSH-4': 'RZ9' }, 'AR SENDER_UNKNOWN MSH-3'],
  ] as const) {
    it(why, () => assert.equal(refusalOf(adt('A04', fields)), expected));
  }

  it('when the feed refuses its trigger', () => {
    assert.equal(refusalOf(adt('A40', merge), { ...kingsVale, events: { A40: 'refuse' } }), 'AR EVENT_REFUSED MSH-9');
  });
});

describe('a message is refused with AE', () => {
  for (const [why, trigger, fields, without, expected] of [
    ['without a control id', 'A04', { 'MSH-10': '' }, [], 'AE CONTROL_ID_MISSING MSH-10'],
    ['without a patient', 'A04', {}, ['PID'], 'AE PATIENT_MISSING PID'],
    ['without any patient number', 'A04', { 'PID-3': '' }, [], 'AE PATIENT_NUMBER_MISSING PID-3'],
    [
      'when a number is absurdly long',
      'A04',
      { 'PID-3': `${'1'.repeat(81)}^^^KVH^MR` },
      [],
      'AE NUMBER_TOO_LONG PID-3',
    ],
    ['when a visit number is absurdly long', 'A04', { 'PV1-19': 'V'.repeat(81) }, [], 'AE NUMBER_TOO_LONG PV1-19'],
    ['without a visit', 'A04', {}, ['PV1'], 'AE VISIT_MISSING PV1'],
    ['without a visit number', 'A04', { 'PV1-19': '' }, [], 'AE VISIT_NUMBER_MISSING PV1-19'],
    ['without any time', 'A04', { 'EVN-2': '', 'MSH-7': '' }, [], 'AE TIME_MISSING EVN-2'],
    ['when it is a merge without MRG', 'A40', {}, [], 'AE MERGE_MISSING MRG'],
    ['when it does not say who was merged', 'A40', { 'MRG-3': 'ACC1' }, [], 'AE PRIOR_NUMBER_MISSING MRG-1'],
    ['when it does not say which account was merged', 'A41', merge, [], 'AE PRIOR_NUMBER_MISSING MRG-3'],
    [
      'when it does not say which visit was moved',
      'A45',
      { ...merge, 'PV1-19': '' },
      [],
      'AE VISIT_NUMBER_MISSING PV1-19',
    ],
    ['when it parts one person', 'A37', {}, [], 'AE PATIENT_MISSING PID'],
  ] as const) {
    it(why, () => assert.equal(refusalOf(adt(trigger, fields, ...without)), expected));
  }
});

describe('H20: a value that nobody has mapped is set aside, never guessed', () => {
  const bySite = { ...kingsVale, patientClasses: { ...kingsVale.patientClasses, O: 'by-site' as const } };
  const byBed = { ...kingsVale, sites: [{ when: { bed: '1' }, organisation: 'KVH' }] };
  const noCatchAll = { ...kingsVale, sites: kingsVale.sites.slice(0, 2) };
  for (const [why, trigger, fields, feed, expected] of [
    ['an unknown trigger', 'A99', {}, kingsVale, 'quarantined EVENT_UNMAPPED MSH-9 A99'],
    ['no trigger at all', '', { 'MSH-9': 'ADT' }, kingsVale, 'quarantined EVENT_UNMAPPED MSH-9'],
    ['an unknown patient class', 'A04', { 'PV1-2': 'EMERGENCY' }, kingsVale, 'quarantined CLASS_UNMAPPED PV1-2 EMERGENCY'],
    ['a patient class in small letters', 'A04', { 'PV1-2': 'e' }, kingsVale, 'quarantined CLASS_UNMAPPED PV1-2 e'],
    ['no patient class', 'A04', { 'PV1-2': '' }, kingsVale, 'quarantined CLASS_UNMAPPED PV1-2'],
    ['a class named like something that every object has', 'A04', { 'PV1-2': 'constructor' }, kingsVale, 'quarantined CLASS_UNMAPPED PV1-2 constructor'],
    ['a booked class in a change of class', 'A06', { 'PV1-2': 'P' }, kingsVale, 'quarantined CLASS_UNMAPPED PV1-2 P'],
    ['an unknown site', 'A04', { 'PV1-3': 'TENT^9' }, noCatchAll, 'quarantined SITE_UNMAPPED PV1-3 TENT'],
    ['an unknown site where beds decide', 'A04', { 'PV1-3': 'TENT^R1^9' }, byBed, 'quarantined SITE_UNMAPPED PV1-3 TENT^^9'],
    ['a name where a trigger should be', 'HOLMES', {}, kingsVale, 'quarantined EVENT_UNMAPPED MSH-9 not a code, 6 characters'],
    ['a name where a class should be', 'A04', { 'PV1-2': 'HOLMES Barbara 14 Mar 41' }, kingsVale, 'quarantined CLASS_UNMAPPED PV1-2 not a code, 24 characters'],
    ['a number where a class should be', 'A04', { 'PV1-2': '9990000018' }, kingsVale, 'quarantined CLASS_UNMAPPED PV1-2 not a code, 10 characters'],
    ['a place of several words, with who lies there', 'A04', { 'PV1-3': 'GUM CLINIC^SIDE ROOM^HOLMES B^KVH' }, noCatchAll, 'quarantined SITE_UNMAPPED PV1-3 not a code, 10 characters^^^KVH'],
    ['a birth date where a class should be', 'A04', { 'PV1-2': '14-03-41' }, kingsVale, 'quarantined CLASS_UNMAPPED PV1-2 not a code, 8 characters'],
    ['a number where a place should be', 'A04', { 'PV1-3': '1 19410314' }, noCatchAll, 'quarantined SITE_UNMAPPED PV1-3 not a code, 10 characters'],
    ['an unknown site of a move', 'A02', { 'PV1-3': 'TENT' }, noCatchAll, 'quarantined SITE_UNMAPPED PV1-3 TENT'],
    ['a class read by a site that does not say', 'A04', { 'PV1-2': 'O' }, bySite, 'quarantined SITE_UNMAPPED PV1-3 ED'],
    ['identifiers of which none is the hospital’s', 'A04', { 'PID-3': 'X1^^^OTHER^PI' }, kingsVale, 'quarantined HOSPITAL_NUMBER_UNMAPPED PID-3'],
    ['two hospital numbers', 'A04', { 'PID-3': 'K100^^^KVH^MR~K200^^^KVH^MR' }, kingsVale, 'quarantined HOSPITAL_NUMBERS_DIFFER PID-3'],
    ['two NHS numbers', 'A04', { 'PID-3': 'K100^^^KVH^MR~9990000018^^^NHS^NH~9990000026^^^NHS^NH' }, kingsVale, 'quarantined NHS_NUMBERS_DIFFER PID-3'],
    ['a merged number of nobody knows what kind', 'A40', { 'MRG-1': 'X1^^^OTHER^PI' }, kingsVale, 'quarantined HOSPITAL_NUMBER_UNMAPPED MRG-1'],
    ['a merged number of nobody knows what kind beside an NHS number', 'A40', { 'MRG-1': 'X1^^^OTHER^PI~9990000018^^^NHS^NH' }, kingsVale, 'quarantined HOSPITAL_NUMBER_UNMAPPED MRG-1'],
    ['a bare merged number where the feed does not vouch for it', 'A40', { 'MRG-1': 'K099' }, { ...kingsVale, patient: { ...kingsVale.patient, bareNumberInMerge: false } }, 'quarantined HOSPITAL_NUMBER_UNMAPPED MRG-1'],
    ['an event in the future', 'A04', { 'EVN-2': '20260311090000' }, kingsVale, 'quarantined TIME_IN_FUTURE EVN-2'],
    ['a message written down in the future', 'A04', { 'EVN-6': '20260302090000', 'EVN-2': '20260311090000' }, kingsVale, 'quarantined TIME_IN_FUTURE EVN-2'],
    ['a booking told as an arrival', 'A04', { 'EVN-6': '20260311090000' }, kingsVale, 'quarantined TIME_IN_FUTURE EVN-6'],
  ] as const) {
    it(why, () => assert.equal(refusalOf(adt(trigger, fields), feed), expected));
  } // prettier-ignore

  it('and an end is not held up by a class or a site that it does not need', () => {
    const unmapped = { 'PV1-2': 'XX', 'PV1-3': 'TENT' };
    for (const trigger of ['A03', 'A11', 'A13', 'A21', 'A22', 'A23', 'A08']) {
      assert.equal(eventsOf(adt(trigger, unmapped), noCatchAll).length, 1, trigger);
    }
  });

  it('and the mended file takes the same message', () => {
    const mended = { ...kingsVale, patientClasses: { ...kingsVale.patientClasses, EMERGENCY: 'emergency' as const } };
    assert.equal(eventOf(adt('A04', { 'PV1-2': 'EMERGENCY' }), mended).kind, 'arrived');
    assert.equal(refusalOf(adt('A99'), { ...kingsVale, events: { A99: 'ignore' } }), 'ignored event-ignored');
  });
});

describe('a message is taken and dropped', () => {
  it('when it is our own, sent back by an engine', () => {
    const echo = adt('A08', { 'MSH-3': 'HOMEWARD', 'MSH-4': 'KVH' });
    assert.equal(refusalOf(echo), 'ignored echo');
    assert.equal(isEcho(echo, kingsVale), true);
    assert.equal(isEcho(adt('A08'), kingsVale), false);
    assert.equal(refusalOf(adt('A08', { 'MSH-9': 'ORU^R01', 'MSH-3': 'HOMEWARD', 'MSH-4': 'KVH' })), 'ignored echo');
  });

  it('when it is of a clinic', () => {
    for (const trigger of ['A01', 'A02', 'A03', 'A04', 'A05', 'A08', 'A11', 'A13']) {
      assert.equal(refusalOf(adt(trigger, { 'PV1-2': 'O' })), 'ignored not-a-stay', trigger);
    }
  });

  it('when the feed ignores its trigger', () => {
    assert.equal(refusalOf(adt('A28'), { ...kingsVale, events: { A28: 'ignore' } }), 'ignored event-ignored');
  });

  it('in part, when one of two who change beds is no stay', () => {
    const text = ['MSH|^~\\&|KVPAS|KVH|||20260302090000||ADT^A17|KV1|P|2.4', 'PID|||K100^^^KVH^MR', 'PV1||O|CLINIC||||||||||||||||V1', 'PID|||K200^^^KVH^MR', 'PV1||I|WARD12||||||||||||||||V2'].join('\r'); // prettier-ignore
    assert.deepEqual(eventsOf(parsed(text)).map(({ visit }) => visit), ['V2']); // prettier-ignore
  });
});

describe('the feed of a message', () => {
  const royal = { senders: [{ application: 'ROUTE', facility: 'RZ9' }, { application: 'RZ9PAS' }], ours: { application: 'HOMEWARD', facility: 'RZ9' } }; // prettier-ignore
  const feeds = [kingsVale, royal];
  it('is the one that names its sender', () => {
    assert.equal(feedOf(adt('A04'), feeds), kingsVale);
    assert.equal(feedOf(adt('A04', { 'MSH-3': 'ROUTE', 'MSH-4': 'RZ9' }), feeds), royal);
    assert.equal(feedOf(adt('A04', { 'MSH-3': 'RZ9PAS', 'MSH-4': 'ANY' }), feeds), royal);
    assert.equal(feedOf(adt('A04', { 'MSH-3': 'ROUTE', 'MSH-4': 'KVH' }), feeds), null);
  });

  it('is the one whose name an echo carries', () => {
    assert.equal(feedOf(adt('A08', { 'MSH-3': 'HOMEWARD', 'MSH-4': 'RZ9' }), feeds), royal);
  });
});

describe('times', () => {
  it('are London’s, in summer too, unless an offset is given', () => {
    const at = (text: string): string => eventOf(adt('A04', { 'EVN-2': text }), kingsVale).at.toISOString();
    assert.equal(at('20250702090000'), '2025-07-02T08:00:00.000Z');
    assert.equal(at('20250702090000+0000'), '2025-07-02T09:00:00.000Z');
    assert.equal(at('2025-07-02 09:00:30'), '2025-07-02T08:00:30.000Z');
    assert.equal(at('202507020900'), '2025-07-02T08:00:00.000Z');
  });

  it('are UTC where the feed says so', () => {
    const utc = { ...kingsVale, times: { ...kingsVale.times, zone: 'utc' as const } };
    assert.equal(eventOf(adt('A04', { 'EVN-2': '20250702090000' }), utc).at.toISOString(), '2025-07-02T09:00:00.000Z');
  });

  it('of the event come from EVN-6, else EVN-2, else MSH-7', () => {
    const at = (fields: Fields): string => eventOf(adt('A04', fields)).at.toISOString().slice(11, 16);
    assert.equal(at({ 'EVN-6': '202603020800' }), '08:00');
    assert.equal(at({}), '09:00');
    assert.equal(at({ 'EVN-2': '', 'MSH-7': '202603020901' }), '09:01');
    assert.equal(at({ 'EVN-6': '000000000000' }), '09:00');
  });

  it('that cannot be read are passed over, with a remark', () => {
    assert.deepEqual(remarksOf(adt('A04', { 'EVN-6': 'yesterday' })), ['event-time-not-read']);
    for (const none of ['""', '000000000000']) assert.deepEqual(remarksOf(adt('A04', { 'EVN-6': none })), []);
  });

  it('of admissions and discharges come from PV1 where the feed prefers it', () => {
    const visit = { ...kingsVale, times: { ...kingsVale.times, happened: 'visit' as const } };
    const fields = { 'PV1-44': '202603020700', 'PV1-45': '202603020800' };
    const at = (trigger: string, more: Fields = {}): string => eventOf(adt(trigger, { ...fields, ...more }), visit).at.toISOString().slice(11, 16); // prettier-ignore
    assert.equal(at('A01', inpatient), '07:00');
    assert.equal(at('A03'), '08:00');
    assert.equal(at('A02'), '09:00');
    assert.equal(at('A03', { 'EVN-6': '202603020730' }), '07:30');
    assert.equal(at('A03', { 'PV1-45': '00000000' }), '09:00');
  });

  for (const [why, field, trigger, text] of [
    ['a discharge in years to come', 'PV1-45', 'A03', '20991231235900'],
    ['an admission in years to come', 'PV1-44', 'A04', '20991231235900'],
    ['an admission of 1900, a word for none', 'PV1-44', 'A04', '19000101000000'],
  ] as const) {
    it(`of a visit that cannot be are passed over, with a remark: ${why} (H27)`, () => {
      const message = adt(trigger, { [field]: text });
      const { admitTime, dischargeTime } = eventOf(message);
      assert.deepEqual([admitTime, dischargeTime], [undefined, undefined]);
      assert.deepEqual(remarksOf(message), ['visit-time-not-credible']);
      const visit = { ...kingsVale, times: { ...kingsVale.times, happened: 'visit' as const } };
      assert.equal(eventOf(message, visit).at.toISOString(), '2026-03-02T09:00:00.000Z');
    });
  }

  it('of a visit may be a little ahead, as the sender’s clock may, and years ago', () => {
    assert.ok(eventOf(adt('A03', { 'PV1-45': '202603100910' })).dischargeTime);
    assert.ok(eventOf(adt('A04', { 'PV1-44': '202003100910' })).admitTime);
  });

  it('of writing come from MSH-7 where the feed puts the time of the event into EVN-2', () => {
    const message = { ...kingsVale, times: { ...kingsVale.times, recorded: 'message' as const } };
    assert.equal(eventOf(adt('A04')).recordedAt.toISOString().slice(11, 19), '09:00:00');
    assert.equal(eventOf(adt('A04'), message).recordedAt.toISOString().slice(11, 19), '09:00:12');
  });

  it('a little ahead of ours are a sender’s clock, not a booking', () => {
    assert.equal(eventOf(adt('A04', { 'EVN-2': '20260310091000' })).kind, 'arrived');
    assert.equal(refusalOf(adt('A04', { 'EVN-2': '20260310091501' })), 'quarantined TIME_IN_FUTURE EVN-2');
  });
});

it('a header and an EVN that disagree are read by the header, with a remark', () => {
  const message = adt('A03', { 'EVN-1': 'A01' });
  assert.equal(eventOf(message).kind, 'discharged');
  assert.deepEqual(remarksOf(message), ['event-code-differs']);
  assert.equal(eventOf(adt('A03', { 'MSH-9': 'ADT' })).kind, 'discharged');
});

describe('the visit number', () => {
  it('may stand in PV1-50', () => {
    const feed = { ...kingsVale, visitNumber: 'PV1-50' as const };
    assert.equal(eventOf(adt('A04', { 'PV1-50': 'ALT1' }), feed).visit, 'ALT1');
    assert.deepEqual(eventOf(adt('A50', { 'PV1-50': 'ALT2', 'MRG-6': 'ALT1' }), feed).prior, { visit: 'ALT1' });
  });

  it('may be the account, so that what happens to accounts happens to visits', () => {
    const feed = { ...kingsVale, visitNumber: 'PID-18' as const };
    const account = { 'PID-18': 'ACC2' };
    assert.equal(eventOf(adt('A04', account), feed).visit, 'ACC2');
    for (const trigger of ['A35', 'A41', 'A44', 'A45', 'A49', 'A50']) {
      const { kind, visit, prior } = eventOf(adt(trigger, { ...account, ...merge, 'MRG-3': 'ACC1' }), feed);
      assert.deepEqual([kind, visit, prior], ['visit-moved', 'ACC2', { visit: 'ACC1' }], trigger);
    }
  });
});

it('a death among the discharge codes counts before a transfer', () => {
  const feed = {
    ...kingsVale,
    discharge: { 'PV1-36': { '2': 'transferred' as const }, 'PV1-37': { '79': 'died' as const } },
  };
  assert.equal(eventOf(adt('A03', { 'PV1-36': '2', 'PV1-37': '79' }), feed).outcome, 'died');
  assert.equal(eventOf(adt('A03', { 'PV1-36': '2', 'PV1-37': '19' }), feed).outcome, 'transferred');
});

it('a person in a message of two who has no visit is a fault, not the other’s visit', () => {
  const text = ['MSH|^~\\&|KVPAS|KVH|||20260302090000||ADT^A17|KV1|P|2.4', 'PID|||K100^^^KVH^MR', 'PID|||K200^^^KVH^MR', 'PV1||I|WARD12||||||||||||||||V2'].join('\r'); // prettier-ignore
  assert.equal(refusalOf(parsed(text)), 'AE VISIT_MISSING PV1');
});

it('a merge of people says nothing of accounts unless it merges those as well', () => {
  const prior = (trigger: string): unknown => eventOf(adt(trigger, { ...merge, 'PID-18': 'ACC2', 'MRG-3': 'ACC1' })).prior; // prettier-ignore
  assert.deepEqual(prior('A40'), { patient: { authority: 'KVH', value: 'K099' } });
  assert.deepEqual(prior('A36'), { patient: { authority: 'KVH', value: 'K099' }, account: 'ACC1' });
});

it('a move of somebody still called booked says nothing of their class', () => {
  assert.equal(eventOf(adt('A02', { 'PV1-2': 'P' })).patientClass, undefined);
});

it('an expected discharge that is taken back, or is no date, is not kept', () => {
  assert.equal(eventOf(adt('A08', { 'PV2-9': '""' })).expectedDischarge, null);
  const unread = adt('A08', { 'PV2-9': 'soon' });
  assert.equal('expectedDischarge' in eventOf(unread), false);
  assert.deepEqual(remarksOf(unread), ['expected-discharge-not-read']);
  assert.equal('expectedDischarge' in eventOf(adt('A08', { 'PV2-8': '20260304' })), false);
});

it('no outcome that is not an event names a patient', () => {
  const secrets = ['K100', '9990000018', 'HOLMES', 'Barbara', '1941', 'KV-V1'];
  for (const fields of [{ 'PV1-2': 'X' }, { 'MSH-12': '' }, { 'PID-3': 'K100^^^X~9990000018^^^Y' }, { 'PV1-19': '' }]) {
    const text = JSON.stringify(outcome(adt('A04', fields)));
    for (const secret of secrets) assert.ok(!text.includes(secret), `${secret} in ${text}`);
  }
});
