/**
 * What an agreement says of notices, holds and questions (product rules 7 and 8): every switch is off unless
 * somebody has turned it on, every length of time has a default. Joined into the agreement's own schema.
 */
import { z } from 'zod';
import { duration } from './duration.ts';
import { factKinds } from './notice.ts';
import type { FactKind } from './notice.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const off = z.boolean().default(false);

/** By what a notice names the person. */
export const identifiers = ['name', 'birth-date', 'nhs-number', 'own-reference'] as const;
export type Identifier = (typeof identifiers)[number];

const kinds = Object.keys(factKinds) as [FactKind, ...FactKind[]];

const escalation = z
  .strictObject({
    /** Unanswered after this, the recipient is reminded (product rule 9). */
    answerWithin: duration.default(15 * minute),
    /** Between the steps: reminder, out-of-hours contact, council's duty team, sender told to phone. */
    stepAfter: duration.default(5 * minute),
    /** The last step comes at least so long before the next visit, if its time is known. */
    beforeVisit: duration.default(30 * minute),
    /** How long "I am dealing with it" counts. */
    takenFor: duration.default(30 * minute),
    /** Who takes over when the provider cannot. */
    whenCannot: z
      .strictObject({
        inHospital: z.enum(['sender', 'council']).default('sender'),
        atHome: z.enum(['sender', 'council']).default('council'),
      })
      .prefault({}),
  })
  .prefault({});

const restart = z
  .strictObject({
    /** A longer gap between coming home and the first visit is flagged before the person leaves. */
    longestGap: duration.default(4 * hour),
    /** The provider confirms the first visit within this time after it was due. */
    confirmWithin: duration.default(2 * hour),
    /** So long before an agreed first visit the sender is told that the person is still in hospital. */
    stillHere: duration.default(hour),
    /** Where no feed tells of a stay, it is asked after so long if the person is still in hospital. */
    withoutStay: duration.default(day),
  })
  .prefault({});

const whereabouts = z
  .strictObject({
    enabled: off,
    /** Answered also where nobody has yet asked the person about telling a provider. */
    beforeAsking: off,
    /** How long a question stays open for a later arrival. */
    openFor: duration.default(12 * hour),
    /** After a move to another hospital nobody here can say where the person is. */
    afterTransfer: duration.default(28 * day),
    questionsHour: z.int().positive().default(30),
    questionsDay: z.int().positive().default(120),
  })
  .prefault({});

export const noticeTerms = z
  .strictObject({
    /** Providers may be told at all. */
    providers: off,
    /** The council may be told at all. */
    council: off,
    permissionToTell: z.enum(['ask', 'not-needed']).default('ask'),
    /** What a hospital's own events tell providers and council, without anybody's pressing a button. */
    automatic: z.array(z.enum(kinds)).default([]),
    identifiers: z.array(z.enum(identifiers)).default(['name', 'birth-date', 'own-reference']),
    escalation,
    restart,
    /** How long the council's rule keeps a package for somebody in hospital; null: no such rule. */
    packageKeptFor: duration.nullable().default(null),
    whereabouts,
  })
  .superRefine(({ identifiers: given, automatic, providers, council }, context) => {
    const certain = given.includes('name') && (given.includes('birth-date') || given.includes('nhs-number'));
    const issue = (path: string, message: string): void => context.addIssue({ code: 'custom', message, path: [path] });
    if (!certain) issue('identifiers', 'must hold name and, beside it, birth-date or nhs-number');
    if (automatic.length > 0 && !providers && !council) issue('automatic', 'must be empty while nobody may be told');
  });

/** What the agreement says; times are milliseconds. */
export type NoticeTerms = z.output<typeof noticeTerms>;

/**
 * What a provider's own agreement says of its list of clients, who may pay privately: apart from the
 * council's agreement, and off unless turned on.
 */
export const rosterTerms = z.strictObject({
  enabled: off,
  whereabouts: off,
  arrivalNotices: off,
  /** The hospital sees "a provider says this person is its client". */
  shownToHospital: off,
});
export type RosterTerms = z.output<typeof rosterTerms>;
