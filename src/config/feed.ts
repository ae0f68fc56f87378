/**
 * A hospital's feed as a file of the configuration folder: who sends, how its fields are to be read, what
 * each of its codes means, and what goes back. What is not mapped here is set aside, never guessed; a
 * change here and a replay mend it, without a change of code.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { parseDate } from '../domain/dates.ts';
import type { Hospital } from '../domain/organisation.ts';
import { connection, duration, hint, party, without } from './feed-parts.ts';
import { readYamlFolder } from './yaml-file.ts';
import type { Fault, YamlFile } from './yaml-file.ts';

const identifier = z.strictObject({
  /** CX.4, by its name or its OID; '' for one that must be blank. */
  authority: without('|').optional(),
  /** CX.5; '' for one that must be blank. */
  type: z.string().optional(),
});

const named = (rule: z.output<typeof identifier>): boolean => rule.authority !== undefined || rule.type !== undefined;

/** Every form of the NHS number in PID-3 that UK feeds have been seen to send, and that cannot be another number. */
const usualNhsNumber = [
  { type: 'NH' }, { type: 'NHS' }, { authority: 'NHS' }, { authority: 'NHSNBR' }, { type: 'NHSNMBR' },
  { authority: '2.16.840.1.113883.2.1.4.1' },
].map((rule) => ({ field: 'PID-3' as const, ...rule })); // prettier-ignore

const nhsNumber = identifier.extend({ field: z.enum(['PID-2', 'PID-3', 'PID-4', 'PID-19']).default('PID-3') });

const patient = z.strictObject({
  hospitalNumber: z
    .strictObject({
      /** What the numbers are called here; all rules find numbers of this one authority. */
      authority: without('|').min(1),
      where: z.array(identifier.refine(named, 'must name an authority, a type or both')).min(1),
      whenSeveral: z.enum(['set-aside', 'first']).default('set-aside'),
    })
    .nullable(),
  /** A number alone in MRG-1, without authority and type, is a hospital number: many senders leave them out. */
  bareNumberInMerge: z.boolean().default(false),
  nhsNumber: z
    .array(
      nhsNumber.refine(
        (rule) => rule.field !== 'PID-3' || named(rule),
        'in PID-3 must name an authority, a type or both',
      ),
    )
    .min(1)
    .default(usualNhsNumber),
  nhsNumberStatus: z.array(z.enum(['PID-32', 'CX-2', 'CX-5'])).default(['PID-32', 'CX-5']),
  /** Only numbers of these tracing statuses are used, `01` being "present and verified". Left out: all, and none said. */
  acceptedStatuses: z
    .array(z.string().regex(/^0[1-8]$/, 'must be a status like "01"'))
    .min(1)
    .nullable()
    .default(null),
  birthDateNotKnown: z
    .array(z.string().refine((text) => parseDate(text) === text, 'must be a date like 1900-01-01'))
    .default(['1900-01-01']),
});

const site = z.strictObject({
  when: z.strictObject({
    pointOfCare: z.string().optional(),
    room: z.string().optional(),
    bed: z.string().optional(),
    facility: z.string().optional(),
    locationType: z.string().optional(),
    building: z.string().optional(),
  }),
  organisation: z.string().min(1),
  team: z.string().min(1).optional(),
  patientClass: z.enum(['emergency', 'inpatient', 'not-a-stay']).optional(),
});

const code = z.string().regex(/^(?! )[^|^~\\&\r\n]{0,20}(?<! )$/, 'must be a code as the message has it');
const trigger = z.string().regex(/^A\d\d$/, 'must be a trigger event like A08');
const dischargeCodes = z.record(code, z.enum(['died', 'transferred'])).optional();
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time like "22:00"');

export const feedSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9-]+$/, 'must be small letters, digits and dashes'),
    /** Raised with every change. */
    version: z.int().positive(),
    hospital: z.string().min(1),
    /** The switch: off unless somebody has turned it on. */
    enabled: z.boolean(),
    senders: z.array(party).min(1),
    ours: z.strictObject({ application: z.string().min(1), facility: z.string().min(1) }),
    connection,
    processing: z
      .array(z.enum(['P', 'T', 'D', '']))
      .min(1)
      .default(['P']),
    characterSet: z.enum(['as-declared', 'utf-8', 'latin-1']).default('as-declared'),
    /** `as-asked`: by MSH-15 and MSH-16 of each message. `never` only for a sender that cannot take one. */
    acknowledge: z.enum(['as-asked', 'original', 'enhanced', 'never']).default('as-asked'),
    patient,
    visitNumber: z.enum(['PV1-19', 'PV1-50', 'PID-18']).default('PV1-19'),
    patientClasses: z
      .record(code, z.enum(['emergency', 'inpatient', 'expected', 'not-a-stay', 'by-site']))
      .refine((map) => Object.keys(map).length > 0, 'must say what at least one class means'),
    /** Only what differs from the rule: a trigger event that is known is applied. */
    events: z.partialRecord(trigger, z.enum(['apply', 'ignore', 'refuse'])).default({}),
    sites: z.array(site).min(1),
    discharge: z.strictObject({ 'PV1-36': dischargeCodes, 'PV1-37': dischargeCodes }).default({}),
    times: z
      .strictObject({
        zone: z.enum(['london', 'utc']).default('london'),
        happened: z.enum(['event', 'visit']).default('event'),
        recorded: z.enum(['event', 'message']).default('event'),
        ahead: duration.default(15 * 60_000),
      })
      .prefault({}),
    stays: z.strictObject({
      edToAdmission: duration,
      staleAfter: z.strictObject({ expected: duration, arrived: duration, admitted: duration, onLeave: duration }),
      /** Of a stay whose end never came, from when it is stale: off board, lists and hints; then forgotten. */
      stale: z
        .strictObject({
          offLists: duration.default(3 * 86_400_000),
          forget: duration.default(90 * 86_400_000),
        })
        .prefault({})
        .refine(({ offLists, forget }) => offLists <= forget, 'offLists must not be longer than forget'),
      /** Statements that hang together by shared hospital and visit numbers; what would make them more is set aside. */
      mostStatements: z.int().min(100).max(10_000).default(3000),
    }),
    /** The feed is usually never quiet for longer than this, by day and by night: longer is an alarm. */
    silence: z.strictObject({ day: duration, night: duration, nightFrom: clockTime, nightUntil: clockTime }),
    /** A message of our own through our own listener every minute, to see that it still listens. */
    canary: z.boolean().default(false),
    retention: z
      .strictObject({
        /** Messages as they came, sealed. */
        raw: duration.default(7 * 86_400_000),
        /** Stays after their end, with all that was said of them. */
        stays: duration.default(90 * 86_400_000),
      })
      .prefault({}),
    hints: z.array(hint).default([]),
  })
  .superRefine(checkFeed);

/** A validated feed; times are milliseconds. */
export type Feed = z.output<typeof feedSchema>;

type Say = (message: string, path: PropertyKey[]) => void;

function checkFeed(feed: Feed, context: z.RefinementCtx): void {
  const say: Say = (message, path) => context.addIssue({ code: 'custom', message, path });
  const { senders, ours, sites, patientClasses, hints } = feed;
  for (const [index, { application, facility }] of senders.entries()) {
    const same = application === ours.application && (facility === undefined || facility === ours.facility);
    if (same) say('is also what our own messages carry: they could not be told apart', ['senders', index]);
  }
  for (const [index, { when, patientClass }] of sites.entries()) {
    if (index < sites.length - 1 && Object.values(when).every((part) => part === undefined))
      say('fits every place, so nothing after it is ever reached', ['sites', index]);
    if (patientClass !== undefined && !Object.values(patientClasses).includes('by-site'))
      say('is never read: no patient class is by-site', ['sites', index, 'patientClass']);
  }
  for (const [index, { id }] of hints.entries()) {
    if (hints.findIndex((other) => other.id === id) !== index) say('another hint has this id', ['hints', index, 'id']);
  }
}

/**
 * Reads the feed files of a configuration folder; none is no fault, for a hospital may join without a feed.
 * @param faults takes what is wrong, where somebody gathers it
 * @throws HomewardError CONFIG_INVALID with file, line and reason, where nobody does
 */
export function readFeedFiles(folder: string, faults?: Fault[]): YamlFile<Feed>[] {
  return readYamlFolder(join(folder, 'feeds'), feedSchema, faults);
}

/** What in feed files does not agree with the organisations, or with each other. */
export function feedFaults(
  files: readonly YamlFile<Feed>[],
  hospitals: readonly Pick<Hospital, 'id' | 'name' | 'teams'>[],
): Fault[] {
  const faults: Fault[] = [];
  for (const [index, { file, value, lineOf }] of files.entries()) {
    const say: Say = (reason, path) => void faults.push({ file, line: lineOf(path), reason });
    if (!hospitals.some(({ id }) => id === value.hospital))
      say(`no hospital “${value.hospital}” is in organisations.yaml`, ['hospital']);
    for (const [place, { organisation, team }] of value.sites.entries()) {
      const hospital = hospitals.find(({ id }) => id === organisation);
      if (!hospital) say(`no hospital “${organisation}” is in organisations.yaml`, ['sites', place, 'organisation']);
      else if (team !== undefined && !hospital.teams.includes(team))
        say(`“${team}” is not a team of ${hospital.name}`, ['sites', place, 'team']);
    }
    const before = files.slice(0, index);
    const sameId = before.find((other) => other.value.id === value.id);
    if (sameId) say(`${sameId.file} has this id already`, ['id']);
    for (const [place, sender] of value.senders.entries()) {
      const other = before.find((one) => one.value.senders.some((theirs) => overlaps(theirs, sender)));
      if (other) say(`${other.file} takes this sender already`, ['senders', place]);
    }
  }
  return faults;
}

type Sender = Feed['senders'][number];

function overlaps(a: Sender, b: Sender): boolean {
  const anyFacility = a.facility === undefined || b.facility === undefined;
  return a.application === b.application && (anyFacility || a.facility === b.facility);
}
