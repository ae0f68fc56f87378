/** What the policy must never do, over generated people, agreements, requests and ages of data. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { answerKinds } from '../../src/domain/answer.ts';
import type { Answer } from '../../src/domain/answer.ts';
import { may } from '../../src/domain/caller.ts';
import { parseNhsNumber } from '../../src/domain/nhs-number.ts';
import type { CarePackage, PersonRecord } from '../../src/domain/record.ts';
import { answerTo, decide, lookUpCase } from '../support/look-up-cases.ts';
import type { LookUpCase } from '../support/look-up-cases.ts';

const hour = 3_600_000;
const runs = { numRuns: 10_000 };

const london = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London', dateStyle: 'short' });
/** London's date by the platform, not by the code under test. */
const today = (now: Date): string => london.format(now);

/** Whether an answer tells anything from the person's record. */
function discloses(answer: Answer): boolean {
  return answer.kind === 'died' || ('care' in answer && answer.care !== null);
}

/** The last day of being 17 is over: reckoned by the calendar, 29 February rolling on to 1 March. */
function isEighteen(birthDate: string, on: string): boolean {
  const [year = 0, month = 0, day = 0] = birthDate.split('-').map(Number);
  return on >= new Date(Date.UTC(year + 18, month - 1, day)).toISOString().slice(0, 10);
}

/** Why nothing may be told, in words; empty when the record may be shown. Written apart from the policy. */
function bars(one: LookUpCase): string[] {
  const { caller, agreement, request, number, counts, found, parts, now } = one;
  const day = today(now);
  const { person } = found;
  const budget = agreement?.budget;
  const emergency = request.permission === 'cannot-ask';
  const age = now.getTime() - caller.authenticatedAt.getTime();
  const restricted = person?.restrictions.some(({ from, until }) => from <= day && (until ?? '9999') >= day);
  const checks: Record<string, boolean | undefined> = {
    'not signed in': caller.userId === '' || age < 0 || age > 12 * hour,
    'no agreement': !agreement || agreement.council !== request.council || agreement.hospital !== caller.organisation,
    'agreement off or over': !agreement?.enabled || day < agreement.from || day > agreement.until,
    'role not in agreement': !agreement?.roles[caller.role] || !may(caller.role, 'look-up'),
    'purpose not in agreement': !agreement?.purposes.includes(request.reason),
    'permission refused': request.permission === 'refused',
    'permission model':
      agreement?.permission === 'ask' ? request.permission === 'not-needed' : request.permission !== 'not-needed',
    'cannot ask without a reason': emergency && request.cannotAskReason === null,
    'number not valid': !number.ok || found.invalidated,
    'typed under 18': !isEighteen(request.birthDate, day),
    'too many emergencies':
      emergency &&
      (counts.emergenciesSinceSignIn >= (budget?.emergenciesBeforeSignIn ?? 0) ||
        (counts.emergencies >= (budget?.emergenciesBeforeEachSignIn ?? 0) && counts.emergenciesSinceSignIn > 0) ||
        counts.missesSinceSignIn >= (budget?.missesBeforeSignIn ?? 0)),
    'too many wrong birth dates': counts.mismatchesOnPerson >= (budget?.mismatchesBeforeNeutral ?? 0),
    'over budget':
      !emergency &&
      (counts.people15Minutes >= (budget?.people15Minutes ?? 0) ||
        counts.peopleDay >= (budget?.peopleDay ?? 0) ||
        counts.organisationPeopleDay >= (budget?.organisationPeopleDay ?? 0) ||
        counts.misses >= (budget?.missesBeforeLock ?? 0) ||
        counts.missesSinceSignIn >= (budget?.missesBeforeSignIn ?? 0)),
    'nobody on record': person === null && !found.invalidated && !found.ambiguous,
    'two people': found.ambiguous,
    'birth date unknown': person?.birthDate === null,
    'wrong birth date': person?.birthDate ? person.birthDate !== request.birthDate : false,
    'on record under 18': person?.birthDate ? !isEighteen(person.birthDate, day) : false,
    'restricted today': restricted,
    'under review': person?.underReview,
    'restrictions never received': !parts.restrictions,
    'nothing but unread lines': person
      ? person.deathDate === null && openCare(one, person).length === 0 && unread(one, person)
      : false,
  };
  return Object.keys(checks).filter((name) => checks[name]);
}

function isOpen(one: CarePackage, day: string): boolean {
  return one.leftOutSince === null && (one.end === null || one.end >= day);
}

function mayBeShared(one: CarePackage, { agreement }: LookUpCase): boolean {
  return !one.fullCost || agreement?.fullCostPackages === 'shown';
}

function openCare(look: LookUpCase, person: PersonRecord): CarePackage[] {
  return person.packages.filter(
    (one) => isOpen(one, today(look.now)) && mayBeShared(one, look) && one.shown && one.label !== null,
  );
}

function unread(look: LookUpCase, person: PersonRecord): boolean {
  return (
    person.unreadLines > 0 ||
    person.packages.some((one) => isOpen(one, today(look.now)) && mayBeShared(one, look) && one.label === null)
  );
}

test('H01 H06 H23: something of a record is told exactly when no bar stands against it', () => {
  const kinds = new Map<string, number>();
  const barsMet = new Set<string>();
  fc.assert(
    fc.property(lookUpCase, (one) => {
      const against = bars(one);
      const answer = answerTo(one);
      assert.equal(discloses(answer), against.length === 0, `${answer.kind}: ${against.join(', ')}`);
      if (against.length > 0) assert.ok(answer.kind !== 'care' && answer.kind !== 'no-care' && answer.kind !== 'died');
      kinds.set(answer.kind, (kinds.get(answer.kind) ?? 0) + 1);
      if (against.length === 1) barsMet.add(against[0] ?? '');
    }),
    runs,
  );
  // The property says something only if both sides were met: every kind, and bars standing alone.
  assert.deepEqual([...kinds.keys()].sort(), [...answerKinds].sort());
  assert.ok((kinds.get('care') ?? 0) > 1000, `care ${kinds.get('care')} times`);
  assert.ok(barsMet.size >= 17, `alone: ${[...barsMet].join(', ')}`);
});

test('H02 H03: care is said only when open care was read from files fresh enough, no care only when nothing is unread', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(lookUpCase, (one) => {
      const answer = answerTo(one);
      const { parts, now, found, agreement } = one;
      const age = (asAt: Date | undefined): number => (asAt ? now.getTime() - asAt.getTime() : Infinity);
      const stale =
        age(parts.care?.asAt) > (agreement?.freshness.care.red ?? 0) ||
        age(parts.restrictions?.asAt) > (agreement?.freshness.restrictions.overdueAfter ?? 0);
      if (answer.kind === 'care' || answer.kind === 'no-care' || answer.kind === 'no-record')
        assert.equal(stale, false, answer.kind);
      if (answer.kind === 'overdue') assert.equal(stale, true);
      const saysNone = answer.kind === 'no-care' || (answer.kind === 'overdue' && answer.lastKnown === 'no-care');
      const saysCare = answer.kind === 'care' || (answer.kind === 'overdue' && answer.lastKnown === 'care');
      if (saysNone || saysCare) {
        assert.ok(found.person);
        assert.equal(openCare(one, found.person).length > 0, saysCare);
        if (saysNone) assert.equal(unread(one, found.person), false);
      }
      if (answer.kind === 'overdue' && answer.lastKnown === 'no-record')
        assert.ok(found.person === null && parts.care && parts.restrictions);
      seen.add(answer.kind === 'overdue' ? `overdue ${answer.lastKnown}` : answer.kind);
    }),
    runs,
  );
  for (const kind of [
    'care',
    'no-care',
    'no-record',
    'overdue care',
    'overdue no-care',
    'overdue no-record',
    'overdue nothing',
  ]) {
    assert.ok(seen.has(kind), `${kind} was never met`);
  }
});

type Removal = (one: LookUpCase) => LookUpCase;
const onAgreement =
  (change: object): Removal =>
  (one) => ({ ...one, agreement: one.agreement && { ...one.agreement, ...change } });
const onRequest =
  (change: object): Removal =>
  (one) => ({ ...one, request: { ...one.request, ...change } });
const onCaller =
  (change: object): Removal =>
  (one) => ({ ...one, caller: { ...one.caller, ...change } });
const onPerson =
  (change: object): Removal =>
  (one) => ({ ...one, found: { ...one.found, person: one.found.person && { ...one.found.person, ...change } } });
const onPackages =
  (change: object): Removal =>
  (one) =>
    onPerson({ packages: one.found.person?.packages.map((each) => ({ ...each, ...change })) ?? [] })(one);
const withoutPart =
  (kind: keyof LookUpCase['parts']): Removal =>
  (one) => ({ ...one, parts: { ...one.parts, [kind]: undefined } as never });
const withoutTime =
  (kind: keyof LookUpCase['parts']): Removal =>
  (one) =>
    one.parts[kind] ? { ...one, parts: { ...one.parts, [kind]: { asAt: new Date(NaN), bundle: '' } } } : one;

/** Everything that speaks for showing, taken away or made empty. What speaks against it stays. */
const removals: Record<string, Removal> = {
  agreement: (one) => ({ ...one, agreement: null }),
  enabled: onAgreement({ enabled: false }),
  purposes: onAgreement({ purposes: [] }),
  roles: onAgreement({ roles: {} }),
  fields: onAgreement({ fields: [] }),
  permissionModel: onAgreement({ permission: '' }),
  until: onAgreement({ until: '' }),
  userId: onCaller({ userId: '' }),
  role: onCaller({ role: '' }),
  organisation: onCaller({ organisation: '' }),
  authenticatedAt: onCaller({ authenticatedAt: new Date(NaN) }),
  reason: onRequest({ reason: '' }),
  permission: onRequest({ permission: '' }),
  cannotAskReason: onRequest({ cannotAskReason: null }),
  typedBirthDate: onRequest({ birthDate: '' }),
  typedCouncil: onRequest({ council: '' }),
  typedNumber: (one) => ({ ...one, number: parseNhsNumber('') }),
  person: (one) => ({ ...one, found: { ...one.found, person: null } }),
  birthDate: onPerson({ birthDate: null }),
  birthDateEmpty: onPerson({ birthDate: '' }),
  label: onPackages({ label: null }),
  parts: (one) => ({ ...one, parts: {} }),
  care: withoutPart('care'),
  restrictions: withoutPart('restrictions'),
  careTime: withoutTime('care'),
  restrictionsTime: withoutTime('restrictions'),
};

test('deny by default: taking away what speaks for showing never turns a refusal into a disclosure', () => {
  let tried = 0;
  const some = fc.subarray(Object.keys(removals), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(lookUpCase, some, (one, names) => {
      if (discloses(answerTo(one))) return;
      tried++;
      const less = names.reduce((all, name) => removals[name]?.(all) ?? all, one);
      assert.equal(discloses(answerTo(less)), false, decide(less).kind);
    }),
    runs,
  );
  assert.ok(tried > 1000);
});

const needed = Object.keys(removals).filter(
  (name) => !['fields', 'cannotAskReason', 'label', 'care', 'careTime', 'restrictionsTime'].includes(name),
);

test('each fact that showing rests on is needed: without it nothing of the record is told', () => {
  const met = new Set<string>();
  fc.assert(
    fc.property(lookUpCase, fc.constantFrom(...needed), (one, name) => {
      if (!discloses(answerTo(one))) return;
      met.add(name);
      const answer = answerTo(removals[name]?.(one) ?? one);
      assert.equal(discloses(answer), false, `${name}: ${answer.kind}`);
    }),
    { numRuns: 3000 },
  );
  assert.deepEqual([...met].sort(), [...needed].sort());
});

test('H21: an emergency is never refused for a budget of people or misses, and always tells the privacy officer', () => {
  let met = 0;
  fc.assert(
    fc.property(lookUpCase, (one) => {
      if (one.request.permission !== 'cannot-ask') return;
      const { kind, alert } = decide(one);
      assert.notEqual(kind, 'over-budget');
      if (!discloses(answerTo(one))) return;
      met++;
      assert.ok(alert === 'emergency-access' || alert === 'emergency-over-budget');
    }),
    { numRuns: 3000 },
  );
  assert.ok(met > 50);
});
