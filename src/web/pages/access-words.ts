/** Accesses and alerts in the words that reviewers read. */
import { cannotAskReasons, reasons } from '../../domain/agreement.ts';
import type { CannotAskReason, Reason } from '../../domain/agreement.ts';
import type { AnswerKind } from '../../domain/answer.ts';
import { roleNames } from '../../domain/caller.ts';
import type { Role } from '../../domain/caller.ts';
import { formatInstant } from '../../domain/dates.ts';
import type { AlertKind } from '../../domain/policy.ts';
import { notTold } from '../../services/review-accesses.ts';
import type { Access, ListSeen } from '../../services/review-accesses.ts';

const outcomes: Record<AnswerKind, string> = {
  care: 'Care packages and phone numbers',
  'no-care': 'That no current care is listed',
  'no-record': 'That there is no record',
  'cannot-show': 'Nothing: cannot be shown',
  'birth-date-mismatch': 'Nothing: birth date did not match',
  overdue: 'The last known, marked as out of date',
  died: 'That the person has died',
  'number-not-valid': 'Nothing: number not valid',
  child: 'Nothing: under 18',
  'permission-refused': 'Nothing: the person refused',
  'over-budget': 'Nothing: over the look-up limit',
  'sign-in-again': 'Nothing: had to sign in again',
  'not-allowed': 'Nothing: not allowed',
};

const arrivalOutcomes: Record<string, string> = {
  'care-on-record': 'Whether care is on record: yes',
  'no-care-on-record': 'Whether care is on record: no',
  'cannot-say': 'Whether care is on record: cannot say',
};

// What a care provider read that asked where somebody is, or whose list of clients raised an alert.
const providerOutcomes: Record<string, string> = {
  'with-us': 'That the person is in hospital',
  'not-with-us': 'That the person is not in hospital',
  'cannot-say': 'Nothing: cannot say',
  'over-budget': 'Nothing: asked too often',
  'birth-date-mismatch': 'Nothing of the person',
  begun: 'Nothing: its own list of clients',
  replaced: 'Nothing: its own list of clients',
  held: 'Nothing: its own list of clients',
};

const providerReasons: Record<string, string> = {
  'ask-whereabouts': 'Asked if its client is in hospital',
  'upload-roster': 'Handed in its list of clients',
  'list-mismatch': 'Had the number on its list of clients, with another birth date',
};

/** What is done by way of the hospital's own list: it discloses whom the hospital has there, and no care. */
const byList: Record<string, { readonly why: string; readonly saw: string }> = {
  'take-from-board': { why: 'Taken from the list of patients', saw: 'Name, NHS number and birth date by the hospital’s word' },
  'close-stay': { why: 'Closed the stay by hand', saw: 'That the patient may have left' },
  'reopen-stay': { why: 'Took back that the stay was closed', saw: 'That the stay was closed by hand' },
}; // prettier-ignore

const lists: Record<string, string> = {
  'see-board': 'Patients here with council care',
  'see-people-in-hospital': 'The council’s people in hospital',
  'see-stale-stays': 'Stays that may be over',
  'see-tellings': 'What was told of the person',
  'see-team-notices': 'The team’s messages',
  'see-inbox': 'Messages received',
  'see-notice-history': 'Earlier messages received',
  'see-council-notices': 'The council’s list of messages',
  'see-hold-tasks': 'Tasks of care on hold',
  'see-holds': 'Care on hold',
  'see-questions': 'The provider’s own questions',
  'see-council-questions': 'Questions from providers',
  'export-council-list-file': 'Taken out of the house as a file',
  'export-council-list-system': 'Read by the council’s own system',
};

/** What was told of somebody, or read of what was told: what was done, and what came of it. */
const disclosures: Record<string, string> = {
  'ask-whereabouts': 'Asked if its client is in hospital',
  'see-questions': 'Read the answer to its question again',
  'close-question': 'Said that its client was found',
  'list-mismatch': 'Had the number on its list of clients, with another birth date',
  'send-telling': 'Sent a message',
  'correct-telling': 'Corrected a message',
  'cancel-telling': 'Took a message back',
  'permission-to-tell': 'Wrote down whether a provider may be told',
  'release-notice': 'Released a message that waited',
  'release-hold-task': 'Released a provider’s task',
  'answer-by-phone': 'Wrote down an answer given by phone',
  'open-notice': 'Opened a message',
  'answer-notice': 'Answered a message',
  'see-council-notice': 'Opened a message to a provider',
  'send-to-system': 'Sent a message to another system',
};

const theMessage = 'The message';

const disclosed: Record<string, string> = {
  'with-us': 'That the person is in hospital',
  'not-with-us': 'That the person is not in hospital, and where it was looked',
  'cannot-say': 'Nothing: cannot say',
  'over-budget': 'Nothing: asked too often',
  'changed-since': 'Nothing: the answer is no longer so',
  [notTold]: 'Not shown here: a hospital that was asked does not tell your council',
  'birth-date-mismatch': 'Nothing of the person',
  found: 'Nothing more',
  told: 'Told',
  'told-on-screen': 'Told on the screen, as the answer to its question',
  waits: 'Waits to be released',
  'nobody-told': 'Nobody was told',
  done: 'Told',
  released: 'Let go',
  given: 'The person agreed',
  refused: 'The person refused',
  'cannot-ask': 'The person could not be asked',
  listed: theMessage,
  shown: theMessage,
  sent: theMessage,
  accepted: 'Agreed',
  cannot: 'Cannot',
  'call-me': 'Asked to be called',
};

const relationships: Record<string, string> = {
  'open-stay': 'Was in this hospital',
  'just-ended': 'Had left this hospital within a day',
  'just-before': 'Came to this hospital within a day',
};

const actions: Record<string, string> = {
  'look-up': '',
  'view-answer-again': ' (shown again)',
  'print-card': ' (phone card)',
};

export interface AccessRow {
  readonly when: string;
  readonly who: string;
  readonly role: string;
  readonly team: string;
  readonly organisation: string;
  readonly why: string;
  readonly permission: string;
  readonly saw: string;
  /** What the hospital's own feed had of the person then; null where nothing is known. */
  readonly stay: string | null;
  readonly unexplained: boolean;
}

/** @param nameOf an organisation's name by its id */
export function accessRow(access: Access, nameOf: (id: string) => string, now: Date): AccessRow {
  const safeguarding = access.sharedFields?.includes('safeguarding') ? ', with safeguarding state' : '';
  const arrival = access.action === 'arrival-question';
  const provider = providerReasons[access.action];
  if (provider !== undefined) return providerRow(access, provider, nameOf, now);
  const list = byList[access.action];
  const outcome = outcomes[access.outcome as AnswerKind] ?? arrivalOutcomes[access.outcome] ?? access.outcome;
  return {
    when: formatInstant(access.at, now),
    who: access.userName,
    role: arrival ? 'The service itself' : (roleNames[access.role as Role] ?? access.role),
    team: arrival ? 'as the patient arrived' : access.team,
    organisation: nameOf(access.organisation),
    why: arrival ? 'Arrival at the hospital' : (list?.why ?? reasonWords(access.reason)),
    permission: arrival || list ? 'Not asked: nothing of the care is read' : permissionWords(access),
    saw: list?.saw ?? outcome + safeguarding + (actions[access.action] ?? ''),
    stay: relationships[access.relationship ?? ''] ?? null,
    unexplained: access.unexplained,
  };
}

function providerRow(access: Access, why: string, nameOf: (id: string) => string, now: Date): AccessRow {
  const { at, userName: who, role, team, organisation, outcome, unexplained } = access;
  return {
    when: formatInstant(at, now),
    who,
    role: roleNames[role as Role] ?? role,
    team,
    organisation: nameOf(organisation),
    why,
    permission: 'Not asked here',
    saw: providerOutcomes[outcome] ?? outcome,
    stay: null,
    unexplained,
  };
}

export interface DisclosedRow {
  readonly when: string;
  readonly who: string;
  readonly role: string;
  readonly team: string;
  readonly organisation: string;
  readonly what: string;
  /** What came of it, and to whom it was told. */
  readonly saw: string;
}

/** Something that was done, and how often; `came`: what came of it, null where that is no more than the message itself. */
export interface DisclosedAct {
  readonly what: string;
  readonly came: string | null;
  readonly times: number;
}

/** A line of a page: what the same person did within the minute, the latest first. */
export interface DisclosedLine extends Omit<DisclosedRow, 'what' | 'saw'> {
  readonly acts: readonly DisclosedAct[];
}

/** What was told of a person or read, as a page lists it. @param nameOf an organisation's name by its id */
export function disclosedLines(list: readonly Access[], nameOf: (id: string) => string, now: Date): DisclosedLine[] {
  const lines: DisclosedLine[] = [];
  for (const access of list) {
    const { what, saw, ...by } = disclosedRow(access, nameOf, now);
    const act = { what, came: saw === theMessage ? null : saw, times: 1 };
    const last = lines.at(-1);
    const same = last?.acts.at(-1);
    const { acts = [], ...lastBy } = last ?? {};
    if (JSON.stringify(lastBy) !== JSON.stringify(by)) lines.push({ ...by, acts: [act] });
    else if (same?.what === act.what && same.came === act.came)
      lines.splice(-1, 1, { ...by, acts: [...acts.slice(0, -1), { ...same, times: same.times + 1 }] });
    else lines.splice(-1, 1, { ...by, acts: [...acts, act] });
  }
  return lines;
}

/** Something that was told of a person, or read. @param nameOf an organisation's name by its id */
export function disclosedRow(access: Access, nameOf: (id: string) => string, now: Date): DisclosedRow {
  const { at, userName: who, role, team, organisation, action, outcome, to } = access;
  const itself = team === 'service';
  const told = disclosed[outcome] ?? outcome;
  return {
    when: formatInstant(at, now),
    who,
    role: itself ? 'The service itself' : (roleNames[role as Role] ?? role),
    team: itself ? '' : teamOf(team, nameOf(organisation)),
    organisation: nameOf(organisation),
    what: disclosures[action] ?? action,
    saw: to.length === 0 ? told : `${told}: ${to.map(nameOf).join(', ')}`,
  };
}

export interface ListSeenRow {
  readonly last: string;
  readonly first: string;
  readonly who: string;
  readonly role: string;
  readonly team: string;
  readonly organisation: string;
  readonly list: string;
  readonly times: number;
}

/** Somebody who saw a list that a person was on. @param nameOf an organisation's name by its id */
export function listSeenRow(one: ListSeen, nameOf: (id: string) => string, now: Date): ListSeenRow {
  return {
    last: formatInstant(one.last, now),
    first: formatInstant(one.first, now),
    who: one.userName,
    role: roleNames[one.role as Role] ?? one.role,
    team: teamOf(one.team, nameOf(one.organisation)),
    organisation: nameOf(one.organisation),
    list: lists[one.action] ?? one.action,
    times: one.times,
  };
}

/** A provider's people have no team but the provider itself, which is not said twice. */
function teamOf(team: string, organisation: string): string {
  return team === organisation ? '' : team;
}

function reasonWords(reason: string | null): string {
  return reason === null ? 'As first asked' : (reasons[reason as Reason] ?? reason);
}

function permissionWords({ permission, cannotAskReason }: Access): string {
  switch (permission) {
    case 'given':
      return 'The person agreed';
    case 'refused':
      return 'The person refused';
    case 'cannot-ask':
      return `Could not be asked: ${(cannotAskReasons[cannotAskReason as CannotAskReason] ?? 'no reason').toLowerCase()}`;
    case 'not-needed':
      return 'Not needed under the agreement';
    default:
      return 'As first asked';
  }
}

export const alertWords: Record<AlertKind, string> = {
  'emergency-access': 'Opened without asking the person',
  'repeated-emergencies': 'Many look-ups without asking: had to sign in again',
  'many-emergencies': 'Very many look-ups without asking: signs in for each now',
  'emergency-over-budget': 'Opened without asking, beyond the look-up limit',
  'over-budget': 'Reached the look-up limit',
  'repeated-misses': 'Many look-ups that found nobody or did not match',
  'repeated-mismatch': 'Birth date did not match, again, on one NHS number',
  'arrival-mismatches': 'The hospital’s system gave several birth dates for one NHS number that did not match',
  'many-arrivals': 'The hospital’s system asked about unusually many people within an hour',
};
