/** One provider's hold of one stay, as the sender's page and the council's list show it. */
import { londonDate } from '../../domain/dates.ts';
import type { Hold } from '../../domain/hold.ts';
import { holdsOf } from '../../domain/hold.ts';
import { firstVisitNow, gapOf } from '../../domain/restart.ts';
import type { FirstVisit, Gap } from '../../domain/restart.ts';
import { isOpen } from '../../domain/stay-course.ts';
import type { DayOrTime } from '../../domain/stay-event.ts';
import { termsOf } from './deps.ts';
import type { NoticeDeps } from './deps.ts';
import { lastNotice } from './held.ts';
import type { Held } from './held.ts';

/** A first visit that a named human at the provider agreed to. */
export interface AgreedLine {
  /** Of the restart that was accepted. */
  readonly notice: string;
  readonly firstVisit: Date;
  readonly by: string;
  readonly agreedAt: Date;
  /** When the person is expected home or, after leaving, was; null when not even the day is known. */
  readonly home: DayOrTime | null;
  readonly gap: Gap;
  /** The gap is longer than agreed, or the visit comes before the person is home: to be put right before they leave. */
  readonly flagged: boolean;
  readonly visit: FirstVisit;
}

export interface HoldLine {
  readonly provider: string;
  /** Null where the agreement does not share it, or the record may not be shown any more. */
  readonly providerName: string | null;
  readonly since: Date;
  readonly asked: boolean;
  readonly accepted: boolean;
  /** Null: nobody there has agreed a first visit. */
  readonly agreed: AgreedLine | null;
  readonly toldGoneAt: Date | null;
}

/** The holds of a stay, a provider each. */
export function holdLines(deps: NoticeDeps, held: Held, now: Date): HoldLine[] {
  return holdsOf(held.notices.map(({ state }) => state)).map((hold) => lineOf(deps, held, hold, now));
}

function lineOf(deps: NoticeDeps, held: Held, hold: Hold, now: Date): HoldLine {
  const last = lastNotice(held, hold.provider);
  const hidden = last?.state.withdrawn?.why === 'not-shown';
  const { provider, since, asked, accepted, toldGoneAt } = hold;
  const agreed = agreedLine(deps, held, hold, now);
  return { provider, providerName: hidden ? null : (last?.recipientName ?? null), since, asked, accepted, agreed, toldGoneAt };
} // prettier-ignore

function agreedLine(deps: NoticeDeps, held: Held, { agreed }: Hold, now: Date): AgreedLine | null {
  const last = agreed.at(-1);
  if (!last) return null;
  const { restart } = termsOf(deps, held.council, held.hospital);
  const { notice, firstVisit, by, agreedAt } = last;
  const gaps = homesOf(held, notice).map((home) => ({ home, gap: gapOf(home, firstVisit, restart) }));
  const worst = gaps.toSorted((a, b) => badness(b.gap) - badness(a.gap))[0] ?? { home: null, gap: gapOf(null, firstVisit, restart) };
  const flagged = badness(worst.gap) > 1;
  return { notice, firstVisit, by, agreedAt, ...worst, flagged, visit: firstVisitNow(last, firstVisit, restart, now) };
} // prettier-ignore

// What the hospital's system says and what the sender wrote may differ: whichever makes the gap worse is shown.
function homesOf({ stay, notices }: Held, notice: string): DayOrTime[] {
  if (stay?.endedAt) return [{ date: londonDate(stay.endedAt), at: stay.endedAt }];
  const said = notices.find(({ id }) => id === notice)?.state.notice.ask.expectedHome ?? null;
  const expected = stay && isOpen(stay.status) ? stay.expectedDischarge : null;
  return [said, expected].filter((home) => home !== null);
}

function badness({ is }: Gap): number {
  return { short: 0, 'not-known': 1, 'visit-before-home': 2, 'too-long': 3 }[is];
}
