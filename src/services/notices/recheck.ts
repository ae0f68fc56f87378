/**
 * Asks again whether a notice under way may still be told: at each sending, at each showing, and whenever the
 * council's record, the person's word or the stay has changed (hazard H14: no race with an import).
 */
import { recheck } from '../../domain/notice-recheck.ts';
import { isOpenNotice } from '../../domain/notice-state.ts';
import type { NoticeContent } from '../../domain/notice-content.ts';
import type { DeliveryReason } from '../../domain/courier.ts';
import type { Notice } from '../../domain/notice.ts';
import type { Trx } from '../../store/database.ts';
import { holdNotice, keepChecked } from '../../store/notices/notices.ts';
import type { StoredNotice } from '../../store/notices/notices.ts';
import { changedAmong } from '../../store/notices/permissions.ts';
import { holdPerson, personOf } from '../../store/notices/person-lock.ts';
import { agreementInForce } from './deps.ts';
import type { NoticeDeps } from './deps.ts';
import { standNow } from './elsewhere.ts';
import { recordEvent } from './record.ts';
import { decideNow, standingOf } from './standing.ts';
import type { About, Standing } from './standing.ts';
import type { HiddenWhy } from '../../store/notices/notices.ts';

/** Whom a notice is about. */
export function aboutOf({ hospital, council, personKey, nhsNumber, birthDate, state }: StoredNotice): About {
  const { stay, createdAt, recipient } = state.notice;
  const roster = recipient.kind === 'provider' && recipient.link === 'roster' ? { roster: recipient.id } : {};
  return { hospital, council, personKey, nhsNumber, birthDate, stayId: stay, toldAt: createdAt, ...roster };
}

/**
 * Decides again about a notice and records what follows. Take the person's lock first.
 * @returns the notice as it stands then
 */
export async function recheckNotice(trx: Trx, deps: NoticeDeps, kept: StoredNotice): Promise<StoredNotice> {
  if (kept.state.notice.recipient.kind === 'council') return kept;
  const now = deps.clock.now();
  const standing = await standingOf(trx, deps, aboutOf(kept), now);
  return settleBy(trx, deps, kept, standing, now);
}

/** As {@link recheckNotice}, by a reading that was made already. */
export async function settleBy(
  trx: Trx,
  deps: NoticeDeps,
  kept: StoredNotice,
  standing: Standing,
  now: Date,
): Promise<StoredNotice> {
  const { state, automatic, asked } = kept;
  const { recipient, kind, of } = state.notice;
  const released = state.releasedAt !== null && state.waits === null;
  const what = recheck(state, decideNow(standing, { recipient, kind, of, automatic, asked, released }));
  const hidden = isOpenNotice(state) ? null : whyHidden(standing, kept);
  await keepChecked(trx, kept.id, { ...standing, at: now, hidden });
  if (what === null) return { ...kept, hidden, checkedAt: now };
  const common = { notice: kept.id, at: now };
  return what.do === 'hold'
    ? recordEvent(trx, deps, { ...common, kind: 'held', why: what.why })
    : recordEvent(trx, deps, { ...common, kind: 'withdrawn', why: what.why, by: null });
}

/**
 * Why a notice that is over may not be shown any more; null when it may. What was told is kept, but who reads it today
 * is told it today (hazard H23): neither a switch that only stops what no button sent, nor an answer of the person that
 * has run out, takes back what somebody has answered.
 */
function whyHidden(standing: Standing, { state, asked }: StoredNotice): HiddenWhy | null {
  const { recipient, kind, of } = state.notice;
  if (recipient.kind !== 'provider') return null;
  const word = decideNow(standing, { recipient, kind, of, automatic: false, asked, released: true });
  if (word.do !== 'refuse' || word.why === 'permission-not-asked') return null;
  return word.why === 'not-shown' && standing.barredElsewhere ? 'barred-elsewhere' : word.why;
}

/**
 * Asks again about notices that are about to be shown, wherever the last reading is not the newest: each person's in a
 * transaction of its own, since what it brings to light is kept.
 */
export async function freshen(deps: NoticeDeps, notices: readonly StoredNotice[]): Promise<void> {
  const now = deps.clock.now();
  const checked = await deps.db.transaction((trx) => checkedAmong(trx, deps, notices, now));
  const old = notices.filter(({ id }) => !checked.has(id));
  for (const [person, own] of Map.groupBy(old, personOf))
    await deps.db.transaction(async (trx) => {
      await holdPerson(trx, person);
      for (const { id } of own) {
        const found = await holdNotice(trx, id);
        if (found) await recheckNotice(trx, deps, found);
      }
    });
}

/**
 * The notices whose last reading is still the newest there can be: no extract of any council, no end of a day, no
 * refusal, no death and no change of agreement since. What goes to a council rests on no record.
 * @returns their ids
 */
export async function checkedAmong(
  trx: Trx,
  deps: NoticeDeps,
  notices: readonly StoredNotice[],
  now: Date,
): Promise<Set<string>> {
  const stands = await standNow(trx, deps);
  const isChecked = ({ state, council, hospital, asked, checkedBundle, checkAt, hidden }: StoredNotice): boolean => {
    if (state.notice.recipient.kind === 'council') return true;
    const terms = agreementInForce(deps, council, hospital, now)?.notices;
    const allows = terms?.providers === true || (asked && terms?.whereabouts.enabled === true);
    if (!allows) return hidden === 'not-agreed';
    return checkAt !== null && checkAt > now && checkedBundle === stands;
  };
  const checked = notices.filter(isChecked);
  // What says nothing any more says no less for a refusal or a death.
  const toProviders = checked.filter(({ state, hidden }) => state.notice.recipient.kind === 'provider' && hidden === null && state.status !== 'withdrawn' && state.status !== 'stopped'); // prettier-ignore
  const changed = await changedAmong(trx, toProviders.map((one) => ({ ...one, stayId: one.state.notice.stay }))); // prettier-ignore
  return new Set(checked.map(({ id }) => id).filter((id) => !changed.has(id)));
}

/** A notice that may leave now, and what it says. */
export interface LeavingNotice {
  readonly notice: Notice;
  readonly content: NoticeContent;
}

/**
 * The last question before something leaves: is it still so? Take the person's lock first.
 * @returns null when nothing may leave, or need leave, any more; of a task `task-alerts.ts` says it
 */
export async function mayLeave(
  trx: Trx,
  deps: NoticeDeps,
  id: string,
  reason: DeliveryReason,
): Promise<LeavingNotice | null> {
  const found = await holdNotice(trx, id);
  if (reason === 'task' || !found || !isOpenNotice(found.state)) return null;
  const now = deps.clock.now();
  const { state, content } = await recheckNotice(trx, deps, found);
  const leaving = { notice: state.notice, content };
  const agreement = agreementInForce(deps, found.council, found.hospital, now);
  if (reason === 'council' || state.notice.recipient.kind === 'council') {
    return agreement?.notices.council && isOpenNotice(state) ? leaving : null;
  }
  // What waits, was stopped or has been answered: nothing more goes to the provider.
  return isOpenNotice(state) && !state.waits && !state.reply && state.status !== 'stopped' ? leaving : null;
}
