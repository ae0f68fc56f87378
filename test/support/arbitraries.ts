/**
 * Generated people and what is on record about them, for properties. Each part is "mostly" good,
 * so that whole look-ups (look-up-cases.ts) often disclose something and meet every refusal too.
 */
import fc from 'fast-check';
import { partKinds } from '../../src/domain/agreement.ts';
import type { NhsNumber } from '../../src/domain/nhs-number.ts';
import type { CarePackage, PartStates, PersonRecord, ProviderContact, ReferralState } from '../../src/domain/record.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** The good value twenty-nine times out of thirty, so that many such parts together still pass often. */
export function mostly<T>(good: fc.Arbitrary<T> | T, bad: fc.Arbitrary<T>, weight = 29): fc.Arbitrary<T> {
  const fine = isArbitrary(good) ? good : fc.constant(good);
  return fc.oneof({ arbitrary: fine, weight }, { arbitrary: bad, weight: 1 });
}

function isArbitrary<T>(value: fc.Arbitrary<T> | T): value is fc.Arbitrary<T> {
  return value instanceof fc.Arbitrary;
}

/**
 * Puts the check digit behind nine digits; null when no number exists for them. Reckoned as the
 * congruence itself and not as the code under test does it: all ten, weighted 10 to 1, make 0 mod 11.
 */
export function withCheckDigit(nine: string): string | null {
  for (let last = 0; last <= 9; last++) {
    const sum = [...nine, String(last)].reduce((total, digit, place) => total + Number(digit) * (10 - place), 0);
    if (sum % 11 === 0) return nine + String(last);
  }
  return null;
}

function digits(count: number): fc.Arbitrary<string> {
  return fc.array(fc.nat({ max: 9 }), { minLength: count, maxLength: count }).map((list) => list.join(''));
}

function numbersFrom(nine: fc.Arbitrary<string>): fc.Arbitrary<NhsNumber> {
  return nine
    .map(withCheckDigit)
    .filter((number) => number !== null && !/^(\d)\1{9}$/.test(number)) as unknown as fc.Arbitrary<NhsNumber>;
}

/** Any valid NHS number: for the parser alone, never for a person's record. */
export const anyNhsNumber = numbersFrom(digits(9));

/** A valid number of the range 999, which is given to nobody. */
export const nhsNumber = numbersFrom(digits(6).map((six) => `999${six}`));

/** An ISO date between two years, leap days more often than life has them. */
export function isoDate(fromYear: number, untilYear: number): fc.Arbitrary<string> {
  const plain = fc
    .integer({ min: Date.UTC(fromYear, 0, 1) / day, max: Date.UTC(untilYear, 11, 31) / day })
    .map((days) => new Date(days * day).toISOString().slice(0, 10));
  const years = Array.from({ length: untilYear - fromYear + 1 }, (_, at) => fromYear + at);
  const leapYears = years.filter((year) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0));
  if (leapYears.length === 0) return plain;
  const leap = fc.constantFrom(...leapYears).map((year) => `${year}-02-29`);
  return fc.oneof({ arbitrary: plain, weight: 9 }, { arbitrary: leap, weight: 1 });
}

/** An instant of 2026 or 2027, often within an hour of a midnight or a change of the clocks. */
export const instant = fc.oneof(
  fc.date({ min: new Date('2026-01-02T00:00:00Z'), max: new Date('2027-12-30T00:00:00Z'), noInvalidDate: true }),
  fc
    .record({
      near: fc.constantFrom(
        '2026-03-29T01:00Z',
        '2026-10-25T01:00Z',
        '2026-06-30T23:00Z',
        '2026-12-31T00:00Z',
        '2027-02-28T00:00Z',
      ),
      by: fc.integer({ min: -hour, max: hour }),
    })
    .map(({ near, by }) => new Date(Date.parse(near) + by)),
);

// Every generated name starts with letters that stand nowhere else in an answer, so that a search
// for them in the serialised answer can only find a leak.
const marked = (prefix: string): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'bdé\'’- <&"ŷ'), minLength: 2, maxLength: 10 }).map((text) => prefix + text);
/** Now and then null: not known, or never given. */
export const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  mostly<T | null>(value, fc.constant(null), 4);

/** A provider as the council or CQC knows it. */
export const provider: fc.Arbitrary<ProviderContact> = fc.record({
  name: orNull(marked('Zxprovider')),
  phone: orNull(fc.constantFrom('01632 960101', '1632960102', '116 123', '07700 900123', 'Ask Jane, 01632 960103')),
  outOfHoursPhone: orNull(fc.constantFrom('01632 960777', '07700 900777')),
  officeHours: orNull(fc.constantFrom('Mon-Fri 08:00-18:00', '24 hours', 'Mon-Sun 18:00-08:00', 'ring us any time')),
  email: orNull(fc.constantFrom('duty@zxcare.example', 'desk@zxhome.example')),
  notes: orNull(marked('Zxnotes')),
  lastConfirmed: orNull(isoDate(2024, 2026)),
  phoneSource: fc.constantFrom('council', 'cqc', 'none'),
  providerId: fc.constantFrom('cqc:1-000000001', 'local:999:P1', null),
});

/** A package whose dates lie around an instant. */
export function carePackage(now: Date): fc.Arbitrary<CarePackage> {
  const around = (from: number, to: number): fc.Arbitrary<string> =>
    fc.integer({ min: from, max: to }).map((days) => new Date(now.getTime() + days * day).toISOString().slice(0, 10));
  return fc.record({
    reference: marked('Zxreference'),
    component: fc.constantFrom('Home support or domiciliary care', 'Reablement', 'Day support'),
    label: mostly<string | null>(marked('Zxservice'), fc.constant(null)),
    shown: mostly(true, fc.constant(false), 9),
    fullCost: mostly(false, fc.constant(true), 9),
    start: mostly(around(-2000, -1), around(0, 30), 4),
    end: mostly<string | null>(null, around(-60, 20), 2),
    leftOutSince: mostly<Date | null>(
      null,
      fc.integer({ min: 0, max: 60 }).map((days) => new Date(now.getTime() - days * day)),
      9,
    ),
    provider,
  });
}

/** What is on record about a person at an instant. */
export function personRecord(now: Date): fc.Arbitrary<PersonRecord> {
  const eighteen = now.getUTCFullYear() - 18;
  const aroundToday = isoDate(now.getUTCFullYear() - 1, now.getUTCFullYear() + 1);
  return fc.record({
    personKey: fc.nat().map((key) => `Zxkey${key}`),
    councilId: fc.nat().map((id) => `ZxM${id}`),
    family: orNull(marked('Zxfamily')),
    given: orNull(marked('Zxgiven')),
    birthDate: mostly<string | null>(
      isoDate(1915, eighteen - 1),
      fc.oneof(fc.constant(null), isoDate(eighteen, eighteen + 1), isoDate(eighteen + 2, eighteen + 17)),
      9,
    ),
    deathDate: mostly<string | null>(null, aroundToday),
    gender: orNull(fc.constantFrom('Zxfemale', 'Zxmale')),
    restrictions: mostly<readonly { from: string; until: string | null }[]>(
      [],
      fc.array(fc.record({ from: aroundToday, until: orNull(aroundToday) }), { minLength: 1, maxLength: 3 }),
      9,
    ),
    underReview: mostly(false, fc.constant(true)),
    unreadLines: mostly(0, fc.integer({ min: 1, max: 3 }), 4),
    packages: fc.array(carePackage(now), { maxLength: 4 }),
    referral: fc.constantFrom<ReferralState[]>('open', 'none', 'not-known'),
  });
}

/** How old each part is: mostly fresh for its own limits, sometimes stale or never received. */
export function partStates(now: Date): fc.Arbitrary<PartStates> {
  const limit = { care: 50, restrictions: 50, safeguarding: 1 } as Partial<Record<string, number>>;
  const entry = fc.record({
    fresh: mostly(true, fc.constant(false)),
    ratio: fc.double({ min: 0, max: 1, noNaN: true }),
    missing: mostly(false, fc.constant(true)),
  });
  return fc.tuple(...partKinds.map(() => entry)).map((entries) => {
    const parts: PartStates = {};
    for (const [at, kind] of partKinds.entries()) {
      const { fresh, ratio, missing } = entries[at] ?? { fresh: false, ratio: 0, missing: true };
      if (missing) continue;
      const age = (limit[kind] ?? 50) * hour * (fresh ? ratio : 1.001 + ratio);
      parts[kind] = { asAt: new Date(now.getTime() - age), bundle: 'Zxbundle' };
    }
    return parts;
  });
}
