/** Which column of each list stands in which element of a Task, and what its state means there. */
import type { NoticeStatus } from '../../domain/notice-state.ts';
import type { CouncilList } from '../../services/council/lists.ts';
import type { Row } from './council-row.ts';

export type TaskList = Exclude<CouncilList, 'in-hospital'>;
type TaskStatus = 'draft' | 'requested' | 'received' | 'accepted' | 'rejected' | 'in-progress' | 'completed' | 'cancelled'; // prettier-ignore

/** Keys of columns by the elements in which they stand. */
interface Places {
  readonly person?: string;
  readonly kind?: string;
  readonly description?: string;
  readonly reason?: string;
  readonly statusReason?: string;
  readonly requester?: string;
  /** The council's own when not given. */
  readonly owner?: string;
  readonly authoredOn?: string;
  readonly lastModified?: string;
  readonly due?: string;
  readonly from?: string;
  readonly until?: string;
}

export interface Shape {
  /** Where the list has no name of its own for what it is. */
  readonly name: string;
  readonly at: Places;
  /** A row has the person's NHS number, so that it can be matched. */
  readonly numbered: boolean;
  /** `person` is a name, and not any words by which the person may be told. */
  readonly named: boolean;
  status(row: Row): TaskStatus;
}

// Nothing is completed or accepted before a person has said so (product rule 9). What came back is open still.
const ofNotice: Readonly<Record<NoticeStatus, TaskStatus>> = {
  waiting: 'draft',
  queued: 'requested',
  bounced: 'requested',
  delivered: 'received',
  seen: 'received',
  accepted: 'accepted',
  cannot: 'rejected',
  'call-me': 'received',
  settled: 'completed',
  replaced: 'cancelled',
  stopped: 'cancelled',
  withdrawn: 'cancelled',
  cancelled: 'cancelled',
};

/** A message of a hospital's. */
export const noticeShape: Shape = {
  name: 'Message',
  numbered: true,
  named: true,
  at: { person: 'person', kind: 'kind', requester: 'hospital', owner: 'to', authoredOn: 'sentAt', due: 'answerBy' },
  status: ({ status }) => ofNotice[status as NoticeStatus] ?? 'requested',
};

export const taskShapes: { readonly [L in TaskList]: Shape } = {
  messages: noticeShape,
  notices: noticeShape,
  holds: {
    name: 'Care on hold',
    numbered: true,
    named: false,
    at: { person: 'person', requester: 'hospital', owner: 'provider', from: 'heldSince', due: 'keptUntil' },
    status: ({ visit, accepted }) =>
      visit === 'took place' ? 'completed' : accepted === true ? 'accepted' : 'requested',
  },
  tasks: {
    name: 'Care on hold: a task',
    numbered: false,
    named: false,
    at: { person: 'person', description: 'text', reason: 'cause', requester: 'where', authoredOn: 'since' },
    status: () => 'requested',
  },
  'wrong-numbers': {
    name: 'Phone number that may be wrong',
    numbered: false,
    named: false,
    at: { requester: 'hospital', authoredOn: 'reportedAt', until: 'closedAt' },
    status: ({ closedAt }) => (closedAt instanceof Date ? 'completed' : 'requested'),
  },
  addresses: {
    name: 'Messages that do not arrive',
    numbered: false,
    named: false,
    at: { owner: 'recipient', description: 'kind', statusReason: 'fault', authoredOn: 'openedAt', lastModified: 'lastAt' },
    status: () => 'requested',
  },
  questions: {
    name: 'Question where a client is',
    numbered: true,
    named: false,
    at: { requester: 'provider', authoredOn: 'askedAt', due: 'openUntil' },
    status: ({ openUntil }) => (openUntil instanceof Date ? 'in-progress' : 'completed'),
  },
}; // prettier-ignore
