/** What each of the council's lists is called, and the words of what it can be narrowed to. */
import type { CouncilList } from '../../services/council/lists.ts';
import type { AuditEvent, LocalPath } from '../page.ts';

export interface ListTexts {
  readonly path: LocalPath;
  readonly title: string;
  /** What the list is, in a sentence. */
  readonly about: string;
  readonly none: string;
  /** By the list's `shows`. */
  readonly shows: Readonly<Record<string, string>>;
  readonly audit: AuditEvent;
  /** Words for the ones that press, on the landing page. */
  readonly pressing: string | null;
}

/** The lists in the order of the landing page. */
export const listTexts: Readonly<Record<CouncilList, ListTexts>> = {
  tasks: {
    path: '/council/tasks',
    title: 'Care on hold: tasks for you',
    about: 'A stay has ended or changed while care is on hold. Each needs somebody’s word before the person is left without care.', // prettier-ignore
    none: 'No task of a hold is open.',
    shows: { open: 'Open' },
    audit: 'see-hold-tasks',
    pressing: null,
  },
  messages: {
    path: '/council/messages',
    title: 'Messages to your council',
    about: 'What hospitals have told your council about its people. The hospital sees who opened and who answered.',
    none: 'No message waits for your answer.',
    shows: { 'to-answer': 'To answer', all: 'Open, and last 7 days' },
    audit: 'see-council-notices',
    pressing: null,
  },
  notices: {
    path: '/council/notices',
    title: 'Messages to providers without a yes',
    about: 'What hospitals have told care providers about your people, and no person there has said yes to.',
    none: 'There are none.',
    shows: {
      open: 'All without a yes',
      ours: 'With you now',
      waits: 'Waiting to be released',
      all: 'Open, and last 7 days',
    },
    audit: 'see-council-notices',
    pressing: 'with you now',
  },
  holds: {
    path: '/council/holds',
    title: 'Care on hold',
    about: 'Whose provider was asked to hold visits for a hospital stay, how long your council’s limit still lets the package be kept, and nights in hospital.', // prettier-ignore
    none: 'No care is on hold.',
    shows: {
      current: 'Not over yet',
      'over-kept': 'Over your limit',
      'not-asked': 'Told of a stay, never asked to hold',
      all: 'All that are kept',
    },
    audit: 'see-holds',
    pressing: 'over your limit',
  },
  'in-hospital': {
    path: '/in-hospital',
    title: 'Our people in hospital now',
    about: 'People with care on record who are in hospital now.',
    none: 'None of your people is listed.',
    shows: { now: 'Now' },
    audit: 'see-people-in-hospital',
    pressing: null,
  },
  'wrong-numbers': {
    path: '/council/wrong-numbers',
    title: 'Phone numbers that may be wrong',
    about: 'Numbers of care providers that somebody at a hospital phoned in vain. Hospitals see a caution beside each until it is put right.', // prettier-ignore
    none: 'No number is reported.',
    shows: { open: 'To check', all: 'All that are kept' },
    audit: 'see-wrong-numbers',
    pressing: null,
  },
  addresses: {
    path: '/council/addresses',
    title: 'Messages that do not arrive',
    about: 'Addresses of your providers, or your own, at which nobody is reached. Phone the provider, who changes it in its own settings; yours are under “How your council is told”.', // prettier-ignore
    none: 'All known addresses take messages.',
    shows: { open: 'Open' },
    audit: 'see-dead-addresses',
    pressing: null,
  },
  questions: {
    path: '/council/questions',
    title: 'Questions from providers',
    about: 'Providers whose client did not open the door asked if the person is in hospital. Last 7 days, the latest first.', // prettier-ignore
    none: 'No provider has asked.',
    shows: { all: 'All', open: 'Waiting for an arrival' },
    audit: 'see-council-questions',
    pressing: null,
  },
};
