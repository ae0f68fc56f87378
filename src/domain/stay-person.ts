/**
 * Who somebody is by the hospital's statements: the last word of the number that stands, and of the
 * numbers merged into it only what it never spoke of itself.
 */
import type { IsoDate } from './dates.ts';
import { londonDate } from './dates.ts';
import { isOpen } from './stay-course.ts';
import { patientKey } from './stay-event.ts';
import type { DayOrTime, HospitalEvent, PatientRef, StatedNhsNumber } from './stay-event.ts';
import type { Links } from './stay-links.ts';
import type { Visit } from './stay-visit.ts';

/** A person as one hospital knows them now. */
export interface StayPerson {
  /** The number that stands. */
  readonly patient: PatientRef;
  /** Every number that means this person, the standing one first. */
  readonly numbers: readonly PatientRef[];
  readonly nhsNumber: StatedNhsNumber | null;
  readonly birthDate: IsoDate | null;
  readonly name: { readonly family: string; readonly given: string } | null;
  /** Null when not recorded as dead. */
  readonly death: { readonly day: DayOrTime | null } | null;
}

/** A person, and which statement recorded the death: its place in recorded order, and its time. */
export interface PersonRead {
  readonly person: StayPerson;
  readonly deathSaid: { readonly index: number; readonly at: Date } | null;
}

/**
 * Works out the people of some statements.
 * @param events in the order in which they were written down
 * @param isVoid whether what a statement says of a death was taken back with it
 * @returns people by the patient key that stands
 */
export function readPersons(
  events: readonly HospitalEvent[],
  links: Links,
  isVoid: (event: HospitalEvent) => boolean,
): Map<string, PersonRead> {
  const groups = new Map<string, Said[]>();
  for (const [index, event] of events.entries()) {
    const own = patientKey(event.patient);
    const root = links.patients.resolve(own);
    const group = groups.get(root) ?? [];
    groups.set(root, group);
    const deleted = index < (links.patientDeletedAt.get(own) ?? -1);
    group.push({ event, index, standing: own === root, deleted });
  }
  return new Map([...groups].map(([root, group]) => [root, personOf(group, isVoid)]));
}

interface Said {
  readonly event: HospitalEvent;
  readonly index: number;
  /** By the number that stands, as against one merged into it. */
  readonly standing: boolean;
  readonly deleted: boolean;
}

function personOf(group: readonly Said[], isVoid: (event: HospitalEvent) => boolean): PersonRead {
  // The standing number's own statements last, so that the last of all decides.
  const said = group.filter(({ deleted }) => !deleted);
  const inOrder = [...said.filter(({ standing }) => !standing), ...said.filter(({ standing }) => standing)];
  const last = (speaks: (event: HospitalEvent) => boolean): Said | undefined => inOrder.findLast(({ event }) => speaks(event)); // prettier-ignore
  const death = last((event) => event.death !== undefined && !isVoid(event));
  const died = death?.event.death ?? null;
  const refs = new Map(group.map(({ event }) => [patientKey(event.patient), event.patient]));
  const numbers = [...refs.values()];
  const standing = group.find((one) => one.standing)?.event.patient;
  const patient = standing ?? (numbers[0] as PatientRef);
  const person: StayPerson = {
    patient,
    numbers: [patient, ...numbers.filter((one) => patientKey(one) !== patientKey(patient))],
    nhsNumber: last((event) => event.nhsNumber !== undefined)?.event.nhsNumber ?? null,
    birthDate: last((event) => event.birthDate !== undefined)?.event.birthDate ?? null,
    name: last((event) => event.name !== undefined)?.event.name ?? null,
    death: died,
  };
  return { person, deathSaid: died && death ? { index: death.index, at: death.event.at } : null };
}

/**
 * A visit in the light of its person's death. An open one ends with it, and a discharge on or after the day
 * of death was one of the dead: death is often written down last. What only began to be said after the
 * death was recorded stands, with a caution: either the record is wrong, or the person in the bed.
 */
export function applyDeath(
  visit: Visit,
  { person: { death }, deathSaid }: PersonRead,
): { visit: Visit; startedAfterDeath: boolean } {
  const unchanged = { visit, startedAfterDeath: false };
  if (!death || !deathSaid) return unchanged;
  const { startedAt, endedAt, status } = visit;
  if (isOpen(status)) {
    if (deathSaid.index < visit.startSaid) return { visit, startedAfterDeath: true };
    const at = death.day?.at ?? deathSaid.at;
    // Brought in dead: it did not end before it began.
    const ended = startedAt && at < startedAt ? startedAt : at;
    const places = visit.places.map((place) => (place.to === null ? { ...place, to: ended } : place));
    return {
      ...unchanged,
      visit: { ...visit, status: 'died', since: ended, endedAt: ended, places, expectedDischarge: null },
    };
  }
  if (status !== 'discharged' || !endedAt || !death.day) return unchanged;
  const { date } = death.day;
  const here = (startedAt === null || londonDate(startedAt) <= date) && date <= londonDate(endedAt);
  return here ? { ...unchanged, visit: { ...visit, status: 'died' } } : unchanged;
}
