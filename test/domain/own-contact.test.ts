/** The provider's own word on how it is reached, beside the council's: the later leads, and nothing is hidden. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { numberForTheHour, parseOfficeHours } from '../../src/domain/office-hours.ts';
import { readPhone } from '../../src/domain/phone.ts';
import { chooseNumbers, chooseOfBoth } from '../../src/domain/provider-contact.ts';
import type { ChosenNumbers, NumbersOf } from '../../src/domain/provider-contact.ts';
import { composeAnswer } from '../../src/domain/compose-answer.ts';
import type { ShownPackage } from '../../src/domain/answer.ts';
import { parseNhsNumber } from '../../src/domain/nhs-number.ts';
import type { NhsNumber } from '../../src/domain/nhs-number.ts';
import type { OwnContact } from '../../src/domain/provider-contact.ts';
import type { ProviderContact } from '../../src/domain/record.ts';
import { councilPhones } from '../../src/domain/council-phone.ts';
import { answerView } from '../../src/web/pages/answer-view.ts';
import { agreementWith, callerOf, holidays, requestFor } from '../support/site.ts';

const night = new Date('2026-08-31T03:00:00+01:00');
const day = new Date('2026-09-01T10:00:00+01:00');
const weekdays = 'Mon-Fri 08:00-18:00';
const of = (office: string | null, outOfHours: string | null, hours: string | null = weekdays): NumbersOf => ({
  office: readPhone(office),
  outOfHours: readPhone(outOfHours),
  hours,
});
const flat = (given: string): string => given.replaceAll('\u00a0', '');
const words = ({ now, others }: ChosenNumbers): string[] =>
  [now, ...others].map((one) =>
    one ? `${one.kind} ${flat(one.phone.text)}${one.from ? ` ${one.from}` : ''}` : 'none',
  );

test('H07: the later word leads, and the other stands beside it with whose it is', () => {
  const own = of('01632 960101', '01632 960199');
  const council = of('01632 960101', '01632 960102');
  assert.deepEqual(words(chooseOfBoth(own, council, true, night, holidays)), [
    'out-of-hours 01632960199 provider',
    'office 01632960101',
    'out-of-hours 01632960102 council',
  ]);
  assert.deepEqual(words(chooseOfBoth(own, council, false, night, holidays)), [
    'out-of-hours 01632960102 council',
    'office 01632960101',
    'out-of-hours 01632960199 provider',
  ]);
});

test('H07: a number that answers now leads over a later word that has none', () => {
  const own = of('01632 960101', null);
  const council = of('01632 960101', '01632 960102');
  assert.deepEqual(words(chooseOfBoth(own, council, true, night, holidays)), [
    'out-of-hours 01632960102 council',
    'office 01632960101',
  ]);
  assert.equal(chooseOfBoth(own, council, true, day, holidays).now?.kind, 'office');
});

test('where both say the same nothing is said of whose it is', () => {
  const both = of('01632 960101', '01632 960102');
  assert.deepEqual(words(chooseOfBoth(both, { ...both }, true, night, holidays)), words(chooseNumbers(both, night, holidays))); // prettier-ignore
});

const phone = fc.constantFrom(null, '01632 960101', '01632960101', '01632 960102', '07700 900103', 'ask at the desk');
const hours = fc.constantFrom(null, weekdays, '24 hours', 'mornings', 'Sat,Sun 10:00-16:00; BH 09:00-12:00');
const source = fc.record({ office: phone, outOfHours: phone, hours }).map((one) => of(one.office, one.outOfHours, one.hours)); // prettier-ignore
const instant = fc
  .integer({ min: 0, max: 14 * 24 * 4 })
  .map((quarters) => new Date(night.getTime() + quarters * 900_000));

test('H07: no number of either is ever hidden, none stands twice, and one that answers now is offered', () => {
  const key = ({ kind, phone: { href, text } }: { kind: string; phone: { href: string | null; text: string } }): string => `${kind} ${href ?? text}`; // prettier-ignore
  fc.assert(
    fc.property(source, source, fc.boolean(), instant, (own, council, newer, now) => {
      const chosen = chooseOfBoth(own, council, newer, now, holidays);
      const shown = [...(chosen.now ? [chosen.now] : []), ...chosen.others].map(key);
      const all = [own, council].flatMap((one) => {
        const each = chooseNumbers(one, now, holidays);
        return [...(each.now ? [each.now] : []), ...each.others].map(key);
      });
      assert.deepEqual([...new Set(all)].sort(), [...shown].sort());
      const answers = [own, council].some(
        (one) =>
          numberForTheHour(
            { office: one.office !== null, outOfHours: one.outOfHours !== null, hours: one.hours ? parseOfficeHours(one.hours) : null },
            now,
            holidays,
          ).use !== 'none',
      );
      assert.equal(chosen.now !== null, answers);
    }),
  ); // prettier-ignore
});

const council: ProviderContact = {
  name: 'Larkfield Home Care', phone: '01632 960101', outOfHoursPhone: '01632 960102', officeHours: weekdays, email: 'Duty@larkfield.example',
  notes: null, lastConfirmed: '2026-08-19', phoneSource: 'council', providerId: 'cqc:1-000000001',
}; // prettier-ignore
const ownWord: OwnContact = {
  officePhone: '01632 960101', officeHours: weekdays, outOfHoursPhone: '01632 960199', email: 'duty@larkfield.example',
  confirmedAt: new Date('2026-08-25T12:00:00Z'),
}; // prettier-ignore

function show(provider: Partial<ProviderContact>, own: OwnContact | null, fields?: string[]): ShownPackage {
  const agreement = agreementWith();
  const answer = composeAnswer({
    decision: { kind: 'care', rule: 'R11' },
    caller: callerOf(),
    agreement: fields ? { ...agreement, fields: agreement.fields.filter((one) => fields.includes(one)) } : agreement,
    request: requestFor('9990000018', '1941-03-14'),
    number: parseNhsNumber('9990000018'),
    found: {
      current: '9990000018' as NhsNumber, superseded: false, invalidated: false, ambiguous: false,
      person: {
        personKey: '1', councilId: 'M1', family: null, given: null, birthDate: '1941-03-14', deathDate: null, gender: null,
        restrictions: [], underReview: false, unreadLines: 0, referral: 'none',
        packages: [{
          reference: 'P-1', component: 'Home care', label: 'Home care', shown: true, fullCost: false, start: '2025-11-03', end: null,
          leftOutSince: null, provider: { ...council, ...provider },
        }],
      },
    },
    parts: { care: { asAt: night, bundle: '1' }, restrictions: { asAt: night, bundle: '1' } },
    holidays,
    now: night,
    ...(own && { ownContacts: new Map([['cqc:1-000000001', own]]) }),
  }); // prettier-ignore
  assert.ok('care' in answer && answer.care?.packages[0]);
  return answer.care.packages[0];
}

const viewOf = (one: ShownPackage): { confirmed: string; now: unknown; others: unknown } => {
  const answer = { kind: 'care', at: night, council: '999', hospital: 'KVH', asked: null, supersededBy: null, age: { asAt: night, freshness: 'fresh' }, care: { banner: { family: null, given: null, birthDate: '1941-03-14', age: 85, gender: null, nhsNumber: '9990000018', councilId: null }, packages: [one], ended: [], unreadLines: 0, safeguarding: 'none-recorded', safeguardingAsAt: night, nameDiffers: false } } as const; // prettier-ignore
  const phones = councilPhones({ id: '999', name: 'Sherwood County Council', dayHours: weekdays, day: { number: '01632 960200', label: 'Day' }, night: { number: '01632 960201', label: 'Night' }, fallLimitPercent: 20 }, night, holidays); // prettier-ignore
  const [view] = answerView(answer, phones, night).packages;
  assert.ok(view);
  return view;
};

test('H07: the page says who confirmed what and when, and both numbers stand on it', () => {
  const shown = show({}, ownWord);
  assert.deepEqual(words({ ...shown, reason: '', officeHours: null }), [
    'out-of-hours 01632960199 provider',
    'office 01632960101',
    'out-of-hours 01632960102 council',
  ]);
  const view = viewOf(shown);
  assert.equal(view.confirmed, 'The provider itself confirmed its numbers on 25 August 2026. The council’s record, last confirmed 19 August 2026, differs.'); // prettier-ignore
  assert.equal(shown.email, 'duty@larkfield.example', 'the same address, not twice');
  assert.equal(viewOf(show({}, { ...ownWord, outOfHoursPhone: '01632960102' })).confirmed, 'The provider itself confirmed its numbers on 25 August 2026.'); // prettier-ignore
});

test('H07: the council’s later word leads over an older one of the provider', () => {
  const shown = show({ lastConfirmed: '2026-08-30' }, ownWord);
  assert.equal(words({ ...shown, reason: '', officeHours: null })[0], 'out-of-hours 01632960102 council');
});

test('H07: numbers that the provider changed in the last week come after the council’s, and the page says so', () => {
  const changed = { ...ownWord, confirmedAt: night, changedAt: new Date(night.getTime() - 6 * 86_400_000) };
  const shown = show({}, changed);
  assert.equal(words({ ...shown, reason: '', officeHours: null })[0], 'out-of-hours 01632960102 council');
  assert.match(
    viewOf(shown).confirmed,
    / The provider changed its numbers on 2\d August 2026: for 7 days the council’s come first\.$/,
  );
  assert.doesNotMatch(viewOf(show({ phone: null, outOfHoursPhone: null }, changed)).confirmed, /come first/);
  const older = show({}, { ...changed, changedAt: new Date(night.getTime() - 8 * 86_400_000) });
  assert.equal(words({ ...older, reason: '', officeHours: null })[0], 'out-of-hours 01632960199 provider');
  assert.doesNotMatch(viewOf(older).confirmed, /changed/);
});

test('a provider that never confirmed, or is not this one, changes nothing', () => {
  // Which provider it is stands there by itself, so that calls can be written down.
  const { providerId, ...plain } = show({}, null);
  assert.equal(providerId, 'cqc:1-000000001');
  assert.deepEqual(show({ providerId: 'cqc:1-000000002' }, ownWord), { ...plain, providerId: 'cqc:1-000000002' });
  assert.deepEqual(show({ providerId: null }, ownWord), plain);
  assert.ok(!('ownConfirmed' in plain));
});

test('an agreement that shares no phone numbers shares the provider’s own neither', () => {
  const shown = show({}, ownWord, ['service', 'provider']);
  assert.equal(shown.now, null);
  assert.deepEqual(shown.others, []);
  assert.equal(shown.email, null);
  assert.ok(!JSON.stringify(shown).includes('960'));
});
