/**
 * A hospital in small, to hold the fold against. It keeps the truth as a clerk would, at once and in order:
 * who is where, whose each visit is. And it says everything that it does, as a feed would. What the fold
 * makes of the feed, in any order, must be the clerk's truth.
 */
import fc from 'fast-check';
import type { CancelTarget, EventKind, HospitalEvent } from '../../src/domain/stay-event.ts';
import { ed, patient, ward } from './stays.ts';

/** One thing that the hospital may do, by chance: what, to whom, how much later, and in which manner. */
export interface Step {
  readonly act: number;
  readonly pick: number;
  readonly other: number;
  readonly minutes: number;
  readonly manner: boolean;
}

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    act: fc.nat(99),
    pick: fc.nat(50),
    other: fc.nat(50),
    minutes: fc.integer({ min: 2, max: 900 }),
    manner: fc.boolean(),
  }),
  { minLength: 4, maxLength: 40, size: 'max' },
);

interface Fact {
  readonly kind: EventKind;
  at: number;
  readonly team: string | null;
}

interface TrueVisit {
  readonly number: string;
  owner: string;
  /** What stands, in the order in which it happened. */
  readonly facts: Fact[];
  /** What it is when nothing stands. */
  without: 'cancelled' | 'deleted';
}

/** What a visit truly is: whose, in which state, from and to, in which team. */
export interface Truth {
  readonly owner: string;
  readonly status: string;
  readonly from: number;
  readonly to: number | null;
  readonly team: string | null;
}

const teams = [ed.team, ward.team, 'Ward 9'];
const minute = 60_000;

/** Lets the hospital run. @returns what its feed said, in order, and the truth by visit number */
export function run(script: readonly Step[]): { events: HospitalEvent[]; truth: Map<string, Truth> } {
  const hospital = new Hospital();
  for (const step of script) hospital.take(step);
  return { events: hospital.events, truth: hospital.truth() };
}

class Hospital {
  readonly events: HospitalEvent[] = [];
  readonly #visits: TrueVisit[] = [];
  readonly #mergedInto = new Map<string, string>();
  readonly #lastTeam = new Map<string, string | null>();
  #now = Date.parse('2026-03-02T00:00:00Z');

  take({ act, pick, other, minutes, manner }: Step): void {
    this.#now += minutes * minute;
    const person = `P${pick % 4}`;
    if (act < 15) return this.#begin(person, manner);
    if (act < 22) return this.#merge(person, `P${other % 4}`);
    if (act < 28) return this.#unmerge(pick, manner);
    const visit = this.#visits[pick % Math.max(1, this.#visits.length)];
    if (visit) this.#within(visit, act, other, manner);
  }

  truth(): Map<string, Truth> {
    return new Map(this.#visits.map((visit) => [visit.number, this.#truthOf(visit)]));
  }

  #within(visit: TrueVisit, act: number, other: number, manner: boolean): void {
    const status = this.#statusOf(visit);
    const open = ['arrived', 'admitted', 'on-leave'].includes(status);
    if (!open && ['cancelled', 'deleted'].includes(status) && act < 40) this.#add(visit, 'arrived', ed.team);
    else if (act < 40 && status === 'arrived') this.#add(visit, 'admitted', ward.team);
    else if (act < 50 && open) this.#add(visit, 'moved', teams[other % teams.length] ?? null);
    else if (act < 56 && open) this.#add(visit, status === 'on-leave' ? 'leave-ended' : 'leave-started');
    else if (act < 70 && open) this.#add(visit, 'discharged');
    else if (act < 72 && open) this.#delete(visit);
    else if (act < 84) this.#cancel(visit, manner);
    else if (act < 90) this.#correct(visit, manner);
    else if (act < 94) this.#giveAway(visit, `P${other % 4}`);
    else if (act < 97 && open) this.#late(visit, teams[other % teams.length] ?? null);
    else this.#say('updated', visit, this.#now, {});
  }

  #begin(person: string, asInpatient: boolean): void {
    // A visit belongs to the number that it begins under, should a merge be undone later.
    const owner = this.#visits.length % 2 === 0 ? this.#resolve(person) : person;
    const visit: TrueVisit = { number: `V${this.#visits.length}`, owner, facts: [], without: 'cancelled' };
    this.#visits.push(visit);
    this.#add(visit, asInpatient ? 'admitted' : 'arrived', asInpatient ? ward.team : ed.team);
  }

  #add(visit: TrueVisit, kind: EventKind, team: string | null = null): void {
    const begins = visit.facts.length === 0;
    visit.facts.push({ kind, at: this.#now, team });
    this.#say(kind, visit, this.#now, { ...place(team), ...(begins && { patient: patient(visit.owner) }) });
  }

  /** Written down now, but it happened before the last thing that is on record. */
  #late(visit: TrueVisit, team: string | null): void {
    const [before, last] = visit.facts.slice(-2);
    if (!before || !last || last.at - before.at < 2 * minute) return;
    const at = before.at + minute;
    visit.facts.splice(-1, 0, { kind: 'moved', at, team });
    this.#say('moved', visit, at, place(team));
  }

  #cancel(visit: TrueVisit, named: boolean): void {
    const last = visit.facts.at(-1);
    const target = last && targets[last.kind];
    if (!last || !target) return;
    visit.facts.pop();
    visit.without = 'cancelled';
    this.#lastTeam.set(visit.number, last.team);
    this.#say('cancelled', visit, named ? last.at : this.#now, { cancels: target, ...(named && { namesTime: true }) });
  }

  /** The last thing again, with its right time: earlier or later, but after what came before it. */
  #correct(visit: TrueVisit, earlier: boolean): void {
    const [before, last] = visit.facts.length > 1 ? visit.facts.slice(-2) : [undefined, visit.facts[0]];
    if (!last || last.kind === 'moved') return;
    last.at = earlier ? Math.max((before?.at ?? 0) + minute, last.at - 30 * minute) : this.#now - minute;
    this.#say(last.kind, visit, last.at, place(last.team));
  }

  #delete(visit: TrueVisit): void {
    this.#lastTeam.set(visit.number, this.#teamOf(visit));
    visit.facts.length = 0;
    visit.without = 'deleted';
    this.#say('visit-deleted', visit, this.#now, {});
  }

  #giveAway(visit: TrueVisit, person: string): void {
    visit.owner = person;
    this.#say('visit-moved', visit, this.#now, { patient: patient(person) });
  }

  #merge(from: string, to: string): void {
    if (this.#resolve(from) === this.#resolve(to) || this.#mergedInto.has(from)) return;
    this.#mergedInto.set(from, to);
    this.#say('merged', null, this.#now, { patient: patient(to), prior: { patient: patient(from) } });
  }

  #unmerge(pick: number, turned: boolean): void {
    const [from, to] = [...this.#mergedInto][pick % Math.max(1, this.#mergedInto.size)] ?? [];
    if (from === undefined || to === undefined) return;
    this.#mergedInto.delete(from);
    const [one, other] = turned ? [from, to] : [to, from];
    this.#say('unlinked', null, this.#now, { patient: patient(one), prior: { patient: patient(other) } });
  }

  #resolve(person: string): string {
    const next = this.#mergedInto.get(person);
    return next === undefined ? person : this.#resolve(next);
  }

  // Half the time under the number that the visit began with, as systems do that learn of a merge late.
  #say(kind: EventKind, visit: TrueVisit | null, at: number, more: Partial<HospitalEvent>): void {
    const number = visit && (this.events.length % 2 === 0 ? visit.owner : this.#resolve(visit.owner));
    this.events.push({
      feed: 'small-hospital',
      id: `M${this.events.length}`,
      kind,
      at: new Date(at),
      recordedAt: new Date(this.#now),
      sentAt: null,
      sequence: null,
      patient: patient(number ?? 'P0'),
      visit: visit?.number ?? null,
      ...(kind === 'admitted' && { patientClass: 'inpatient' as const }),
      ...(kind === 'arrived' && { patientClass: 'emergency' as const }),
      ...more,
    });
  }

  #statusOf({ facts, without }: TrueVisit): string {
    let status: string = without;
    let admitted = false;
    for (const { kind } of facts) {
      if (kind === 'admitted') admitted = true;
      if (kind === 'arrived') admitted = false;
      if (kind === 'leave-started') status = 'on-leave';
      else if (kind === 'discharged') status = 'discharged';
      else if (kind !== 'moved') status = admitted ? 'admitted' : 'arrived';
    }
    return status;
  }

  #teamOf({ facts }: TrueVisit): string | null {
    return facts.findLast(({ team }) => team !== null)?.team ?? null;
  }

  #truthOf(visit: TrueVisit): Truth {
    const status = this.#statusOf(visit);
    const [first] = visit.facts;
    const last = visit.facts.at(-1);
    return {
      owner: this.#resolve(visit.owner),
      status,
      from: first?.at ?? -1,
      to: status === 'discharged' ? (last?.at ?? null) : null,
      team: this.#teamOf(visit),
    };
  }
}

function place(team: string | null): Partial<HospitalEvent> {
  return team === null ? {} : { place: { organisation: 'KVH', team } };
}

const targets: Partial<Record<EventKind, CancelTarget>> = {
  arrived: 'start',
  admitted: 'start',
  moved: 'move',
  'leave-started': 'leave',
  'leave-ended': 'return',
  discharged: 'discharge',
};
