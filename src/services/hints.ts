/**
 * Use case of an arrival: lets a hospital's own system know that council care is on record, or no longer. What
 * is queued here is durable with the caller's transaction; it is sent afterwards, in order (send-outbound.ts).
 */
import { randomBytes } from 'node:crypto';
import type { IsoDate } from '../domain/dates.ts';
import type { PatientRef, StatedNhsNumber, StayClass } from '../domain/stay-event.ts';
import { HomewardError } from '../domain/error.ts';
import type { Db, Trx } from '../store/database.ts';
import type { AskingPair } from '../store/hospital/care.ts';
import {
  insertOutbound,
  lastIntent,
  lockDestination,
  withdrawDead,
  withdrawUnsent,
} from '../store/hospital/outbound.ts';
import type { OutboundKind, StoredIntent } from '../store/hospital/outbound.ts';
import { markStuck, markUnstuck, staysWithUnwantedHints, standingHints, standsAnywhere } from '../store/hospital/standing-hints.ts'; // prettier-ignore
import type { Sealer } from './sealing.ts';

/** Whom a hint is about, as the hospital itself names them. Nothing else of a stay may leave. */
export interface HintSubject {
  readonly patient: PatientRef;
  readonly nhsNumber: string | null;
  readonly birthDate: IsoDate | null;
  readonly name: { readonly family: string; readonly given: string } | null;
  /** The visit number that stands. */
  readonly visit: string;
  readonly patientClass: StayClass | null;
}

export interface HintContent {
  readonly kind: OutboundKind;
  readonly subject: HintSubject;
  /** MSH-10, of at most 20 characters. */
  readonly controlId: string;
  /** The control id of the hint that is told, or taken back. */
  readonly reference: string;
  readonly at: Date;
}

/** Where hints go, and how they are written there; times in milliseconds. */
export interface HintDestination {
  /** Feed and hint, as `feed/hint`. */
  readonly id: string;
  readonly giveUpAfter: number;
  /** How long a message is kept after it was given up at the latest. */
  readonly keptFor: number;
  /** The bytes of the message: the same for the same content. */
  readonly build: (content: HintContent) => Buffer;
}

/** A stay as a hint needs it. */
export interface HintStay {
  readonly stayId: string;
  /** In order; the last is the one that goes on. */
  readonly visits: readonly string[];
  readonly patientClass: StayClass | null;
  readonly person: {
    readonly patient: PatientRef;
    readonly nhsNumber: StatedNhsNumber | null;
    readonly birthDate: IsoDate | null;
    readonly name: { readonly family: string; readonly given: string } | null;
  };
}

interface Where {
  readonly feed: { readonly id: string };
  readonly hint: { readonly id: string };
}

/** What is to be shown for a stay from now on. A stay may have gone by the time its hint is taken back. */
export type HintRequest =
  | (Where & { readonly kind: 'hint'; readonly stay: HintStay })
  | (Where & { readonly kind: 'retraction'; readonly stay: { readonly stayId: string } });

/**
 * `queued`: it will be sent. `stands`: that is what was last meant, sent or not. `withdrawn`: a hint that had not
 * left yet was taken out of the queue. `nothing`: there is no hint to take back.
 */
export type HintOutcome = 'queued' | 'stands' | 'withdrawn' | 'nothing';

/** What is sealed: the message, byte for byte, and whom its retraction must name. */
interface SealedHint {
  readonly message: string;
  readonly subject: HintSubject;
}

/** Puts hints into their queues. */
export class HintQueue {
  readonly #seal: Sealer;
  readonly #destinations: ReadonlyMap<string, HintDestination>;
  readonly #sleepers = new Set<() => void>();

  constructor(seal: Sealer, destinations: readonly HintDestination[]) {
    this.#seal = seal;
    this.#destinations = new Map(destinations.map((one) => [one.id, one]));
  }

  /**
   * Queues what is wanted for a stay, unless that is so already: it may be called with the wanted state again
   * and again. A retraction that finds its hint not yet sent takes it out of the queue; once it may have
   * arrived both go, in order. Other transactions wait to queue for the same destination until this one ends:
   * call it late in a transaction, and for several destinations in the order of the feed's file.
   * @param trx the transaction of what is the reason for it
   * @throws RangeError for a destination that is not configured; HomewardError SEAL_BROKEN when a hint that
   *   stands was sealed with a key that is gone: what could be queued beside it is queued, and that it could not
   *   be taken back is kept when the transaction is
   */
  async enqueueHint(trx: Trx, request: HintRequest, at: Date): Promise<HintOutcome> {
    const destination = this.#destinations.get(destinationOf(request.feed, request.hint));
    if (!destination) throw new RangeError('There is no such destination');
    const { stayId } = request.stay;
    await lockDestination(trx, destination.id);
    if (request.kind === 'retraction') return this.#takeBack(trx, destination, stayId, at);
    const last = await lastIntent(trx, destination.id, stayId);
    const subject = subjectOf(request.stay);
    if (last?.kind === 'hint') {
      if (!isOfAnother(this.#open(last).subject, subject)) {
        if (last.isStuck) await markUnstuck(trx, last.id);
        return 'stands';
      }
      await this.#takeBack(trx, destination, stayId, at);
    }
    await withdrawDead(trx, destination.id, stayId, at, ['hint', 'retraction']);
    await this.#insert(trx, destination, { stayId, kind: 'hint', subject, at });
    return 'queued';
  }

  /** Whether a hint may stand for a stay at any of the destinations. */
  standsFor(trx: Trx, stayId: string): Promise<boolean> {
    return standsAnywhere(trx, [...this.#destinations.keys()], stayId);
  }

  /**
   * Stays for which a hint may stand at one of the destinations, and should not: they have ended or are no more, or
   * nothing was learnt of them, under an agreement that has hints, that would want it.
   * @param pairs councils and hospitals of such agreements
   */
  unwanted(db: Db, pairs: readonly AskingPair[], without: readonly string[], limit: number): Promise<string[]> {
    return staysWithUnwantedHints(db, [...this.#destinations.keys()], pairs, without, limit);
  }

  /** Tells those who send that something was queued. After the commit; forgotten, it is found a second later. */
  wake(): void {
    for (const wake of this.#sleepers) wake();
  }

  /** Has a function called whenever something was queued. @returns how to end it */
  onWake(wake: () => void): () => void {
    this.#sleepers.add(wake);
    return () => void this.#sleepers.delete(wake);
  }

  // Each that may stand, not only the last: a retraction that was given up may never have arrived.
  async #takeBack(trx: Trx, destination: HintDestination, stayId: string, at: Date): Promise<HintOutcome> {
    const standing = await standingHints(trx, destination.id, stayId);
    if (standing.length === 0) return (await lastIntent(trx, destination.id, stayId)) ? 'stands' : 'nothing';
    const sent: { hint: StoredIntent; subject: HintSubject }[] = [];
    let broken: HomewardError | null = null;
    for (const hint of standing) {
      if (await withdrawUnsent(trx, hint.id, at)) continue;
      try {
        sent.push({ hint, subject: this.#open(hint).subject });
      } catch (error) {
        if (!(error instanceof HomewardError)) throw error;
        await markStuck(trx, hint.id);
        broken = error;
      }
    }
    if (sent.length > 0) await withdrawDead(trx, destination.id, stayId, at, ['hint']);
    for (const { hint, subject } of sent)
      await this.#insert(trx, destination, { stayId, kind: 'retraction', subject, takesBack: hint, at });
    if (broken !== null) throw broken;
    return sent.length > 0 ? 'queued' : 'withdrawn';
  }

  async #insert(
    trx: Trx,
    destination: HintDestination,
    one: { stayId: string; kind: OutboundKind; subject: HintSubject; takesBack?: StoredIntent; at: Date },
  ): Promise<void> {
    const { stayId, kind, subject, takesBack, at } = one;
    const controlId = newControlId();
    const message = destination.build({ kind, subject, controlId, reference: takesBack?.controlId ?? controlId, at });
    const content: SealedHint = { message: message.toString('latin1'), subject };
    const giveUpAt = new Date(at.getTime() + destination.giveUpAfter);
    await insertOutbound(trx, {
      destination: destination.id,
      stayId,
      kind,
      takesBack: takesBack?.id ?? null,
      controlId,
      sealed: this.#seal.seal(Buffer.from(JSON.stringify(content)), aboutOutbound(controlId)),
      at,
      giveUpAt,
      expiresAt: new Date(giveUpAt.getTime() + destination.keptFor),
    });
  }

  #open({ sealed, controlId }: StoredIntent): SealedHint {
    return openHint(this.#seal, sealed, controlId);
  }
}

/**
 * Whether a hint was told of somebody else than the stay's patient of now. A hospital number that changed while
 * the NHS number did not is a merge, in which the hospital's system takes its own notes along.
 */
function isOfAnother(told: HintSubject, now: HintSubject): boolean {
  const sameNumber = told.patient.authority === now.patient.authority && told.patient.value === now.patient.value;
  return !sameNumber && (told.nhsNumber === null || told.nhsNumber !== now.nhsNumber);
}

/** The name of a destination, as the queue has it. */
export function destinationOf(feed: { readonly id: string }, hint: { readonly id: string }): string {
  return `${feed.id}/${hint.id}`;
}

/** Opens what was sealed for a message. @throws HomewardError SEAL_BROKEN */
export function openHint(seal: Sealer, sealed: Uint8Array, controlId: string): SealedHint {
  return JSON.parse(seal.open(sealed, aboutOutbound(controlId)).toString()) as SealedHint;
}

function aboutOutbound(controlId: string): string {
  return `hl7-outbound ${controlId}`;
}

function subjectOf({ visits, patientClass, person }: HintStay): HintSubject {
  const { patient, nhsNumber, birthDate, name } = person;
  return { patient, nhsNumber: nhsNumber?.value ?? null, birthDate, name, visit: visits.at(-1) ?? '', patientClass };
}

// MSH-10 holds 20 characters up to version 2.6 (HL7 v2.5.1, 2.15.9.10): 18 of 32 kinds are 90 bits by chance.
function newControlId(): string {
  return `HW${Array.from(randomBytes(18), (byte) => '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[byte & 31]).join('')}`;
}
