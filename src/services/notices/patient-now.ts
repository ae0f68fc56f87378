/** What somebody must know of the patient beside what was told of them: a death, whether they were asked, whom to phone first. */
import { seesSafeguarding } from '../../domain/agreement.ts';
import { requirePermission } from '../../domain/caller.ts';
import type { Caller } from '../../domain/caller.ts';
import { HomewardError } from '../../domain/error.ts';
import type { PermissionToTell } from '../../domain/interlock.ts';
import { lastAnswerOf } from '../../store/answers.ts';
import { noticesOfTelling } from '../../store/notices/lists.ts';
import { tellingById } from '../../store/notices/tellings.ts';
import type { NoticeDeps } from './deps.ts';
import { aboutOf } from './recheck.ts';
import { standingOf } from './standing.ts';

export interface PatientNow {
  /** They have died, by the hospital's own system or the council's record. */
  readonly died: boolean;
  /** The agreement has them asked before a provider is told. */
  readonly asks: boolean;
  /** Their last word to that. */
  readonly permission: PermissionToTell;
  /** Whoever phones a provider phones the council's duty team before; always where the role may not know why. */
  readonly phoneFirst: boolean;
  /** The answer from which the caller told it, while it can still be seen. */
  readonly answerId: string | null;
}

/**
 * Reads it for the page of one telling, which is in the trail by its own list.
 * @throws HomewardError NOT_ALLOWED; NOTICE_GONE when it is none of the caller's hospital
 */
export async function patientNow(deps: NoticeDeps, caller: Caller, telling: string): Promise<PatientNow> {
  requirePermission(caller, 'tell');
  return deps.db.transaction(async (trx) => {
    const told = await tellingById(trx, telling);
    if (!told || told.hospital !== caller.organisation) throw new HomewardError('NOTICE_GONE');
    const now = deps.clock.now();
    const notices = await noticesOfTelling(trx, telling);
    const one = notices.find(({ state }) => state.notice.recipient.kind === 'provider') ?? notices[0];
    const answerId = await lastAnswerOf(trx, { ...told, session: caller.session }, now);
    if (!one) return { died: false, asks: false, permission: 'not-asked', phoneFirst: true, answerId };
    const { agreement, record, permission, referral } = await standingOf(trx, deps, aboutOf(one), now);
    return {
      died: record === 'died',
      asks: agreement?.notices.permissionToTell === 'ask',
      permission,
      phoneFirst: !agreement || !seesSafeguarding(agreement, caller.role) || referral !== 'none-recorded',
      answerId,
    };
  });
}
