/** The generator of councils: repeatable, realistic, and faulty exactly where it says. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { generateCouncil } from '../src/demo/generate.ts';
import type { CouncilOrder } from '../src/demo/generate.ts';
import { numberSequence } from '../src/demo/generator/number-sequence.ts';
import { seededRandom, weighted } from '../src/demo/generator/random.ts';
import { partKinds } from '../src/domain/agreement.ts';
import { ageOn, parseDate } from '../src/domain/dates.ts';
import { quarantineCodes } from '../src/domain/extract/quarantine.ts';
import { parseNhsNumber } from '../src/domain/nhs-number.ts';
import { openTestDatabase } from './support/database.ts';
import { landing, withFolder } from './support/land.ts';
import { careOf, codeOf, readParts, readPlanted, rules } from './support/read-parts.ts';
import type { ReadLine, ReadParts } from './support/read-parts.ts';

const now = new Date('2026-09-30T05:30:00+01:00');
const order = (out: string, changes: Partial<CouncilOrder> = {}): CouncilOrder => ({
  people: 1200,
  seed: 1,
  out,
  now,
  council: '999',
  ...changes,
});

async function sumsOf(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).sort();
  const sum = async (name: string): Promise<string> =>
    `${name} ${createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex')}`;
  return Promise.all(names.map(sum));
}

/** Lines that contradict each other: each can be read by itself. */
const twoLineCodes = new Set([
  'NHS_NUMBERS_DIFFER',
  'BIRTH_DATES_DIFFER',
  'NHS_NUMBER_SHARED',
  'NHS_NUMBER_DISAGREES',
  'NUMBER_CHANGED_TWICE',
  'PROVIDER_TWICE',
  'SERVICE_TWICE',
]);

/** Every line's code when read by itself, beside what was planted: the differences. */
function misread(parts: ReadParts, planted: readonly string[]): string[] {
  const expected = new Map(planted.map((text) => [text.split(' ').slice(0, 2).join(' '), text.split(' ')[2]]));
  const wrong: string[] = [];
  for (const [kind, lines] of parts) {
    for (const line of lines) {
      const code = expected.get(`${kind} ${line.row}`) ?? null;
      const wanted = code && twoLineCodes.has(code) ? null : code;
      const got = codeOf(kind, line);
      if (got !== wanted) wrong.push(`${kind} ${line.row}: ${got}, not ${wanted}`);
    }
  }
  return wrong;
}

describe('a generated council', () => {
  it('is the same, byte for byte, for the same seed and instant, and another for another seed', async () => {
    await withFolder(async (folder) => {
      const make = async (name: string, changes: Partial<CouncilOrder>): Promise<string[]> => {
        await generateCouncil(order(join(folder, name), changes));
        return sumsOf(join(folder, name));
      };
      const first = await make('a', { seed: 77 });
      assert.equal(first.length, 10);
      assert.deepEqual(await make('b', { seed: 77 }), first);
      const differs = (other: readonly string[]): number => other.filter((sum) => !first.includes(sum)).length;
      assert.ok(differs(await make('c', { seed: 78 })) > 6);
      const tomorrow = new Date(now.getTime() + 86_400_000);
      assert.ok(differs(await make('d', { seed: 77, now: tomorrow })) > 6);
    });
  });

  it('is set aside by an import exactly where planted.csv says, and not held', async () => {
    const database = await openTestDatabase();
    try {
      await withFolder(async (folder) => {
        const site = landing(database.db, now);
        const { planted } = await generateCouncil(order(folder));
        const result = await site.land(folder);
        assert.deepEqual([result.outcome, result.report.hold], ['landed', []]);
        const expected = await readPlanted(folder);
        assert.deepEqual(await site.setAside(result), expected);
        assert.equal(
          [...planted.values()].reduce((sum, count) => sum + count, 0),
          expected.length,
        );
        assert.ok(
          (result.report.people.peopleMatched / result.report.people.people) * 100 > 95,
          'below the go-live gate',
        );
      });
    } finally {
      await database.close();
    }
  });

  it('is well formed for any seed and size', async () => {
    const sizes = fc.record({
      seed: fc.integer({ min: 0, max: 0xffffffff }),
      people: fc.integer({ min: 1, max: 1500 }),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ seed, people }) => {
        await withFolder(async (folder) => {
          await generateCouncil(order(folder, { seed, people }));
          const parts = await readParts(folder, now);
          assert.deepEqual(misread(parts, await readPlanted(folder)), []);
          const ids = new Set((parts.get('care') ?? []).map(({ cell }) => cell('LA Person Unique Identifier')));
          ids.delete('');
          assert.equal(ids.size, people);
        });
      }),
      { numRuns: 6, examples: [[{ seed: 0, people: 1 }], [{ seed: 0xffffffff, people: 1000 }]] },
    );
  });

  it('tells how far it is, up to the end', async () => {
    await withFolder(async (folder) => {
      const told: number[] = [];
      await generateCouncil(order(folder), (done, total) => {
        assert.equal(total, 1200);
        told.push(done);
      });
      assert.deepEqual([told, told.at(-1)], [told.toSorted((a, b) => a - b), 1200]);
      assert.ok(told.length > 5);
    });
  });

  it('is refused when it cannot be made', async () => {
    await withFolder(async (folder) => {
      for (const wrong of [
        { people: 0 },
        { people: 2.5 },
        { people: 2_000_001 },
        { seed: -1 },
        { seed: 2 ** 32 },
        { council: '' },
        { now: new Date(NaN) },
      ]) {
        await assert.rejects(generateCouncil(order(join(folder, 'never'), wrong)), RangeError, JSON.stringify(wrong));
      }
      assert.deepEqual(await readdir(folder), []);
    });
  });
});

describe('the proportions of a generated council', () => {
  const size = 8000;
  let parts: ReadParts;
  let planted: string[];
  let care: readonly ReadLine[];
  let firstLines: ReadLine[];
  before(() =>
    withFolder(async (folder) => {
      await generateCouncil(order(folder, { people: size, seed: 2026 }));
      parts = await readParts(folder, now);
      planted = await readPlanted(folder);
      care = parts.get('care') ?? [];
      const seen = new Map<string, ReadLine>();
      for (const line of care) {
        const id = line.cell('LA Person Unique Identifier');
        if (!seen.has(id)) seen.set(id, line);
      }
      firstLines = [...seen.values()];
    }),
  );
  after(() => {
    parts = new Map();
  });

  const age = ({ cell }: ReadLine): number => ageOn(parseDate(cell('Date of Birth')) ?? '1900-01-01', rules.today);
  const percent = (part: number, whole: number): number => (part / whole) * 100;
  const share = (lines: readonly ReadLine[], test: (line: ReadLine) => boolean): number =>
    percent(lines.filter(test).length, lines.length);
  const within = (value: number, low: number, high: number): void =>
    assert.ok(value >= low && value <= high, `${value} is not between ${low} and ${high}`);

  it('reads well but for the planted lines, of which each code that fits a line is one', () => {
    assert.deepEqual(misread(parts, planted), []);
    const have = new Set(planted.map((text) => text.split(' ')[2]));
    // Would hold the whole part, so that the bundle could not be used.
    have.add('NOBODY_NAMED');
    assert.deepEqual(
      Object.keys(quarantineCodes).filter((code) => !have.has(code)),
      [],
    );
  });

  it('has lines that contradict each other where it says so', () => {
    const rowsOf = (code: string): ReadLine[] => {
      const rows = new Set(
        planted.filter((text) => text.endsWith(` ${code}`)).map((text) => Number(text.split(' ')[1])),
      );
      return care.filter(({ row }) => rows.has(row));
    };
    const kinds = (code: string, column: string): number => new Set(rowsOf(code).map(({ cell }) => cell(column))).size;
    assert.equal(kinds('NHS_NUMBER_SHARED', 'NHS Number'), 1);
    assert.equal(kinds('NHS_NUMBER_SHARED', 'LA Person Unique Identifier'), 2);
    assert.equal(kinds('NHS_NUMBERS_DIFFER', 'LA Person Unique Identifier'), 1);
    assert.equal(kinds('NHS_NUMBERS_DIFFER', 'NHS Number'), 2);
    assert.equal(kinds('BIRTH_DATES_DIFFER', 'LA Person Unique Identifier'), 1);
    assert.equal(kinds('BIRTH_DATES_DIFFER', 'Date of Birth'), 2);
  });

  it('has ages mostly from 65 to 95, few children, and about two lines a person', () => {
    within(
      share(firstLines, (line) => age(line) >= 65 && age(line) <= 95),
      66,
      78,
    );
    within(
      share(firstLines, (line) => age(line) < 18),
      0.1,
      0.7,
    );
    within(care.length / size, 1.8, 2.3);
  });

  it('gives each person a number of their own, of the reserved range', () => {
    const numbers = new Map<string, Set<string>>();
    for (const { cell } of care) {
      const read = parseNhsNumber(cell('NHS Number'));
      if (!read.ok) continue;
      assert.match(read.value, /^999/);
      numbers.set(read.value, (numbers.get(read.value) ?? new Set()).add(cell('LA Person Unique Identifier')));
    }
    const shared = [...numbers.values()].filter((ids) => !ids.has('') && ids.size > 1);
    assert.equal(shared.length, 1);
    within(percent(firstLines.filter(({ cell }) => !parseNhsNumber(cell('NHS Number')).ok).length, size), 2.2, 3.8);
  });

  it('has direct payments, full cost, deaths and old spellings in the usual shares', () => {
    const paying = new Set(
      care
        .filter(({ cell }) => /direct payment/i.test(cell('Delivery Mechanism')))
        .map(({ cell }) => cell('LA Person Unique Identifier')),
    );
    const pays = ({ cell }: ReadLine): boolean => paying.has(cell('LA Person Unique Identifier'));
    const served = (from: number, to: number): ReadLine[] =>
      firstLines.filter((line) => age(line) >= from && age(line) < to && line.cell('Event Type') === 'Service');
    within(share(served(18, 65), pays), 20, 30);
    within(share(served(65, 120), pays), 6, 10.5);
    within(
      share(firstLines, ({ cell }) => cell('Client Funding Status') === 'Fully client funded'),
      5,
      7,
    );
    within(
      share(firstLines, ({ cell }) => cell('Date of Death') !== ''),
      3.2,
      4.8,
    );
    within(
      share(care, ({ cell }) => /^(Service User|Carer)$/.test(cell('Client Type'))),
      8.5,
      11.5,
    );
  });

  it('has open referrals and restrictions in the usual shares', () => {
    const open = (parts.get('safeguarding') ?? []).filter(({ cell }) => cell('Status') === 'Open');
    within(percent(open.length, size), 1.5, 2.6);
    within(percent(parts.get('restrictions')?.length ?? 0, size), 0.3, 0.8);
  });

  it('has about one provider for every 150 people, the largest far larger than the middle one', () => {
    const directory = parts.get('directory')?.length ?? 0;
    within(size / directory, 140, 190);
    const clients = new Map<string, number>();
    for (const { cell } of care) {
      const id = cell('Provider CQC Location ID');
      if (id !== '') clients.set(id, (clients.get(id) ?? 0) + 1);
    }
    const sizes = [...clients.values()].sort((a, b) => b - a);
    assert.ok((sizes[0] ?? 0) > 5 * (sizes[Math.floor(sizes.length / 2)] ?? 0), sizes.join());
  });

  it('has packages of every fate', () => {
    const fates = new Set<string>(care.map((line) => (line.whole ? (careOf(line).dropped ?? 'package') : 'row-shape')));
    const wanted = [
      'package',
      'not-a-service',
      'unpaid-carer',
      'direct-payment',
      'self-funded',
      'full-cost',
      'under-18',
      'ended-long-ago',
      'person-died',
    ];
    assert.deepEqual(
      wanted.filter((fate) => !fates.has(fate)),
      [],
    );
  });

  it('names each part once, directories with a phone that lost its leading 0', () => {
    assert.deepEqual([...parts.keys()].sort(), [...partKinds].sort());
    const phones = (parts.get('directory') ?? []).map(({ cell }) => cell('Phone number')).filter((text) => text !== '');
    assert.ok(phones.length > 20 && phones.every((text) => /^(1632960|7700900)\d{3}$/.test(text)));
    const own = (parts.get('contacts') ?? []).map(({ cell }) => cell('Telephone')).filter((text) => text !== '');
    assert.ok(own.length > 20 && own.every((text) => /^(01632 960|07700 900)\d{3}$/.test(text)));
  });
});

describe('the sequence of NHS numbers', () => {
  it('gives every valid number of the reserved range once, and says when it has to leave it', () => {
    const sequence = numberSequence(seededRandom(5));
    const seen = new Set<string>();
    for (;;) {
      const number = sequence.next();
      if (sequence.outsideReserved()) {
        assert.match(number, /^998/);
        break;
      }
      assert.match(number, /^999/);
      seen.add(number);
      if (seen.size % 1000 === 0) assert.equal(parseNhsNumber(number).ok, true);
    }
    // One million stems, of which one in eleven has no check digit, less the dummy 999 999 9999.
    assert.ok(Math.abs(seen.size - 909_091) < 100, String(seen.size));
    assert.ok(!seen.has('9999999999') && seen.has('9990000018'));
  });
});

describe('seeded chance', () => {
  it('is even, and repeats itself for the same seed only', () => {
    const draws = (seed: number): number[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 20_000 }, () => random.below(10));
    };
    assert.deepEqual(draws(3), draws(3));
    assert.notDeepEqual(draws(3), draws(4));
    for (let digit = 0; digit < 10; digit++) {
      const count = draws(9).filter((draw) => draw === digit).length;
      assert.ok(Math.abs(count - 2000) < 200, `${digit}: ${count}`);
    }
  });

  it('keeps to given weights, and never draws what weighs nothing', () => {
    const draw = weighted([
      ['never', 0],
      ['often', 3],
      ['seldom', 1],
    ]);
    const random = seededRandom(8);
    const drawn = Array.from({ length: 8000 }, () => draw(random));
    assert.ok(!drawn.includes('never'));
    assert.ok(Math.abs(drawn.filter((one) => one === 'seldom').length - 2000) < 200);
  });
});
