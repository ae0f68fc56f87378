/**
 * Works out where a notice stands from everything that happened to it. Nothing counts as done before a named
 * human at the other end has answered (product rule 9): no delivery, no reading, no passing of time is an answer.
 */
import { inOrderOfTime } from './notice-event.ts';
import type { Channel, NoticeEvent } from './notice-event.ts';
import { isFullYes } from './notice-reply.ts';
import type { NoticeState, NoticeStatus, Way } from './notice-state.ts';
import { isNamed } from './notice.ts';
import type { Notice } from './notice.ts';

/**
 * Folds one notice's events.
 * @param events in any order and with any repetition
 * @returns null when none of them says what the notice is
 */
export function foldNotice(events: Iterable<NoticeEvent>): NoticeState | null {
  const all = inOrderOfTime(events);
  const notice = all.find((event) => event.kind === 'queued')?.what;
  if (!notice) return null;
  const history = all.filter((event) => event.notice === notice.id && isHeard(event, notice));
  const last = <K extends NoticeEvent['kind']>(kind: K): EventOf<K> | undefined =>
    history.findLast((event): event is EventOf<K> => event.kind === kind);
  const isAfter = (one?: NoticeEvent, other?: NoticeEvent): boolean =>
    one !== undefined && other !== undefined && history.indexOf(one) > history.indexOf(other);

  const answered = last('answered');
  const taken = last('taken');
  const settled = last('settled');
  const withdrawn = last('withdrawn');
  const cancelled = last('cancelled');
  const replaced = last('replaced');
  const lastVisited = last('visited');
  const released = last('released');
  const held = last('held');
  const seen = history.find((event) => event.kind === 'seen');
  // The last human word stands: a provider that answers after all, or somebody who then settled it otherwise.
  const standing = isAfter(answered, settled) ? undefined : settled;
  const waits = held && !isAfter(released, held) ? { since: held.at, why: held.why } : null;
  const channels = channelsOf(history);
  const out = channels.size > 0 || seen !== undefined || answered !== undefined;
  const bouncedAt = allBounced(channels);
  // What was said of one visit says nothing of another that was promised since.
  const visited = isAfter(answered, lastVisited) ? undefined : lastVisited;

  // Who says that they will act on what was settled otherwise must be phoned: two may be acting. Whoever writes the
  // answer down for them knows of both.
  const isLate = answered?.takenBy === null && isAfter(answered, settled) && asksToAct(notice);

  const statusOf = (): NoticeStatus => {
    if (cancelled) return 'cancelled';
    if (withdrawn) return isStopped(withdrawn) && !isAfter(settled, withdrawn) ? 'stopped' : 'withdrawn';
    if (replaced) return 'replaced';
    if (standing) return 'settled';
    if (answered) return isFullYes(notice, answered.reply) && !isLate ? 'accepted' : unsettled(answered);
    if (waits && !out) return 'waiting';
    if (seen) return 'seen';
    if (bouncedAt) return 'bounced';
    return [...channels.values()].some(({ is }) => is === 'delivered') ? 'delivered' : 'queued';
  };

  return {
    notice,
    status: statusOf(),
    waits,
    releasedAt: released?.at ?? null,
    out,
    channels,
    bouncedAt,
    seen: seen ? { by: seen.by, at: seen.at } : null,
    reply: answered ? { by: answered.by, at: answered.at, reply: answered.reply, takenBy: answered.takenBy } : null,
    taken: taken && !isAfter(answered, taken) && !isAfter(withdrawn, taken) ? { by: taken.by, at: taken.at } : null,
    steps: history
      .filter((event) => event.kind === 'stepped')
      .map(({ step, at, outcome }) => ({ step, at, told: outcome === 'told' })),
    visited: visited ? { by: visited.by, at: visited.at, happened: visited.happened } : null,
    settled: standing ? { by: standing.by, at: standing.at, how: standing.how } : null,
    withdrawn: withdrawn ? { why: withdrawn.why, at: withdrawn.at } : null,
    followedBy: (cancelled ?? replaced)?.with ?? null,
    answeredAfterClosing: [settled, withdrawn, cancelled, replaced].some((closing) => isAfter(answered, closing)),
    history,
  };
}

type EventOf<K extends NoticeEvent['kind']> = Extract<NoticeEvent, { kind: K }>;

// Of the others a provider says no more than that it knows.
function asksToAct({ recipient, kind, of }: Notice): boolean {
  return (
    recipient.kind === 'provider' && kind !== 'cancellation' && (of === 'restart' || of === 'gone' || of === 'hold')
  );
}

function unsettled({ reply }: EventOf<'answered'>): 'cannot' | 'call-me' {
  return reply.kind === 'cannot' ? 'cannot' : 'call-me';
}

// Of a death the council is told by another way, and nobody has to find a way to the provider.
function isStopped({ by, why }: EventOf<'withdrawn'>): boolean {
  return by === null && why !== 'died';
}

// Nobody's word is no word. Only the recipient's own people answer for the recipient, also where somebody else
// wrote the answer down for them; only the sender's and the council's deal with what came of it.
function isHeard(event: NoticeEvent, { recipient, sender, council }: Notice): boolean {
  if ('by' in event && event.by !== null && !isNamed(event.by)) return false;
  switch (event.kind) {
    case 'answered':
      if (event.takenBy !== null && !isNamed(event.takenBy)) return false;
      return event.by.organisation === recipient.id;
    case 'seen':
    case 'visited':
      return event.by.organisation === recipient.id;
    case 'released':
    case 'taken':
    case 'settled':
      return event.by.organisation === sender.organisation || event.by.organisation === council;
    default:
      return true;
  }
}

function channelsOf(events: readonly NoticeEvent[]): Map<Channel, Way> {
  const channels = new Map<Channel, Way>();
  for (const event of events) {
    if (event.kind !== 'attempted' && event.kind !== 'delivered' && event.kind !== 'bounced') continue;
    // A reminder on its way does not undo what has arrived.
    if (event.kind === 'attempted' && channels.get(event.channel)?.is === 'delivered') continue;
    channels.set(event.channel, { is: event.kind, at: event.at });
  }
  return channels;
}

function allBounced(channels: ReadonlyMap<Channel, Way>): Date | null {
  const all = [...channels.values()];
  if (all.length === 0 || all.some(({ is }) => is !== 'bounced')) return null;
  return new Date(Math.max(...all.map(({ at }) => at.getTime())));
}
