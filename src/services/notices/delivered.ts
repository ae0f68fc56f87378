/**
 * What a recipient's own people are about to be shown: each notice is asked about anew where its last reading is not
 * the newest, and written down as having reached them, before any list is read (hazard H14, product rule 6).
 */
import { inboxRows } from '../../store/notices/lists.ts';
import { holdNotice } from '../../store/notices/notices.ts';
import type { StoredNotice } from '../../store/notices/notices.ts';
import { holdPerson, personOf } from '../../store/notices/person-lock.ts';
import type { NoticeDeps } from './deps.ts';
import { checkedAmong, recheckNotice } from './recheck.ts';
import { recordEvent } from './record.ts';

export interface InboxOf {
  readonly kind: 'provider' | 'council';
  readonly id: string;
}

/** How long what is done with stays in an inbox. */
export const shownFor = 24 * 3_600_000;

/** Makes sure that every notice of a recipient's inbox may be shown now, and says that it has reached them. */
export async function noticeToTake(deps: NoticeDeps, recipient: InboxOf): Promise<void> {
  const now = deps.clock.now();
  const rows = await inboxRows(deps.db, recipient, now, new Date(now.getTime() - shownFor));
  const checked = await deps.db.transaction((trx) => checkedAmong(trx, deps, rows, now));
  let changed = false;
  for (const row of rows) {
    if (checked.has(row.id) && isListed(row)) continue;
    const done = await deps.db.transaction(async (trx) => {
      await holdPerson(trx, personOf(row));
      const found = await holdNotice(trx, row.id);
      const kept = found && (await recheckNotice(trx, deps, found));
      if (!kept || !isVisible(kept, now) || isListed(kept)) return false;
      await recordEvent(trx, deps, { kind: 'delivered', notice: row.id, at: now, channel: 'portal' });
      return true;
    });
    changed ||= done;
  }
  if (changed) deps.wake();
}

function isListed({ state }: StoredNotice): boolean {
  return state.channels.get('portal')?.is === 'delivered';
}

/** Whether a recipient may see that there is a notice: it has left, and was not taken back before it did. */
export function isVisible({ state, deliverAt }: StoredNotice, now: Date): boolean {
  if (state.status === 'waiting') return false;
  const over = state.status === 'withdrawn' || state.status === 'stopped' || state.status === 'replaced' || state.status === 'cancelled'; // prettier-ignore
  return state.out || (!over && (deliverAt === null || deliverAt <= now));
}
