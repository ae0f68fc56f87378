/**
 * Takes an ADT message apart into events, by what its trigger means. The header has been judged before
 * (adt.ts).
 */
import { londonDate } from '../domain/dates.ts';
import type { IsoDate } from '../domain/dates.ts';
import { patientKey } from '../domain/stay-event.ts';
import type { HospitalEvent } from '../domain/stay-event.ts';
import { fault, ignore } from './adt-codes.ts';
import type { AdtRemark } from './adt-codes.ts';
import type { AdtFeed } from './adt-feed.ts';
import { readIdentity, readNumber, readPriorPatient } from './adt-identity.ts';
import type { Reading } from './adt-triggers.ts';
import { instantOf, readExpectedDischarge, readTimes, readVisitTime, VisitReader } from './adt-visit.ts';
import type { Message } from './message.ts';
import type { Segment } from './segment.ts';

/** A trigger that says something. */
export type Meaningful = Exclude<Reading, { as: 'nothing' }>;
type Base = Omit<HospitalEvent, 'kind'>;

/** Reads one message through its feed's file. */
export class AdtReader {
  readonly #message: Message;
  readonly #feed: AdtFeed;
  readonly #receivedAt: Date;
  readonly #on: IsoDate;
  readonly #remarks = new Set<AdtRemark>();

  constructor(message: Message, feed: AdtFeed, receivedAt: Date) {
    this.#message = message;
    this.#feed = feed;
    this.#receivedAt = receivedAt;
    this.#on = londonDate(receivedAt);
  }

  /** The remarks made so far, each once. */
  get remarks(): AdtRemark[] {
    return [...this.#remarks];
  }

  /** Notes that something was read otherwise than it stands. */
  readonly remark = (remark: AdtRemark): void => void this.#remarks.add(remark);

  /** One event, or one for each person or visit that the message speaks of. @throws Stop */
  read(reading: Meaningful): HospitalEvent[] {
    const pids = this.#message.segments('PID');
    const [pid, second] = pids;
    if (!pid) return fault('PATIENT_MISSING', 'PID');
    switch (reading.as) {
      case 'swap':
        return this.#swap(pids);
      case 'link':
        return this.#links(reading);
      case 'unlink': {
        if (!second) return fault('PATIENT_MISSING', 'PID');
        const other = readIdentity(second, this.#feed, this.#on, this.remark).patient;
        return [{ ...this.#base(pid), kind: 'unlinked', prior: { patient: other } }];
      }
      case 'person-deleted':
        return [{ ...this.#base(pid), kind: 'person-deleted' }];
      case 'update':
        return [this.#update(pid)];
      default:
        return [this.#visitEvent(pid, this.#message.segment('PV1'), reading)];
    }
  }

  /** Two people change beds: each PID with its own PV1; one of them may be no stay. */
  #swap(pids: readonly Segment[]): HospitalEvent[] {
    const pairs = pids.map((pid) => ({ pid, pv1: this.#following('PV1', pid) }));
    const stays = pairs.filter(({ pv1 }) => !pv1 || !new VisitReader(pv1, this.#feed).isNoStay);
    return (stays.length > 0 ? stays : pairs).map(({ pid, pv1 }) => this.#visitEvent(pid, pv1, { as: 'move' }));
  }

  #visitEvent(pid: Segment, pv1: Segment | null, reading: Exclude<Meaningful, { as: 'link' }>): HospitalEvent {
    if (!pv1) return fault('VISIT_MISSING', 'PV1');
    const reader = new VisitReader(pv1, this.#feed);
    // Becoming an outpatient ends a stay; everything else that is said of outpatients is none of ours.
    if (reader.isNoStay && reading.as !== 'class-change') ignore('not-a-stay');
    const visit = this.#visitNumber(pid, pv1);
    if (visit === '') return fault('VISIT_NUMBER_MISSING', this.#feed.visitNumber);
    const base: Base = { ...this.#base(pid, timeInVisit(reading, pv1)), visit, ...this.#aboutVisit(pid, pv1) };
    const place = reader.placeIfMapped;
    switch (reading.as) {
      case 'expected':
      case 'start': {
        const { meaning } = reader;
        if (reading.as === 'expected' || meaning === 'expected') return { ...base, kind: 'expected' };
        const kind = meaning === 'inpatient' ? 'admitted' : 'arrived';
        return { ...base, kind, patientClass: meaning, place: reader.place };
      }
      case 'class-change': {
        if (reader.isNoStay) return { ...base, kind: 'discharged', ...(place && { place }) };
        const { stayClass } = reader;
        return { ...base, kind: 'class-changed', patientClass: stayClass, place: reader.place };
      }
      case 'move': {
        const patientClass = reader.stayClassIfSaid;
        return { ...base, kind: 'moved', ...(patientClass && { patientClass }), place: reader.place };
      }
      case 'cancel': {
        const namesTime = instantOf(this.#message.value('EVN', 6), this.#feed) !== undefined;
        return { ...base, kind: 'cancelled', cancels: reading.cancels, ...(namesTime && { namesTime }) };
      }
      case 'visit': {
        const outcome = reading.kind === 'discharged' ? reader.outcome : undefined;
        return { ...base, kind: reading.kind, ...(place && { place }), ...(outcome && { outcome }) };
      }
      default:
        return { ...base, kind: 'updated' };
    }
  }

  // An update tells what is known of a person or a visit. It moves nobody: a move has events of its own.
  #update(pid: Segment): HospitalEvent {
    const pv1 = this.#message.segment('PV1');
    const visit = pv1 ? this.#visitNumber(pid, pv1) : '';
    return pv1 && visit !== '' ? this.#visitEvent(pid, pv1, { as: 'update' }) : { ...this.#base(pid), kind: 'updated' };
  }

  /** One event for each MRG, which belongs to the PID before it and to the PV1 that may follow it. */
  #links(reading: Extract<Reading, { as: 'link' }>): HospitalEvent[] {
    const mrgs = this.#message.segments('MRG');
    if (mrgs.length === 0) return fault('MERGE_MISSING', 'MRG');
    // Where the account is the visit, what happens to accounts happens to visits.
    const ofAccounts = reading.kind === 'account-merged' || reading.kind === 'account-moved';
    const kind = ofAccounts && this.#feed.visitNumber === 'PID-18' ? 'visit-moved' : reading.kind;
    return mrgs.map((mrg) => {
      const pid = this.#message.segments('PID').findLast(({ index }) => index < mrg.index);
      return pid ? this.#link({ ...reading, kind }, pid, mrg) : fault('PATIENT_MISSING', 'PID');
    });
  }

  #link({ kind, accounts }: Extract<Reading, { as: 'link' }>, pid: Segment, mrg: Segment): HospitalEvent {
    const base = this.#base(pid);
    const account = readNumber(pid, 18);
    const priorAccount = readNumber(mrg, 3);
    switch (kind) {
      case 'merged': {
        const prior = readPriorPatient(mrg, this.#feed, this.#on);
        // The same hospital number on both sides: only the NHS number changed, which an update says too.
        if (prior === null || patientKey(prior) === patientKey(base.patient)) return { ...base, kind: 'updated' };
        const withAccounts = accounts && account !== '' && priorAccount !== '';
        return withAccounts
          ? { ...base, kind, account, prior: { patient: prior, account: priorAccount } }
          : { ...base, kind, prior: { patient: prior } };
      }
      case 'visit-moved': {
        const priorVisit = readNumber(mrg, visitNumbers[this.#feed.visitNumber].prior);
        const pv1 = this.#visitOf(mrg);
        const visit = this.#visitNumber(pid, pv1) || priorVisit;
        if (visit === '') return fault('VISIT_NUMBER_MISSING', this.#feed.visitNumber);
        return {
          ...base,
          kind,
          visit,
          ...(priorVisit !== '' && priorVisit !== visit && { prior: { visit: priorVisit } }),
        };
      }
      case 'account-moved': {
        const prior = readPriorPatient(mrg, this.#feed, this.#on);
        if (prior === null || (account === '' && priorAccount === '')) return fault('PRIOR_NUMBER_MISSING', 'MRG-3');
        return {
          ...base,
          kind,
          account: account || priorAccount,
          prior: { patient: prior, account: priorAccount || account },
        };
      }
      case 'account-merged':
        if (account === '' || priorAccount === '') return fault('PRIOR_NUMBER_MISSING', 'MRG-3');
        return { ...base, kind, account, prior: { account: priorAccount } };
    }
  }

  #base(pid: Segment, fromVisit = ''): Base {
    const message = this.#message;
    const sequence = message.value('MSH', 13).trim();
    return {
      feed: this.#feed.id,
      id: message.value('MSH', 10).trim(),
      ...readTimes(message, this.#feed, this.#receivedAt, this.#visitTime(fromVisit), this.remark),
      sequence: /^\d{1,15}$/.test(sequence) ? Number(sequence) : null,
      visit: null,
      ...readIdentity(pid, this.#feed, this.#on, this.remark),
    };
  }

  #aboutVisit(pid: Segment, pv1: Segment): Partial<HospitalEvent> {
    const account = readNumber(pid, 18);
    const admitTime = this.#visitTime(pv1.value(44));
    const dischargeTime = this.#visitTime(pv1.value(45));
    const pv2 = this.#following('PV2', pv1, 'PID');
    const expectedDischarge = readExpectedDischarge(pv2, this.#feed, this.remark);
    return {
      ...(account !== '' && { account }),
      ...(admitTime && { admitTime }),
      ...(dischargeTime && { dischargeTime }),
      ...(expectedDischarge !== undefined && { expectedDischarge }),
    };
  }

  #visitTime(text: string): Date | undefined {
    return readVisitTime(text, this.#feed, this.#receivedAt, this.remark);
  }

  #visitNumber(pid: Segment, pv1: Segment | null): string {
    const { segment, field } = visitNumbers[this.#feed.visitNumber];
    return readNumber(segment === 'PID' ? pid : pv1, field);
  }

  /** The PV1 of a move: after its MRG; where there is but one MRG, some senders put it before. */
  #visitOf(mrg: Segment): Segment | null {
    const found = this.#following('PV1', mrg, 'MRG');
    return found ?? (this.#message.segments('MRG').length === 1 ? this.#message.segment('PV1') : null);
  }

  /** The next segment of a name, unless the group that it would belong to has begun anew before. */
  #following(name: string, after: Segment, border = 'PID'): Segment | null {
    const found = this.#message.segment(name, after);
    const next = this.#message.segment(border, after);
    return found && (!next || found.index < next.index) ? found : null;
  }
}

/** Where a visit number stands, and where in MRG the one before it. */
const visitNumbers = {
  'PV1-19': { segment: 'PV1', field: 19, prior: 5 },
  'PV1-50': { segment: 'PV1', field: 50, prior: 6 },
  'PID-18': { segment: 'PID', field: 18, prior: 3 },
} as const;

/** The text in which PV1 itself says when the event happened. */
function timeInVisit(reading: Reading, pv1: Segment): string {
  if (reading.as === 'start') return pv1.value(44);
  return reading.as === 'visit' && reading.kind === 'discharged' ? pv1.value(45) : '';
}
