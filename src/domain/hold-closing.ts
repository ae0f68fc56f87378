/** How a named person closes a task of a hold: from fixed lists, so that no text travels and figures can be made. */
import type { TaskCause, TaskParty } from './hold-tasks.ts';

const ours = {
  agreed: 'I have spoken with the care provider, and what follows is agreed',
  'other-care': 'Other care is arranged',
  'not-needed': 'No care is needed',
  'nothing-to-do': 'There was nothing to put right',
} as const;

/** Ways by party; of a provider's `not-visiting` sender and council hear at once (hold-tasks.ts). */
export const holdClosings = {
  sender: ours,
  council: ours,
  provider: {
    visiting: 'We are visiting',
    'not-visiting': 'We are not visiting',
    'phoned-them': 'We have phoned, and what follows is agreed',
  },
} as const satisfies Record<TaskParty, Record<string, string>>;

// Where no feed says so the hospital does; it is asked again (hold-no-stay.ts).
const stillHere = { 'still-here': 'The patient is still in hospital' } as const;

/** How a party can close a task of a cause: by name, in words. */
export function closingsOf(party: TaskParty, cause: TaskCause): Readonly<Record<string, string>> {
  return party === 'sender' && cause === 'no-stay-known' ? { ...stillHere, ...ours } : holdClosings[party];
}

/** Whether a party can close its task of a cause so. */
export function isClosing(party: TaskParty, cause: TaskCause, how: string): boolean {
  return Object.hasOwn(closingsOf(party, cause), how);
}
