/**
 * Every shared sample goes over the wire, is answered, kept and applied or refused with a reason; the table of
 * outcomes of each family is printed.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import type { Feed } from '../src/config/feed.ts';
import { FeedListener } from '../src/hl7/listener.ts';
import { MllpClient } from '../src/hl7/mllp-client.ts';
import { parseMessage } from '../src/hl7/message.ts';
import { kingsVale } from './support/adt.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { hospitalOn } from './support/hospital.ts';
import { verdict } from './support/mllp.ts';
import { movableClock } from './support/web.ts';

const corpus = join(import.meta.dirname, '../../shared/hl7');
const skip = existsSync(corpus) ? false : 'the shared samples are not beside this repository';
const families = ['simhospital', 'ms-fhir-converter', 'linuxforhealth'] as const;

let database: TestDatabase;
before(async () => {
  if (!skip) database = await openTestDatabase();
});
after(() => database?.close());

const numbers: Record<(typeof families)[number], { authority?: string; type?: string }[]> = {
  simhospital: [{ authority: 'SIMULATOR MRN', type: 'MRN' }],
  'ms-fhir-converter': [{ type: 'MR' }, { authority: 'ADT1' }, { authority: 'PATID1234' }, { authority: 'GOOD HEALTH HOSPITAL' }],
  linuxforhealth: [{ type: 'MR' }, { authority: 'MR' }, { authority: 'MRN' }, { authority: 'XYZ' }],
}; // prettier-ignore

/** What each family needs to be told, as a site would tell it in its feed file. */
function feedOf(family: (typeof families)[number], senders: readonly string[]): Feed {
  const hospitalNumber = { authority: 'MRN', where: numbers[family], whenSeveral: 'set-aside' as const };
  const classes = { E: 'emergency', I: 'inpatient', INPATIENT: 'inpatient', O: 'not-a-stay', P: 'expected' } as const;
  return {
    ...kingsVale,
    id: family,
    senders: senders.map((application) => ({ application })),
    processing: ['P', 'T', 'D', ''],
    patientClasses: classes,
    patient: { ...kingsVale.patient, hospitalNumber, bareNumberInMerge: true },
  };
}

// Samples of several sources bear the same ids; a hospital's would not.
function withOwnId(bytes: Buffer, id: string): Buffer {
  const text = bytes.toString('latin1');
  const [header = '', ...rest] = text.split(/(?=[\r\n])/);
  const fields = header.split(header[3] ?? '|');
  if (fields[9]) fields[9] = id;
  return Buffer.from([fields.join(header[3] ?? '|'), ...rest].join(''), 'latin1');
}

// Some senders want no answer: MSH-15 is NE.
async function answerTo(client: MllpClient, bytes: Buffer): Promise<string> {
  const parsed = parseMessage(bytes);
  const wantsNone = parsed.ok && parsed.message.value('MSH', 15) === 'NE';
  try {
    return verdict(await client.send(bytes, { timeout: wantsNone ? 300 : 5000 }));
  } catch (error) {
    if (wantsNone) return 'none';
    throw error;
  }
}

for (const family of families) {
  it(`every sample of ${family} is answered and has an outcome`, { skip }, async (t) => {
    const names = readdirSync(join(corpus, family)).filter((name) => name.endsWith('.hl7')).sort(); // prettier-ignore
    const samples = names.map((name, index) => withOwnId(readFileSync(join(corpus, family, name)), `S${index}`));
    const senders = samples.map((bytes) => {
      const parsed = parseMessage(bytes);
      return parsed.ok ? parsed.message.value('MSH', 3).trim() : '';
    });
    // Some samples are of 2029.
    const hospital = hospitalOn(
      database.db,
      feedOf(family, [...new Set(senders)]),
      movableClock('2030-01-01T00:00:00Z'),
    );
    const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const listener = new FeedListener(hospital.deps, [hospital.feed], { host: '127.0.0.1', port: 0, tls: null, log: quiet, wake: () => undefined }); // prettier-ignore
    const client = new MllpClient({ host: '127.0.0.1', port: await listener.start() });
    const answers: string[] = [];
    try {
      for (const bytes of samples) answers.push(await answerTo(client, bytes));
    } finally {
      client.close();
      await listener.stop();
    }
    await hospital.apply();
    const rows = await database.db.sql.selectFrom('hl7_message').selectAll().where('feed', '=', family).orderBy('message_id').execute(); // prettier-ignore
    assert.equal(rows.length, samples.length, 'not every sample was kept');
    const table = new Map<string, number>();
    for (const [index, { event, state, code, field }] of rows.entries()) {
      const [ack = ''] = (answers[index] ?? '').split(' ');
      const row = [event.padEnd(8), ack, state, code, field].filter(Boolean).join(' ');
      table.set(row, (table.get(row) ?? 0) + 1);
      if (ack !== 'none')
        assert.equal(['applied', 'ignored', 'quarantined'].includes(state), ack === 'AA' || ack === 'CA', row);
      assert.ok(state === 'applied' || code !== null, `${row} has no reason`);
      assert.notEqual(code, 'NOT_APPLIED', names[index]);
      assert.notEqual(code, 'NOT_READ', names[index]);
    }
    for (const [row, count] of [...table].sort()) t.diagnostic(`${String(count).padStart(3)} ${row}`);
    const stays = await database.db.sql.selectFrom('stay').selectAll().where('feed', '=', family).execute();
    t.diagnostic(`${rows.length} messages, ${stays.length} stays`);
    assert.ok(stays.length > 0);
  });
}
