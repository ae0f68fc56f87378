/** Who is in hospital now, in the words of the pages that list them. */
import { formatDate, formatInstant, formatTime, londonClock, londonDate } from '../../domain/dates.ts';
import type { DayOrTime } from '../../domain/stay-event.ts';
import type { BoardName, BoardPerson } from '../../services/board.ts';
import type { PersonInHospital } from '../../services/people-in-hospital.ts';

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

/** A line of the hospital's board. */
export function boardRow(person: BoardPerson, now: Date): BoardRow {
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
  };
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
  if (expected === null) return 'Not known yet';
  const day = expected.date === londonDate(now) ? 'today' : formatDate(expected.date);
  return expected.at === null ? day : `${day} at ${formatTime(londonClock(expected.at).minute)}`;
}
