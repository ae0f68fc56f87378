/** What a recipient reads, and that nothing else of anybody can get into it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ContentFacts } from '../../src/domain/notice-content.ts';
import { isIdentified, noticeContent } from '../../src/domain/notice-content.ts';
import { identifiers } from '../../src/domain/notice-terms.ts';
import type { Identifier } from '../../src/domain/notice-terms.ts';
import { alertWords, noticeText } from '../../src/domain/notice-text.ts';
import { factKinds, noticeKinds } from '../../src/domain/notice.ts';
import type { FactKind, NoticeKind } from '../../src/domain/notice.ts';
import { on } from '../support/stays.ts';

const barbara: ContentFacts = {
  person: { family: 'Holmes', given: 'Barbara', birthDate: '1941-03-14', nhsNumber: '9990000018', ownReference: 'BH-7' },
  hospital: { name: 'Kings Vale Hospital', phone: '01632 960300' },
  kind: 'restart',
  of: 'restart',
  ask: { expectedHome: { date: '2026-03-02', at: on('14:00') }, restartFrom: { date: '2026-03-02', visit: 'tea' }, goneAt: on('14:05') },
  answerBy: on('09:15'),
}; // prettier-ignore
const now = on('09:00');
const standard: Identifier[] = ['name', 'birth-date', 'own-reference'];

function words(facts: Partial<ContentFacts>, by: readonly Identifier[] = standard): string[] {
  const { heading, who, where, what, answer } = noticeText(noticeContent({ ...barbara, ...facts }, by), now);
  return [heading, ...who, where, ...what, answer ?? 'no answer needed'].map((line) => line.replaceAll('\u00a0', ' '));
}

describe('a notice reads', () => {
  it('who, where, what and by when', () => {
    assert.deepEqual(words({}), [
      'Going home, please restart',
      'HOLMES, Barbara',
      'Born 14 March 1941',
      'Your reference BH-7',
      'Kings Vale Hospital, phone 01632 960 300',
      'This person is going home. Please restart care and tell us the time of the first visit.',
      'Expected home: today at 2pm.',
      'First visit wanted: 2 March 2026, tea time.',
      'Please answer by 9:15am.',
    ]);
  });

  it('only by the identifiers that the agreement names', () => {
    assert.deepEqual(words({}, ['name', 'nhs-number']).slice(1, 3), ['HOLMES, Barbara', 'NHS number 999 000 0018']);
    for (const one of identifiers) {
      const { who } = noticeContent(barbara, [one]);
      const keys = { name: ['family', 'given'], 'birth-date': ['birthDate'], 'nhs-number': ['nhsNumber'], 'own-reference': ['ownReference'] }; // prettier-ignore
      assert.deepEqual(Object.keys(who), keys[one]);
    }
  });

  it('nothing beside what belongs to its kind', () => {
    const last = (of: FactKind): string[] => words({ kind: of, of }).slice(5, -1);
    assert.deepEqual(last('with-us').slice(1), ['Expected home: today at 2pm.']);
    assert.deepEqual(last('hold').slice(1), ['Expected home: today at 2pm.']);
    assert.deepEqual(last('home-changed').slice(1), ['Expected home: today at 2pm.']);
    assert.deepEqual(last('gone').slice(1), ['First visit wanted: 2 March 2026, tea time.', 'Left: today at 2:05pm.']);
  });

  it('with a day where only the day is known, and a date for another day', () => {
    const home = (date: string, at: Date | null): string | undefined =>
      words({ ask: { ...barbara.ask, expectedHome: { date, at }, restartFrom: null } })[6];
    assert.equal(home('2026-03-03', null), 'Expected home: 3 March 2026.');
    assert.equal(home('2026-03-03', on('1 10:30')), 'Expected home: 3 March 2026 at 10:30am.');
    assert.equal(words({ answerBy: on('1 08:00') }).at(-1), 'Please answer by 3 March 2026 at 8am.');
    assert.equal(words({ answerBy: null }).at(-1), 'no answer needed');
  });

  it('as a correction what is so now, as a cancellation only that it is not so', () => {
    assert.deepEqual(words({ kind: 'correction' }).slice(5, 7), [
      'This replaces what we told you before.',
      'This person is going home. Please restart care and tell us the time of the first visit.',
    ]);
    assert.equal(words({ kind: 'correction' })[0], 'Correction: going home, please restart');
    const cancelled = words({ kind: 'cancellation', of: 'hold' });
    assert.equal(cancelled[0], 'Cancelled: hold visits');
    assert.equal(cancelled.length, 7);
    assert.match(cancelled[5] ?? '', /not so/);
  });

  it('in one line whatever a name holds, and without an NHS number or birth date that is none', () => {
    const person = {
      family: 'Hol\nmes\u202e\u0000',
      given: ' B ',
      birthDate: '1941-02-30',
      nhsNumber: '9990000019',
      ownReference: null,
    };
    assert.deepEqual(noticeContent({ ...barbara, person }, identifiers).who, { family: 'Hol mes', given: 'B' });
  });
});

it('of no kind that is known is no notice', () => {
  for (const changes of [{ kind: 'referral' }, { of: 'toString' }]) {
    assert.throws(() => noticeContent({ ...barbara, ...changes } as ContentFacts, standard), TypeError);
  }
});

it('a content identifies by a name with birth date or number, and by nothing less', () => {
  const is = (by: Identifier[], person: Partial<ContentFacts['person']> = {}): boolean =>
    isIdentified(noticeContent({ ...barbara, person: { ...barbara.person, ...person } }, by));
  assert.equal(is(['name', 'birth-date']), true);
  assert.equal(is(['name', 'nhs-number']), true);
  assert.equal(is(['name', 'own-reference']), false);
  assert.equal(is(['birth-date', 'nhs-number']), false);
  assert.equal(is(['name', 'birth-date'], { birthDate: null }), false);
  assert.equal(is(['name', 'birth-date'], { family: null }), true);
});

const canary = 'QZX';
/** Names of fields that clinical, safeguarding and council records have, and any others. */
const foreign = fc.oneof(
  fc.constantFrom(
    'referral', 'safeguarding', 'reason', 'diagnosis', 'complaint', 'ward', 'team', 'specialty', 'consultant', 'notes',
    'carePlan', 'keySafe', 'funding', 'support', 'permission', 'restrictions', 'packages', 'stay', 'patientClass', 'text',
  ),
  fc.string({ minLength: 1, maxLength: 12 }),
); // prettier-ignore
const poison: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    fc.string().map((text) => canary + text),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(foreign, tie('value'), { maxKeys: 3 }),
  ),
})).value;
const known = new Set(['person', 'hospital', 'kind', 'of', 'ask', 'answerBy', 'family', 'given', 'birthDate', 'nhsNumber', 'ownReference', 'name', 'phone', 'expectedHome', 'restartFrom', 'goneAt', 'date', 'at', 'visit', '__proto__']); // prettier-ignore
const extras = fc
  .dictionary(foreign, poison, { minKeys: 1, maxKeys: 4 })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([key]) => !known.has(key))));

it('H13: no field of a referral, of treatment or of a council’s record gets into a notice, wherever it stands', () => {
  const facts = fc
    .record({
      of: fc.constantFrom(...(Object.keys(factKinds) as FactKind[])),
      as: fc.constantFrom<('itself' | NoticeKind)[]>('itself', 'correction', 'cancellation'),
      by: fc.subarray([...identifiers]),
      more: fc.tuple(extras, extras, extras, extras, extras, extras),
      // A field of the right name with the wrong content does not get in either.
      visit: fc.constantFrom('tea', 'QZX visit'),
      date: fc.constantFrom('2026-03-02', 'QZX'),
      nhsNumber: fc.constantFrom('9990000018', 'QZX 9990000018', null),
      birthDate: fc.constantFrom('1941-03-14', 'QZX', null),
    })
    .map(({ of, as, by, more, visit, date, nhsNumber, birthDate }) => {
      const { person, hospital } = barbara;
      const poisoned = {
        ...more[0],
        person: { ...more[1], ...person, nhsNumber, birthDate },
        hospital: { ...more[2], ...hospital },
        kind: as === 'itself' ? of : as,
        of,
        ask: {
          ...more[3],
          expectedHome: { ...more[4], date, at: null },
          restartFrom: { ...more[5], date, visit },
          goneAt: on('14:05'),
        },
        answerBy: on('09:15'),
      } as unknown as ContentFacts;
      return { poisoned, by, kind: as === 'itself' ? of : as };
    });
  fc.assert(
    fc.property(facts, ({ poisoned, by, kind }) => {
      assert.ok(Object.hasOwn(noticeKinds, kind));
      const content = noticeContent(poisoned, by);
      assert.ok(!JSON.stringify(content).includes(canary), JSON.stringify(content));
      assert.ok(!JSON.stringify(noticeText(content, now)).includes(canary));
      const allowed = new Set(['who', 'where', 'kind', 'of', 'expectedHome', 'restartFrom', 'goneAt', 'answerBy']);
      for (const key of Object.keys(content)) assert.ok(allowed.has(key), key);
      assert.deepEqual(Object.keys(content.where), ['hospital', 'phone']);
    }),
    { numRuns: 5_000 },
  );
});

describe('H13: an e-mail or text message', () => {
  const link = 'https://homeward.example/inbox';
  it('says that something waits, where, and nothing else', () => {
    assert.deepEqual(alertWords(link), {
      subject: 'A message is waiting for you',
      email:
        'A message is waiting for you in Homeward.\n\nSign in to read and answer it:\nhttps://homeward.example/inbox\n\n' +
        'This e-mail holds no personal information. Please do not reply to it.\n',
      text: 'A message is waiting for you in Homeward. Sign in: https://homeward.example/inbox',
    });
    assert.equal(alertWords(link, true).subject, 'A message is still waiting for your answer');
  });

  it('may lead to this computer itself, as the demo’s does', () => {
    assert.match(alertWords('http://localhost:3000/inbox').email, /\nhttp:\/\/localhost:3000\/inbox\n/);
  });

  it('fits one text message, in the plain alphabet, with a link of 90 characters', () => {
    const long = `https://homeward.example/${'a'.repeat(65)}`;
    for (const reminder of [false, true]) {
      assert.ok(alertWords(long, reminder).text.length <= 160);
      assert.match(alertWords(long, reminder).text, /^[\x20-\x7e]+$/);
    }
  });

  it('is not written with a link that could carry somebody’s data, or be read on the way', () => {
    for (const bad of [
      'http://homeward.example/inbox',
      'http://localhost.example/inbox',
      'https://homeward.example/inbox?nhs=1',
      'https://homeward.example/9990000018',
      'https://homeward.example/999-000-0018',
      'https://homeward.example/in box',
      'javascript:alert(1)',
      '',
    ]) {
      assert.throws(() => alertWords(bad), TypeError, bad);
    }
  });
});
