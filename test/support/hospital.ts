/** The inbound side of the demo's feed on a test database: a message handed in, applied, and what is there then. */
import assert from 'node:assert/strict';
import type { Feed as FeedFile } from '../../src/config/feed.ts';
import { inboundHandler, messageReader } from '../../src/hl7/inbound.ts';
import type { InboundOutcome } from '../../src/hl7/inbound.ts';
import type { InboundFeed } from '../../src/hl7/inbound-feed.ts';
import type { MllpPeer } from '../../src/hl7/mllp-peer.ts';
import { applyNext } from '../../src/services/apply-messages.ts';
import type { HospitalDeps } from '../../src/services/hospital-deps.ts';
import { sealerOf } from '../../src/services/sealing.ts';
import { messageTaker } from '../../src/services/take-message.ts';
import type { Database } from '../../src/store/database.ts';
import { fromRow } from '../../src/store/hospital/stays.ts';
import type { StoredStay } from '../../src/store/hospital/stays.ts';
import { adt, kingsVale } from './adt.ts';
import type { Fields } from './adt.ts';
import { verdict } from './mllp.ts';
import { movableClock } from './web.ts';
import type { MovableClock } from './web.ts';

/** A peer on this computer, without a certificate. */
export const localPeer: MllpPeer = { address: '127.0.0.1', certificate: null, connection: 1 };

/** Keys of tests only. */
export const testSeal = sealerOf(Buffer.alloc(32, 7));

export interface TestHospital {
  readonly deps: HospitalDeps;
  readonly clock: MovableClock;
  readonly feed: InboundFeed;
  readonly outcomes: InboundOutcome[];
  /** How often somebody was told that stays have changed. */
  readonly woken: () => number;
  /** Hands a message in. @returns `AA KV0001` */
  send(content: Buffer | string, peer?: MllpPeer): Promise<string>;
  /** Hands an ADT message of the demo's feed in; its control id counts up unless it is given. */
  sendAdt(trigger: string, fields?: Fields, ...without: string[]): Promise<string>;
  /** Applies all that waits. */
  apply(limit?: number): Promise<void>;
  stays(): Promise<StoredStay[]>;
}

/** The time at which tests take messages: after those of `adt()` were written. */
export const takenAt = '2026-03-02T09:00:20Z';

/** Empties what the tests of a file share. */
export async function emptyFeed(db: Database): Promise<void> {
  for (const table of ['hl7_message', 'hl7_expired', 'stay_event', 'stay_key', 'stay', 'stay_change'] as const)
    await db.sql.deleteFrom(table).execute();
}

/** @param file of the feed, when it is not the demo's */
export function hospitalOn(db: Database, file: FeedFile = kingsVale, clock = movableClock(takenAt)): TestHospital {
  const feed: InboundFeed = file;
  const outcomes: InboundOutcome[] = [];
  let woken = 0;
  let count = 0;
  const deps: HospitalDeps = {
    db,
    clock,
    feeds: [file],
    agreements: [],
    councils: [],
    hospitals: [],
    seal: testSeal,
    wake: () => void woken++,
  };
  const handler = inboundHandler({
    clock,
    feeds: [feed],
    taker: messageTaker(deps),
    wake: () => undefined,
    observe: (outcome) => void outcomes.push(outcome),
  });
  const send: TestHospital['send'] = async (content, peer = localPeer) =>
    verdict(await handler(typeof content === 'string' ? Buffer.from(content) : content, peer));
  return {
    deps,
    clock,
    feed,
    outcomes,
    woken: () => woken,
    send,
    sendAdt(trigger, fields = {}, ...without) {
      count++;
      const text = adt(trigger, { 'MSH-10': `KV${count}`, ...fields }, ...without).serialise();
      return send(text);
    },
    async apply(limit = 50) {
      const read = messageReader([feed]);
      for (let turns = 0; (await applyNext(deps, file, read, limit)).taken > 0; turns++) assert.ok(turns < 10_000);
    },
    async stays() {
      const rows = await db.sql.selectFrom('stay').selectAll().orderBy('since').orderBy('stay_id').execute();
      return rows.map(fromRow);
    },
  };
}
