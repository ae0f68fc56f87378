/** What was told about a patient, as the sender's page shows it: telling by telling, and for each recipient where it stands. */
import { formatInstant } from '../../domain/dates.ts';
import { noticeKinds } from '../../domain/notice.ts';
import type { Recipient } from '../../domain/notice.ts';
import type { Phone } from '../../domain/phone.ts';
import { readPhone } from '../../domain/phone.ts';
import type { CouncilPhones } from '../../domain/council-phone.ts';
import { noPhone, phoneOf } from '../../services/notices/phones.ts';
import type { ProviderPhone } from '../../services/notices/phones.ts';
import { callOf } from './call-view.ts';
import type { CallView } from './call-view.ts';
import type { Told } from '../../domain/told.ts';
import type { VisitGap } from '../../services/notices/status.ts';
import type { NoticeView } from '../../services/notices/view.ts';
import { gapWords, ownerWords, stateWords, stepWords, wasRead } from './told-words.ts';
import type { StateWords } from './told-words.ts';

/** One recipient of a telling. */
export interface RecipientView extends StateWords {
  readonly id: string;
  readonly name: string;
  readonly isProvider: boolean;
  readonly done: readonly string[];
  readonly next: string | null;
  readonly owner: { readonly text: string; readonly ours: boolean } | null;
  readonly gap: { readonly text: string; readonly bad: boolean } | null;
  readonly visited: string | null;
  /** On which number they asked to be called. */
  readonly callOn: Phone | null;
  /** How to phone whoever this is, as long as anybody may have to; null when it is over. */
  readonly call: CallView | null;
  readonly answeredAfterClosing: boolean;
  /** What somebody at the hospital can do about it. */
  readonly can: {
    readonly take: boolean;
    readonly settle: boolean;
    readonly phone: boolean;
    readonly release: boolean;
  };
  /** An answer by phone names the first visit. */
  readonly asksVisit: boolean;
}

export interface TellingView {
  readonly id: string;
  readonly heading: string;
  readonly what: readonly string[];
  /** By whom and when; that it was sent only where it was. */
  readonly sent: string;
  readonly recipients: readonly RecipientView[];
  /** Something of it still stands and can be corrected or taken back. */
  readonly stands: boolean;
}

/** What stands beside messages of a patient. */
export interface Beside {
  readonly gaps: readonly VisitGap[];
  /** By provider (`phoneOf`). */
  readonly phones: ReadonlyMap<string, ProviderPhone>;
  readonly duty: CouncilPhones['now'] | null;
  /** Nobody phones a provider: the council does. */
  readonly died: boolean;
}

/** What was told, the latest first. @param notices of one patient, the latest first */
export function tellingViews(notices: readonly NoticeView[], beside: Beside, now: Date): TellingView[] {
  const ids = [...new Set(notices.map(({ telling }) => telling))];
  return ids.flatMap((id) => {
    const own = notices.filter(({ telling }) => telling === id).sort(byRecipient);
    const [first] = own;
    if (!first) return [];
    const by = first.sentBy ?? (first.automatic ? 'the hospital’s system' : 'the hospital');
    return [
      {
        id,
        heading: first.text.heading,
        what: first.text.what,
        sent: `${sentWord(own, now)} by ${by}${first.team ? `, ${first.team}` : ''}, ${formatInstant(first.createdAt, now)}`,
        recipients: own.map((one) => recipientView(one, notices, beside, now)),
        stands: first.kind !== 'cancellation' && own.some(({ status }) => !['replaced', 'cancelled', 'withdrawn', 'stopped'].includes(status)), // prettier-ignore
      },
    ];
  });
}

// What waited until it was stopped, or goes out only tomorrow, has not been sent: whoever reads "Sent" phones nobody.
function sentWord(notices: readonly NoticeView[], now: Date): 'Sent' | 'Written' {
  const isSent = (one: NoticeView): boolean =>
    one.channels.size > 0 || wasRead(one) || (one.status === 'queued' && one.deliverFrom <= now);
  return notices.some(isSent) ? 'Sent' : 'Written';
}

// Providers first: they are who has to come.
function byRecipient(a: NoticeView, b: NoticeView): number {
  const rank = ({ recipient }: NoticeView): number => (recipient.kind === 'provider' ? 0 : 1);
  return rank(a) - rank(b) || a.createdAt.getTime() - b.createdAt.getTime();
}

function recipientView(one: NoticeView, all: readonly NoticeView[], beside: Beside, now: Date): RecipientView {
  const { gaps } = beside;
  const gap = gaps.find(({ notice }) => notice === one.id);
  const { reply } = one;
  return {
    id: one.id,
    name: nameOf(one),
    isProvider: one.recipient.kind === 'provider',
    ...stateWords(one, now, all),
    ...stepWords(one, now),
    owner: ownerOf(one),
    // What took place is neither to be asked for earlier nor to be waited for.
    gap: gap && one.visited?.happened !== true ? gapWords(gap, now) : null,
    visited: one.visited && `${one.visited.by.name} said ${formatInstant(one.visited.at, now)}: the first visit ${one.visited.happened ? 'took place' : 'did not take place'}.`, // prettier-ignore
    callOn: one.open && reply?.reply.kind === 'call-me' ? readPhone(reply.reply.phone) : null,
    call: callView(one, beside, now),
    answeredAfterClosing: one.answeredAfterClosing,
    can: {
      take: one.open && one.taken === null && !one.waits,
      settle: one.open && one.recipient.kind === 'provider' && one.status !== 'waiting',
      phone: one.open && one.status !== 'waiting' && one.status !== 'stopped',
      release: one.waits && !beside.died,
    },
    asksVisit: one.of === 'restart' && one.kind !== 'cancellation',
  };
}

// What is only just on its way is the sender's, and nobody has to do anything yet.
function ownerOf(one: NoticeView): RecipientView['owner'] {
  const owner = ownerWords(one);
  return owner && { ...owner, ours: owner.ours && !(one.status === 'queued' && one.owner?.duty === 'deliver') };
}

// Also what was accepted has its number: a first visit is asked after by phone. What is over has none.
function callView(one: NoticeView, { phones, duty, died }: Beside, now: Date): CallView | null {
  if (!one.open && one.status !== 'accepted') return null;
  if (one.recipient.kind === 'council') return duty && { ...callOf(noPhone, now), now: { ...duty.phone, which: duty.label } };
  // Of what waits for a person nobody there may know yet: the council is phoned.
  if (one.hidden || one.waits || died) return null;
  return callOf(phoneOf(phones, { provider: one.recipient.id, council: one.council }) ?? noPhone, now);
} // prettier-ignore

function nameOf({ recipient, recipientName }: NoticeView): string {
  return recipientName ?? nobody(recipient);
}

function nobody({ kind }: Recipient): string {
  return kind === 'provider' ? 'A care provider' : 'The council';
}

/** One line of "everyone told". */
export interface ToldLine {
  readonly name: string;
  readonly kind: string;
  readonly at: string;
  readonly tag: string;
  readonly tone: string;
}

/** Everyone who was told or may have been, in order of time. */
export function toldLines(told: readonly Told[], notices: readonly NoticeView[], now: Date): ToldLine[] {
  return told.map(({ notice, kind, recipient, at }) => {
    const one = notices.find(({ id }) => id === notice);
    const { tag, tone } = one ? toldTag(one, notices, now) : { tag: '', tone: 'grey' };
    return { name: one ? nameOf(one) : nobody(recipient), kind: noticeKinds[kind], at: formatInstant(at, now), tag, tone }; // prettier-ignore
  });
}

// What is over and never arrived: nobody must take it for told.
function toldTag(one: NoticeView, notices: readonly NoticeView[], now: Date): Pick<StateWords, 'tag' | 'tone'> {
  return one.open || wasRead(one) ? stateWords(one, now, notices) : { tag: 'Not delivered', tone: 'grey' };
}

/** What is said where nobody was told: "yet" only while something may still arrive. */
export function nobodyTold(notices: readonly NoticeView[]): string {
  return notices.some(({ open }) => open) ? 'Nothing has reached anybody yet.' : 'Nothing reached anybody.';
}

/** One line of a team's list. */
export interface TeamLine extends StateWords {
  readonly telling: string;
  readonly heading: string;
  readonly name: string;
  readonly owner: string;
  readonly ours: boolean;
  readonly team: string;
  readonly sent: string;
}

/** Everything open about one patient. */
export interface TeamGroup {
  readonly who: string;
  readonly ours: boolean;
  readonly lines: readonly TeamLine[];
}

const worst: readonly StateWords['tone'][] = ['red', 'yellow', 'grey', 'blue', 'green'];

/** A team's open notices, a patient each: those that wait for somebody here first, and in each the worst first. */
export function teamGroups(notices: readonly NoticeView[], now: Date): TeamGroup[] {
  const people = Map.groupBy(notices, ({ council, personKey }) => `${council} ${personKey}`);
  const groups = [...people.values()].map((own): TeamGroup => {
    const lines = own.map((one): TeamLine => {
      const owner = ownerOf(one);
      return {
        telling: one.telling,
        heading: one.text.heading,
        name: nameOf(one),
        ...stateWords(one, now, own),
        owner: owner?.text ?? '',
        ours: owner?.ours === true,
        team: one.team ?? '',
        sent: `${sentWord([one], now)} ${formatInstant(one.createdAt, now)}`,
      };
    });
    const rank = ({ ours, tone }: TeamLine): number => (ours ? 0 : worst.length) + worst.indexOf(tone);
    return {
      who: own[0]?.text.who[0] ?? '',
      ours: lines.some(({ ours }) => ours),
      lines: lines.toSorted((a, b) => rank(a) - rank(b)),
    };
  });
  return [...groups.filter(({ ours }) => ours), ...groups.filter(({ ours }) => !ours)];
}

/** What is said aloud when the page has changed: what the last telling is and how it stands, and nobody's name. */
export function summaryOf(notices: readonly NoticeView[], now: Date): string {
  const open = notices.filter((one) => one.open).length;
  const [newest] = notices;
  const last = notices.filter(({ telling }) => telling === newest?.telling);
  const counts = Map.groupBy(last, (one) => stateWords(one, now, notices).tag);
  const states = [...counts].map(([tag, all]) => `${tag}${all.length > 1 ? ` (${all.length})` : ''}`).join(', ');
  return `${open === 0 ? 'Nothing is open.' : `${open} open.`} Latest: ${newest ? `${newest.text.heading}: ${states}` : ''}.`;
}
