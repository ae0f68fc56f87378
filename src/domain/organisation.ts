/** The organisations of a configuration folder: councils with their duty numbers, hospitals with their teams. */
import { z } from 'zod';

const phoneLine = z.strictObject({
  number: z.string().min(3),
  /** Words for the hours, shown beside the number. */
  label: z.string(),
});

export const councilSchema = z.strictObject({
  /** Local authority code as the extract writes it; text, leading zeros kept. */
  id: z.string().min(1),
  name: z.string().min(1),
  /** `Mon-Fri 08:30-17:00`: when the day number answers; outside it the night number does. */
  dayHours: z.string(),
  day: phoneLine,
  night: phoneLine,
  /** How many per cent open packages or referrals may fall between two extracts. */
  fallLimitPercent: z.number().min(0).max(100).default(20),
});
/** A council. */
export type Council = z.output<typeof councilSchema>;

const hospitalService = z.strictObject({
  name: z.string().min(1),
  /** The feed that tells who is there; null for one that no feed tells of. */
  feed: z.string().min(1).nullable().default(null),
  /** Whether that feed tells of every patient of the service: somebody must have made sure. */
  complete: z.boolean().default(false),
});

export const hospitalSchema = z.strictObject({
  id: z.string().min(1),
  name: z.string().min(1),
  /** Switchboard or discharge desk: what a provider phones about a notice. Never a ward's own number. */
  phone: z.string().min(3).nullable().default(null),
  /**
   * Where somebody could be, each named as a care provider reads it. Without them the hospital is one service of which
   * nothing is known, so that "not with us" is never said (PHSO case 601: a "no" that left a service out).
   */
  services: z.array(hospitalService).default([]),
  teams: z.array(z.string()).min(1),
});
/** A hospital. */
export type Hospital = z.output<typeof hospitalSchema>;
