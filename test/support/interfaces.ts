/** Messages of the demo's feed handed to a running application, and hints of it that were given up. */
import { sql } from 'kysely';
import { inboundHandler, messageReader } from '../../src/hl7/inbound.ts';
import { applyNext } from '../../src/services/apply-messages.ts';
import { messageTaker } from '../../src/services/take-message.ts';
import type { App } from '../../src/app.ts';
import { adt, kingsVale } from './adt.ts';
import type { Fields } from './adt.ts';
import { localPeer } from './hospital.ts';
import { verdict } from './mllp.ts';
import { stayOf } from './outbound.ts';

export interface FeedHands {
  /** Hands an ADT message in; its times are those of the test data, before the application's clock. @returns `AA KV1` */
  send(trigger: string, fields?: Fields, ...without: string[]): Promise<string>;
  /** Applies all that waits. */
  apply(): Promise<void>;
  /** Queues hints for fictional people, and gives them up. */
  giveUp(count: number, fault?: string): Promise<void>;
}

/** Hands on the demo's feed of an application whose own listener is not started. */
export function feedHands({ db, feeds }: Pick<App, 'db' | 'feeds'>): FeedHands {
  const { deps } = feeds;
  const handler = inboundHandler({
    clock: deps.clock,
    feeds: [kingsVale],
    taker: messageTaker(deps),
    wake: () => undefined,
  });
  let sent = 0;
  return {
    async send(trigger, fields = {}, ...without) {
      const text = adt(trigger, { 'MSH-10': `KV${++sent}`, ...fields }, ...without).serialise();
      return verdict(await handler(Buffer.from(text), localPeer));
    },
    async apply() {
      const read = messageReader([kingsVale]);
      while ((await applyNext(deps, kingsVale, read, 100)).taken > 0);
    },
    async giveUp(count, fault = 'AR') {
      const [hint] = kingsVale.hints;
      if (!hint) throw new Error('the demo’s feed has no hint');
      for (let n = 1; n <= count; n++) {
        const request = { kind: 'hint', feed: kingsVale, hint, stay: stayOf(n) } as const;
        await db.transaction((trx) => feeds.hints.enqueueHint(trx, request, deps.clock.now()));
      }
      await sql`update hl7_outbound set state = 'dead', attempts = 7, last_fault = ${fault}, settled_at = created_at
        where state = 'waiting'`.execute(db.sql);
    },
  };
}
