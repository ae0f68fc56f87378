/** Who is in hospital now, in the words of the pages that list them. */
import { formatDate, formatInstant, formatTime, londonClock, londonDate } from '../../domain/dates.ts';
import type { DayOrTime } from '../../domain/stay-event.ts';
import type { BoardName, BoardPerson } from '../../services/board.ts';
import type { ListSources } from '../../services/list-sources.ts';
import type { PersonInHospital } from '../../services/people-in-hospital.ts';
import type { GapWords } from './list-gap-texts.ts';

export interface BoardRow {
  readonly stayId: string;
  readonly name: string;
  readonly nhsNumber: string | null;
  readonly birthDate: string | null;
  readonly where: string;
  readonly since: string;
  /** `tone` of what the person said at `at`; null where nobody has asked. */
  readonly permission: { readonly text: string; readonly tone: string | null; readonly at: string | null };
  /** What makes it doubtful that the person is still here; null when nothing does. */
  readonly stale: string | null;
  /** Each that has care on record, to be looked up one by one. */
  readonly councils: readonly { readonly id: string; readonly name: string }[];
}

/** As of when one source of a list is, and whether that is old. */
export interface SourceLine {
  readonly text: string;
  readonly old: boolean;
}

export interface CouncilRow {
  readonly name: string;
  readonly nhsNumber: string | null;
  readonly birthDate: string | null;
  readonly councilId: string | null;
  readonly hospital: string;
  readonly since: string;
  readonly leaves: string;
  readonly onLeave: boolean;
  readonly stale: string | null;
}

/** FAMILY, Given. */
export function nameText(name: BoardName | null): string {
  if (!name) return 'Name not known';
  return [name.family.toUpperCase(), name.given].filter(Boolean).join(', ') || 'Name not known';
}

/** A line of the hospital's board. @param nameOf an organisation's name by its id */
export function boardRow(person: BoardPerson, nameOf: (id: string) => string, now: Date): BoardRow {
  const { stayId, nhsNumber, birthDate, team, status, since, permission } = person;
  return {
    stayId,
    name: nameText(person.name),
    nhsNumber,
    birthDate,
    where: `${team ?? 'Team not known'}${status === 'on-leave' ? ', on leave' : ''}`,
    since: formatInstant(since, now),
    permission: permissionText(permission, now),
    stale: staleText(person, now),
    councils: person.councils.map((id) => ({ id, name: nameOf(id) })),
  };
}

/**
 * As of when a list is, by its sources: the hour at which the page was made says nothing of them.
 * @param reader `hospital`: staff of that one hospital. `council`: staff of that one council
 */
export function sourceLines(
  { hospitals, councils }: ListSources,
  { nameOf, reader }: GapWords,
  now: Date,
): readonly SourceLine[] {
  const whose = (of: string): string => (reader === 'hospital' ? 'Hospital system' : `System of ${nameOf(of)}`);
  const records = (of: string): string => (reader === 'hospital' ? `${nameOf(of)} records` : 'Your records');
  const late = (text: string, old: boolean): string => (old ? `${text}: older than it should be` : text);
  return [
    ...hospitals.map(({ of, at, old }) => ({ text: at ? late(`${whose(of)} last heard ${formatInstant(at, now)}`, old) : `${whose(of)} not heard yet`, old })), // prettier-ignore
    ...councils.map(({ of, at, old }) => ({ text: at ? late(`${records(of)} as at ${formatInstant(at, now)}`, old) : `${records(of)} have not come yet`, old })), // prettier-ignore
  ];
}

function permissionText(permission: BoardPerson['permission'], now: Date): BoardRow['permission'] {
  if (permission === null) return { text: 'Not asked yet', tone: null, at: null };
  if (permission === 'not-needed') return { text: 'Not needed', tone: null, at: null };
  const at = formatInstant(permission.at, now);
  return permission.answer === 'given'
    ? { text: 'Agreed', tone: 'green', at }
    : { text: 'Could not be asked', tone: 'yellow', at };
}

function staleText(
  { staleSince, lastHeardAt }: Pick<BoardPerson, 'staleSince' | 'lastHeardAt'>,
  now: Date,
): string | null {
  return staleSince === null ? null : `nothing heard since ${formatInstant(lastHeardAt, now)}`;
}

/** A line of the council's list. @param nameOf an organisation's name by its id */
export function councilRow(person: PersonInHospital, nameOf: (id: string) => string, now: Date): CouncilRow {
  const { nhsNumber, birthDate, councilId, onLeave } = person;
  return {
    name: nameText(person.name),
    nhsNumber,
    birthDate,
    councilId,
    hospital: nameOf(person.hospital),
    since: formatInstant(person.since, now),
    leaves: leavesText(person.expectedDischarge, now),
    onLeave,
    stale: staleText(person, now),
  };
}

function leavesText(expected: DayOrTime | null, now: Date): string {
  // Of what somebody at the hospital has told in a message this list knows nothing.
  if (expected === null) return 'No date in its system';
  const day = expected.date === londonDate(now) ? 'today' : formatDate(expected.date);
  return expected.at === null ? day : `${day} at ${formatTime(londonClock(expected.at).minute)}`;
}
