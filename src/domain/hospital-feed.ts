/**
 * What the services must know of a hospital's feed. A site's feed file (src/config/feed.ts) gives it, and
 * more that only the reader of its messages needs; times are milliseconds.
 */
import type { StayRules } from './stay.ts';

/** MSH-3 and MSH-4. */
export interface FeedParty {
  readonly application: string;
  readonly facility: string;
}

/** Where the short "council care recorded" hint is sent, and as what. */
export interface FeedHint {
  readonly id: string;
  readonly kind: 'ADT^A08' | 'ORU^R01' | 'MDM^T02';
  readonly host: string;
  readonly port: number;
  readonly connection:
    { readonly security: 'plain-text' } | { readonly security: 'tls'; readonly serverCertificate?: string | undefined };
  readonly receiver: FeedParty;
  readonly version: string;
  /** Alert, test or document type in the hospital's own code list. */
  readonly code: { readonly value: string; readonly text: string; readonly system: string };
  readonly timing: {
    readonly acknowledgedWithin: number;
    readonly retryFirst: number;
    readonly retryLongest: number;
    readonly giveUpAfter: number;
  };
}

/** For how long a feed may be quiet before that is an alarm; clock times of London, as `22:00`. */
export interface FeedSilence {
  readonly day: number;
  readonly night: number;
  readonly nightFrom: string;
  readonly nightUntil: string;
}

export interface Feed {
  readonly id: string;
  readonly version: number;
  readonly hospital: string;
  /** Places that its messages name, some of them perhaps of other organisations. */
  readonly sites: readonly { readonly organisation: string }[];
  readonly enabled: boolean;
  /** What our own messages carry. */
  readonly ours: FeedParty;
  readonly stays: StayRules & {
    /** What becomes of a stay whose end never came, counted from when it was stale (`staleAfter`). */
    readonly stale: {
      /** Then it leaves board, lists and hints, and waits on the list of stays that may be over. */
      readonly offLists: number;
      /** Then it is forgotten with all that was said of it. */
      readonly forget: number;
    };
    /** So many statements may hang together by shared numbers: more cannot be one person's, and would slow everybody. */
    readonly mostStatements: number;
  };
  readonly silence: FeedSilence;
  readonly canary: boolean;
  readonly retention: {
    /** How long a message is kept as it came. */
    readonly raw: number;
    /** How long a stay is kept after it ended. */
    readonly stays: number;
  };
  readonly hints: readonly FeedHint[];
}

/** The organisations of whose people a feed tells: its own hospital, and those of the sites that it names. */
export function hospitalsOf({ hospital, sites }: Pick<Feed, 'hospital' | 'sites'>): string[] {
  return [...new Set([hospital, ...sites.map(({ organisation }) => organisation)])];
}
