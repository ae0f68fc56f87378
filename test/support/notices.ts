/** Fictional notices and what happens to them, written short, and generated ones for properties. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { channels, escalationSteps, noticeEventKinds, settlements } from '../../src/domain/notice-event.ts';
import type { NoticeEvent, Settlement } from '../../src/domain/notice-event.ts';
import { foldNotice } from '../../src/domain/notice-fold.ts';
import { cannotReasons } from '../../src/domain/notice-reply.ts';
import type { CannotReason, Reply } from '../../src/domain/notice-reply.ts';
import type { NoticeState } from '../../src/domain/notice-state.ts';
import { noticeTerms } from '../../src/domain/notice-terms.ts';
import type { NoticeTerms } from '../../src/domain/notice-terms.ts';
import { factKinds } from '../../src/domain/notice.ts';
import type { FactKind, Human, Notice } from '../../src/domain/notice.ts';
import { on } from './stays.ts';

export const minute = 60_000;

export const nurse: Human = { id: 'n1', name: 'Nia Example', organisation: 'KVH' };
export const carer: Human = { id: 'c1', name: 'Cora Example', organisation: 'PRV1' };
export const duty: Human = { id: 'd1', name: 'Dev Example', organisation: '999' };
export const nobody: Human = { id: '', name: ' ', organisation: 'PRV1' };

/** Terms with the switches for telling on, unless told otherwise. */
export function terms(changes: Record<string, unknown> = {}): NoticeTerms {
  const automatic = Object.keys(factKinds);
  return noticeTerms.parse({ providers: true, council: true, automatic, ...changes });
}

/** A restart to provider PRV1, written at 09:00, unless told otherwise. */
export function notice(changes: Partial<Notice> = {}): Notice {
  const createdAt = changes.createdAt ?? on('09:00');
  return {
    id: 'N1',
    telling: 'T1',
    thread: changes.id ?? 'N1',
    kind: 'restart',
    of: changes.kind && Object.hasOwn(factKinds, changes.kind) ? (changes.kind as FactKind) : 'restart',
    stay: 'S1',
    patient: 'KVH|P1',
    recipient: { kind: 'provider', id: 'PRV1', link: 'package' },
    sender: { organisation: 'KVH', team: 'Emergency department', person: nurse },
    council: '999',
    ask: { expectedHome: null, restartFrom: null, goneAt: null },
    createdAt,
    deliverFrom: createdAt,
    nextVisit: null,
    ...changes,
  };
}

type EventOf<K extends NoticeEvent['kind']> = Extract<NoticeEvent, { kind: K }>;
type More<K extends NoticeEvent['kind']> = Omit<EventOf<K>, 'kind' | 'at' | 'id' | 'notice'>;

const base: { [K in NoticeEvent['kind']]: More<K> } = {
  queued: { what: notice() },
  held: { why: 'safeguarding' },
  released: { by: nurse },
  attempted: { channel: 'email' },
  delivered: { channel: 'email' },
  bounced: { channel: 'email' },
  seen: { by: carer },
  taken: { by: duty },
  stepped: { step: 'reminder', outcome: 'told' },
  answered: { by: carer, reply: { kind: 'accepted', firstVisit: on('18:00') }, takenBy: null },
  visited: { by: carer, happened: true },
  settled: { by: nurse, how: 'other-care' },
  replaced: { with: 'N2' },
  withdrawn: { why: 'sent-in-error', by: nurse },
  cancelled: { with: 'N2' },
};

/** An event of notice N1, with the usual content of its kind unless told otherwise. */
export function event<K extends NoticeEvent['kind']>(
  kind: K,
  at: string | Date,
  more: Partial<More<K>> = {},
  of = 'N1',
): NoticeEvent {
  const content = { notice: of, at: typeof at === 'string' ? on(at) : at, kind, ...base[kind], ...more };
  const id = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 12);
  return { id, ...content } as unknown as NoticeEvent;
}

/** A notice after some events. */
export function stateOf(events: readonly NoticeEvent[], changes: Partial<Notice> = {}): NoticeState {
  const what = notice(changes);
  const queued = event('queued', what.createdAt, { what }, what.id);
  const state = foldNotice([queued, ...events.map((one) => ({ ...one, notice: what.id }))]);
  if (!state) throw new TypeError('No notice');
  return state;
}

export const cannot = (reason: CannotReason = 'no-care-worker'): Reply => ({
  kind: 'cannot',
  reason,
  alternative: { kind: 'none' },
});
export const callMe: Reply = { kind: 'call-me', phone: '01632 960100' };

/** An instant of the working day, often one and the same. */
export const quarter = fc.nat(40).map((count) => new Date(on('09:00').getTime() + count * 5 * minute));

const human = fc.constantFrom(nurse, carer, duty, nobody);
const reply: fc.Arbitrary<Reply> = fc.oneof(
  fc.option(quarter).map((firstVisit): Reply => ({ kind: 'accepted', firstVisit })),
  fc.constantFrom(...(Object.keys(cannotReasons) as CannotReason[])).map(cannot),
  fc.constant(callMe),
);
const contents: { [K in Exclude<NoticeEvent['kind'], 'queued'>]: fc.Arbitrary<More<K>> } = {
  held: fc.record({ why: fc.constantFrom('safeguarding', 'permission-not-asked', 'record-overdue') }),
  released: fc.record({ by: human }),
  attempted: fc.record({ channel: fc.constantFrom(...channels) }),
  delivered: fc.record({ channel: fc.constantFrom(...channels) }),
  bounced: fc.record({ channel: fc.constantFrom(...channels) }),
  seen: fc.record({ by: human }),
  taken: fc.record({ by: human }),
  stepped: fc.record({ step: fc.constantFrom(...escalationSteps), outcome: fc.constantFrom('told', 'nobody-there') }),
  answered: fc.record({
    by: fc.oneof({ arbitrary: fc.constant(carer), weight: 4 }, human),
    reply,
    takenBy: fc.option(human, { freq: 2 }),
  }),
  visited: fc.record({ by: human, happened: fc.boolean() }),
  settled: fc.record({ by: human, how: fc.constantFrom(...(Object.keys(settlements) as Settlement[])) }),
  replaced: fc.record({ with: fc.constantFrom('N2', 'N3') }),
  withdrawn: fc.record({
    why: fc.constantFrom('died', 'permission-refused', 'not-shown', 'not-a-provider-now', 'sent-in-error'),
    by: fc.option(human),
  }),
  cancelled: fc.record({ with: fc.constantFrom('N2', 'N3') }),
};

// What ends a notice comes less often than what does not, or few would be open.
const weights: Partial<Record<NoticeEvent['kind'], number>> = { stepped: 16, held: 8, answered: 5, taken: 2, settled: 1, replaced: 1, withdrawn: 1, cancelled: 1 }; // prettier-ignore
const kind = fc.oneof(
  ...noticeEventKinds
    .filter((one) => one !== 'queued')
    .map((one) => ({ arbitrary: fc.constant(one), weight: weights[one] ?? 6 })),
);

/** Something that happens to a notice at some time, whether or not it makes sense. */
export function happening(of: string): fc.Arbitrary<NoticeEvent> {
  return fc.tuple(kind, quarter).chain(([one, at]) =>
    (contents[one] as fc.Arbitrary<More<typeof one>>).map((more) => event(one, at, more, of)),
  ); // prettier-ignore
}

/** A notice of any kind to anybody. */
export const anyNotice: fc.Arbitrary<Notice> = fc
  .record({
    of: fc.constantFrom(...(Object.keys(factKinds) as FactKind[])),
    as: fc.constantFrom('itself', 'correction', 'cancellation'),
    provider: fc.boolean(),
    waitsFor: fc.constantFrom(0, 0, 0, 30),
    nextVisit: fc.option(quarter),
    createdAt: fc.constantFrom(on('09:00'), on('09:20')),
  })
  .map(({ of, as, provider, waitsFor, nextVisit, createdAt }) =>
    notice({
      kind: as === 'itself' ? of : (as as 'correction' | 'cancellation'),
      of,
      recipient: provider ? { kind: 'provider', id: 'PRV1', link: 'package' } : { kind: 'council', id: '999' },
      createdAt,
      deliverFrom: new Date(createdAt.getTime() + waitsFor * minute),
      nextVisit,
    }),
  );

/** A notice and its events, in the order in which they were made up. */
export const anyHistory: fc.Arbitrary<NoticeEvent[]> = fc
  .tuple(anyNotice, fc.array(happening('N1'), { maxLength: 12, size: 'max' }))
  .map(([what, events]) => [event('queued', what.createdAt, { what }), ...events]);

/** Some things, each at least once and some again, in any order. */
export function shuffled<T>(things: readonly T[]): fc.Arbitrary<T[]> {
  return fc
    .subarray([...things])
    .chain((again) => fc.shuffledSubarray([...things, ...again], { minLength: things.length + again.length }));
}
