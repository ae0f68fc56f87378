/**
 * Use case of whoever sends somebody home: which providers hold care, whether each has agreed a first visit, and whether
 * it comes soon enough after coming home. "Home 09:40, first visit 18:00" is seen before the person leaves.
 */
import { requirePermission } from '../../domain/caller.ts';
import type { Caller } from '../../domain/caller.ts';
import { writeAudit } from '../../store/audit.ts';
import { noticesOfPerson } from '../../store/notices/lists.ts';
import type { StoredNotice } from '../../store/notices/notices.ts';
import { stayById } from '../../store/hospital/stays.ts';
import { agreementInForce } from './deps.ts';
import type { NoticeDeps } from './deps.ts';
import { readHeld } from './held.ts';
import type { Held } from './held.ts';
import { holdLines } from './hold-lines.ts';
import type { HoldLine } from './hold-lines.ts';
import { subjectOf } from './subject.ts';
import { peopleIn } from './trail.ts';
import { isUuid } from '../../store/notices/tellings.ts';

/** What stands between a patient and going home, as far as care is concerned. */
export interface GoingHome {
  /** A provider each. */
  readonly holds: readonly HoldLine[];
  /** A provider holds care, and no human there has agreed a first visit. */
  readonly notAgreed: readonly HoldLine[];
  /** A first visit is agreed, and too late, or before the person is home. */
  readonly flagged: readonly HoldLine[];
}

/**
 * The holds of the person of an answer, or of a stay at the caller's hospital. Audited as what was told is.
 * @throws HomewardError NOT_ALLOWED, ANSWER_GONE, TELLING_REFUSED when the answer showed nobody
 */
export async function gapsOf(
  deps: NoticeDeps,
  caller: Caller,
  about: { readonly answerId: string } | { readonly stayId: string },
): Promise<GoingHome> {
  requirePermission(caller, 'tell');
  return deps.db.transaction(async (trx) => {
    const now = deps.clock.now();
    let all: Held[];
    if ('stayId' in about) all = isUuid(about.stayId) ? await readHeld(trx, [about.stayId]) : [];
    else {
      const subject = await subjectOf(trx, caller, about.answerId, now);
      const notices = await noticesOfPerson(trx, subject);
      const stay = subject.stayId === null ? null : await stayById(trx, subject.stayId);
      const { hospital, council } = subject;
      const own = ofStay(notices, subject.stayId);
      all = own.length === 0 ? [] : [{ stayId: subject.stayId ?? '', noStay: subject.stayId === null, hospital, council, stay, notices: own, closed: new Map(), released: new Set() }];
    }
    const held = all.filter(({ hospital, council }) => hospital === caller.organisation &&
      agreementInForce(deps, council, hospital, now)?.roles[caller.role] !== undefined);
    const holds = held.flatMap((one) => holdLines(deps, one, now));
    const [first] = held;
    await writeAudit(trx, now, caller, {
      action: 'see-holds',
      outcome: 'listed',
      council: first?.council ?? null,
      personKey: first?.notices[0]?.personKey ?? null,
      answerId: 'answerId' in about ? about.answerId : null,
      detail: { shown: holds.length, stays: held.map(({ stayId }) => stayId) },
      people: peopleIn(held.flatMap(({ notices }) => notices)),
    });
    const notAgreed = holds.filter(({ agreed, toldGoneAt }) => agreed === null && toldGoneAt === null);
    return { holds, notAgreed, flagged: holds.filter(({ agreed }) => agreed?.flagged) };
  });
} // prettier-ignore

// Where no feed told of a stay, what was told lately is what there is.
function ofStay(notices: readonly StoredNotice[], stayId: string | null): StoredNotice[] {
  const [last] = notices;
  if (!last) return [];
  const week = 7 * 24 * 3_600_000;
  const newest = last.state.notice.createdAt.getTime();
  return notices.filter(({ state: { notice } }) => notice.stay === stayId && (stayId !== null || newest - notice.createdAt.getTime() < week));
} // prettier-ignore
