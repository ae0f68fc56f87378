/**
 * The demo's second council, 998, Trentside City Council: its last files are six days old, so that
 * every answer is overdue and the last known is labelled as such.
 */
import { addDays, londonDate } from '../domain/dates.ts';
import type { IsoDate } from '../domain/dates.ts';
import { homeCare, plainMember } from './cast.ts';
import type { Cast } from './cast.ts';

const minutes = 60_000;
const days = 24 * 60 * minutes;

/** Builds the council's cast for the instant at which the demo starts. */
export function trentside(now: Date): Cast {
  const today = londonDate(now);
  const ago = (count: number): IsoDate => addDays(today, -count);
  const asAt = new Date(now.getTime() - 6 * days);
  return {
    council: '998',
    name: 'Trentside City Council',
    members: [
      plainMember(
        'overdue',
        'T200001',
        '9990000328',
        '1938-10-10',
        { given: 'Geoffrey', family: 'Marlpool', gender: 'Male', events: [homeCare('P-11', 'ferryman', ago(300))] },
        'The council’s files are six days old: the home care last known is shown, with its age',
      ),
      plainMember(
        'overdue',
        'T200002',
        '9990000336',
        '1955-06-25',
        {
          given: 'Pamela',
          family: 'Stainsby',
          gender: 'Female',
          events: [homeCare('P-21', 'ferryman', ago(160), { end: ago(30) })],
        },
        'The council’s files are six days old: then, the council arranged no care for her',
      ),
      plainMember(
        'cannot-show',
        'T200003',
        '9990000352',
        '1949-02-02',
        {
          given: 'Hilary',
          family: 'Coverdale',
          gender: 'Female',
          events: [homeCare('P-31', 'ferryman', ago(90))],
          restriction: { reason: 'Restricted record', from: ago(40) },
        },
        'A restriction holds however old the files are: the neutral answer',
      ),
      {
        answer: 'overdue',
        note: 'The council’s files are six days old: then, it had no record of this number. That is not “none”',
        name: 'A number nobody has',
        nhsNumber: '9990000344',
        birthDate: '1941-03-14',
        records: [],
      },
    ],
    providers: {
      ferryman: {
        name: 'Ferryman’s Home Care',
        cqcLocationId: '1-000000021',
        localReference: 'TC-1',
        phone: '01632 960180',
        outOfHours: '01632 960181',
        hours: 'Mon-Fri 08:00-18:00',
        email: 'desk@ferryman.example',
        lastConfirmed: ago(20),
        directory: { phone: '1632960180', types: 'Homecare agencies' },
      },
    },
    asAt,
    safeguardingAsAt: asAt,
    extractedAt: new Date(asAt.getTime() + 2 * minutes),
  };
}
