/**
 * Where a notice stands, in the sender's words. Only the answer of a human at the other end is ever green (product rule
 * 9), and whatever a notice waits for is told alike (rule 4).
 */
import { formatInstant, londonDate } from '../../domain/dates.ts';
import { refuseTexts, waitText } from '../../domain/interlock.ts';
import { settledTexts } from '../../domain/notice-event.ts';
import type { Channel, EscalationStep, Settled } from '../../domain/notice-event.ts';
import type { NoticeView } from '../../services/notices/view.ts';
import type { VisitGap } from '../../services/notices/status.ts';
import { replyWords } from './provider-inbox-view.ts';

export type Tone = 'green' | 'blue' | 'grey' | 'yellow' | 'red';

/** A state as a tag and a sentence. */
export interface StateWords {
  readonly tag: string;
  readonly tone: Tone;
  readonly text: string;
}

const channelNames: Record<Channel, string> = {
  portal: 'their inbox',
  email: 'email',
  text: 'text message',
  webhook: 'their system',
  fhir: 'their system',
  hl7: 'their system',
  phone: 'phone',
};

// "Settled" alone reads as if care were coming: what was arranged is the word.
const settledTags: Record<Settled, string> = {
  'other-care': 'Other care is arranged',
  'family-helps': 'Family or friends help',
  'stays-here': 'Stays in hospital',
  'not-needed': 'No care needed',
  'time-over': 'Closed',
};

/** The state of a notice. @param all the notices of the person, among which the one is that cancelled it */
export function stateWords(one: NoticeView, now: Date, all: readonly NoticeView[] = []): StateWords {
  const by = (): string => [...new Set([...one.channels].filter(([, way]) => way.is === 'delivered').map(([channel]) => channelNames[channel]))].join(' and '); // prettier-ignore
  switch (one.status) {
    case 'waiting':
      return { tag: 'Not sent: waits', tone: 'yellow', text: waitText };
    case 'queued':
      // Whoever is to phone must not read that it is on its way.
      if (one.owner !== null && one.owner.duty !== 'deliver')
        return { tag: 'Not arrived yet', tone: 'yellow', text: 'It has not reached anybody yet.' };
      return one.deliverFrom > now
        ? { tag: 'Goes out later', tone: 'grey', text: `They take such messages once a day: this one goes out ${formatInstant(one.deliverFrom, now)}.` } // prettier-ignore
        : { tag: 'On its way', tone: 'grey', text: 'It has not reached anybody yet.' };
    case 'bounced':
      return { tag: 'Not delivered', tone: 'red', text: hasNoWay(one) ? 'They have given us no way to reach them. Phone them.' : 'It could not be delivered in any way that they have given. Phone them.' }; // prettier-ignore
    case 'delivered':
      return { tag: 'Delivered', tone: 'blue', text: `Delivered${by() ? ` by ${by()}` : ''}. Nobody there has opened it yet.` }; // prettier-ignore
    case 'seen':
      return { tag: 'Opened', tone: 'blue', text: `${one.seen?.by.name ?? 'Somebody'} has opened it, and has not answered yet.` }; // prettier-ignore
    case 'accepted':
      return { tag: 'Yes', tone: 'green', text: answered(one, now) };
    case 'cannot':
      return { tag: 'They cannot', tone: 'red', text: answered(one, now) };
    case 'call-me':
      if (one.answeredAfterClosing && one.reply?.reply.kind === 'accepted')
        return {
          tag: 'Yes, after it was settled',
          tone: 'yellow',
          text: `${answered(one, now)} Phone them: two may now be acting.`,
        };
      return { tag: 'Asked for a call', tone: 'yellow', text: answered(one, now) };
    case 'settled':
      return { tag: one.settled ? settledTags[one.settled.how] : 'Settled', tone: 'grey', text: one.settled ? `${one.settled.by.name} settled it ${formatInstant(one.settled.at, now)}: ${settledTexts[one.settled.how].toLowerCase()}.` : '' }; // prettier-ignore
    case 'replaced':
      return { tag: 'Replaced', tone: 'grey', text: 'A newer message has taken its place.' };
    case 'cancelled':
      return cancelledWords(one, now, all);
    case 'stopped':
      return {
        tag: 'Stopped',
        tone: 'red',
        text: `${whyStopped(one)} ${one.withdrawn?.why === 'died' ? councilTells : 'Find another way.'}`.trim(),
      };
    case 'withdrawn':
      return { tag: 'Taken back', tone: 'grey', text: `${wasRead(one) ? '' : 'It had reached nobody. '}${whyStopped(one)}${wasRead(one) ? ` ${whatNow(one)}` : ''}`.trim() }; // prettier-ignore
  }
}

const councilTells = 'Phone the council’s duty team: they tell the provider.';

// Whoever may have read it may be acting on it; whom to phone about that depends on why nothing may be sent now.
function whatNow({ withdrawn }: NoticeView): string {
  if (withdrawn?.why === 'died') return `They may have read it. ${councilTells}`;
  if (withdrawn?.why === 'not-shown') return 'They may have read it.';
  if (withdrawn?.why === 'permission-refused') return 'They may have read it: phone the council’s duty team if they may be acting on it.'; // prettier-ignore
  return 'They may have read it, and may not be sent anything now: phone them.';
}

/** What became of the message by which another was cancelled: they know only when it has reached them (product rule 9). */
function cancelledWords(one: NoticeView, now: Date, all: readonly NoticeView[]): StateWords {
  const by = all.find(({ id }) => id === one.followedBy);
  const first = wasRead(one) ? '' : 'It had reached nobody. ';
  const say = (tone: Tone, text: string): StateWords => ({ tag: 'Cancelled', tone, text: `${first}${text}` });
  switch (by?.status) {
    case undefined:
      return say('grey', 'A cancellation was sent: see below whether it has reached them.');
    case 'accepted':
      return say('grey', 'They know that it is not so.');
    case 'delivered':
    case 'seen':
    case 'cannot':
    case 'call-me':
      return say('grey', `The cancellation reached them ${formatInstant(reachedAt(by), now)}. They have not said yet that they know.`); // prettier-ignore
    case 'queued':
      return say('grey', 'A cancellation is on its way to them.');
    case 'settled':
      return say('grey', by.settled ? `${by.settled.by.name} settled it.` : '');
    default:
      return { tag: 'Cancelled', tone: 'red', text: notCancelledText(one) };
  }
}

// What reached nobody may still be believed there: the sender was asked to phone, and a correction has a message before it.
function notCancelledText(one: NoticeView): string {
  if (wasRead(one)) return 'The cancellation has not reached them: phone them.';
  return one.kind === 'correction'
    ? 'Neither this correction nor its cancellation has reached them: phone them, as they may go by what they were told before.'
    : 'Neither this message nor its cancellation has reached them: phone them, as somebody may have told them by phone.';
}

function reachedAt({ channels, seen, createdAt }: NoticeView): Date {
  const delivered = [...channels.values()].filter(({ is }) => is === 'delivered').map(({ at }) => at.getTime());
  return delivered.length > 0 ? new Date(Math.min(...delivered)) : (seen?.at ?? createdAt);
}

/** Whether it reached somebody, or may have. Of what failed in every way, and nobody opened, it is known that it did not. */
export function wasRead({ channels, seen, reply }: NoticeView): boolean {
  return seen !== null || reply !== null || [...channels.values()].some(({ is }) => is !== 'bounced');
}

// An inbox that nobody was told to open is no way by which anybody is reached.
function hasNoWay({ channels }: NoticeView): boolean {
  return [...channels.keys()].every((channel) => channel === 'portal');
}

function whyStopped({ withdrawn }: NoticeView): string {
  return !withdrawn || withdrawn.why === 'sent-in-error' ? '' : refuseTexts[withdrawn.why];
}

function answered({ reply, open }: NoticeView, now: Date): string {
  if (!reply) return '';
  const taken = reply.takenBy ? ` by phone, written down by ${reply.takenBy.name}` : '';
  // The number stands beside it, once and to be pressed.
  const words = open && reply.reply.kind === 'call-me' ? 'please call us.' : replyWords(reply.reply, now);
  return `${reply.by.name} answered${taken} ${formatInstant(reply.at, now)}: ${words}`;
}

const stepNames: Record<EscalationStep, readonly [told: string, nobody: string, next: string]> = {
  reminder: ['reminded', 'a reminder reached nobody', 'they are reminded'],
  'out-of-hours': ['their out-of-hours contact told', 'no on-call contact', 'their out-of-hours contact is told'],
  council: ['council’s duty team told', 'council’s duty team could not be told', 'the council’s duty team is told'],
  sender: ['you were asked to phone', 'you were asked to phone', 'you are asked to phone'],
};

/** What has been done about an unanswered notice, and what comes next. */
export function stepWords(one: NoticeView, now: Date): { readonly done: readonly string[]; readonly next: string | null } {
  const time = (at: Date): string => formatInstant(at, now).replace(/^today at /, '');
  const words = (step: EscalationStep, told: boolean): string =>
    step === 'sender' && one.channels.size === 0 ? 'you were asked to release it' : stepNames[step][told ? 0 : 1];
  const done = one.steps.map(({ step, at, told }) => `${time(at)}: ${words(step, told)}`);
  const next = one.next && one.next.at > now ? `If nobody answers, ${stepNames[one.next.step][2]} at ${time(one.next.at)}.` : null; // prettier-ignore
  return { done, next };
} // prettier-ignore

const duties = {
  deliver: 'to see that it arrives',
  release: 'to release it',
  answer: 'to answer',
  phone: 'to phone',
  settle: 'to find another way',
} as const;

/** Whose it is now; null when it is closed. */
export function ownerWords({ owner, recipientName, taken }: NoticeView): { readonly text: string; readonly ours: boolean } | null {
  if (!owner) return null;
  const duty = duties[owner.duty];
  if (taken && owner.duty === 'settle') return { text: `${taken.by.name} is dealing with it.`, ours: owner.party === 'sender' };
  const them = recipientName ?? 'the care provider';
  switch (owner.party) {
    case 'sender':
      return { text: `With you${owner.team ? ` (${owner.team})` : ''}: ${duty}.`, ours: true };
    case 'council':
      return { text: `With the council’s duty team: ${duty}.`, ours: false };
    case 'out-of-hours':
      return { text: `With the out-of-hours contact of ${them}: ${duty}.`, ours: false };
    case 'recipient':
      return { text: `With ${them}: ${duty}.`, ours: false };
  }
} // prettier-ignore

/** What stands between coming home and the first visit; null where there is nothing to say. */
export function gapWords({ gap, home, firstVisit, left }: VisitGap, now: Date): { readonly text: string; readonly bad: boolean } | null {
  const time = (at: Date): string => (londonDate(at) === londonDate(now) ? formatInstant(at, now).replace(/^today at /, '') : formatInstant(at, now));
  const homeAt = home.at ? ` ${time(home.at)}` : '';
  const pair = `Home${homeAt}, first visit ${time(firstVisit)}`;
  switch (gap.is) {
    case 'too-long':
      return { text: `${pair}: ${home.at ? '' : 'at least '}${lengthWords(gap.ms)} without care. ${left ? 'Phone the provider: ask for an earlier visit.' : 'Before the patient leaves, ask for an earlier visit or arrange help until then.'}`, bad: true };
    case 'visit-before-home':
      return { text: `${pair}: the visit comes before the patient is home. Agree another time.`, bad: true };
    case 'short':
      return { text: `${pair}: ${lengthWords(gap.ms)} between them.`, bad: false };
    case 'not-known':
      return { text: 'Nobody has said at what time the patient is home: check that the first visit comes soon after.', bad: false };
  }
} // prettier-ignore

function lengthWords(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  const parts = [hours > 0 ? `${hours} hour${hours === 1 ? '' : 's'}` : '', rest > 0 ? `${rest} minute${rest === 1 ? '' : 's'}` : '']; // prettier-ignore
  return parts.filter(Boolean).join(' ') || 'no time';
}
