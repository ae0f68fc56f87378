/**
 * A care provider's own agreement about its list of clients: apart from every council's agreement, and off unless a
 * file of the configuration folder turns it on (product rule 7).
 */
import { z } from 'zod';
import { londonDate, makeDate } from './dates.ts';
import type { IsoDate } from './dates.ts';
import { duration } from './duration.ts';
import { rosterTerms } from './notice-terms.ts';
import { parseProviderId } from './provider-id.ts';

const isoDate = z.string().refine((text) => {
  const [year, month, day] = text.split('-').map(Number);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && makeDate(year ?? 0, month ?? 0, day ?? 0) !== null;
}, 'must be a date like 2026-03-31');

export const rosterAgreementSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9-]+$/, 'must be small letters, digits and dashes'),
    version: z.int().positive(),
    /** `cqc:LOCATION` or `local:COUNCIL:REFERENCE`. */
    provider: z
      .string()
      .refine((text) => parseProviderId(text) !== null, 'must be cqc:LOCATION or local:COUNCIL:REFERENCE'),
    /** As hospitals read it. */
    name: z.string().min(1),
    /** The council whose duty team steps in where nobody of the provider answers. */
    council: z.string().min(1),
    from: isoDate,
    until: isoDate,
    terms: rosterTerms,
    /** By how many per cent a new list may be shorter before somebody must say that it is meant. */
    fallLimitPercent: z.number().min(0).max(100).default(20),
    /** A list is old after so long, and nobody is its client any more until the next is handed in. */
    listFor: duration.default(35 * 86_400_000),
    /** After so long the person is asked again whether hospitals may tell the provider. */
    permissionFor: duration.default(730 * 86_400_000),
    mostClients: z.int().positive().max(20_000).default(5_000),
    /** So many files a day at most, those that were refused too. */
    uploadsDay: z.int().positive().default(10),
  })
  .refine(({ from, until }) => from <= until, { message: 'from must not be after until', path: ['from'] });

/** A validated agreement. */
export type RosterAgreement = z.output<typeof rosterAgreementSchema>;

/** The agreement of a provider that is switched on and in force on a day; null when there is none. */
export function rosterInForce(
  agreements: readonly RosterAgreement[],
  provider: string,
  today: IsoDate,
): RosterAgreement | null {
  const own = agreements.find((one) => one.provider === provider);
  return own && own.terms.enabled && own.from <= today && today <= own.until ? own : null;
}

/** Since when a list must have been handed in, and people on it must have agreed, to count now. */
export function countsSince({ listFor, permissionFor }: RosterAgreement, now: Date): { listed: Date; agreed: IsoDate } {
  return {
    listed: new Date(now.getTime() - listFor),
    agreed: londonDate(new Date(now.getTime() - permissionFor)),
  };
}
