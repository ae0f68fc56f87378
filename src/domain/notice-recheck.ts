/**
 * What becomes of a notice under way when something has changed: the interlock is asked again (interlock.ts), since an
 * extract, a refusal or a death may come between writing and sending (hazard H14, product rules 4, 5 and 10).
 */
import type { TellDecision } from './interlock.ts';
import type { WaitReason, WithdrawReason } from './notice-event.ts';
import { isOpenNotice } from './notice-state.ts';
import type { NoticeState } from './notice-state.ts';

/** What to record; null when the notice goes on as it was. */
export type Recheck = { readonly do: 'withdraw'; readonly why: WithdrawReason } | { readonly do: 'hold'; readonly why: WaitReason } | null; // prettier-ignore

const withdrawn: readonly WithdrawReason[] = ['died', 'permission-refused', 'not-shown', 'not-a-provider-now'];

/**
 * Says what must be recorded of a notice after something has changed.
 * @param decision the interlock's word on the same notice now
 */
export function recheck(state: NoticeState, decision: TellDecision): Recheck {
  const { notice, status, reply } = state;
  if (notice.recipient.kind === 'council') return null;
  if (decision.do === 'refuse') {
    // Every agreement that allowed it has ended: it is not for the provider to answer any more.
    const why = withdrawn.find((one) => one === decision.why) ?? 'not-shown';
    const ends = isOpenNotice(state) ? status !== 'stopped' : why === 'died' && status === 'accepted';
    return ends ? { do: 'withdraw', why } : null;
  }
  // Once a human there has answered nothing more goes out that could wait.
  if (decision.do === 'wait' && isOpenNotice(state) && !state.waits && !reply && status !== 'stopped') {
    return { do: 'hold', why: decision.why };
  }
  return null;
}
