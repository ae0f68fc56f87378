/** What the codes of messages set aside, and of hints not acknowledged, mean to whoever runs the interface. */
import { ignoredReasons, quarantines } from './adt-codes.ts';
import { ackFault } from './refusals.ts';
import { sendFaults } from './mllp-send-error.ts';

const ours: Readonly<Record<string, string>> = {
  SEAL_BROKEN: 'It cannot be opened: the key that it was sealed with is not here. Put that key into FEED_KEY_OLD.',
  NOT_READ: 'Reading it failed, which is a fault of this software. Report it with this code.',
  STATEMENTS_TOO_MANY:
    'It would join more statements by shared numbers than one person’s can be. Look for a number that many people share.',
  WAITED_TOO_LONG: 'It waited to be applied until it was deleted: its feed was off. Have it sent again.',
  NOT_APPLIED: 'The database refused what it says, which is a fault of this software. Report it with this code.',
};

const sent: Readonly<Record<string, string>> = {
  ...sendFaults,
  AE: 'The other system answered with an error (AE). It is tried again.',
  CE: 'The other system answered with an error (CE). It is tried again.',
  AR: 'The other system rejects this message (AR). It is not tried again by itself.',
  CR: 'The other system rejects this message (CR). It is not tried again by itself.',
  OTHER_ANSWER: 'Only answers to other messages came. The message may have arrived.',
  ANSWER_NOT_READ: 'The answer says neither yes nor no. The message may have arrived.',
  SEAL_BROKEN: 'The message cannot be opened: its key is not here. Put that key into FEED_KEY_OLD.',
};

/** Why a message was set aside, ignored or refused, in a sentence. */
export function reasonText(code: string): string {
  const known = { ...quarantines, ...ignoredReasons, ...ours } as Readonly<Record<string, string>>;
  return known[code] ?? ackFault(code).text;
}

/** Why a message of ours was not acknowledged, in a sentence. */
export function sendFaultText(code: string): string {
  return sent[code] ?? 'The message was not acknowledged.';
}
