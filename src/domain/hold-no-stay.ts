/**
 * Holds of which the hospital's feed says nothing: told before it spoke of a stay, or where there is none. Nothing ends
 * such a hold but somebody's word, so that it is asked about after an agreed time, and again for as long as the hospital
 * says that the patient is still there (product rule 10, hazard H27).
 */
import type { Hold } from './hold.ts';
import type { NoticeState } from './notice-state.ts';

/** From when on somebody has to say where the person is, and what marks it off from the next time. */
export interface ToAsk {
  readonly at: Date;
  readonly mark: string;
}

/**
 * When it is next asked, or has been asked and not answered.
 * @param length of the agreement, milliseconds
 * @param stillHere when the sender said of a mark that the patient is still there; null while nobody has
 */
export function askedOfNoStay(
  { pausedAt }: Pick<Hold, 'pausedAt'>,
  length: number,
  stillHere: (mark: string) => Date | null,
): ToAsk {
  for (let at = new Date(pausedAt.getTime() + length); ;) {
    const mark = at.toISOString();
    const said = stillHere(mark);
    if (said === null) return { at, mark };
    at = new Date(said.getTime() + Math.max(length, 1));
  }
}

const begins = new Set<NoticeState['notice']['of']>(['with-us', 'hold']);
const ends = new Set<NoticeState['notice']['of']>(['restart', 'gone']);

/**
 * Of notices without a stay those that belong to the last time in hospital, provider by provider: what was agreed the
 * last time but one ends nothing. Another time begins where "is with us" or "hold visits" comes after "is going home".
 */
export function lastTimeOf<T extends { readonly state: NoticeState }>(notices: readonly T[]): T[] {
  const from = new Map<string, number>();
  const home = new Set<string>();
  for (const { state } of notices.toSorted((a, b) => timeOf(a) - timeOf(b))) {
    const { kind, of, recipient, createdAt } = state.notice;
    if (recipient.kind !== 'provider' || kind !== of || !state.out) continue;
    if (ends.has(of)) home.add(recipient.id);
    if (!begins.has(of) || !home.delete(recipient.id)) continue;
    from.set(recipient.id, createdAt.getTime());
  }
  return notices.filter((one) => timeOf(one) >= (from.get(one.state.notice.recipient.id) ?? 0));
}

function timeOf({ state }: { readonly state: NoticeState }): number {
  return state.notice.createdAt.getTime();
}
