/** Use case of a council's worker who opens one notice about the council's people that went to a provider. */
import { requirePermission } from '../../domain/caller.ts';
import type { Caller } from '../../domain/caller.ts';
import { HomewardError } from '../../domain/error.ts';
import { writeAudit } from '../../store/audit.ts';
import { noticeById } from '../../store/notices/lists.ts';
import { isByRoster } from '../../store/notices/notices.ts';
import { agreementInForce } from '../notices/deps.ts';
import type { NoticeDeps } from '../notices/deps.ts';
import { peopleIn } from '../notices/trail.ts';
import { viewOf } from '../notices/view.ts';
import type { NoticeView } from '../notices/view.ts';

/**
 * One notice to a provider, as it stands. It is in the trail before it is given.
 * @throws HomewardError NOT_ALLOWED; NOTICE_GONE when it is not about one of the council's people, or was sent to the
 *   council itself (which opens it as its recipient)
 */
export async function councilNotice(deps: NoticeDeps, caller: Caller, id: string): Promise<NoticeView> {
  requirePermission(caller, 'work-council-lists');
  const council = caller.organisation;
  const view = await deps.db.transaction(async (trx) => {
    const now = deps.clock.now();
    const kept = await noticeById(trx, id);
    const { recipient } = kept?.state.notice ?? {};
    // One answer for "there is none" and "it is not yours": nobody learns from it whose it is.
    if (!kept || kept.council !== council || recipient?.kind !== 'provider' || isByRoster(kept)) return null;
    if (!agreementInForce(deps, council, kept.hospital, now)?.notices.council) return null;
    await writeAudit(trx, now, caller, {
      action: 'see-council-notice',
      outcome: 'shown',
      council,
      personKey: kept.personKey,
      detail: { notices: [id] },
      people: peopleIn([kept]),
    });
    return viewOf(deps, kept, now);
  });
  if (!view) throw new HomewardError('NOTICE_GONE');
  return view;
}
