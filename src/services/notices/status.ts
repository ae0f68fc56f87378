/** What the sender's page works out of the notices about a person: gaps between coming home and the first visit. */
import { londonDate } from '../../domain/dates.ts';
import { gapOf } from '../../domain/restart.ts';
import type { Gap } from '../../domain/restart.ts';
import type { DayOrTime } from '../../domain/stay-event.ts';
import { termsOf } from './deps.ts';
import type { NoticeDeps } from './deps.ts';
import type { NoticeView } from './view.ts';

/** How an agreed first visit stands to the coming home. */
export interface VisitGap {
  readonly notice: string;
  readonly gap: Gap;
  readonly home: DayOrTime;
  readonly firstVisit: Date;
  /** The person has left already. */
  readonly left: boolean;
}

/**
 * The gap before each first visit that a human agreed to, where anybody has said when the person is home: the latest
 * word of all that was told counts, and of what was taken back nothing does.
 * @param notices of one person, the latest first
 */
export function gapsOf(deps: NoticeDeps, notices: readonly NoticeView[]): VisitGap[] {
  const standing = notices.filter(({ kind, status }) => kind !== 'cancellation' && !['replaced', 'withdrawn', 'cancelled'].includes(status)); // prettier-ignore
  const gone = standing.find(({ goneAt }) => goneAt !== null)?.goneAt ?? null;
  const home = gone ? { date: londonDate(gone), at: gone } : standing.find(({ expectedHome }) => expectedHome)?.expectedHome; // prettier-ignore
  if (!home) return [];
  return standing.flatMap((one) => {
    const firstVisit = firstVisitOf(one);
    if (!firstVisit) return [];
    const gap = gapOf(home, firstVisit, termsOf(deps, one.council, one.hospital).restart);
    return [{ notice: one.id, gap, home, firstVisit, left: gone !== null }];
  });
}

/** The first visit that a human of the provider agreed to; null while nobody has. */
export function firstVisitOf({ of, kind, status, reply }: NoticeView): Date | null {
  if (of !== 'restart' || kind === 'cancellation' || status !== 'accepted') return null;
  return reply?.reply.kind === 'accepted' ? reply.reply.firstVisit : null;
}
