/** A council, a hospital, an agreement and callers that tests share. All fictional. */
import { agreementSchema } from '../../src/domain/agreement.ts';
import type { Agreement } from '../../src/domain/agreement.ts';
import type { Caller, Role } from '../../src/domain/caller.ts';
import { councilSchema } from '../../src/domain/organisation.ts';
import type { Council } from '../../src/domain/organisation.ts';
import type { LookUpRequest } from '../../src/domain/policy.ts';
import type { HolidayCalendar } from '../../src/domain/office-hours.ts';

export const council: Council = councilSchema.parse({
  id: '999',
  name: 'Sherwood County Council',
  dayHours: 'Mon-Fri 08:30-17:00',
  day: { number: '01632 960200', label: 'Adult care duty team' },
  night: { number: '01632 960201', label: 'Emergency duty team' },
});

export const holidays: HolidayCalendar = {
  days: new Set(['2026-08-31', '2026-12-25', '2026-12-28', '2027-01-01']),
  knownUntil: '2027-12-31',
};

const agreementText = {
  id: 'sherwood-kings-vale',
  version: 1,
  council: '999',
  hospital: 'KVH',
  enabled: true,
  from: '2026-01-01',
  until: '2030-12-31',
  purposes: ['decide-admission', 'plan-discharge', 'contact-provider'],
  permission: 'ask',
  roles: {
    'emergency-nurse': { safeguarding: true },
    'discharge-nurse': { safeguarding: true },
    'ward-clerk': { safeguarding: false },
  },
  fields: [
    'name', 'gender', 'council-id', 'service', 'provider', 'status', 'dates', 'phone', 'email', 'contact-notes', 'safeguarding',
  ],
  fullCostPackages: 'not-shown',
  recentlyEnded: '42 days',
  freshness: {
    care: { amber: '26 hours', red: '50 hours' },
    safeguarding: { notAvailableAfter: '1 hour' },
    contacts: { amber: '90 days', red: '365 days' },
    restrictions: { overdueAfter: '50 hours' },
  },
  budget: {
    people15Minutes: 30,
    peopleDay: 120,
    organisationPeopleDay: 2000,
    missesBeforeSignIn: 5,
    missesBeforeLock: 10,
    emergenciesBeforeSignIn: 5,
    emergenciesBeforeEachSignIn: 15,
    mismatchesBeforeNeutral: 3,
  },
  retention: { answers: '1 hour', closedFacts: '42 days', heldExtracts: '7 days' },
}; // prettier-ignore

/** The agreement, with parts changed for a test; lengths of time in words. */
export function agreementWith(changes: Record<string, unknown> = {}): Agreement {
  return agreementSchema.parse({ ...agreementText, ...changes });
}

/** Half past six in the morning of 30 September 2026, a Wednesday. */
export const morning = '2026-09-30T06:00:00+01:00';

/** Somebody of the hospital who signed in at a moment. */
export function callerOf(role: Role = 'emergency-nurse', at = morning, user = 'nurse-1'): Caller {
  return {
    userId: `https://sign-in.example|${user}`,
    name: 'Nia Example',
    role,
    organisation: 'KVH',
    team: 'Emergency department',
    authenticatedBy: 'demo',
    authenticatedAt: new Date(at),
    session: `session-of-${user}`,
  };
}

/** A look-up with the person's permission. */
export function requestFor(nhsNumber: string, birthDate: string, changes: Partial<LookUpRequest> = {}): LookUpRequest {
  return {
    council: '999',
    nhsNumber,
    birthDate,
    familyName: null,
    reason: 'decide-admission',
    permission: 'given',
    cannotAskReason: null,
    ...changes,
  };
}
