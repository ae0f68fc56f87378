/** The demo's people: each gets exactly the answer that the start page promises, from files like a council's. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { writeDemoBundles } from '../src/demo/bundle.ts';
import { demoPeople } from '../src/demo/people.ts';
import type { DemoPerson } from '../src/demo/people.ts';
import type { CareShown } from '../src/domain/answer.ts';
import { ageOn, londonDate } from '../src/domain/dates.ts';
import { parseNhsNumber } from '../src/domain/nhs-number.ts';
import type { ImportResult } from '../src/services/import-bundle.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { landing, withBundle, withFolder } from './support/land.ts';
import type { Landed } from './support/land.ts';

// A Wednesday, at a time when every office is closed.
const now = new Date('2026-09-30T03:00:00+01:00');
const people = demoPeople(now);

describe('the demo people', () => {
  let database: TestDatabase;
  let site: Landed;
  const results: ImportResult[] = [];
  const careOf = async (nhsNumber: string, at = now): Promise<CareShown> => {
    const person = people.find((one) => one.nhsNumber === nhsNumber);
    assert.ok(person);
    const answer = await site.ask(person.council, nhsNumber, person.birthDate, at);
    assert.ok('care' in answer && answer.care, answer.kind);
    return answer.care;
  };
  const firstOf = async (nhsNumber: string, at = now) => {
    const [first] = (await careOf(nhsNumber, at)).packages;
    assert.ok(first);
    return first;
  };

  before(async () => {
    database = await openTestDatabase();
    site = landing(database.db, now);
    await withFolder(async (folder) => {
      const bundles = await writeDemoBundles(folder, now);
      assert.deepEqual(bundles, [join(folder, '999'), join(folder, '998')]);
      results.push(await site.land(bundles[0] ?? ''), await site.land(bundles[1] ?? '', { council: '998' }));
    });
  });
  after(() => database.close());

  it('come from bundles that land without a question', () => {
    assert.deepEqual(
      results.map(({ outcome, report }) => [outcome, report.hold]),
      [
        ['landed', []],
        ['landed', []],
      ],
    );
    assert.ok(results.every(({ report }) => Object.keys(report.people.unmappedServices).length === 0));
  });

  it('set aside only the lines that show what is set aside', () => {
    const codes = results.map(({ report }) => report.quarantine.map(({ code, lines }) => `${lines} ${code}`).sort());
    assert.deepEqual(codes, [
      ['1 BIRTH_DATE_MISSING', '1 SERVICE_COMPONENT_UNKNOWN', '1 STATUS_UNKNOWN', '2 NHS_NUMBER_SHARED'],
      [],
    ]);
  });

  for (const person of people) {
    it(`answer "${person.answer}" for ${person.name} (${person.nhsNumber})`, async () => {
      const answer = await site.ask(person.council, person.nhsNumber, person.birthDate);
      assert.equal(answer.kind, person.answer);
      if (!('care' in answer) || !answer.care) return;
      const { family, given } = answer.care.banner;
      assert.equal(`${family?.toLocaleUpperCase('en')}, ${given}`, person.name);
    });
  }

  it('give Barbara two packages, the number for the hour, and no referral', async () => {
    const care = await careOf('9990000018');
    assert.deepEqual(
      care.packages.map(({ service, provider, now: rings }) => [service, provider, rings?.kind, rings?.phone.href]),
      [
        ['Home care', 'Larkfield Home Care', 'out-of-hours', 'tel:01632960102'],
        ['Day centre', 'Willowbrook Day Centre', undefined, undefined],
      ],
    );
    assert.equal(care.safeguarding, 'none-recorded');
    const atTen = await firstOf('9990000018', new Date('2026-09-30T10:00:00+01:00'));
    assert.equal(atTen.now?.phone.href, 'tel:01632960101');
  });

  it('show safeguarding in its three states', async () => {
    assert.equal((await careOf('9990000018')).safeguarding, 'none-recorded');
    assert.equal((await careOf('9990000026')).safeguarding, 'open');
    assert.equal((await careOf('9990000034')).safeguarding, 'not-available');
  });

  it('show each way in which a phone number is had or missed', async () => {
    const none = await firstOf('9990000085');
    assert.deepEqual([none.now, none.others, none.phoneSource], [null, [], 'none']);
    const fromCqc = await firstOf('9990000093');
    assert.deepEqual([fromCqc.now?.phone.href, fromCqc.phoneSource], ['tel:01632960140', 'cqc']);
    const officeOnly = await firstOf('9990000107');
    assert.deepEqual([officeOnly.now, officeOnly.others.map(({ kind }) => kind)], [null, ['office']]);
    const unread = await firstOf('9990000298');
    assert.equal(unread.now?.phone.text, 'Ring the bell desk, 01632 960170, and let it ring');
    assert.equal(unread.confirmedFreshness, 'red');
  });

  it('show a planned start in five days and a recent end ten days ago', async () => {
    const planned = await firstOf('9990000069');
    assert.deepEqual([planned.status, planned.start], ['planned', '2026-10-05']);
    const { packages, ended } = await careOf('9990000050');
    assert.deepEqual([packages, ended.map(({ end }) => end)], [[], ['2026-09-20']]);
  });

  it('show names of 200 characters and of Welsh letters unharmed', async () => {
    assert.equal((await firstOf('9990000115')).provider?.length, 200);
    assert.equal((await firstOf('9990000123')).provider, 'Gofal Cartref Tŷ Gwyn');
    assert.equal((await careOf('9990000123')).banner.family, 'Llŷr-Wŷn');
  });

  it('lead from a superseded number to the current one', async () => {
    const answer = await site.ask('999', '9990000131', '1939-08-08');
    assert.equal(answer.supersededBy, '9990000158');
  });

  it('never show the package bought with a direct payment, nor here the one at full cost', async () => {
    const { packages } = await careOf('9990000263');
    assert.deepEqual(
      packages.map(({ provider }) => provider),
      ['Larkfield Home Care'],
    );
  });

  it('show the last known of an overdue council with its age', async () => {
    const answer = await site.ask('998', '9990000328', '1938-10-10');
    assert.ok(answer.kind === 'overdue' && answer.lastKnown === 'care', answer.kind);
    assert.equal(answer.age.asAt?.toISOString(), '2026-09-24T02:00:00.000Z');
    const unknown = await site.ask('998', '9990000344', '1941-03-14');
    assert.ok(unknown.kind === 'overdue' && unknown.lastKnown === 'no-record', unknown.kind);
  });
});

describe('the list of demo people', () => {
  const faulty: Record<string, string> = {
    '9990000019': 'check-digit',
    '9999999999': 'dummy',
    'JRDAN 269': 'old-style',
  };

  it('has only valid numbers of the reserved range, but for the three that show a fault', () => {
    for (const { nhsNumber } of people) {
      const read = parseNhsNumber(nhsNumber);
      assert.equal(read.ok ? 'none' : read.fault, faulty[nhsNumber] ?? 'none', nhsNumber);
      if (read.ok) assert.match(nhsNumber, /^999/);
    }
    assert.deepEqual(
      Object.keys(faulty).filter((number) => !people.some((one) => one.nhsNumber === number)),
      [],
    );
  });

  it('names nobody twice and explains everybody', () => {
    assert.equal(new Set(people.map(({ nhsNumber }) => nhsNumber)).size, people.length);
    assert.ok(people.every(({ note, name }) => note.length > 10 && name !== ''));
  });

  it('has somebody for each answer that a record can give', () => {
    const shown = new Set<DemoPerson['answer']>(people.map(({ answer }) => answer));
    const wanted = [
      'care',
      'no-care',
      'no-record',
      'cannot-show',
      'birth-date-mismatch',
      'overdue',
      'died',
      'number-not-valid',
      'child',
    ] as const;
    assert.deepEqual(
      wanted.filter((kind) => !shown.has(kind)),
      [],
    );
  });

  it('keeps its child a child and its adults adults for a century', () => {
    for (const year of [2026, 2038, 2060, 2126]) {
      for (const day of ['01-01', '05-04', '05-06', '12-31']) {
        const at = new Date(`${year}-${day}T12:00:00Z`);
        for (const { answer, birthDate } of demoPeople(at)) {
          assert.equal(ageOn(birthDate, londonDate(at)) < 18, answer === 'child');
        }
      }
    }
  });
});

describe('the demo bundles', () => {
  it('agree with their manifests and are dated as they say', async () => {
    await withFolder(async (folder) => {
      for (const path of await writeDemoBundles(folder, now)) {
        await withBundle(path, now, async ({ manifest, inspect }) => {
          assert.equal(manifest.parts.length, 8);
          for (const part of manifest.parts) assert.deepEqual((await inspect(part)).problems, [], part.kind);
          const ages = manifest.parts.map((part) => `${part.kind} ${(now.getTime() - part.asAt.getTime()) / 60_000}`);
          const old = manifest.council === '998';
          assert.ok(ages.includes(old ? 'care 8640' : 'care 20'), ages.join());
          assert.ok(ages.includes(old ? 'safeguarding 8640' : 'safeguarding 5'), ages.join());
        });
      }
    });
  });

  it('are the same bytes for the same instant, and replace those of an earlier one', async () => {
    const sums = async (folders: readonly string[]): Promise<string[]> =>
      Promise.all(
        folders.map(async (path) =>
          createHash('sha256')
            .update(await readFile(join(path, 'cld.csv')))
            .digest('hex'),
        ),
      );
    await withFolder(async (folder) => {
      const first = await sums(await writeDemoBundles(folder, now));
      const later = await sums(await writeDemoBundles(folder, new Date(now.getTime() + 86_400_000)));
      assert.notDeepEqual(later, first);
      assert.deepEqual(await sums(await writeDemoBundles(folder, now)), first);
    });
  });

  it('hold costs and support reasons, so that the demo shows them being read past', async () => {
    await withFolder(async (folder) => {
      const [sherwood = ''] = await writeDemoBundles(folder, now);
      assert.match(await readFile(join(sherwood, 'cld.csv'), 'utf8'), /Personal care support.*23\.50,Hourly,10\.5/);
    });
  });
});
