/** What must hold of the outbound side whatever the destination, the database and the operators do. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { OutboundSender } from '../../src/hl7/outbound.ts';
import type { HintStay } from '../../src/services/hints.ts';
import { Database } from '../../src/store/database.ts';
import type { TestDatabase } from './database.ts';
import { Destination, behaviours } from './destination.ts';
import type { Behaviour } from './destination.ts';
import { FaultyEngine, faults } from './faults.ts';
import { pause } from './mllp.ts';
import { Outbound, hintFeed, stayOf } from './outbound.ts';
import type { QueueRow } from './outbound.ts';

/** One thing that happens while messages are sent. */
type Happening =
  | { readonly what: 'want'; readonly stay: number; readonly kind: 'hint' | 'retraction' }
  /** The database fails at a coming statement of the sender. */
  | { readonly what: 'database'; readonly step: number; readonly fault: number }
  /** The sender is ended where it stands, and another starts. */
  | { readonly what: 'restart' }
  | { readonly what: 'outage'; readonly ms: number }
  | { readonly what: 'pause'; readonly ms: number };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constant('want' as const), stay: fc.nat(3), kind: fc.constantFrom('hint' as const, 'retraction' as const) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('database' as const), step: fc.integer({ min: 1, max: 9 }), fault: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('outage' as const), ms: fc.nat(30) }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('pause' as const), ms: fc.nat(25) }) },
); // prettier-ignore

const behaviour: fc.Arbitrary<Behaviour> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom<Behaviour>('AA', 'CA') },
  { weight: 3, arbitrary: fc.constantFrom(...behaviours) },
);

let count = 0;

/**
 * Checks, for random behaviours of the destination and random crashes: every message that was queued is
 * acknowledged, dead or withdrawn; the destination saw them in order; none was acknowledged by another's answer.
 */
export async function outboundHolds(test: TestDatabase, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(
      fc.array(behaviour, { maxLength: 25 }),
      fc.array(happening, { minLength: 1, maxLength: 14 }),
      (list, happenings) => oneRun(test, list, happenings),
    ),
    { numRuns },
  );
}

async function oneRun(test: TestDatabase, list: readonly Behaviour[], happenings: readonly Happening[]): Promise<void> {
  const out = new Outbound(test.db, hintFeed({}, { id: `property-${++count}` }));
  const engine = new FaultyEngine(test.engine);
  const db = new Database(engine);
  const destination = await new Destination({ behave: (index) => list[index] ?? 'AA', lateAfter: 45 }).open();
  const begin = (): OutboundSender => {
    const timing = { acknowledgedWithin: 30, retryFirst: 1, retryLongest: 4 };
    const sender = out.sender(destination.port, { db, lookEvery: 3, turnEvery: 3, timing });
    sender.start();
    return sender;
  };
  let sender = begin();
  try {
    const stays = [1, 2, 3, 4].map((number) => stayOf(number));
    const wanted = new Map<HintStay, 'hint' | 'retraction'>();
    for (const one of happenings) {
      if (one.what === 'want') {
        const stay = stays[one.stay] as HintStay;
        wanted.set(stay, one.kind);
        await out.want(one.kind, stay);
        out.queue.wake();
      } else if (one.what === 'database') {
        engine.arm(one.step, faults[one.fault] ?? { when: 'before', as: 'connection' });
      } else if (one.what === 'restart') {
        await sender.stop(0);
        sender = begin();
      } else if (one.what === 'outage') {
        await destination.close();
        await pause(one.ms);
        await destination.open();
      } else await pause(one.ms);
    }
    const rows = await out.settled(30_000);
    checkOrder(rows, destination);
    for (const [stay, kind] of wanted) checkWanted(rows, stay, kind);
  } finally {
    await sender.stop(0);
    engine.disarm();
    await destination.close();
  }
}

/**
 * Checks that a destination saw messages in the order in which they were queued, each time with the same bytes, and
 * that each was acknowledged by its own answer, or died of its own refusal.
 */
export function checkOrder(rows: readonly QueueRow[], destination: Destination): void {
  const place = new Map(rows.map((row, at) => [row.control_id, at]));
  const seen = destination.receptions.filter(({ id }) => id !== '');
  const places = seen.map(({ id }) => place.get(id) ?? -1);
  assert.ok(places.every((at, index) => at >= (places[index - 1] ?? 0)), `not in order: ${places}`); // prettier-ignore
  const bytes = new Map<string, string>();
  for (const one of seen) {
    assert.equal(bytes.get(one.id) ?? one.bytes.toString(), one.bytes.toString(), 'sent again with other bytes');
    bytes.set(one.id, one.bytes.toString());
  }
  for (const { control_id: id, state, last_fault: fault } of rows) {
    if (state === 'acknowledged') assert.ok(destination.agreed.includes(id), 'acknowledged by another answer');
    if (state !== 'dead') continue;
    const last = seen.findLast((one) => one.id === id)?.behaviour;
    assert.ok(last === fault && (fault === 'AR' || fault === 'CR'), `dead by ${fault} after ${last}`);
  }
}

function checkWanted(rows: readonly QueueRow[], stay: HintStay, kind: 'hint' | 'retraction'): void {
  const last = rows.findLast((row) => row.stay_id === stay.stayId && row.state !== 'withdrawn');
  if (kind === 'hint') assert.equal(last?.kind, 'hint');
  else assert.notEqual(last?.kind, 'hint');
}
