/** Shapes of the configuration folder's files that no use case needs to know. */
import { z } from 'zod';
import { parseDate } from '../domain/dates.ts';
import { parseOfficeHours } from '../domain/office-hours.ts';
import { councilSchema, hospitalSchema } from '../domain/organisation.ts';

export const siteSchema = z.strictObject({
  /** What the service is called on every page. */
  name: z.string().min(1),
  /** Fictional people, a sign-in without passwords, and a banner on every page. */
  demo: z.boolean(),
  /** Only the NHS organisation that runs the service may show the NHS logo. */
  nhsLogo: z.boolean().default(false),
});

export const organisationsSchema = z
  .strictObject({ councils: z.array(councilSchema).min(1), hospitals: z.array(hospitalSchema).min(1) })
  .superRefine(({ councils, hospitals }, context) => {
    const say = (message: string, path: PropertyKey[]): void => context.addIssue({ code: 'custom', message, path });
    const ids = [...councils, ...hospitals].map(({ id }) => id);
    for (const [index, { id, dayHours }] of councils.entries()) {
      if (ids.indexOf(id) !== index) say('another organisation has this id', ['councils', index, 'id']);
      if (!parseOfficeHours(dayHours)) {
        say('cannot be read as hours like "Mon-Fri 08:30-17:00"', ['councils', index, 'dayHours']);
      }
    }
    for (const [index, { id }] of hospitals.entries()) {
      if (ids.indexOf(id) !== councils.length + index)
        say('another organisation has this id', ['hospitals', index, 'id']);
    }
  });

const day = z
  .string()
  .refine((text) => /^\d{4}-/.test(text) && parseDate(text) !== null, 'must be a date like 2026-12-25');

export const holidaysSchema = z
  .strictObject({
    /** The last day for which the list is complete. */
    knownUntil: day,
    days: z.array(day).min(1),
  })
  .superRefine(({ days, knownUntil }, context) => {
    for (const [index, one] of days.entries()) {
      if (days.indexOf(one) !== index)
        context.addIssue({ code: 'custom', message: 'this day stands twice', path: ['days', index] });
      if (one > knownUntil) context.addIssue({ code: 'custom', message: 'is after knownUntil', path: ['days', index] });
    }
  });
