/** Every shared sample becomes an event, is ignored, or is refused with a reason; the table of outcomes is printed. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { foldStays } from '../../src/domain/stay.ts';
import { keysOf } from '../../src/domain/stay-event.ts';
import type { HospitalEvent } from '../../src/domain/stay-event.ts';
import { readAdt } from '../../src/hl7/adt.ts';
import type { AdtOutcome } from '../../src/hl7/adt-codes.ts';
import type { AdtFeed } from '../../src/hl7/adt-feed.ts';
import { parseMessage } from '../../src/hl7/message.ts';
import type { Message } from '../../src/hl7/message.ts';
import { kingsVale } from '../support/adt.ts';

const corpus = join(import.meta.dirname, '../../../shared/hl7');
const skip = existsSync(corpus) ? false : 'the shared samples are not beside this repository';

/** What each family needs to be told, as a site would tell it in its feed file. */
const families: Record<string, Pick<AdtFeed, 'patientClasses' | 'patient'>> = {
  simhospital: {
    patientClasses: { I: 'inpatient', INPATIENT: 'inpatient', O: 'by-site' },
    patient: withNumbers('SIMULATOR MRN', [{ authority: 'SIMULATOR MRN', type: 'MRN' }]),
  },
  'ms-fhir-converter': {
    patientClasses: { E: 'emergency', I: 'inpatient', O: 'not-a-stay', P: 'expected' },
    patient: withNumbers('ADT1', [{ type: 'MR' }, { authority: 'ADT1' }, { authority: 'PATID1234' }, { authority: 'GOOD HEALTH HOSPITAL' }]), // prettier-ignore
  },
  linuxforhealth: {
    patientClasses: { E: 'emergency', I: 'inpatient', O: 'not-a-stay' },
    patient: withNumbers('MR', [{ type: 'MR' }, { authority: 'MR' }, { authority: 'MRN' }, { authority: 'XYZ' }]),
  },
};

function withNumbers(authority: string, where: { authority?: string; type?: string }[]): AdtFeed['patient'] {
  return {
    ...kingsVale.patient,
    hospitalNumber: { authority, where, whenSeveral: 'set-aside' },
    bareNumberInMerge: true,
  };
}

function feedFor(family: string, message: Message): AdtFeed {
  const senders = [{ application: message.value('MSH', 3).trim() }];
  return { ...kingsVale, id: family, senders, processing: ['P', 'T', 'D', ''], ...families[family] };
}

function summary(outcome: AdtOutcome): string {
  if (outcome.kind === 'events') return outcome.events.map(({ kind }) => kind).join(' + ');
  if (outcome.kind === 'ignored') return `ignored: ${outcome.reason}`;
  return `${outcome.kind === 'refused' ? outcome.ack : 'quarantined'} ${outcome.code} ${outcome.field}`;
}

// Some samples are of 2029.
const received = new Date('2030-01-01T00:00:00Z');

it('every sample of the three families has an outcome, and the stays that they make converge', { skip }, (t) => {
  const table = new Map<string, number>();
  const events: HospitalEvent[] = [];
  let read = 0;
  for (const family of Object.keys(families)) {
    for (const name of readdirSync(join(corpus, family)).sort()) {
      const parsed = parseMessage(readFileSync(join(corpus, family, name)));
      assert.ok(parsed.ok, `${name} cannot be parsed`);
      const { message } = parsed;
      const outcome = readAdt(message, feedFor(family, message), received);
      const type = [message.value('MSH', 9), message.value('MSH', 9, 2)].join('^');
      const row = `${family.padEnd(18)} ${type.padEnd(8)} ${summary(outcome)}`;
      table.set(row, (table.get(row) ?? 0) + 1);
      if (outcome.kind === 'events') events.push(...outcome.events);
      read++;
    }
  }
  for (const [row, count] of [...table].sort()) t.diagnostic(`${String(count).padStart(3)} ${row}`);
  assert.equal(read, 204);
  const inOneFeed = events.map((event) => ({ ...event, feed: 'corpus' }));
  assert.ok(inOneFeed.every((event) => keysOf(event).length > 0));
  const stays = foldStays(inOneFeed, kingsVale.stays);
  assert.deepEqual(foldStays([...inOneFeed, ...inOneFeed].reverse(), kingsVale.stays), stays);
  assert.ok(stays.length > 20);
});

it('what the samples come to is what a person reading them says', { skip }, () => {
  const expected: readonly (readonly [string, string])[] = [
    ['simhospital/msg0005-ADT-A01.hl7', 'admitted'],
    ['simhospital/msg0271-ADT-A34.hl7', 'merged'],
    ['simhospital/msg0001-ORU-R01.hl7', 'AR MESSAGE_TYPE MSH-9'],
    ['simhospital/msg0144-MDM-T02.hl7', 'AR MESSAGE_TYPE MSH-9'],
    ['ms-fhir-converter/Hl7v2-ADT-A60-01-ADT_A60_ADT_A60.hl7', 'ignored: event-ignored'],
    ['ms-fhir-converter/Hl7v2-ADT-A41-02-ADT_A41_ADT_A41.hl7', 'AE PRIOR_NUMBER_MISSING MRG-3'],
  ];
  for (const [file, outcome] of expected) {
    const parsed = parseMessage(readFileSync(join(corpus, file)));
    assert.ok(parsed.ok);
    const family = file.split('/')[0] ?? '';
    assert.equal(summary(readAdt(parsed.message, feedFor(family, parsed.message), received)), outcome, file);
  }
});
