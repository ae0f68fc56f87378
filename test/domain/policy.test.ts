/** The policy's table: the order of its checks, each rule, each kind of answer and each alert. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerKinds } from '../../src/domain/answer.ts';
import { parseNhsNumber } from '../../src/domain/nhs-number.ts';
import type { NhsNumber } from '../../src/domain/nhs-number.ts';
import { decideOnRecord, freshnessOf, isRestricted, sharePackages } from '../../src/domain/policy.ts';
import type { LookUpRequest, UseCounts } from '../../src/domain/policy.ts';
import type { CarePackage, NumberResolution, PersonRecord } from '../../src/domain/record.ts';
import { decide } from '../support/look-up-cases.ts';
import type { LookUpCase } from '../support/look-up-cases.ts';
import { agreementWith, callerOf, morning, requestFor } from '../support/site.ts';

const now = new Date(morning);
const hour = 3_600_000;
const ago = (hours: number): { asAt: Date; bundle: string } => ({
  asAt: new Date(now.getTime() - hours * hour),
  bundle: '1',
});

const homeCare: CarePackage = {
  reference: 'P-1', component: 'Home support or domiciliary care', label: 'Home care', shown: true, fullCost: false,
  start: '2025-11-03', end: null, leftOutSince: null,
  provider: {
    name: 'Fictional Home Care', phone: '01632 960101', outOfHoursPhone: null, officeHours: null, email: null, notes: null,
    lastConfirmed: null, phoneSource: 'council', providerId: 'cqc:1-000000001',
  },
}; // prettier-ignore

const barbara: PersonRecord = {
  personKey: '1', councilId: 'M100001', family: 'Example', given: 'Barbara', birthDate: '1941-03-14', deathDate: null,
  gender: 'Female', restrictions: [], underReview: false, unreadLines: 0, packages: [homeCare], referral: 'none',
}; // prettier-ignore

const unused: UseCounts = {
  people15Minutes: 0, peopleDay: 0, organisationPeopleDay: 0, missesSinceSignIn: 0, misses: 0,
  emergenciesSinceSignIn: 0, mismatchesOnPerson: 0, emergencies: 0,
}; // prettier-ignore

const barbarasNumber = '9990000018' as NhsNumber;

interface Changes extends Partial<Omit<LookUpCase, 'request' | 'counts' | 'found'>> {
  request?: Partial<LookUpRequest>;
  counts?: Partial<UseCounts>;
  found?: Partial<NumberResolution>;
  person?: Partial<PersonRecord>;
}

/** Barbara is looked up with everything in order, but for the changes. */
function lookUp(changes: Changes = {}): LookUpCase {
  const request = requestFor(barbarasNumber, '1941-03-14', changes.request);
  const found = {
    current: barbarasNumber,
    superseded: false,
    invalidated: false,
    ambiguous: false,
    person: { ...barbara, ...changes.person },
  };
  return {
    caller: callerOf(),
    agreement: agreementWith(),
    parts: { care: ago(6), restrictions: ago(6), safeguarding: ago(0.5) },
    now,
    ...changes,
    number: parseNhsNumber(request.nhsNumber),
    request,
    counts: { ...unused, ...changes.counts },
    found: { ...found, ...changes.found },
  };
}

const cannotAsk: Partial<LookUpRequest> = { permission: 'cannot-ask', cannotAskReason: 'confused' };
const overdue = { care: ago(51), restrictions: ago(6) };
const { roles, budget } = agreementWith();

const table: [name: string, changes: Changes, kind: string, rule: string, alert?: string][] = [
  ['everything in order', {}, 'care', 'R11'],
  ['no user id', { caller: { ...callerOf(), userId: '' } }, 'sign-in-again', 'R1'],
  ['signed in exactly 12 hours ago', { caller: callerOf('emergency-nurse', '2026-09-29T18:00:00+01:00') }, 'care', 'R11'],
  ['signed in longer than 12 hours ago', { caller: callerOf('emergency-nurse', '2026-09-29T17:59:59.999+01:00') }, 'sign-in-again', 'R1'],
  ['signed in in the future', { caller: callerOf('emergency-nurse', '2026-09-30T06:00:00.001+01:00') }, 'sign-in-again', 'R1'],
  ['H10: signed in at no time that can be read', { caller: { ...callerOf(), authenticatedAt: new Date(NaN) } }, 'sign-in-again', 'R1'],
  ['no agreement', { agreement: null }, 'not-allowed', 'R2'],
  ['an agreement switched off', { agreement: agreementWith({ enabled: false }) }, 'not-allowed', 'R2'],
  ['an agreement that ended yesterday', { agreement: agreementWith({ until: '2026-09-29' }) }, 'not-allowed', 'R2'],
  ['an agreement that ends today', { agreement: agreementWith({ until: '2026-09-30' }) }, 'care', 'R11'],
  ['an agreement that starts tomorrow', { agreement: agreementWith({ from: '2026-10-01' }) }, 'not-allowed', 'R2'],
  ['an agreement that starts today', { agreement: agreementWith({ from: '2026-09-30' }) }, 'care', 'R11'],
  ['an agreement of another hospital', { agreement: agreementWith({ hospital: 'OTHER' }) }, 'not-allowed', 'R2'],
  ['an agreement of another council', { agreement: agreementWith({ council: '998' }) }, 'not-allowed', 'R2'],
  ['a role that the agreement does not name', { caller: callerOf('emergency-doctor') }, 'not-allowed', 'R3'],
  ['a role that may not look anybody up, though the agreement names it', { caller: callerOf('operator'), agreement: agreementWith({ roles: { ...roles, operator: { safeguarding: true } } }) }, 'not-allowed', 'R3'],
  ['a role that nobody knows', { caller: callerOf('constructor' as never) }, 'not-allowed', 'R3'],
  ['a purpose that the agreement does not name', { agreement: agreementWith({ purposes: ['plan-discharge'] }) }, 'not-allowed', 'R4'],
  ['permission refused', { request: { permission: 'refused' } }, 'permission-refused', 'R7'],
  ['permission refused where none is needed', { request: { permission: 'refused' }, agreement: agreementWith({ permission: 'not-needed' }) }, 'permission-refused', 'R7'],
  ['permission not asked where it must be', { request: { permission: 'not-needed' } }, 'not-allowed', 'R7'],
  ['permission not needed by the agreement', { request: { permission: 'not-needed' }, agreement: agreementWith({ permission: 'not-needed' }) }, 'care', 'R11'],
  ['permission given where none is needed', { agreement: agreementWith({ permission: 'not-needed' }) }, 'not-allowed', 'R7'],
  ['cannot ask, no reason', { request: { permission: 'cannot-ask' } }, 'not-allowed', 'R7'],
  ['cannot ask, a reason of no list', { request: { permission: 'cannot-ask', cannotAskReason: 'toString' as never } }, 'not-allowed', 'R7'],
  ['cannot ask', { request: cannotAsk }, 'care', 'R11', 'emergency-access'],
  ['a number that fails its check digit', { request: { nhsNumber: '9990000019' } }, 'number-not-valid', 'R5'],
  ['H06: 18 tomorrow by the date typed', { request: { birthDate: '2008-10-01' } }, 'child', 'R8'],
  ['H06: 18 today, typed and on record', { request: { birthDate: '2008-09-30' }, person: { birthDate: '2008-09-30' } }, 'care', 'R11'],
  ['H06: a date typed that is no date', { request: { birthDate: 'unknown' } }, 'child', 'R8'],
  ['30 people in 15 minutes', { counts: { people15Minutes: budget.people15Minutes } }, 'over-budget', 'R14', 'over-budget'],
  ['29 people in 15 minutes', { counts: { people15Minutes: budget.people15Minutes - 1 } }, 'care', 'R11'],
  ['the day’s people', { counts: { peopleDay: budget.peopleDay } }, 'over-budget', 'R14', 'over-budget'],
  ['the organisation’s people', { counts: { organisationPeopleDay: budget.organisationPeopleDay } }, 'over-budget', 'R14', 'over-budget'],
  ['misses before signing in again', { counts: { missesSinceSignIn: budget.missesBeforeSignIn } }, 'sign-in-again', 'R14', 'repeated-misses'],
  ['misses before the lock', { counts: { misses: budget.missesBeforeLock, missesSinceSignIn: 0 } }, 'over-budget', 'R14', 'repeated-misses'],
  ['repeated emergencies', { request: cannotAsk, counts: { emergenciesSinceSignIn: budget.emergenciesBeforeSignIn } }, 'sign-in-again', 'R14', 'repeated-emergencies'],
  ['H21: an emergency at the lock for misses', { request: cannotAsk, counts: { misses: budget.missesBeforeLock } }, 'care', 'R11', 'emergency-over-budget'],
  ['an emergency after too many misses', { request: cannotAsk, counts: { missesSinceSignIn: budget.missesBeforeSignIn } }, 'sign-in-again', 'R14', 'repeated-misses'],
  ['so many emergencies that each needs a sign-in', { request: cannotAsk, counts: { emergencies: budget.emergenciesBeforeEachSignIn, emergenciesSinceSignIn: 1 } }, 'sign-in-again', 'R14', 'many-emergencies'],
  ['H21: many emergencies, and this one signed in for', { request: cannotAsk, counts: { emergencies: 10 * budget.emergenciesBeforeEachSignIn } }, 'care', 'R11', 'emergency-access'],
  ['H21: an emergency over budget opens, and is told of', { request: cannotAsk, counts: { peopleDay: budget.peopleDay, misses: budget.missesBeforeLock } }, 'care', 'R11', 'emergency-over-budget'],
  ['H04: a number withdrawn', { found: { invalidated: true, person: null } }, 'number-not-valid', 'R5'],
  ['H04: two people behind one number', { found: { ambiguous: true } }, 'cannot-show', 'R5'],
  ['nobody on record', { found: { person: null } }, 'no-record', 'R5'],
  ['H02: nobody in an extract that is overdue', { found: { person: null }, parts: overdue }, 'overdue', 'R18'],
  ['H02: nobody, and no extract ever', { found: { person: null }, parts: {} }, 'overdue', 'R18'],
  ['no birth date on record', { person: { birthDate: null } }, 'cannot-show', 'R8'],
  ['an empty birth date on record and typed', { person: { birthDate: '' }, request: { birthDate: '' } }, 'child', 'R8'],
  ['a first birth date that does not match', { request: { birthDate: '1941-04-14' } }, 'birth-date-mismatch', 'R5'],
  ['a third birth date that does not match', { request: { birthDate: '1941-04-14' }, counts: { mismatchesOnPerson: 2 } }, 'cannot-show', 'R5', 'repeated-mismatch'],
  ['H01: the right birth date after three wrong ones', { counts: { mismatchesOnPerson: 3 } }, 'cannot-show', 'R5', 'repeated-mismatch'],
  ['the right birth date after two wrong ones', { counts: { mismatchesOnPerson: 2 } }, 'care', 'R11'],
  ['a third mismatch in an emergency', { request: { ...cannotAsk, birthDate: '1941-04-14' }, counts: { mismatchesOnPerson: 2 } }, 'cannot-show', 'R5', 'repeated-mismatch'],
  ['H23: a restriction from today', { person: { restrictions: [{ from: '2026-09-30', until: null }] } }, 'cannot-show', 'R9'],
  ['H23: a restriction until today', { person: { restrictions: [{ from: '2020-01-01', until: '2026-09-30' }] } }, 'cannot-show', 'R9'],
  ['a restriction that ended yesterday', { person: { restrictions: [{ from: '2020-01-01', until: '2026-09-29' }] } }, 'care', 'R11'],
  ['a restriction from tomorrow', { person: { restrictions: [{ from: '2026-10-01', until: null }] } }, 'care', 'R11'],
  ['H23: restrictions never received, however fresh the care', { parts: { care: ago(1) } }, 'overdue', 'R18'],
  ['H23: a death, while restrictions were never received', { person: { deathDate: '2026-09-01' }, parts: { care: ago(1) } }, 'overdue', 'R18'],
  ['H23: restrictions overdue', { parts: { care: ago(1), restrictions: ago(50.1) } }, 'overdue', 'R18'],
  ['H04: a record under review', { person: { underReview: true } }, 'cannot-show', 'R5'],
  ['H05: a death on record', { person: { deathDate: '2026-09-01' } }, 'died', 'R13'],
  ['H05: a death in an overdue extract', { person: { deathDate: '2026-09-01' }, parts: overdue }, 'died', 'R13'],
  ['H02: only a line that nobody could read', { person: { packages: [], unreadLines: 1 } }, 'cannot-show', 'R11'],
  ['H02: only a service that the council’s map does not name', { person: { packages: [{ ...homeCare, label: null }] } }, 'cannot-show', 'R11'],
  ['care, and a line that nobody could read', { person: { unreadLines: 1 } }, 'care', 'R11'],
  ['H03: care exactly 50 hours old', { parts: { care: ago(50), restrictions: ago(50) } }, 'care', 'R11'],
  ['H03: care older than 50 hours', { parts: overdue }, 'overdue', 'R18'],
  ['H10: care of no time that can be read', { parts: { care: { asAt: new Date(NaN), bundle: '1' }, restrictions: ago(1) } }, 'overdue', 'R18'],
  ['H10: restrictions of no time that can be read', { parts: { care: ago(1), restrictions: { asAt: new Date(NaN), bundle: '1' } } }, 'overdue', 'R18'],
  ['no package', { person: { packages: [] } }, 'no-care', 'R11'],
]; // prettier-ignore

for (const [name, changes, kind, rule, alert] of table) {
  test(`${name}: ${kind} by ${rule}${alert ? `, alert ${alert}` : ''}`, () => {
    assert.deepEqual(decide(lookUp(changes)), alert ? { kind, rule, alert } : { kind, rule });
  });
}

test('the table above reaches every kind of answer and every rule that the policy can decide by', () => {
  assert.deepEqual(new Set(table.map(([, , kind]) => kind)), new Set(answerKinds));
  // R10 is kept at intake, R12 in the composition, R16 by the look-up service; R6 is claimed by the
  // person, R15 and R17 come with later parts.
  const reached = ['R1', 'R2', 'R3', 'R4', 'R5', 'R7', 'R8', 'R9', 'R11', 'R13', 'R14', 'R18'];
  assert.deepEqual(new Set(table.map(([, , , rule]) => rule)), new Set(reached));
});

test('checks run in the order of product rule 2, each hiding all that come after it', () => {
  const wrong: Changes[] = [
    { caller: { ...callerOf(), userId: '' } },
    { agreement: null },
    { caller: callerOf('emergency-doctor') },
    { request: { reason: 'other' as never } },
    { request: { permission: 'refused' } },
    { request: { nhsNumber: '9990000019' } },
    { request: { birthDate: '2010-01-01' } },
    { counts: { peopleDay: 120 } },
    { found: { invalidated: true } },
    { found: { ambiguous: true } },
    { person: { birthDate: null } },
    { person: { birthDate: '1941-04-14' } },
    { person: { restrictions: [{ from: '2026-01-01', until: null }] } },
    { person: { underReview: true } },
    { person: { deathDate: '2026-09-01' } },
    { parts: overdue },
  ];
  const merge = (list: readonly Changes[]): Changes =>
    // From the last to the first: where two spoil the same fact, the earlier one stands.
    list.reduceRight<Changes>((all, one) => ({
      ...all, ...one,
      request: { ...all.request, ...one.request },
      found: { ...all.found, ...one.found },
      person: { ...all.person, ...one.person },
      counts: { ...all.counts, ...one.counts },
    }), {}); // prettier-ignore
  const seen = wrong.map((_, at) => {
    const { kind, rule } = decide(lookUp(merge(wrong.slice(at))));
    return `${kind} ${rule}`;
  });
  assert.deepEqual(seen, [
    'sign-in-again R1', 'not-allowed R2', 'not-allowed R3', 'not-allowed R4', 'permission-refused R7', 'number-not-valid R5',
    'child R8', 'over-budget R14', 'number-not-valid R5', 'cannot-show R5', 'cannot-show R8', 'birth-date-mismatch R5',
    'cannot-show R9', 'cannot-show R5', 'died R13', 'overdue R18',
  ]); // prettier-ignore
});

test('H06: the day of the 18th birthday begins at London’s midnight', () => {
  const born = { request: { birthDate: '2008-07-01' }, person: { birthDate: '2008-07-01' } };
  const at = (instant: string): string => {
    const moment = new Date(instant);
    const fresh = { asAt: moment, bundle: '1' };
    return decide(
      lookUp({
        ...born,
        now: moment,
        caller: callerOf('emergency-nurse', instant),
        parts: { care: fresh, restrictions: fresh },
      }),
    ).kind;
  };
  assert.equal(at('2026-06-30T22:59:59Z'), 'child');
  assert.equal(at('2026-06-30T23:00:00Z'), 'care');
});

test('H06: a record under 18 is not shown even where nothing was asked before it', () => {
  const { agreement, ...child } = lookUp({ request: { birthDate: '2010-01-01' }, person: { birthDate: '2010-01-01' } });
  assert.ok(agreement);
  assert.deepEqual(decideOnRecord({ ...child, agreement }), { kind: 'cannot-show', rule: 'R8' });
  const noDate = {
    ...child,
    agreement,
    request: { ...child.request, birthDate: '' },
    found: { ...child.found, person: { ...barbara, birthDate: '' } },
  };
  assert.deepEqual(decideOnRecord(noDate), { kind: 'cannot-show', rule: 'R8' });
});

test('an age is fresh up to its first limit, amber up to its second, then red', () => {
  const limits = { amber: 2 * hour, red: 4 * hour };
  const freshness = (hours: number): string => freshnessOf(ago(hours).asAt, limits, now);
  assert.deepEqual([0, 2, 2.001, 4, 4.001].map(freshness), ['fresh', 'fresh', 'amber', 'amber', 'red']);
  assert.equal(freshnessOf(null, limits, now), 'never');
  assert.equal(freshnessOf(new Date(NaN), limits, now), 'red');
});

test('a restriction holds on both of its days and between them', () => {
  const restrictions = [{ from: '2026-03-01', until: '2026-03-31' }];
  const held = ['2026-02-28', '2026-03-01', '2026-03-31', '2026-04-01'].map((day) =>
    isRestricted({ restrictions }, day),
  );
  assert.deepEqual(held, [false, true, true, false]);
});

const cuts: [name: string, change: Partial<CarePackage>, open: number, ended: number, unread: number][] = [
  ['an open package is open', {}, 1, 0, 0],
  ['one that ends today is still open', { end: '2026-09-30' }, 1, 0, 0],
  ['one that ended yesterday is recently ended', { end: '2026-09-29' }, 0, 1, 0],
  ['one that ended 42 days ago is recently ended', { end: '2026-08-19' }, 0, 1, 0],
  ['one that ended 43 days ago is left out', { end: '2026-08-18' }, 0, 0, 0],
  ['one that starts tomorrow is planned, and open', { start: '2026-10-01' }, 1, 0, 0],
  ['one no longer repeated is ended', { leftOutSince: new Date('2026-09-20T05:00:00Z') }, 0, 1, 0],
  ['one no longer repeated for long is left out', { leftOutSince: new Date('2026-08-01T05:00:00Z') }, 0, 0, 0],
  ['one that the service map hides is left out', { shown: false }, 0, 0, 0],
  ['H20: one that the service map does not name counts as not read', { label: null }, 0, 0, 1],
  ['one ended that the service map does not name is left out', { label: null, end: '2026-09-01' }, 0, 0, 0],
  ['one at full cost is left out where the agreement says so', { fullCost: true }, 0, 0, 0],
  ['one at full cost is not even counted when it has no name', { fullCost: true, label: null }, 0, 0, 0],
]; // prettier-ignore
for (const [name, change, open, ended, unread] of cuts) {
  test(name, () => {
    const shared = sharePackages(agreementWith(), { ...barbara, packages: [{ ...homeCare, ...change }] }, now);
    assert.deepEqual([shared.open.length, shared.ended.length, shared.unread], [open, ended, unread]);
  });
}

test('care at full cost is shown where the agreement says so', () => {
  const person = { ...barbara, packages: [{ ...homeCare, fullCost: true }] };
  assert.equal(sharePackages(agreementWith({ fullCostPackages: 'shown' }), person, now).open.length, 1);
});
