/** The part of the composition root for what hospital people do with an answer: phone, tell, follow up, say what came of it. */
import type { Site } from './config.ts';
import type { Clock } from './domain/clock.ts';
import { forgetCallsAndOutcomes } from './services/answer-extras.ts';
import type { CallDeps } from './services/calls.ts';
import type { Notices } from './services/notices/compose.ts';
import { NoticeSignal } from './services/notices/signal.ts';
import { TeamCounts } from './services/notices/team-count.ts';
import type { Database } from './store/database.ts';
import type { WebDeps } from './web/deps.ts';
import { LiveStreams } from './web/live.ts';
import { callPages } from './web/pages/call-pages.ts';
import { tellPages } from './web/pages/tell-pages.ts';
import { tellUndoPages } from './web/pages/tell-undo-pages.ts';
import { toldActions } from './web/pages/told-actions.ts';
import { wishPages } from './web/pages/wish-pages.ts';
import { toldPages } from './web/pages/told-pages.ts';
import type { Page } from './web/page.ts';

export interface SenderSide {
  readonly calls: CallDeps;
  readonly pages: readonly Page[];
  /** How many messages of somebody's team are open, for the menu. */
  readonly menuCounts: NonNullable<WebDeps['menuCounts']>;
  forget(): Promise<void>;
  /** Ends what pages are waiting for. */
  stop(): void;
}

/** Puts it together. */
export function senderSide(parts: {
  readonly site: Pick<Site, 'agreements'>;
  readonly clock: Clock;
  readonly db: Database;
  readonly notices: Notices;
}): SenderSide {
  const { site, clock, db } = parts;
  const { deps: notices, signal } = parts.notices;
  const calls: CallDeps = { db, clock, agreements: site.agreements };
  const elsewhere = new NoticeSignal();
  const live = new LiveStreams(eitherOf(signal, elsewhere));
  const counts = new TeamCounts(notices);
  const bell = db.bell(() => elsewhere.wake());
  const off = [
    signal.on(() => {
      counts.forget();
      bell.ring();
    }),
    // Not rung again: two processes would ring for ever.
    elsewhere.on(() => counts.forget()),
  ];
  return {
    calls,
    pages: [
      ...callPages(calls),
      ...tellPages({ notices }),
      ...tellUndoPages({ notices }),
      ...toldPages({ notices, live, closed: () => counts.forgetAll() }),
      ...toldActions({ notices }),
      ...wishPages({ notices }),
    ],
    async menuCounts(caller) {
      const open = await counts.of(caller);
      return open ? { '/told': open } : {};
    },
    forget: () => forgetCallsAndOutcomes(calls),
    stop() {
      for (const end of off) end();
      live.stop();
      void bell.close();
    },
  };
}

/** Listens to two signals as to one: what this process did, and what another. */
function eitherOf(one: NoticeSignal, other: NoticeSignal): (listener: () => void) => () => void {
  return (listener) => {
    const off = [one.on(listener), other.on(listener)];
    return () => off.forEach((end) => end());
  };
}
