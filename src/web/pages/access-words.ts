/** Accesses and alerts in the words that reviewers read. */
import { cannotAskReasons, reasons } from '../../domain/agreement.ts';
import type { CannotAskReason, Reason } from '../../domain/agreement.ts';
import type { AnswerKind } from '../../domain/answer.ts';
import { roleNames } from '../../domain/caller.ts';
import type { Role } from '../../domain/caller.ts';
import { formatInstant } from '../../domain/dates.ts';
import type { AlertKind } from '../../domain/policy.ts';
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
    team: one.team,
    organisation: nameOf(one.organisation),
    list: lists[one.action] ?? one.action,
    times: one.times,
  };
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
