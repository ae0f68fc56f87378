/**
 * The sharing agreement between one council and one hospital, as data. What is shared, with which
 * roles, how fresh and for how long is decided here and nowhere in code (product rule 7).
 */
import { z } from 'zod';
import { roles } from './caller.ts';
import type { Role } from './caller.ts';
import { makeDate } from './dates.ts';
import { duration } from './duration.ts';
import { noticeTerms } from './notice-terms.ts';

/** Why a person is looked up. Direct care only: there is no other value to choose. */
export const reasons = {
  'decide-admission': 'Deciding whether they can go home from here',
  'plan-discharge': 'Planning their discharge',
  'contact-provider': 'Telling their care provider where they are',
} as const;
export type Reason = keyof typeof reasons;

/** Whether the person agreed to being looked up. */
export const permissionAnswers = ['given', 'refused', 'cannot-ask', 'not-needed'] as const;
export type PermissionAnswer = (typeof permissionAnswers)[number];

/** Why the person cannot be asked: a fixed list, so that it can be counted and reviewed. */
export const cannotAskReasons = {
  unconscious: 'Unconscious',
  confused: 'Too confused to answer',
  'lacks-capacity': 'Lacks capacity for this decision',
  'cannot-communicate': 'Cannot communicate with us now',
} as const;
export type CannotAskReason = keyof typeof cannotAskReasons;

/** Facts about a person or package that an agreement can share or leave out. */
export const shareableFields = [
  'name', 'gender', 'council-id', 'service', 'provider', 'status', 'dates',
  'phone', 'email', 'contact-notes', 'safeguarding',
] as const; // prettier-ignore
export type ShareableField = (typeof shareableFields)[number];

/** Kinds of part of `homeward-extract/1`. */
export const partKinds = [
  'care', 'package-providers', 'directory', 'contacts', 'safeguarding', 'restrictions', 'numbers', 'services',
] as const; // prettier-ignore
export type PartKind = (typeof partKinds)[number];

const isoDate = z.string().refine((text) => {
  const [year, month, day] = text.split('-').map(Number);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && makeDate(year ?? 0, month ?? 0, day ?? 0) !== null;
}, 'must be a date like 2026-03-31');

/** What an arrival at the hospital does; each off unless somebody has turned it on. */
const arrival = z
  .strictObject({
    /** The arrival itself asks whether council care is on record: yes, no or cannot say. */
    ask: z.boolean().default(false),
    /** People with council care stand on the hospital's own list of who is in hospital now. */
    board: z.boolean().default(false),
    /** The hospital's own system is told "council care recorded", and when that is so no more. */
    hint: z.boolean().default(false),
    /** The council sees which of its people with care are in hospital now. */
    councilList: z.boolean().default(false),
    /** People asked about in an hour, from which on the privacy officer is told: more than a busy hour brings. */
    questionsHour: z.int().positive().default(300),
  })
  .superRefine(({ ask, board, hint, councilList }, context) => {
    for (const [key, on] of Object.entries({ board, hint, councilList })) {
      const message = 'must not be on while ask is off, which finds out whom it is about';
      if (on && !ask) context.addIssue({ code: 'custom', message, path: [key] });
    }
  });

const limits = z
  .strictObject({ amber: duration, red: duration })
  .refine((pair) => pair.amber <= pair.red, 'amber must not be longer than red');

export const agreementSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9-]+$/, 'must be small letters, digits and dashes'),
    version: z.int().positive(),
    council: z.string().min(1),
    hospital: z.string().min(1),
    /** The switch: off unless somebody has turned it on. */
    enabled: z.boolean(),
    from: isoDate,
    until: isoDate,
    purposes: z.array(z.enum(Object.keys(reasons) as [Reason, ...Reason[]])).min(1),
    permission: z.enum(['ask', 'not-needed']),
    roles: z
      .partialRecord(z.enum(roles), z.strictObject({ safeguarding: z.boolean() }))
      .refine((given) => Object.keys(given).length > 0, 'must name at least one role'),
    fields: z.array(z.enum(shareableFields)),
    fullCostPackages: z.enum(['shown', 'not-shown']),
    recentlyEnded: duration,
    arrival: arrival.prefault({}),
    /** What may be told to providers and to the council; nothing unless somebody has turned it on. */
    notices: noticeTerms.prefault({}),
    freshness: z.strictObject({
      care: limits,
      safeguarding: z.strictObject({ notAvailableAfter: duration }),
      contacts: limits,
      restrictions: z.strictObject({ overdueAfter: duration }),
    }),
    budget: z.strictObject({
      people15Minutes: z.int().positive(),
      peopleDay: z.int().positive(),
      organisationPeopleDay: z.int().positive(),
      missesBeforeSignIn: z.int().positive(),
      missesBeforeLock: z.int().positive(),
      emergenciesBeforeSignIn: z.int().positive(),
      /** So many in 12 hours, and from then on each needs a sign-in of its own. */
      emergenciesBeforeEachSignIn: z.int().positive(),
      mismatchesBeforeNeutral: z.int().positive(),
    }),
    retention: z.strictObject({
      answers: duration,
      closedFacts: duration,
      heldExtracts: duration,
      /** Notices, from when they are done with; also answers to "may your care provider be told?". */
      notices: duration.default(42 * 86_400_000),
    }),
  })
  .refine((agreement) => agreement.from <= agreement.until, {
    message: 'from must not be after until',
    path: ['from'],
  })
  .refine((agreement) => agreement.budget.missesBeforeSignIn < agreement.budget.missesBeforeLock, {
    message: 'missesBeforeSignIn must be fewer than missesBeforeLock',
    path: ['budget', 'missesBeforeSignIn'],
  })
  .refine((agreement) => !(agreement.retention.closedFacts < agreement.recentlyEnded), {
    message: 'closedFacts must not be shorter than recentlyEnded, whose packages are such facts',
    path: ['retention', 'closedFacts'],
  });

/** A validated agreement; times are milliseconds. */
export type Agreement = z.output<typeof agreementSchema>;

/** Whether an agreement is switched on and a day lies within its dates. */
export function isInForce(agreement: Pick<Agreement, 'enabled' | 'from' | 'until'>, today: string): boolean {
  return agreement.enabled && agreement.from <= today && today <= agreement.until;
}

/** Whether somebody of a role is told whether a referral is open (product rule 4). */
export function seesSafeguarding(agreement: Pick<Agreement, 'fields' | 'roles'>, role: Role): boolean {
  return agreement.fields.includes('safeguarding') && agreement.roles[role]?.safeguarding === true;
}

const day = 86_400_000;

/**
 * How long, in milliseconds, something of a council may be kept: the shortest promise made in any of
 * its agreements is the one to keep. Without an agreement, a day.
 */
export function shortestKept(agreements: readonly Agreement[], what: 'closedFacts' | 'heldExtracts'): number {
  return agreements.length > 0 ? Math.min(...agreements.map((one) => one.retention[what])) : day;
}
