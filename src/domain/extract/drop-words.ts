/** Why good lines of a care part make no package, in words, for the terminal and the steward's page alike. */
import type { DropReason } from './care-line.ts';

export const dropWords: Readonly<Record<DropReason, string>> = {
  'not-a-service': 'requests, assessments and reviews',
  'unpaid-carer': 'support for unpaid carers',
  'direct-payment': 'direct payments',
  'self-funded': 'paid for privately',
  'full-cost': 'arranged at the person’s full cost',
  'under-18': 'under 18',
  'ended-long-ago': 'ended too long ago to show',
  'person-died': 'of people who have died',
};
