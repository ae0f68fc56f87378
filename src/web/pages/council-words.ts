/** Notices in the words of a council's duty team: where each stands, whose it is, and what was done about it. */
import { formatInstant } from '../../domain/dates.ts';
import { settlements } from '../../domain/notice-event.ts';
import type { EscalationStep, Settlement } from '../../domain/notice-event.ts';
import type { NoticeView } from '../../services/notices/view.ts';
import { stateWords } from './told-words.ts';
import type { StateWords } from './told-words.ts';

/** The state of a notice to a provider. What it waits for, and what stopped it, is not said: the council knows its own record. */
export function councilState(one: NoticeView, now: Date): StateWords {
  const words = stateWords(one, now);
  switch (one.status) {
    case 'waiting':
      return { ...words, text: 'Not sent to the provider yet: it waits for a person at the hospital or the council to release it.' }; // prettier-ignore
    case 'stopped':
      return { ...words, text: 'It may not be sent any more. Decide how the provider is to know, or whether it is.' };
    case 'withdrawn':
      return { ...words, text: 'It was taken back.' };
    case 'bounced':
      return {
        ...words,
        text: 'It could not be delivered in any way that the provider has given. Phone the provider.',
      };
    default:
      return words;
  }
}

const duties = {
  deliver: 'see that it arrives',
  release: 'decide whether it may go to the provider',
  answer: 'answer it',
  phone: 'phone the provider',
  settle: 'find another way',
} as const;

/** Whose an open notice is, and whether it is the council's; null when it is over. */
export function councilOwner(
  { owner, taken, recipientName }: NoticeView,
  council: string,
): { readonly text: string; readonly ours: boolean } | null {
  if (!owner) return null;
  const ours = owner.organisation === council;
  if (taken) return { text: `${taken.by.name} is dealing with it.`, ours };
  const duty = duties[owner.duty];
  switch (owner.party) {
    case 'council':
      return { text: `With you: ${duty}.`, ours };
    case 'sender':
      return { text: `With the hospital${owner.team ? ` (${owner.team})` : ''}, to ${duty}.`, ours };
    case 'out-of-hours':
      return { text: `With the out-of-hours contact of ${recipientName ?? 'the provider'}, to ${duty}.`, ours };
    case 'recipient':
      return { text: `With ${recipientName ?? 'the provider'}, to ${duty}.`, ours };
  }
}

const steps: Record<EscalationStep, readonly [told: string, nobody: string]> = {
  reminder: ['the provider was reminded', 'a reminder reached nobody'],
  'out-of-hours': ['the provider’s out-of-hours contact was told', 'the provider has nobody on call'],
  council: ['you were told', 'you could not be told'],
  sender: ['the hospital was asked to phone', 'the hospital was asked to phone'],
};

/** What was done about an unanswered notice, in order. */
export function councilSteps(one: NoticeView, now: Date): string[] {
  return one.steps.map(({ step, at, told }) => `${formatInstant(at, now)}: ${steps[step][told ? 0 : 1]}`);
}

/** What can be arranged instead, in a council's words. */
export const councilSettlements: Record<Settlement, string> = {
  ...settlements,
  'stays-here': 'The person stays in hospital',
};

const day = 86_400_000;

/** How long something has waited: `20 minutes`, `5 hours`, `3 days`. */
export function waitedText(since: Date, now: Date): string {
  const ms = Math.max(0, now.getTime() - since.getTime());
  const say = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
  if (ms < 3_600_000) return say(Math.floor(ms / 60_000), 'minute');
  return ms < 2 * day ? say(Math.floor(ms / 3_600_000), 'hour') : say(Math.floor(ms / day), 'day');
}
