/** What tests of the outbound side share: a feed with hints, stays of fictional people, and a sender in a hurry. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { feedSchema } from '../../src/config/feed.ts';
import type { Feed } from '../../src/config/feed.ts';
import type { Clock } from '../../src/domain/clock.ts';
import { parseNhsNumber } from '../../src/domain/nhs-number.ts';
import type { NhsNumber } from '../../src/domain/nhs-number.ts';
import { hintDestinations } from '../../src/hl7/hint-message.ts';
import { OutboundSender } from '../../src/hl7/outbound.ts';
import type { SenderOptions } from '../../src/hl7/outbound.ts';
import { HintQueue } from '../../src/services/hints.ts';
import type { HintOutcome, HintStay } from '../../src/services/hints.ts';
import { takeSendTurn } from '../../src/services/send-outbound.ts';
import { sealerOf } from '../../src/services/sealing.ts';
import type { Database } from '../../src/store/database.ts';

export const seal = sealerOf(Buffer.alloc(32, 7));
export const realClock: Clock = { now: () => new Date() };

/** A feed with one hint of this kind and version. */
export function hintFeed(hint: Record<string, unknown> = {}, feed: Record<string, unknown> = {}): Feed {
  return feedSchema.parse({
    id: 'kvh',
    version: 1,
    hospital: 'KVH',
    enabled: true,
    senders: [{ application: 'KVPAS', facility: 'KVH' }],
    ours: { application: 'HOMEWARD', facility: 'KVH' },
    connection: { security: 'plain-text' },
    patient: { hospitalNumber: { authority: 'KVH', where: [{ authority: 'KVH', type: 'MR' }] } },
    patientClasses: { E: 'emergency', I: 'inpatient' },
    sites: [{ when: {}, organisation: 'KVH' }],
    stays: {
      edToAdmission: '6 hours',
      staleAfter: { expected: '7 days', arrived: '24 hours', admitted: '21 days', onLeave: '14 days' },
    },
    silence: { day: '30 minutes', night: '3 hours', nightFrom: '23:00', nightUntil: '06:00' },
    hints: [
      {
        id: 'alert',
        kind: 'ADT^A08',
        host: '127.0.0.1',
        port: 2576,
        connection: { security: 'plain-text' },
        receiver: { application: 'KVPAS', facility: 'KVH' },
        code: { value: 'HWCARE', text: 'Council care recorded', system: 'KVH' },
        ...hint,
      },
    ],
    ...feed,
  });
}

/** A stay of a fictional person. */
export function stayOf(number = 1, change: Partial<HintStay['person']> = {}): HintStay {
  return {
    stayId: randomUUID(),
    visits: [`V${number}-ED`, `V${number}`],
    patientClass: 'emergency',
    person: {
      patient: { authority: 'KVH', value: `H${100_000 + number}` },
      nhsNumber: { value: nhsNumber('9990000018'), status: '01' },
      birthDate: '1940-02-29' as HintStay['person']['birthDate'],
      name: { family: 'Probert', given: 'Barbara' },
      ...change,
    },
  };
}

function nhsNumber(text: string): NhsNumber {
  const read = parseNhsNumber(text);
  if (!read.ok) throw new Error('not a number');
  return read.value;
}

/**
 * Takes the turn to send as soon as nobody else has it: a server lets go of the turn before only when it has noticed
 * that its connection is gone.
 */
export async function inSendTurn(...turn: Parameters<typeof takeSendTurn>): Promise<void> {
  while (!(await takeSendTurn(...turn))) await sleep(5);
}

/** The outbound side of one process over a database. */
export class Outbound {
  readonly db: Database;
  readonly feed: Feed;
  readonly queue: HintQueue;

  constructor(db: Database, feed: Feed) {
    this.db = db;
    this.feed = feed;
    this.queue = new HintQueue(seal, hintDestinations([feed]));
  }

  get destination(): string {
    return `${this.feed.id}/${this.feed.hints[0]?.id}`;
  }

  /** Wants a hint, or none, for a stay. */
  want(kind: 'hint' | 'retraction', stay: HintStay, at = new Date()): Promise<HintOutcome> {
    const [hint] = this.feed.hints;
    if (!hint) throw new Error('the feed has no hint');
    return this.db.transaction((trx) => this.queue.enqueueHint(trx, { feed: this.feed, hint, stay, kind }, at));
  }

  /** A sender with no patience: all its times are a few milliseconds. */
  sender(
    port: number,
    options: Partial<SenderOptions> & { timing?: Partial<Timing>; db?: Database } = {},
  ): OutboundSender {
    const { timing, db = this.db, ...rest } = options;
    const [hint] = this.feed.hints;
    if (!hint) throw new Error('the feed has no hint');
    const quick = { acknowledgedWithin: 200, retryFirst: 5, retryLongest: 20, giveUpAfter: 60_000, ...timing };
    const sender = new OutboundSender(
      { db, clock: realClock, seal },
      { destination: this.destination, hint: { ...hint, port, timing: quick }, lookEvery: 20, turnEvery: 20, ...rest },
    );
    this.queue.onWake(() => sender.wake());
    return sender;
  }

  async rows(): Promise<QueueRow[]> {
    const { rows } = await sql<QueueRow>`
      select outbound_id, stay_id, kind, control_id, state, attempts, last_fault, sent_at is not null as sent
      from hl7_outbound where destination = ${this.destination} order by outbound_id`.execute(this.db.sql);
    return rows;
  }

  /** Waits until nothing waits. */
  async settled(patience = 20_000): Promise<QueueRow[]> {
    for (const until = Date.now() + patience; ;) {
      const rows = await this.rows();
      if (rows.every(({ state }) => state !== 'waiting')) return rows;
      if (Date.now() > until)
        throw new Error(`still waiting: ${JSON.stringify(rows.find((one) => one.state === 'waiting'))}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

type Timing = SenderOptions['hint']['timing'];

export interface QueueRow {
  outbound_id: string;
  stay_id: string;
  kind: 'hint' | 'retraction';
  control_id: string;
  state: string;
  attempts: number;
  last_fault: string | null;
  sent: boolean;
}
