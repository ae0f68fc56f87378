/** Fictional statements of a hospital, written short, and what they come to in one line. */
import { createHash } from 'node:crypto';
import type { NhsNumber } from '../../src/domain/nhs-number.ts';
import { keysOf } from '../../src/domain/stay-event.ts';
import type { EventKind, HospitalEvent, PatientRef } from '../../src/domain/stay-event.ts';
import { foldStays } from '../../src/domain/stay.ts';
import type { Stay, StayRules } from '../../src/domain/stay.ts';

export const hour = 3_600_000;

export const rules: StayRules = {
  edToAdmission: 6 * hour,
  staleAfter: { expected: 7 * 24 * hour, arrived: 24 * hour, admitted: 21 * 24 * hour, onLeave: 14 * 24 * hour },
};

/** An instant: `09:30` on Monday 2 March 2026 or, as `2 09:30`, so many days on. London is on UTC. */
export function on(text: string): Date {
  const [time = '', day = '0'] = text.split(' ').reverse();
  return new Date(Date.parse(`2026-03-02T${time}:00Z`) + Number(day) * 24 * hour);
}

export const patient = (value: string): PatientRef => ({ authority: 'KVH', value });
export const ed = { organisation: 'KVH', team: 'Emergency department' };
export const ward = { organisation: 'KVH', team: 'Ward 12' };
export const nhs = (value: string): { value: NhsNumber; status: null } => ({ value: value as NhsNumber, status: null });

type More = Partial<Omit<HospitalEvent, 'at' | 'recordedAt' | 'patient'>> & { by?: string; said?: string };

const beginnings: Partial<Record<EventKind, Partial<HospitalEvent>>> = {
  arrived: { patientClass: 'emergency', place: ed },
  admitted: { patientClass: 'inpatient', place: ward },
  moved: { place: ward },
};

/**
 * A statement about visit V1 of patient P1, unless told otherwise.
 * @param at when it happened
 * @param more `by`: patient number; `said`: when it was written down, if not at once
 */
export function statement(kind: EventKind, at: string, { by = 'P1', said = at, ...more }: More = {}): HospitalEvent {
  const content: Omit<HospitalEvent, 'id'> = {
    feed: 'kings-vale-adt',
    kind,
    at: on(at),
    recordedAt: on(said),
    sentAt: null,
    sequence: null,
    patient: patient(by),
    visit: 'V1',
    ...beginnings[kind],
    ...more,
  };
  return { id: createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 12), ...content };
}

export const personal = { visit: null };

/** `P1 merged into P2`, or another event that joins numbers. */
export function joined(kind: EventKind, at: string, from: string, into: string): HospitalEvent {
  return statement(kind, at, { by: into, visit: null, prior: { patient: patient(from) } });
}

const time = (at: Date | null): string => (at ? at.toISOString().slice(8, 16).replace('T', ' ') : '?');

/** A stay in one line: visits, patient, status, from and to, place, cautions. */
export function line(stay: Stay): string {
  const { visits, person, status, startedAt, endedAt, team, cautions } = stay;
  const times = `${time(startedAt)}${endedAt ? `-${time(endedAt)}` : ''}`;
  return [visits.join('+'), person.patient.value, status, times, team ?? 'no team', ...cautions].join(', ');
}

/** Every stay in one line each. */
export function lines(events: readonly HospitalEvent[], by: StayRules = rules): string[] {
  return foldStays(events, by).map(line);
}

/**
 * What a store would have after the statements came one by one: at each, it reads back only those that share
 * a key with it, directly or through others, and folds them.
 */
export function keptByStore(arriving: readonly HospitalEvent[], by: StayRules = rules): Stay[] {
  const byKey = new Map<string, Set<HospitalEvent>>();
  const stays = new Map<string, Stay>();
  for (const event of arriving) {
    for (const key of keysOf(event)) byKey.set(key, (byKey.get(key) ?? new Set()).add(event));
    const related = relatedTo(event, byKey);
    const visits = new Set([...related].flatMap((one) => [one.visit, one.prior?.visit]));
    for (const [id, stay] of stays) if (stay.visits.some((visit) => visits.has(visit))) stays.delete(id);
    for (const stay of foldStays(related, by)) stays.set(stay.id, stay);
  }
  return [...stays.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function relatedTo(event: HospitalEvent, byKey: ReadonlyMap<string, ReadonlySet<HospitalEvent>>): Set<HospitalEvent> {
  const related = new Set<HospitalEvent>([event]);
  const seen = new Set<string>();
  const open = keysOf(event);
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (seen.has(key)) continue;
    seen.add(key);
    for (const one of byKey.get(key) ?? []) {
      related.add(one);
      open.push(...keysOf(one));
    }
  }
  return related;
}

/** All orders of some things. */
export function* orders<T>(things: readonly T[]): Generator<T[]> {
  if (things.length === 0) yield [];
  for (const [index, first] of things.entries()) {
    for (const rest of orders(things.toSpliced(index, 1))) yield [first, ...rest];
  }
}
