/** The columns of each list as it leaves the house: keys for systems, names for people, and what stands in each cell. */
import { londonDate } from '../../domain/dates.ts';
import { faultTexts } from '../../domain/courier.ts';
import { noticeKinds } from '../../domain/notice.ts';
import type { DayOrTime } from '../../domain/stay-event.ts';
import type { NoticeView } from '../notices/view.ts';
import type { CouncilList, CouncilRows } from './lists.ts';

/** Null: not known. An empty text: there is none. A date is a moment; a day alone is a text like 2026-09-01. */
export type Cell = string | number | boolean | Date | null;

export interface FieldContext {
  readonly now: Date;
  readonly hospitalName: (id: string) => string;
}

/** A column. */
export interface Field<Row> {
  readonly key: string;
  readonly name: string;
  of(row: Row, context: FieldContext): Cell;
}

const field = <Row>(key: string, name: string, of: Field<Row>['of']): Field<Row> => ({ key, name, of });

const dayOr = (when: DayOrTime | null): Cell => when && (when.at ?? when.date);
const fullName = (one: { family?: string | null; given?: string | null } | null): Cell =>
  [one?.family?.toUpperCase(), one?.given].filter(Boolean).join(', ') || null;

const visits = { 'not-due': 'not yet due', 'to-confirm': 'to be confirmed', overdue: 'not confirmed', happened: 'took place', missed: 'did not take place' } as const; // prettier-ignore
const taskKinds = { 'dead-address': 'nobody is reached there', 'not-delivered': 'a message was given up', 'nobody-to-tell': 'no way of telling them is left', 'ours-to-mend': 'a fault of this service' } as const; // prettier-ignore

const noticeFields: readonly Field<NoticeView>[] = [
  field('id', 'Message', ({ id }) => id),
  field('nhsNumber', 'NHS number', ({ nhsNumber }) => nhsNumber),
  field('person', 'Person', ({ subject }) => fullName(subject)),
  field('birthDate', 'Date of birth', ({ subject }) => subject.birthDate ?? null),
  field('kind', 'Kind', ({ kind }) => noticeKinds[kind]),
  field('hospital', 'Hospital', ({ hospital }, { hospitalName }) => hospitalName(hospital)),
  field('to', 'To', ({ recipient, recipientName }) => recipientName ?? recipient.id),
  field('sentAt', 'Sent', ({ createdAt }) => createdAt),
  field('answerBy', 'To be answered by', ({ answerBy }) => answerBy ?? ''),
  field('status', 'State', ({ status }) => status),
  field('waits', 'Waits to be released', ({ waits }) => waits),
  field('answeredBy', 'Answered by', ({ reply }) => reply?.by.name ?? ''),
  field('firstVisit', 'First visit agreed', ({ reply }) =>
    reply?.reply.kind === 'accepted' ? (reply.reply.firstVisit ?? '') : '',
  ),
  field('with', 'With', ({ owner }) => owner?.party ?? 'nobody: it is over'),
  field('expectedHome', 'Expected home', ({ expectedHome }) => dayOr(expectedHome)),
];

/** Columns by list. */
export const councilFields: { readonly [L in CouncilList]: readonly Field<CouncilRows[L]>[] } = {
  'in-hospital': [
    field('nhsNumber', 'NHS number', ({ nhsNumber }) => nhsNumber),
    field('councilId', 'Your id', ({ councilId }) => councilId),
    field('person', 'Person', ({ name }) => fullName(name)),
    field('birthDate', 'Date of birth', ({ birthDate }) => birthDate),
    field('hospital', 'Hospital', ({ hospital }, { hospitalName }) => hospitalName(hospital)),
    field('since', 'In hospital since', ({ since }) => since),
    field('onLeave', 'On leave', ({ onLeave }) => onLeave),
    field('expectedToLeave', 'Expected to leave', ({ expectedDischarge }) => dayOr(expectedDischarge)),
    field('lastHeardAt', 'Last heard of', ({ lastHeardAt }) => lastHeardAt),
    field('mayHaveLeft', 'May have left', ({ staleSince }) => staleSince !== null),
  ],
  holds: [
    field('nhsNumber', 'NHS number', ({ nhsNumber }) => nhsNumber),
    field('person', 'Person', ({ who }) => who[0] ?? null),
    field('hospital', 'Hospital', ({ hospitalName }) => hospitalName),
    field('stay', 'Stay', ({ status, stale }) => (stale ? `${status}, nothing heard lately` : status)),
    field('from', 'In hospital from', ({ startedAt }) => startedAt && londonDate(startedAt)),
    field('until', 'Until', ({ endedAt }) => (endedAt ? londonDate(endedAt) : '')),
    field('expectedHome', 'Expected home', ({ toldHome, expectedHome }) => dayOr(toldHome?.when ?? expectedHome)),
    field('nights', 'Nights in hospital', ({ nights }) => nights),
    field('provider', 'Provider', ({ providerName, provider }) => providerName ?? provider),
    field('heldSince', 'On hold since', ({ since }) => londonDate(since)),
    field('asked', 'Asked to hold', ({ asked }) => asked),
    field('accepted', 'Provider agreed to hold', ({ accepted }) => accepted),
    field('days', 'Days on hold', ({ clock }) => Math.floor(clock.held / 86_400_000)),
    field('keptUntil', 'Package kept until', ({ clock }) =>
      clock.keptUntil ? londonDate(clock.keptUntil) : 'no rule',
    ),
    field('firstVisit', 'First visit agreed', ({ agreed }) => agreed?.firstVisit ?? ''),
    field('visit', 'First visit', ({ agreed }) => (agreed ? visits[agreed.visit] : 'not agreed')),
    field('toDo', 'To do', ({ tasks }) => tasks.join(', ')),
  ],
  tasks: [
    field('id', 'Task', ({ id }) => id),
    field('person', 'Person', ({ who }) => who.join('; ')),
    field('where', 'Where', ({ where }) => where),
    field('provider', 'Provider', ({ providerName, provider }) => providerName ?? provider),
    field('cause', 'Cause', ({ cause }) => cause),
    field('text', 'What to do', ({ text }) => text),
    field('since', 'Open since', ({ since }) => since),
    field('waits', 'Provider’s own task waits to be released', ({ release }) => release !== null),
  ],
  messages: noticeFields,
  notices: noticeFields,
  'wrong-numbers': [
    field('id', 'Report', ({ id }) => id),
    field('provider', 'Provider', ({ providerName, provider }) => providerName ?? provider),
    field('phone', 'Number', ({ phone }) => phone),
    field('hospital', 'Reported at', ({ hospital }, { hospitalName }) => hospitalName(hospital)),
    field('reportedAt', 'First reported', ({ reportedAt }) => reportedAt),
    field('reportedBy', 'By', ({ reportedBy }) => reportedBy),
    field('times', 'Times reported', ({ times }) => times),
    field('closedAt', 'Closed', ({ closedAt }) => closedAt ?? ''),
    field('caution', 'Hospitals are cautioned', ({ cautionUntil }) => cautionUntil === null),
  ],
  addresses: [
    field('id', 'Task', ({ id }) => id),
    field('recipient', 'Whose', ({ recipientName, recipient }) => recipientName ?? recipient),
    field('kind', 'What', ({ kind }) => taskKinds[kind]),
    field('channel', 'Channel', ({ channel }) => channel),
    field('address', 'Address', ({ address }) => address),
    field('fault', 'Why', ({ fault }) => (fault ? faultTexts[fault] : '')),
    field('openedAt', 'Since', ({ openedAt }) => openedAt),
    field('lastAt', 'Last', ({ lastAt }) => lastAt),
    field('times', 'Times', ({ times }) => times),
  ],
  questions: [
    field('id', 'Question', ({ id }) => id),
    field('nhsNumber', 'NHS number', ({ nhsNumber }) => nhsNumber),
    field('birthDate', 'Date of birth', ({ birthDate }) => birthDate),
    field('provider', 'Provider', ({ providerName, provider }) => providerName ?? provider),
    field('askedBy', 'Asked by', ({ askedBy }) => askedBy),
    field('askedAt', 'Asked', ({ askedAt }) => askedAt),
    field('answered', 'Answered', ({ answered }) => answered ?? 'not shown here'),
    field('client', 'Client by', ({ link }) => link ?? 'no record'),
    field('openUntil', 'Waits for an arrival until', ({ openUntil }) => openUntil ?? ''),
    field('toldLater', 'Told of a later arrival', ({ toldLater }) => toldLater),
  ],
};

/** What a task of sending is about, in words. */
export function taskKindText(kind: keyof typeof taskKinds): string {
  return taskKinds[kind];
}
