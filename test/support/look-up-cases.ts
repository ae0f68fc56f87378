/** Whole generated look-ups, and how the policy and the composition answer them. */
import fc from 'fast-check';
import { cannotAskReasons, permissionAnswers, reasons, shareableFields } from '../../src/domain/agreement.ts';
import type { Agreement, CannotAskReason, Reason } from '../../src/domain/agreement.ts';
import type { Answer } from '../../src/domain/answer.ts';
import { roles } from '../../src/domain/caller.ts';
import type { Caller } from '../../src/domain/caller.ts';
import { composeAnswer } from '../../src/domain/compose-answer.ts';
import { parseNhsNumber } from '../../src/domain/nhs-number.ts';
import type { NhsNumberResult } from '../../src/domain/nhs-number.ts';
import { decideBeforeAsking, decideOnRecord } from '../../src/domain/policy.ts';
import type { Decision, LookUpRequest, UseCounts } from '../../src/domain/policy.ts';
import type { NumberResolution, PartStates, PersonRecord } from '../../src/domain/record.ts';
import { instant, isoDate, mostly, nhsNumber, orNull, partStates, personRecord } from './arbitraries.ts';
import { agreementWith, callerOf, holidays } from './site.ts';

const base = agreementWith();
const hour = 3_600_000;
const day = 24 * hour;

/** An agreement for an instant: mostly in force, with any set of fields. */
export function agreementAt(now: Date): fc.Arbitrary<Agreement> {
  const ever = { from: '2020-01-01', until: '2035-12-31' };
  const over = { from: '2020-01-01', until: new Date(now.getTime() - 2 * day).toISOString().slice(0, 10) };
  const notYet = { from: new Date(now.getTime() + 2 * day).toISOString().slice(0, 10), until: '2035-12-31' };
  return fc
    .record({
      enabled: mostly(true, fc.constant(false)),
      dates: mostly(ever, fc.constantFrom(over, notYet)),
      purposes: mostly(base.purposes, fc.subarray(base.purposes, { minLength: 1 }), 9),
      permission: mostly<'ask' | 'not-needed'>('ask', fc.constant('not-needed'), 9),
      fields: mostly([...shareableFields], fc.subarray([...shareableFields]), 1),
      fullCostPackages: fc.constantFrom<('shown' | 'not-shown')[]>('shown', 'not-shown'),
      council: mostly('999', fc.constant('998')),
      hospital: mostly('KVH', fc.constant('OTHER')),
    })
    .map(({ dates, ...rest }) => ({ ...base, ...rest, ...dates }));
}

/** Somebody signed in: mostly of the hospital, with a role of the agreement, this half day. */
export function caller(now: Date): fc.Arbitrary<Caller> {
  return fc.record({
    userId: mostly('https://sign-in.example|nurse-1', fc.constant('')),
    name: fc.constant('Nia Example'),
    role: mostly(
      fc.constantFrom('emergency-nurse' as const, 'discharge-nurse' as const, 'ward-clerk' as const),
      fc.constantFrom(...roles),
      9,
    ),
    organisation: mostly('KVH', fc.constantFrom('OTHER', '999', '')),
    team: fc.constant('Emergency department'),
    authenticatedBy: fc.constant('demo'),
    authenticatedAt: mostly(fc.integer({ min: 0, max: 12 * hour }), fc.constantFrom(12 * hour + 1, -1)).map(
      (ago) => new Date(now.getTime() - ago),
    ),
    session: fc.constant(callerOf().session),
  });
}

/** Counts of use: mostly within the budget of the shared agreement. */
export const useCounts: fc.Arbitrary<UseCounts> = fc.record({
  people15Minutes: mostly(fc.nat({ max: 29 }), fc.integer({ min: 30, max: 60 })),
  peopleDay: mostly(fc.nat({ max: 119 }), fc.integer({ min: 120, max: 200 })),
  organisationPeopleDay: mostly(fc.nat({ max: 1999 }), fc.integer({ min: 2000, max: 3000 })),
  missesSinceSignIn: mostly(fc.nat({ max: 4 }), fc.integer({ min: 5, max: 20 })),
  misses: mostly(fc.nat({ max: 9 }), fc.integer({ min: 10, max: 20 })),
  emergenciesSinceSignIn: mostly(fc.nat({ max: 4 }), fc.integer({ min: 5, max: 20 })),
  mismatchesOnPerson: fc.nat({ max: 3 }),
  emergencies: fc.nat({ max: 20 }),
});

/** Everything that one look-up is decided on. */
export interface LookUpCase {
  readonly caller: Caller;
  readonly agreement: Agreement | null;
  readonly request: LookUpRequest;
  readonly number: NhsNumberResult;
  readonly counts: UseCounts;
  readonly found: NumberResolution;
  readonly parts: PartStates;
  readonly now: Date;
}

/** What the policy says of a case: refused before asking, or decided on the record. */
export function decide(one: LookUpCase): Decision {
  const refused = decideBeforeAsking(one);
  if (refused || !one.agreement) return refused ?? { kind: 'not-allowed', rule: 'no agreement, and not refused' };
  return decideOnRecord({ ...one, agreement: one.agreement });
}

/** The answer to a case, composed as the look-up service does: what was found only where it was asked for. */
export function answerTo(one: LookUpCase): Answer {
  const refused = decideBeforeAsking(one);
  const found = refused ? { found: null, parts: {} } : { found: one.found, parts: one.parts };
  return composeAnswer({ ...one, ...found, holidays, decision: decide(one) });
}

const typedNumber = mostly<string>(nhsNumber, fc.constantFrom('9990000019', '9999999999', '', 'JRDAN 269', '9.99E+09'));
const permission = mostly(
  fc.constantFrom('given' as const, 'given' as const, 'cannot-ask' as const),
  fc.constantFrom(...permissionAnswers),
  9,
);

/** A whole look-up of the person on record, mostly with the right birth date. */
export const lookUpCase: fc.Arbitrary<LookUpCase> = instant.chain((now) =>
  fc
    .record({
      caller: caller(now),
      agreement: mostly<Agreement | null>(agreementAt(now), fc.constant(null)),
      typedNumber,
      typedBirthDate: mostly<string | null>(null, isoDate(1915, now.getUTCFullYear())),
      familyName: orNull(fc.constantFrom('Smith', 'Zxfamilybd', "O'Brien")),
      reason: fc.constantFrom(...(Object.keys(reasons) as Reason[])),
      permission,
      cannotAskReason: mostly<CannotAskReason | null>(
        fc.constantFrom(...(Object.keys(cannotAskReasons) as CannotAskReason[])),
        fc.constant(null),
      ),
      counts: useCounts,
      person: mostly<PersonRecord | null>(personRecord(now), fc.constant(null)),
      current: nhsNumber,
      superseded: mostly(false, fc.constant(true), 4),
      invalidated: mostly(false, fc.constant(true)),
      ambiguous: mostly(false, fc.constant(true)),
      parts: partStates(now),
    })
    .map((made): LookUpCase => {
      const number = parseNhsNumber(made.typedNumber);
      const { reason, cannotAskReason, familyName, superseded, invalidated, ambiguous, person } = made;
      const permissionGiven =
        made.agreement?.permission === 'not-needed' && made.permission === 'given' ? 'not-needed' : made.permission;
      return {
        caller: made.caller,
        agreement: made.agreement,
        request: {
          council: '999',
          nhsNumber: made.typedNumber,
          birthDate: made.typedBirthDate ?? person?.birthDate ?? '1941-03-14',
          familyName,
          reason,
          permission: permissionGiven,
          cannotAskReason,
        },
        number,
        counts: made.counts,
        found: {
          current: superseded || !number.ok ? made.current : number.value,
          superseded,
          invalidated,
          ambiguous,
          person: ambiguous || invalidated ? null : person,
        },
        parts: made.parts,
        now,
      };
    }),
);
