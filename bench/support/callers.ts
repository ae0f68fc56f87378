/** Hospital staff asking at once: the look-up service driven by so many concurrent callers. */
import type { z } from 'zod';
import { agreementSchema } from '../../src/domain/agreement.ts';
import type { Agreement } from '../../src/domain/agreement.ts';
import type { Caller } from '../../src/domain/caller.ts';
import type { LookUpRequest } from '../../src/domain/policy.ts';
import { lookUp, lookUpsOn } from '../../src/services/look-up.ts';
import type { LookUpDeps } from '../../src/services/look-up.ts';
import type { Database } from '../../src/store/database.ts';
import { percentile } from './figure.ts';
import { birthDateOf, council, numberAt, personAt } from './world.ts';

const hospitals = 10;
const staff = 3_000;

/** One agreement a hospital, as its file says it; its budgets are wider than any run, everything else as in the demo. */
export const agreementFiles = Array.from({ length: hospitals }, (_, n): z.input<typeof agreementSchema> => ({
  id: `bench-h${n}`,
  version: 1,
  council,
  hospital: `H${n}`,
  enabled: true,
  from: '2020-01-01',
  until: '2099-12-31',
  purposes: ['decide-admission'],
  permission: 'ask',
  roles: { 'emergency-nurse': { safeguarding: true } },
  fields: [
      'name', 'gender', 'council-id', 'service', 'provider', 'status', 'dates',
      'phone', 'email', 'contact-notes', 'safeguarding',
    ], // prettier-ignore
  fullCostPackages: 'not-shown',
  recentlyEnded: '42 days',
  freshness: {
    care: { amber: '26 hours', red: '50 hours' },
    safeguarding: { notAvailableAfter: '26 hours' },
    contacts: { amber: '90 days', red: '365 days' },
    restrictions: { overdueAfter: '50 hours' },
  },
  budget: {
    people15Minutes: 1_000_000,
    peopleDay: 1_000_000,
    organisationPeopleDay: 10_000_000,
    missesBeforeSignIn: 1_000,
    missesBeforeLock: 10_000,
    emergenciesBeforeSignIn: 5,
    emergenciesBeforeEachSignIn: 15,
    mismatchesBeforeNeutral: 3,
  },
  retention: { answers: '1 hour', closedFacts: '42 days', heldExtracts: '7 days' },
}));

/** The same as the service reads them. */
export const agreements: readonly Agreement[] = agreementFiles.map((file) => agreementSchema.parse(file));

/** What the look-up service needs, on a database. */
export function lookUpDeps(db: Database): LookUpDeps {
  return lookUpsOn({
    db,
    clock: { now: () => new Date() },
    agreements,
    holidays: { days: new Set(), knownUntil: '2099-12-31' },
  });
}

const signedIn = new Date();

/** One of 3,000 nurses of ten hospitals. */
export function nurse(n: number): Caller {
  return {
    userId: `https://sign-in.example|${n % staff}`,
    name: 'A Nurse',
    role: 'emergency-nurse',
    organisation: `H${n % hospitals}`,
    team: 'Emergency',
    authenticatedBy: 'AAL3_ANY',
    authenticatedAt: signedIn,
    session: `session-${n % staff}`.padEnd(64, '0'),
  };
}

/** The question a nurse asks about the person of a stem. */
export function requestAt(stem: number): LookUpRequest {
  return {
    council,
    nhsNumber: numberAt(stem),
    birthDate: birthDateOf(personAt(stem)),
    familyName: null,
    reason: 'decide-admission',
    permission: 'given',
    cannotAskReason: null,
  };
}

export interface Run {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly kinds: ReadonlyMap<string, number>;
}

/** Looks people up for so many seconds, each caller asking its next question when the last is answered. */
export async function askFor(
  deps: LookUpDeps,
  options: { callers: number; seconds: number; stems: number },
): Promise<Run> {
  const times: number[] = [];
  const kinds = new Map<string, number>();
  const start = performance.now();
  const end = start + options.seconds * 1_000;
  const ask = async (): Promise<void> => {
    while (performance.now() < end) {
      const stem = Math.floor(Math.random() * options.stems);
      const asked = performance.now();
      const { answer } = await lookUp(deps, nurse(Math.floor(Math.random() * staff)), requestAt(stem));
      times.push(performance.now() - asked);
      kinds.set(answer.kind, (kinds.get(answer.kind) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: options.callers }, ask));
  const took = (performance.now() - start) / 1_000;
  return { perSecond: times.length / took, p50: percentile(times, 0.5), p99: percentile(times, 0.99), kinds };
}
