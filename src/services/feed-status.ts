/** How the hospital's feeds are doing: for the interface page, the command line, metrics and alarms. */
import { silentSince } from '../domain/feed-silence.ts';
import { hospitalsOf } from '../domain/hospital-feed.ts';
import type { Feed } from '../domain/hospital-feed.ts';
import type { Db } from '../store/database.ts';
import { countFeeds, lastHeard } from '../store/hospital/message-lists.ts';
import type { FeedCounts } from '../store/hospital/message-lists.ts';
import type { HospitalDeps } from './hospital-deps.ts';

/** What this process itself knows of its listener. */
export interface ListenerState {
  /** Null when it does not listen. */
  readonly port: number | null;
  readonly connections: number;
  readonly bufferedBytes: number;
  /** Whether our own message last went through our own listener in time; null when none was sent yet. */
  readonly canary: { readonly at: Date; readonly ok: boolean } | null;
  /** Messages of senders whom no feed knows that were answered and not kept, enough of them being kept. */
  readonly notListed?: number;
}

export interface FeedStatus extends FeedCounts {
  readonly hospital: string;
  readonly version: number;
  readonly enabled: boolean;
  /** From when on it has been too quiet for the hour; null while it is not. */
  readonly silentSince: Date | null;
  /** How long the oldest message has been waiting to be applied, in milliseconds. */
  readonly waitingFor: number | null;
}

/** Every configured feed as it stands now. */
export async function feedStatus({
  db,
  clock,
  feeds,
}: Pick<HospitalDeps, 'db' | 'clock' | 'feeds'>): Promise<FeedStatus[]> {
  const now = clock.now();
  const counts = await countFeeds(db, feeds.map(({ id }) => id), now); // prettier-ignore
  return feeds.flatMap((feed) => {
    const own = counts.find((one) => one.feed === feed.id);
    if (!own) return [];
    const { hospital, version, enabled } = feed;
    return {
      ...own,
      hospital,
      version,
      enabled,
      silentSince: enabled ? silentSince(feed.silence, own.lastReceivedAt, now) : null,
      waitingFor: own.oldestWaitingAt === null ? null : now.getTime() - own.oldestWaitingAt.getTime(),
    };
  });
}

/** Whether what is shown of who is in hospital can be relied on. */
export interface Pulse {
  readonly feed: string;
  readonly lastReceivedAt: Date | null;
  /** From when on the feed has been too quiet for the hour; null while it is not. */
  readonly silentSince: Date | null;
}

/** The enabled feeds of a hospital, or of all, with when each was last heard and whether it is silent. */
export async function pulseOf(
  { db, clock, feeds }: Pick<HospitalDeps, 'clock' | 'feeds'> & { readonly db: Db },
  hospital?: string,
): Promise<Pulse[]> {
  const own = feeds.filter((feed) => feed.enabled && (hospital === undefined || hospitalsOf(feed).includes(hospital)));
  const heard = await lastHeard(db, own.map(({ id }) => id)); // prettier-ignore
  return own.map((feed: Feed) => {
    const last = heard.get(feed.id) ?? null;
    return { feed: feed.id, lastReceivedAt: last, silentSince: silentSince(feed.silence, last, clock.now()) };
  });
}
