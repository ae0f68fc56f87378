/** Feed files: the shipped ones load, and whatever is wrong with one is said with its line. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { feedFaults, readFeedFiles } from '../../src/config/feed.ts';
import type { Feed } from '../../src/config/feed.ts';
import { organisationsSchema } from '../../src/config/schemas.ts';
import { readYaml } from '../../src/config/yaml-file.ts';
import type { YamlFile } from '../../src/config/yaml-file.ts';
import { HomewardError } from '../../src/domain/error.ts';
import type { StayRules } from '../../src/domain/stay.ts';
import type { AdtFeed } from '../../src/hl7/adt-feed.ts';

const config = join(import.meta.dirname, '../../config');
const demo = readFileSync(join(config, 'demo/feeds/kings-vale-adt.yaml'), 'utf8');
const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function filesOf(...texts: string[]): YamlFile<Feed>[] {
  const folder = mkdtempSync(join(tmpdir(), 'homeward-feeds-'));
  folders.push(folder);
  mkdirSync(join(folder, 'feeds'));
  for (const [index, text] of texts.entries()) writeFileSync(join(folder, 'feeds', `feed-${index}.yaml`), text);
  return readFeedFiles(folder);
}

function feedWith(from: string | RegExp, to: string): Feed {
  assert.match(demo, typeof from === 'string' ? new RegExp(from.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : from);
  const [file] = filesOf(demo.replace(from, to));
  assert.ok(file);
  return file.value;
}

function faultOf(from: string | RegExp, to: string): string {
  try {
    feedWith(from, to);
  } catch (error) {
    assert.ok(error instanceof HomewardError, String(error));
    assert.equal(error.code, 'CONFIG_INVALID');
    return error.message;
  }
  throw new assert.AssertionError({ message: 'the file was accepted' });
}

const hospitals = (folder: string): { id: string; name: string; teams: string[] }[] =>
  readYaml(join(config, folder, 'organisations.yaml'), organisationsSchema).value.hospitals;

describe('the feed files that are shipped', () => {
  for (const folder of ['demo', 'example']) {
    it(`load and agree with the organisations: ${folder}`, () => {
      const files = readFeedFiles(join(config, folder));
      assert.equal(files.length, 1);
      assert.deepEqual(feedFaults(files, hospitals(folder)), []);
      const feed = files[0]?.value;
      assert.ok(feed);
      // What the reader of messages and the fold of stays ask for is what a file gives.
      const adt: AdtFeed = feed;
      const stays: StayRules = feed.stays;
      assert.equal(adt.times.ahead, 15 * 60_000);
      assert.equal(stays.edToAdmission, 6 * 3_600_000);
      assert.equal(feed.retention.raw, 7 * 86_400_000);
    });
  }

  it('are switched on in the demo, and off in the example until somebody has filled it in', () => {
    assert.deepEqual(
      ['demo', 'example'].map((folder) => readFeedFiles(join(config, folder))[0]?.value.enabled),
      [true, false],
    );
  });

  it('bind a real feed to its certificate, and keep plain text for the demo by name', () => {
    const [, example] = ['demo', 'example'].map((folder) => readFeedFiles(join(config, folder))[0]?.value.connection);
    assert.equal(readFeedFiles(join(config, 'demo'))[0]?.value.connection.security, 'plain-text');
    assert.equal(example?.security, 'tls');
    assert.match((example?.security === 'tls' && example.clientCertificates[0]) || '', /^[0-9a-f]{64}$/);
  });
});

it('a folder without feeds has none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'homeward-feeds-'));
  folders.push(folder);
  assert.deepEqual(readFeedFiles(folder), []);
});

describe('what a feed file leaves out', () => {
  it('is what is safe', () => {
    const feed = feedWith(/\ncanary: true\nretention:.*\nhints:[\s\S]*$/, '\n');
    const { canary, retention, hints, processing, characterSet, acknowledge, events, patient } = feed;
    assert.deepEqual(
      { canary, retention, hints, processing, characterSet, acknowledge, events },
      {
        canary: false,
        retention: { raw: 7 * 86_400_000, stays: 90 * 86_400_000 },
        hints: [],
        processing: ['P'],
        characterSet: 'as-declared',
        acknowledge: 'as-asked',
        events: {},
      },
    );
    // A stay whose end never came leaves the lists, and is not kept for ever.
    assert.deepEqual(feed.stays.stale, { offLists: 3 * 86_400_000, forget: 90 * 86_400_000 });
    assert.equal(feed.stays.mostStatements, 3000);
    assert.equal(patient.acceptedStatuses, null);
    assert.deepEqual(patient.nhsNumberStatus, ['PID-32', 'CX-5']);
    assert.deepEqual(patient.birthDateNotKnown, ['1900-01-01']);
    assert.equal(patient.nhsNumber.length, 6);
    assert.equal(feedWith('  bareNumberInMerge: true\n', '').patient.bareNumberInMerge, false);
  });

  it('can be said of stays whose end never came, in an order that makes sense', () => {
    const said = (text: string) => feedWith('stays:\n', `stays:\n  ${text}\n`);
    assert.deepEqual(said('stale: { offLists: 1 hour, forget: 30 days }').stays.stale, { offLists: 3_600_000, forget: 30 * 86_400_000 }); // prettier-ignore
    assert.throws(
      () => said('stale: { offLists: 31 days, forget: 30 days }'),
      /offLists must not be longer than forget/,
    );
    assert.throws(() => said('mostStatements: 10'), /mostStatements/);
  });

  it('of a hint’s timing is half a minute, with growing pauses for a day', () => {
    assert.deepEqual(feedWith(/\n {4}timing:.*/, '').hints[0]?.timing, {
      acknowledgedWithin: 30_000,
      retryFirst: 1000,
      retryLongest: 300_000,
      giveUpAfter: 86_400_000,
    });
  });
});

it('patient classes are written as the hospital writes them, blanks and all', () => {
  const { patientClasses } = feedWith('  E: emergency\n', "  DAY CASE: inpatient\n  '': by-site\n  E: emergency\n");
  assert.deepEqual(Object.keys(patientClasses), ['DAY CASE', '', 'E', 'I', 'O', 'P']);
});

describe('a feed file is refused, with line and reason, when', () => {
  for (const [what, from, to, words] of [
    ['it has a key that nobody knows', 'enabled: true', 'enabled: true\nsecret: x', /feed-0\.yaml:7 “secret” is not a key/],
    ['its id is no plain word', 'id: kings-vale-adt', 'id: Kings Vale', /“id”: must be small letters/],
    ['nobody sends', /senders:\n.*\n/, 'senders: []\n', /“senders”/],
    ['security is not said by name', 'connection: { security: plain-text }', 'connection: {}', /“security” is missing/],
    ['TLS comes without a certificate', 'connection: { security: plain-text }', 'connection: { security: tls, clientCertificates: [] }', /“clientCertificates”/],
    ['a certificate’s fingerprint is none', 'connection: { security: plain-text }', "connection: { security: tls, clientCertificates: ['AB:CD'] }", /must be the SHA-256 fingerprint/],
    ['our own name is a sender’s', 'application: HOMEWARD', 'application: KVPAS', /is also what our own messages carry/],
    ['a rule would take any number for a hospital number', '- { authority: KVH }', '- {}', /must name an authority, a type or both/],
    ['a rule would take any number for an NHS number', '  bareNumberInMerge: true', '  nhsNumber: [{ field: PID-3 }]', /in PID-3 must name an authority, a type or both/],
    ['the authority could not be told from the number', 'authority: KVH\n', "authority: 'K|VH'\n", /must not contain \|/],
    ['a status is none', '  bareNumberInMerge: true', '  acceptedStatuses: [verified]', /must be a status like "01"/],
    ['a placeholder is no date', '  bareNumberInMerge: true', "  birthDateNotKnown: ['01/01/1900']", /must be a date like 1900-01-01/],
    ['a class means something unknown', 'E: emergency', 'E: accident', /“E” must be one of emergency, inpatient/],
    ['no class is mapped', /patientClasses:\n(?: {2}\w: .*\n)+/, 'patientClasses: {}\n', /must say what at least one class means/],
    ['a trigger is none', 'canary: true', 'events: { A8: ignore }', /must be a trigger event like A08|“A8”/],
    ['a site can never be reached', '- when: { pointOfCare: ED }', '- when: {}', /fits every place/],
    ['a site has a class that is never read', 'team: Emergency department', 'team: Emergency department\n    patientClass: emergency', /is never read/],
    ['a length of time is not in words', 'edToAdmission: 6 hours', 'edToAdmission: 6h', /must be a length of time like "6 hours"/],
    ['a length of time is nothing', 'edToAdmission: 6 hours', 'edToAdmission: 0 hours', /must be a length of time/],
    ['a time of day is none', "'23:00'", "'24:00'", /must be a time like "22:00"/],
    ['a hint’s port is none', 'port: 2576', 'port: 0', /“port”/],
    ['a hint’s pauses shrink', '{ acknowledgedWithin: 10 seconds }', '{ retryFirst: 10 minutes }', /“timing”: retryFirst must not be longer than retryLongest/],
    ['a hint is of an unknown kind', 'kind: ADT^A08', 'kind: ORM^O01', /must be one of ADT\^A08, ORU\^R01, MDM\^T02/],
  ] as const) {
    it(what, () => assert.match(faultOf(from, to), words));
  } // prettier-ignore

  it('two hints have one id', () => {
    const hint = demo.slice(demo.indexOf('  - id: kings-vale-alert'));
    assert.match(faultOf(/$/, hint), /another hint has this id/);
  });
});

describe('feed files must agree with the rest of the folder', () => {
  const faults = (...texts: string[]): string[] => feedFaults(filesOf(...texts), hospitals('demo')).map(({ reason }) => reason); // prettier-ignore

  it('with the hospitals and their teams', () => {
    assert.deepEqual(faults(demo.replace('hospital: KVH', 'hospital: XXX')), ['no hospital “XXX” is in organisations.yaml']);
    assert.deepEqual(faults(demo.replace('organisation: KVH', 'organisation: XXX')), ['no hospital “XXX” is in organisations.yaml']);
    assert.deepEqual(faults(demo.replace('team: Ward 12', 'team: Ward 99')), ['“Ward 99” is not a team of Kings Vale Hospital']);
  }); // prettier-ignore

  it('and with each other: no id and no sender twice', () => {
    const other = demo.replace('id: kings-vale-adt', 'id: other');
    assert.match(faults(demo, demo).join(), /feed-0\.yaml has this id already/);
    assert.match(faults(demo, other).join(), /feed-0\.yaml takes this sender already/);
    assert.match(faults(demo, other.replace('KVPAS, facility: KVH }', 'KVPAS }')).join(), /takes this sender already/);
    assert.deepEqual(faults(demo, other.replace('KVPAS, facility: KVH }', 'KVED, facility: KVH }')), []);
  });
});
