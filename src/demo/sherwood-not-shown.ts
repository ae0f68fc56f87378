/** People of the demo's first council whose record is not shown, and numbers without one. */
import { addDays } from '../domain/dates.ts';
import type { IsoDate } from '../domain/dates.ts';
import { homeCare, plainMember } from './cast.ts';
import type { CastEvent, CastMember, CastRecord } from './cast.ts';

/** People of whom nothing is shown, and why. */
export function notShown(today: IsoDate): CastMember[] {
  const ago = (days: number): IsoDate => addDays(today, -days);
  const plain = (reference: string): CastEvent[] => [homeCare(reference, 'larkfield', ago(180))];
  const sharer = (councilId: string, given: string, birthDate: IsoDate, reference: string): CastRecord => ({
    councilId,
    nhsNumber: '9990000204',
    given,
    family: 'Winfield',
    birthDate,
    gender: 'Male',
    events: plain(reference),
  });
  // A child stays one however long the demo lives.
  const childBorn = `${Number(today.slice(0, 4)) - 12}-05-05`;
  return [
    plainMember(
      'cannot-show',
      'M100014',
      '9990000166',
      '1952-03-03',
      {
        given: 'Eileen',
        family: 'Marchbanks',
        gender: 'Female',
        events: plain('S0141'),
        restriction: { reason: 'Restricted record', from: ago(250) },
      },
      'Restricted record: the neutral answer',
    ),
    plainMember(
      'cannot-show',
      'M100015',
      '9990000174',
      '1947-01-11',
      {
        given: 'Leonard',
        family: 'Osgathorpe',
        gender: 'Male',
        events: plain('S0151'),
        restriction: { reason: 'Objection', from: ago(30) },
      },
      'The person objected to sharing: the same neutral answer',
    ),
    {
      answer: 'cannot-show',
      note: 'No birth date in the council’s record: the same neutral answer, whatever is typed',
      name: 'YARBOROUGH, Vera',
      nhsNumber: '9990000182',
      birthDate: '1949-09-19',
      records: [
        {
          councilId: 'M100016',
          nhsNumber: '9990000182',
          given: 'Vera',
          family: 'Yarborough',
          birthDate: '',
          gender: 'Female',
          events: plain('S0161'),
        },
      ],
    },
    plainMember(
      'cannot-show',
      'M100017',
      '9990000190',
      '1947-11-11',
      {
        given: 'Clifford',
        family: 'Dunstable',
        gender: 'Male',
        events: [{ reference: 'S0171', component: 'Moonlight support', provider: 'larkfield', start: ago(100) }],
      },
      'Record under review: its only service is in no list, so nobody can say that there is no care',
    ),
    {
      answer: 'cannot-show',
      note: 'Two people share this number in the council’s file: neither is shown',
      name: 'WINFIELD, Stanley',
      nhsNumber: '9990000204',
      birthDate: '1942-04-01',
      records: [
        sharer('M100018', 'Stanley', '1942-04-01', 'S0181'),
        sharer('M100019', 'Ronald', '1953-08-16', 'S0191'),
      ],
    },
    plainMember(
      'died',
      'M100020',
      '9990000212',
      '1930-01-01',
      {
        given: 'Albert',
        family: 'Greasby',
        gender: 'Male',
        deathDate: ago(20),
        events: plain('S0201'),
      },
      'Has died, 20 days ago; the line of home care was never closed',
    ),
    plainMember(
      'child',
      'M100021',
      '9990000220',
      childBorn,
      {
        given: 'Toby',
        family: 'Larkspur',
        gender: 'Male',
        events: plain('S0211'),
      },
      'A child by the birth date typed: sent to the children’s route before any council is asked',
    ),
    {
      answer: 'birth-date-mismatch',
      note: 'The birth date typed is a day out (the record has 23 August 1943): nothing is shown; a third mismatch gives the neutral answer',
      name: 'WARDLE, Kenneth',
      nhsNumber: '9990000247',
      birthDate: '1943-08-24',
      records: [
        {
          councilId: 'M100022',
          nhsNumber: '9990000247',
          given: 'Kenneth',
          family: 'Wardle',
          birthDate: '1943-08-23',
          gender: 'Male',
          events: plain('S0221'),
        },
      ],
    },
  ];
}

/** Numbers behind which nobody stands. */
export function numbersOnly(today: IsoDate): CastMember[] {
  const example = (answer: CastMember['answer'], name: string, nhsNumber: string, note: string): CastMember => ({
    answer,
    note,
    name,
    nhsNumber,
    birthDate: '1941-03-14',
    records: [],
  });
  return [
    example('no-record', 'A number nobody has', '9990000239', 'The council has no record of this number'),
    {
      ...example(
        'number-not-valid',
        'A withdrawn number',
        '9990000255',
        'Was withdrawn, and nothing stands in its place',
      ),
      withdrawnOn: addDays(today, -120),
    },
    example('number-not-valid', 'A typing mistake', '9990000019', 'The last digit does not fit'),
    example('number-not-valid', 'A dummy number', '9999999999', 'Stands in many systems for “not known”'),
    example('number-not-valid', 'An old-style number', 'JRDAN 269', 'From before 1996, with letters'),
  ];
}
