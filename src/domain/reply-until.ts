/**
 * How long an answer may be changed: as long as somebody goes by it being open. Turned round later it would raise an
 * alarm about somebody long at home, or make what was settled otherwise look agreed (hazard H08).
 */
import type { NoticeState } from './notice-state.ts';
import { isOpenNotice } from './notice-state.ts';
import { agreedVisit } from './restart.ts';

const hour = 3_600_000;
const day = 24 * hour;
/** Care workers come early or late: so long before and after its hour a visit that was agreed may have been moved. */
export const visitMoves = 2 * hour;
/** More answers to one notice than anybody has reason for. */
const mostWords = 20;

/** Whether a recipient may answer a notice now, first or anew. */
export function mayAnswer(state: NoticeState, now: Date): boolean {
  if (wordsOf(state, 'answered') >= mostWords) return false;
  const until = answerUntil(state);
  return until === null || now < until;
}

// What is open waits for an answer, and a promise that nobody has said was kept is still theirs to correct.
function answerUntil(state: NoticeState): Date | null {
  const { reply, settled, visited } = state;
  if (isOpenNotice(state)) return null;
  if (settled) return after(settled.at, day);
  const agreed = agreedVisit(state);
  if (agreed) return visited?.happened ? after(agreed.firstVisit, visitMoves) : null;
  return reply && after(reply.at, day);
}

/** Whether a recipient may say now whether the first visit took place: once at any time, and then a day for second thoughts. */
export function mayConfirm(state: NoticeState, now: Date): boolean {
  const { visited } = state;
  return visited === null || (now < after(visited.at, day) && wordsOf(state, 'visited') < mostWords);
}

function wordsOf({ history }: NoticeState, kind: 'answered' | 'visited'): number {
  return history.filter((event) => event.kind === kind).length;
}

function after(at: Date, by: number): Date {
  return new Date(at.getTime() + by);
}
