/**
 * Care that waits because somebody is in hospital: what each provider has been told, and what it has agreed to. Also
 * a provider that was only told "is with us" may have stopped visiting: it counts as a hold like any other, from the
 * moment at which the notice may have reached it, answered or not (product rule 10, hazard H27).
 */
import type { NoticeState } from './notice-state.ts';
import type { Notice } from './notice.ts';
import { agreedVisit } from './restart.ts';
import type { AgreedVisit } from './restart.ts';
import { compareText } from './stay-event.ts';

export interface Hold {
  readonly provider: string;
  readonly since: Date;
  /** When it was last told that the person is in hospital, or will be longer. */
  readonly pausedAt: Date;
  /** Asked to hold visits, as against only told where the person is. */
  readonly asked: boolean;
  /** A human there has agreed to hold. */
  readonly accepted: boolean;
  /** The hospital's keys of the person that the provider's notices were about. */
  readonly patients: readonly string[];
  /** Restarts that a human accepted and that stand, the latest agreed last. */
  readonly agreed: readonly (AgreedVisit & Pick<NoticeState, 'visited'> & { readonly askedAt: Date })[];
  /** When the provider was told, last, that the person has gone home; null when it was not, or that was taken back. */
  readonly toldGoneAt: Date | null;
  /** Whose hospital team answers for it. */
  readonly sender: Notice['sender'];
  readonly council: string;
}

// A restart too: it tells that the person is in hospital. Who was only told "has gone home" holds nothing.
const pausing = new Set<Notice['of']>(['with-us', 'hold', 'home-changed', 'restart']);

/** The holds of one stay, a provider each. @param states of all notices of the stay */
export function holdsOf(states: readonly NoticeState[]): Hold[] {
  const providers = new Map<string, NoticeState[]>();
  for (const state of states) {
    const { kind, id } = state.notice.recipient;
    if (kind === 'provider') providers.set(id, [...(providers.get(id) ?? []), state]);
  }
  return [...providers]
    .map(([provider, own]) => holdOf(provider, own))
    .filter((hold): hold is Hold => hold !== null)
    .sort((a, b) => compareText(a.provider, b.provider));
}

function holdOf(provider: string, states: readonly NoticeState[]): Hold | null {
  const over = new Set(states.filter(isOver).map(({ notice }) => notice.thread));
  const told = states.filter(
    (state) => state.out && state.notice.kind !== 'cancellation' && !over.has(state.notice.thread),
  );
  const pauses = told.filter((state) => pausing.has(state.notice.of)).sort(byTime);
  const first = pauses[0];
  const last = told.toSorted(byTime).at(-1);
  if (!first || !last) return null;
  const patients = new Set(told.map(({ notice }) => notice.patient).filter((one) => one !== null));
  const gone = told
    .filter(({ notice, status }) => notice.of === 'gone' && stands(status))
    .sort(byTime)
    .at(-1);
  return {
    provider,
    since: first.notice.createdAt,
    pausedAt: (pauses.findLast(({ notice }) => notice.of !== 'restart') ?? first).notice.createdAt,
    asked: pauses.some(({ notice }) => notice.of === 'hold'),
    accepted: pauses.some(({ notice, status }) => notice.of === 'hold' && status === 'accepted'),
    patients: [...patients].sort(compareText),
    agreed: told
      .flatMap((state) => {
        const agreed = agreedVisit(state);
        return agreed ? [{ ...agreed, visited: state.visited, askedAt: state.notice.createdAt }] : [];
      })
      .sort((a, b) => a.agreedAt.getTime() - b.agreedAt.getTime() || compareText(a.notice, b.notice)),
    toldGoneAt: gone?.notice.createdAt ?? null,
    sender: last.notice.sender,
    council: last.notice.council,
  };
}

// A cancellation counts when a human has read and confirmed it; a provider that says "not our client" holds nothing.
function isOver({ notice, status, reply }: NoticeState): boolean {
  if (notice.kind === 'cancellation') return status === 'accepted';
  return status === 'cannot' && reply?.reply.kind === 'cannot' && reply.reply.reason === 'not-our-client';
}

function stands(status: NoticeState['status']): boolean {
  return status !== 'replaced' && status !== 'withdrawn' && status !== 'cancelled';
}

function byTime(a: NoticeState, b: NoticeState): number {
  return a.notice.createdAt.getTime() - b.notice.createdAt.getTime() || compareText(a.notice.id, b.notice.id);
}
