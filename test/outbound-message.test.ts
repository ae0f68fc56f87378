/** Hints as messages: fields in the places of their version, and nothing but what the hospital sent itself. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Feed } from '../src/config/feed.ts';
import { readAdt } from '../src/hl7/adt.ts';
import { buildHint, hintDestinations } from '../src/hl7/hint-message.ts';
import { parseMessage } from '../src/hl7/message.ts';
import type { Message } from '../src/hl7/message.ts';
import type { HintContent, HintSubject } from '../src/services/hints.ts';
import { hintFeed, stayOf } from './support/outbound.ts';

const versions = ['2.3', '2.3.1', '2.4', '2.5', '2.5.1', '2.6', '2.7', '2.8'];
const kinds = ['ADT^A08', 'ORU^R01', 'MDM^T02'];
const at = new Date('2026-09-28T20:30:00Z');

const { person } = stayOf(1);
const barbara: HintSubject = {
  ...person,
  nhsNumber: person.nhsNumber?.value ?? null,
  visit: 'V1',
  patientClass: 'emergency',
};

function built(feed: Feed, change: Partial<HintContent> = {}): Buffer {
  const [hint] = feed.hints;
  assert.ok(hint);
  const content = { kind: 'hint', subject: barbara, controlId: 'HW1', reference: 'HW1', at, ...change } as const;
  return buildHint(feed, hint, content);
}

function read(bytes: Buffer): Message {
  const parsed = parseMessage(bytes);
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.message.flags, []);
  return parsed.message;
}

const text = (bytes: Buffer): string => bytes.toString('latin1').replaceAll('\r', '\n');
const retraction = { kind: 'retraction', controlId: 'HW2', reference: 'HW1' } as const;

describe('a hint', () => {
  it('as an update with an alert, and what takes it back', () => {
    const feed = hintFeed();
    assert.equal(
      text(built(feed)),
      `MSH|^~\\&|HOMEWARD|KVH|KVPAS|KVH|20260928213000||ADT^A08^ADT_A01|HW1|P|2.4|||AL|NE
EVN|A08|20260928213000
PID|1||H100001^^^KVH^MR~9990000018^^^NHS^NH||Probert^Barbara||19400229
PV1|1|E|||||||||||||||||V1
OBX|1|ST|HWCARE^Council care recorded^KVH||Council care recorded||||||F|||20260928213000
`,
    );
    const [, ...obx] = text(built(feed, retraction)).split('OBX');
    assert.deepEqual(obx, ['|1|ST|HWCARE^Council care recorded^KVH||""||||||D|||20260928213000\n']);
  });

  it('as a result, and what takes it back', () => {
    const feed = hintFeed({ kind: 'ORU^R01', version: '2.5.1' });
    assert.equal(
      text(built(feed)),
      `MSH|^~\\&|HOMEWARD|KVH|KVPAS|KVH|20260928213000||ORU^R01^ORU_R01|HW1|P|2.5.1|||AL|NE
PID|1||H100001^^^KVH^MR~9990000018^^^NHS^NH||Probert^Barbara||19400229
PV1|1|E|||||||||||||||||V1
OBR|1||HW1^HOMEWARD|HWCARE^Council care recorded^KVH|||20260928213000|||||||||||||||20260928213000|||F
OBX|1|ST|HWCARE^Council care recorded^KVH||Council care recorded||||||F|||20260928213000
`,
    );
    const back = read(built(feed, retraction));
    assert.equal(back.value('MSH', 10), 'HW2');
    assert.deepEqual([back.value('OBR', 3), back.value('OBR', 25), back.value('OBX', 11)], ['HW1', 'X', 'D']);
  });

  it('as a document, and what takes it back', () => {
    const feed = hintFeed({ kind: 'MDM^T02', version: '2.7' });
    assert.equal(
      text(built(feed)),
      `MSH|^~\\&|HOMEWARD|KVH|KVPAS|KVH|20260928213000||MDM^T02^MDM_T02|HW1|P|2.7|||AL|NE
EVN||20260928213000
PID|1||H100001^^^KVH^MR~9990000018^^^NHS^NH||Probert^Barbara||19400229
PV1|1|E|||||||||||||||||V1
TXA|1|HWCARE^Council care recorded^KVH|TX|20260928213000||||||||HW1^HOMEWARD|||||DO||AV
OBX|1|TX|HWCARE^Council care recorded^KVH||Council care recorded||||||F|||20260928213000
`,
    );
    const back = read(built(feed, retraction));
    assert.deepEqual([back.value('MSH', 9, 2), back.value('MSH', 9, 3)], ['T11', 'MDM_T01']);
    assert.deepEqual([back.value('TXA', 12), back.value('TXA', 19)], ['HW1', 'CA']);
    assert.equal(back.segment('OBX'), null);
  });

  it('has its fields where its version has them', () => {
    for (const version of versions) {
      const update = read(built(hintFeed({ version })));
      assert.equal(update.value('MSH', 12), version);
      assert.equal(update.value('MSH', 9, 3), version === '2.3' ? '' : 'ADT_A01', version);
      assert.equal(update.value('EVN', 1), version < '2.7' ? 'A08' : '', version);
      const document = read(built(hintFeed({ version, kind: 'MDM^T02' })));
      assert.equal(document.value('TXA', 2, 3), version < '2.7' ? '' : 'KVH', version);
    }
  });

  it('is known as our own when an engine sends it back', () => {
    for (const kind of kinds) {
      const feed = hintFeed({ kind });
      assert.deepEqual(readAdt(read(built(feed)), feed, at), { kind: 'ignored', reason: 'echo' });
    }
  });

  it('names the patient by the authorities and types by which the feed finds the numbers', () => {
    const patientOf = (patient: Record<string, unknown>, subject = barbara): string =>
      read(built(hintFeed({}, { patient }), { subject }))
        .segment('PID')
        ?.field(3).rawField ?? '';
    const hospitalNumber = { authority: 'KVH', where: [{ type: 'PI' }] };
    assert.equal(
      patientOf({ hospitalNumber, nhsNumber: [{ authority: 'NHS' }] }),
      'H100001^^^KVH^PI~9990000018^^^NHS^NH',
    );
    assert.equal(
      patientOf({ hospitalNumber, nhsNumber: [{ authority: '', type: 'NHS' }] }),
      'H100001^^^KVH^PI~9990000018^^^^NHS',
    );
    const oid = { authority: '2.16.840.1.113883.2.1.4.1' };
    assert.equal(
      patientOf(
        { hospitalNumber: null, nhsNumber: [oid] },
        { ...barbara, patient: { authority: 'NHS', value: '9990000018' } },
      ),
      '9990000018^^^&2.16.840.1.113883.2.1.4.1&ISO^NH',
    );
    assert.equal(patientOf({ hospitalNumber }, { ...barbara, nhsNumber: null }), 'H100001^^^KVH^PI');
  });

  it('puts the visit number where the feed has it, and the class in the hospital’s own code', () => {
    for (const visitNumber of ['PV1-19', 'PV1-50', 'PID-18'] as const) {
      const message = read(built(hintFeed({}, { visitNumber })));
      const [name = '', field = ''] = visitNumber.split('-');
      assert.equal(message.value(name, Number(field)), 'V1');
      assert.equal([message.value('PV1', 19), message.value('PV1', 50), message.value('PID', 18)].join(''), 'V1');
    }
    const patientClasses = { INPATIENT: 'inpatient', AE: 'emergency' };
    assert.equal(read(built(hintFeed({}, { patientClasses }))).value('PV1', 2), 'AE');
    const subject = { ...barbara, patientClass: null };
    assert.equal(read(built(hintFeed(), { subject })).value('PV1', 2), 'U');
  });

  it('says nothing of a name or birth date that is not known, and never that it should be deleted', () => {
    const subject = { ...barbara, name: null, birthDate: null };
    const message = built(hintFeed(), { subject });
    assert.equal(read(message).segment('PID')?.field(5).presence, 'absent');
    assert.doesNotMatch(text(message), /""/);
  });

  it('is in the characters that the feed uses, and says so', () => {
    const subject = { ...barbara, name: { family: 'Ó Sé', given: 'Zoë' } };
    const said = (feed: Feed): unknown[] => {
      const message = read(built(feed, { subject }));
      return [message.value('MSH', 18), message.characterSet, message.value('PID', 5)];
    };
    assert.deepEqual(said(hintFeed({}, { characterSet: 'latin-1' })), ['8859/1', 'latin-1', 'Ó Sé']);
    assert.deepEqual(said(hintFeed({}, {})), ['UNICODE', 'utf-8', 'Ó Sé']);
    assert.deepEqual(said(hintFeed({ version: '2.5' }, {})), ['UNICODE UTF-8', 'utf-8', 'Ó Sé']);
    assert.equal(read(built(hintFeed())).value('MSH', 18), '');
  });

  it('holds nothing but header, numbers, name, birth date, visit, class and the fixed code, whatever they hold', () => {
    const part = fc
      .string({ minLength: 1, maxLength: 30, unit: 'grapheme' })
      .filter((one) => [...one].every((character) => character >= ' '));
    fc.assert(
      fc.property(part, part, part, part, fc.constantFrom(...kinds), (value, visit, family, given, kind) => {
        const subject = { ...barbara, patient: { authority: 'KVH', value }, visit, name: { family, given } };
        const message = read(built(hintFeed({ kind }), { subject }));
        const { length } = message;
        assert.equal(length, { 'ADT^A08': 5, 'ORU^R01': 5, 'MDM^T02': 6 }[kind]);
        assert.equal(message.value('PID', 3), value);
        assert.equal(message.value('PV1', 19), visit);
        assert.deepEqual([message.value('PID', 5), message.value('PID', 5, 2)], [family, given]);
        const filled = (name: string): number[] =>
          Array.from({ length: 60 }, (_, at) => at + 1).filter(
            (at) => message.segment(name)?.field(at).presence === 'value',
          );
        assert.deepEqual(filled('PID'), [1, 3, 5, 7]);
        assert.deepEqual(filled('PV1'), [1, 2, 19]);
        assert.deepEqual(filled('OBX'), [1, 2, 3, 5, 11, 14]);
      }),
    );
  });

  it('is written the same each time, and goes nowhere for a feed that is switched off', () => {
    assert.deepEqual(built(hintFeed()), built(hintFeed()));
    assert.equal(hintDestinations([hintFeed()]).length, 1);
    assert.deepEqual(hintDestinations([hintFeed({}, { enabled: false })]), []);
  });
});

const python = ['python3', '/usr/bin/python3'].find((name) => spawnSync(name, ['-c', 'import hl7']).status === 0);
const noPython = python === undefined ? 'no python3 with the module hl7 (Debian: python3-hl7)' : false;

// What a receiver would read: type, ids, patient, visit and, where there is one, the observation.
const script = `
import hl7, json, sys
def one(text):
    m = hl7.parse(text)
    get = lambda path: m.extract_field(*path) if any(str(s[0]) == path[0] for s in m) else None
    return [str(m.segment('MSH')[9]), get(('MSH', 1, 10)), get(('MSH', 1, 12)), get(('PID', 1, 3, 1, 1)), get(('PID', 1, 3, 2, 1)),
            get(('PID', 1, 5, 1, 2)), get(('PV1', 1, 19)), get(('OBX', 1, 3, 1, 1)), get(('OBX', 1, 5)), get(('OBX', 1, 11)), len(m)]
json.dump([one(text) for text in json.load(sys.stdin)], sys.stdout)
`;

it('an independent parser reads every kind in every version as it was meant', { skip: noPython }, () => {
  const cases = versions.flatMap((version) =>
    kinds.flatMap((kind) =>
      [{}, retraction].map((change) => ({ version, kind, change, bytes: built(hintFeed({ version, kind }), change) })),
    ),
  );
  const input = JSON.stringify(cases.map(({ bytes }) => bytes.toString('latin1')));
  const run = spawnSync(python ?? '', ['-c', script], { input, encoding: 'utf8', timeout: 60_000 });
  assert.equal(run.status, 0, run.stderr);
  const found = JSON.parse(run.stdout) as unknown[][];
  assert.equal(found.length, 48);
  for (const [index, { version, kind, bytes }] of cases.entries()) {
    const ours = read(bytes);
    const obx = ours.segment('OBX');
    const type = ours.segment('MSH')?.field(9).rawField;
    const expected = [
      type, ours.value('MSH', 10), version, 'H100001', '9990000018', 'Barbara', 'V1',
      obx ? 'HWCARE' : null, obx ? obx.field(5).rawField : null, obx?.value(11) ?? null, ours.length,
    ]; // prettier-ignore
    assert.deepEqual(found[index], expected, `${kind} ${version}`);
  }
});
