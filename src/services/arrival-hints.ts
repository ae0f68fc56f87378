/**
 * What the hospital's own system is to show for a stay, from what is so now: a hint while care is on record, and
 * none otherwise. It is worked out from what stands there, not from what has changed, so that what could not be
 * taken back once is tried again.
 */
import { HomewardError } from '../domain/error.ts';
import type { Feed } from '../domain/hospital-feed.ts';
import type { Trx } from '../store/database.ts';
import type { HintQueue, HintStay } from './hints.ts';

export interface TellDeps {
  readonly feeds: readonly Feed[];
  readonly hints: Pick<HintQueue, 'enqueueHint' | 'standsFor'>;
  /** Told that a hint could not be taken back, or told, for want of its key. Must not throw. */
  readonly failed?: (error: unknown) => void;
}

/** Has every hint taken back that stands for a stay which is no more: two stays that became one. */
export async function tellOfNone(deps: TellDeps, trx: Trx, stayId: string, now: Date): Promise<void> {
  if (!(await deps.hints.standsFor(trx, stayId))) return;
  for (const feed of deps.feeds) await say(deps, trx, feed, { kind: 'retraction', stay: { stayId } }, now);
}

/**
 * Has told, or taken back, what is wanted of a stay.
 * @param wanted whether a hint should stand
 * @param isAnother what was learnt before was about somebody else: theirs is taken back before this person's is told
 */
export async function tell(
  deps: TellDeps,
  trx: Trx,
  stay: HintStay & { readonly feed: string },
  { wanted, isAnother }: { readonly wanted: boolean; readonly isAnother: boolean },
  now: Date,
): Promise<void> {
  const feed = deps.feeds.find(({ id }) => id === stay.feed);
  if (!feed) return;
  if ((!wanted || isAnother) && (await deps.hints.standsFor(trx, stay.stayId)))
    await say(deps, trx, feed, { kind: 'retraction', stay }, now);
  if (wanted) await say(deps, trx, feed, { kind: 'hint', stay }, now);
}

type Told =
  | { readonly kind: 'hint'; readonly stay: HintStay }
  | { readonly kind: 'retraction'; readonly stay: { readonly stayId: string } };

async function say({ hints, failed }: TellDeps, trx: Trx, feed: Feed, told: Told, now: Date): Promise<void> {
  if (!feed.enabled) return;
  for (const hint of feed.hints) {
    try {
      await hints.enqueueHint(trx, { ...told, feed, hint }, now);
    } catch (error) {
      // A hint that cannot be taken back must not keep the person on a list.
      if (!(error instanceof HomewardError && error.code === 'SEAL_BROKEN')) throw error;
      failed?.(error);
    }
  }
}
