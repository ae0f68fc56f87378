/**
 * The words of every answer. "Nothing is not none" (product rule 1): thirteen kinds, thirteen
 * texts, and no two may be taken for each other. `{council}` becomes the council's name.
 */
import type { AnswerKind, ShownSafeguarding } from '../../domain/answer.ts';

export interface AnswerText {
  readonly heading: string;
  readonly lead: string;
  /** What to do next, one line each. */
  readonly next: readonly string[];
}

export const answerTexts: Record<AnswerKind, AnswerText> = {
  care: { heading: 'Council care is in place', lead: '', next: [] },
  'no-care': {
    heading: 'No current council care to show',
    lead: '{council} has a record of this patient, but lists no current care that it arranges and pays for.',
    next: ['This does not mean that the patient has no care. Ask the patient, or phone the council.'],
  },
  'no-record': {
    heading: 'The council has no record of this NHS number',
    lead: 'We asked {council}. It has no adult social care record under this NHS number.',
    next: [
      'This does not mean that the patient has no care. They may pay for it, live in another council’s area, or be known under another number.',
      'Check the NHS number. If you still need to know, phone the council.',
    ],
  },
  'cannot-show': {
    heading: 'This cannot be shown here',
    lead: 'What {council} holds about this NHS number cannot be shown on this screen.',
    next: ['This says nothing about whether the patient has care. Phone the council: they can help you.'],
  },
  'birth-date-mismatch': {
    heading: 'The date of birth does not match',
    lead: 'The date of birth you entered is not the one on {council}’s record for this NHS number. Nothing is shown.',
    next: ['Check both in the patient record, then look up again. Or phone the council.'],
  },
  overdue: {
    heading: 'The council’s information is out of date',
    lead: '{council} could not be asked: its latest update has not arrived.',
    next: ['Do not rely on this. Phone the council to check.'],
  },
  died: {
    heading: 'The council’s record says that this patient has died',
    lead: '',
    next: ['No care is listed, and no messages go to providers. If this is wrong, phone the council at once.'],
  },
  'number-not-valid': {
    heading: 'This NHS number is not valid',
    lead: '',
    next: ['No council was asked. Check the number in the patient record and look up again.'],
  },
  child: {
    heading: 'This service is for adults only',
    lead: 'The date of birth is of a person under 18. No council was asked.',
    next: [
      'For children, use Child Protection – Information Sharing (CP-IS) as your department does.',
      'If you are worried about a child now, follow your safeguarding children procedure.',
    ],
  },
  'permission-refused': {
    heading: 'The patient said no',
    lead: 'Nothing was looked up, and no council was asked. That you asked, and the patient refused, is recorded.',
    next: ['You can ask the patient, with their agreement, who provides their care and phone them yourself.'],
  },
  'over-budget': {
    heading: 'You have reached the limit for looking people up',
    lead: 'To protect people’s records there is a limit on how many can be looked up. No council was asked.',
    next: [
      'If the patient cannot be asked (for example, is unconscious), choose “cannot be asked”: that still works.',
      'Otherwise phone the council, or try again later.',
    ],
  },
  'sign-in-again': {
    heading: 'Sign in again to go on',
    lead: 'We need to be sure that it is you. Your look-up is kept and goes on after you sign in. No council was asked yet.',
    next: [],
  },
  'not-allowed': {
    heading: 'You cannot look this patient up here',
    lead: 'The sharing agreement with this council does not allow it: it is not in force, or not for your role, or not for this reason. No council was asked.',
    next: ['Phone the council, or ask a colleague whose role allows it.'],
  },
};

/** When the last update of an overdue council held nothing of the patient, that is said apart. */
export const lastKnownTexts = {
  care: 'Last known: the care listed below.',
  'no-care': 'Last known: the council had a record, and listed no current care that it arranges and pays for.',
  'no-record': 'Last known: the council had no record of this NHS number.',
  nothing: 'Nothing is known here from before.',
} as const;

/** Said with every answer (product rule 1). */
export const notShownText =
  'Never shown here: care that a person pays for privately, or buys with a direct payment. They may have care that the council does not arrange.';

export interface SafeguardingText {
  readonly tag: string;
  readonly text: string;
  /** Phone the duty team before any provider: a provider may be the subject. */
  readonly phoneFirst: boolean;
}

export const safeguardingTexts: Record<ShownSafeguarding, SafeguardingText> = {
  open: {
    tag: 'Referral open',
    text: 'There is an open safeguarding referral. Phone the council’s duty team before you phone any provider.',
    phoneFirst: true,
  },
  'none-recorded': { tag: 'None recorded', text: 'No open safeguarding referral recorded', phoneFirst: false },
  'not-available': {
    tag: 'Not available',
    text: 'We cannot tell whether a safeguarding referral is open. Phone the council’s duty team before you phone any provider.',
    phoneFirst: true,
  },
  'not-your-role': {
    tag: 'Not shown to your role',
    text: 'Safeguarding is not shown to your role. Phone the council’s duty team before you phone any provider.',
    phoneFirst: true,
  },
};
