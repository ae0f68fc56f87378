/**
 * Whose a visit is, and what it is called now: merges, changes of number, moves and their undoing.
 * Nothing is rewritten: every statement keeps the number under which it was made, and a map beside
 * them says what that number means now. Taking a link out of the map is all that undoing needs.
 */
import { patientKey } from './stay-event.ts';
import type { HospitalEvent } from './stay-event.ts';

/** Old names pointing to the names that stand now, possibly through several changes. */
export class Redirects {
  readonly #to = new Map<string, string>();

  /** The name that stands now. */
  resolve(name: string): string {
    let now = name;
    for (let next = this.#to.get(now); next !== undefined; next = this.#to.get(now)) now = next;
    return now;
  }

  /** From now on `from` means `to`. A merge the other way round takes back the first: the last word stands. */
  point(from: string, to: string): void {
    if (from === to) return;
    if (this.#leadsTo(to, from)) this.#to.delete(to);
    this.#to.set(from, to);
  }

  /** Takes back what joined two names, whichever pointed to the other; nothing when nothing did. */
  part(one: string, other: string): void {
    if (this.#leadsTo(one, other)) this.#to.delete(one);
    else if (this.#leadsTo(other, one)) this.#to.delete(other);
  }

  #leadsTo(from: string, to: string): boolean {
    for (let next = this.#to.get(from); next !== undefined; next = this.#to.get(next)) if (next === to) return true;
    return false;
  }
}

/** What the statements say of names and owners, after the last of them. */
export interface Links {
  readonly patients: Redirects;
  readonly visits: Redirects;
  /** Patient key under which a visit number stands, by visit number as stated, with the place of the statement that said so. */
  readonly owners: ReadonlyMap<string, Owner>;
  /** Statements about a visit number, or by a patient's number, before this place were deleted. */
  readonly visitDeletedAt: ReadonlyMap<string, number>;
  readonly patientDeletedAt: ReadonlyMap<string, number>;
}

export interface Owner {
  readonly patient: string;
  readonly said: number;
  /** Statements under one visit number named two people, and no merge or move says why. */
  readonly contradicted: boolean;
}

/** Reads links and owners from statements in the order in which they were written down. */
export function readLinks(events: readonly HospitalEvent[]): Links {
  const reader = new LinkReader();
  for (const [index, event] of events.entries()) reader.read(event, index);
  return reader;
}

class LinkReader implements Links {
  readonly patients = new Redirects();
  readonly visits = new Redirects();
  readonly owners = new Map<string, Owner>();
  readonly visitDeletedAt = new Map<string, number>();
  readonly patientDeletedAt = new Map<string, number>();
  readonly #accounts: { readonly patient: string; readonly from: string; readonly to: string }[] = [];
  readonly #accountOf = new Map<string, string>();
  readonly #known = new Set<string>();
  /** Visit numbers whose start was taken back: the next statement may be somebody else's. */
  readonly #vacant = new Set<string>();

  read(event: HospitalEvent, index: number): void {
    const { prior } = event;
    const patient = patientKey(event.patient);
    const priorPatient = prior?.patient ? patientKey(prior.patient) : undefined;
    this.#known.add(patient);
    switch (event.kind) {
      case 'merged':
        this.#mergeAccounts(event, patient);
        if (priorPatient !== undefined) this.patients.point(priorPatient, patient);
        break;
      case 'unlinked':
        if (priorPatient !== undefined) this.patients.part(priorPatient, patient);
        break;
      case 'visit-moved':
        this.#moveVisit(event, patient, index);
        break;
      case 'account-moved':
        this.#moveAccount(event, patient, priorPatient, index);
        break;
      case 'person-deleted':
        this.#deletePerson(patient, index);
        break;
      case 'account-merged':
        this.#mergeAccounts(event, patient);
        break;
      default:
        this.#state(event, patient, index);
    }
  }

  #state(event: HospitalEvent, patient: string, index: number): void {
    const { visit } = event;
    if (visit === null) return;
    if (event.account !== undefined) this.#accountOf.set(visit, event.account);
    const before = this.owners.get(visit);
    if (!before) this.owners.set(visit, { patient, said: index, contradicted: false });
    // As merges stand at this moment: a statement by the surviving number leaves the visit with the
    // number that it began under, to which an undone merge gives it back.
    else if (this.patients.resolve(before.patient) !== this.patients.resolve(patient)) {
      const contradicted = before.contradicted || !this.#vacant.has(visit);
      this.owners.set(visit, { patient, said: index, contradicted });
    }
    this.#vacant.delete(visit);
    if (event.kind === 'cancelled' && event.cancels === 'start') this.#vacant.add(visit);
    if (event.kind === 'visit-deleted') this.#deleteVisit(visit, index);
  }

  #moveVisit({ visit, prior }: HospitalEvent, patient: string, index: number): void {
    const owner = { patient, said: index, contradicted: false };
    if (prior?.visit !== undefined) this.owners.set(prior.visit, owner);
    if (visit === null) return;
    this.owners.set(visit, owner);
    if (prior?.visit !== undefined) this.visits.point(prior.visit, visit);
  }

  #moveAccount(event: HospitalEvent, patient: string, priorPatient: string | undefined, index: number): void {
    const account = event.prior?.account ?? event.account;
    if (account === undefined || priorPatient === undefined) return;
    this.#mergeAccounts(event, patient);
    const from = this.patients.resolve(priorPatient);
    const accounts = this.#accountsOf([from, this.patients.resolve(patient)]);
    const moved = accounts.resolve(account);
    for (const [visit, owner] of this.owners) {
      const its = this.#accountOf.get(visit);
      if (its === undefined || accounts.resolve(its) !== moved) continue;
      if (this.patients.resolve(owner.patient) !== from) continue;
      this.owners.set(visit, { patient, said: index, contradicted: false });
    }
  }

  #mergeAccounts({ account, prior }: HospitalEvent, patient: string): void {
    if (account !== undefined && prior?.account !== undefined) {
      this.#accounts.push({ patient, from: prior.account, to: account });
    }
  }

  // Only what was said of these people's accounts: numbers of accounts are not everywhere unique.
  #accountsOf(people: readonly string[]): Redirects {
    const accounts = new Redirects();
    for (const { patient, from, to } of this.#accounts) {
      if (people.includes(this.patients.resolve(patient))) accounts.point(from, to);
    }
    return accounts;
  }

  // A number that has been merged away is often deleted afterwards: that deletes the number, not what
  // the surviving person took over from it.
  #deletePerson(patient: string, index: number): void {
    this.patientDeletedAt.set(patient, index);
    for (const other of this.#known) {
      if (this.patients.resolve(other) === patient) this.patientDeletedAt.set(other, index);
    }
    for (const [visit, owner] of this.owners) {
      if (this.patients.resolve(owner.patient) !== patient) continue;
      this.visitDeletedAt.set(visit, index);
      this.#vacant.add(visit);
    }
  }

  // The same for a visit number that was changed since.
  #deleteVisit(visit: string, index: number): void {
    this.#vacant.add(visit);
    for (const other of this.owners.keys()) {
      if (this.visits.resolve(other) === visit) this.visitDeletedAt.set(other, index);
    }
  }
}
