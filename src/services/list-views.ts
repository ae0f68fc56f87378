/**
 * The trail of lists of people: whatever is put on a screen is in it before it is shown (product rule 6). A page
 * that reloads itself shows most times what it has shown before; such a view is one with the last that was recorded.
 */
import type { Caller } from '../domain/caller.ts';
import { writeAudit } from '../store/audit.ts';
import type { AuditEntry } from '../store/audit.ts';
import type { Trx } from '../store/database.ts';
import { saysTheSame } from '../store/hospital/list-views.ts';

/** For how long a recorded view stands for reloads that show the same people. */
const standsFor = 15 * 60_000;

/**
 * Records that a list is shown. A reload that nobody asked for leaves no row of its own while the last row
 * of this session, of the last quarter of an hour, says that exactly these people were on it.
 * @param automatic whether the page has reloaded itself
 */
export async function recordList(
  trx: Trx,
  now: Date,
  caller: Caller,
  entry: AuditEntry & { readonly detail: object },
  automatic: boolean,
): Promise<void> {
  const since = new Date(now.getTime() - standsFor);
  if (automatic && (await saysTheSame(trx, caller, entry, since))) return;
  await writeAudit(trx, now, caller, entry);
}
