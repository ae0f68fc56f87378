/** People of the demo's first council for whom care is listed. */
import { addDays } from '../domain/dates.ts';
import type { IsoDate } from '../domain/dates.ts';
import { homeCare, plainMember, shownName } from './cast.ts';
import type { CastMember, CastRecord } from './cast.ts';

/** People for whom care is listed, each with something of its own. */
export function withCare(today: IsoDate): CastMember[] {
  const ago = (days: number): IsoDate => addDays(today, -days);
  const former: CastRecord = {
    councilId: 'M100013',
    nhsNumber: '9990000158',
    given: 'Joyce',
    family: 'Merrivale',
    birthDate: '1939-08-08',
    gender: 'Female',
    events: [homeCare('S0131', 'larkfield', ago(400))],
    formerNumber: { nhsNumber: '9990000131', changedOn: ago(60) },
  };
  return [
    plainMember(
      'care',
      'M100001',
      '9990000018',
      '1941-03-14',
      {
        given: 'Barbara',
        family: 'Holmes',
        gender: 'Female',
        events: [
          homeCare('S0011', 'larkfield', ago(640)),
          {
            reference: 'S0012',
            component: 'Day support',
            provider: 'willowbrook',
            start: ago(410),
            mechanism: 'CASSR commissioned support',
          },
          { reference: 'A0013', component: '', event: 'Assessment', start: ago(660), end: ago(650) },
          { reference: 'R0014', component: '', event: 'Review', start: ago(200), end: ago(200) },
        ],
        referral: { reference: 'SG0011', stage: 'Concern', status: 'Closed', opened: ago(300), closed: ago(290) },
      },
      'Home care with office hours and an out-of-hours number, and a day centre that is not registered with CQC. An old safeguarding referral is closed, so none is recorded',
    ),
    plainMember(
      'care',
      'M100002',
      '9990000026',
      '1937-11-02',
      {
        given: 'Arthur',
        family: 'Penrose',
        gender: 'Male',
        events: [homeCare('S0021', 'larkfield', ago(220))],
        referral: { reference: 'SG0021', stage: 'Section 42 enquiry', status: 'Open', opened: ago(9) },
      },
      'Home care, and an open safeguarding referral: phone the council’s duty team before the provider',
    ),
    plainMember(
      'care',
      'M100003',
      '9990000034',
      '1944-07-19',
      {
        given: 'Maureen',
        family: 'Tidswell',
        gender: 'Female',
        events: [homeCare('S0031', 'larkfield', ago(90))],
        referral: { reference: 'SG0031', stage: 'Concern', status: 'Parked', opened: ago(15) },
      },
      'Home care, and a safeguarding referral whose status nobody can read: “not available”, never “none recorded”',
    ),
    plainMember(
      'care',
      'M100006',
      '9990000069',
      '1936-07-07',
      {
        given: 'Raymond',
        family: 'Ashcroft',
        gender: 'Male',
        events: [homeCare('S0061', 'larkfield', addDays(today, 5))],
      },
      'Home care that is planned and starts in five days',
    ),
    plainMember(
      'care',
      'M100007',
      '9990000077',
      '1932-12-24',
      {
        given: 'Elsie',
        family: 'Hargreave',
        gender: 'Female',
        events: [
          {
            reference: 'S0071',
            component: 'Long term residential care',
            type: 'Long term support: Residential care',
            provider: 'oakenfold',
            start: ago(900),
          },
        ],
      },
      'Lives in a care home, whose one number answers day and night',
    ),
    plainMember(
      'care',
      'M100008',
      '9990000085',
      '1948-04-04',
      {
        given: 'Derek',
        family: 'Sutherby',
        gender: 'Male',
        events: [homeCare('S0081', 'millbeck', ago(33))],
      },
      'Home care from a provider with no phone number anywhere: said plainly, with the council’s number',
    ),
    plainMember(
      'care',
      'M100009',
      '9990000093',
      '1951-01-30',
      {
        given: 'Sheila',
        family: 'Nettleship',
        gender: 'Female',
        events: [homeCare('S0091', 'brackenhill', ago(150))],
      },
      'Home care from a provider known only from CQC’s directory, where the phone number has lost its leading 0',
    ),
    plainMember(
      'care',
      'M100010',
      '9990000107',
      '1940-06-06',
      {
        given: 'Norman',
        family: 'Kirkbride',
        gender: 'Male',
        events: [homeCare('S0101', 'thornwick', ago(71))],
      },
      'Home care from a provider without an out-of-hours number: after 5pm no number answers',
    ),
    plainMember(
      'care',
      'M100011',
      '9990000115',
      '1934-09-09',
      {
        given: 'Wilhelmina Alexandrina Josephine',
        family: 'Featherstonehaugh-Cholmondeley-Wolstenholme',
        gender: 'Female',
        events: [homeCare('S0111', 'amalgamated', ago(1200), { end: addDays(today, 45) })],
      },
      'Very long names, of the person and of the provider (200 characters), and a planned end',
    ),
    plainMember(
      'care',
      'M100012',
      '9990000123',
      '1946-02-28',
      {
        given: 'Siân Angharad',
        family: 'Llŷr-Wŷn',
        gender: 'Female',
        events: [homeCare('S0121', 'gofal', ago(365))],
      },
      'Welsh letters in the names of person and provider',
    ),
    {
      answer: 'care',
      note: 'The number typed was superseded: the answer is that of 999 000 0158, and says so',
      name: shownName(former),
      nhsNumber: '9990000131',
      birthDate: '1939-08-08',
      records: [former],
    },
    plainMember(
      'care',
      'M100025',
      '9990000263',
      '1943-10-21',
      {
        given: 'Gordon',
        family: 'Applegarth',
        gender: 'Male',
        events: [
          homeCare('S0251', 'larkfield', ago(500)),
          homeCare('S0252', 'thornwick', ago(80), { mechanism: 'Direct payment' }),
          homeCare('S0253', 'gofal', ago(30), { funding: 'Fully client funded' }),
        ],
      },
      'Three packages: one commissioned, one bought with a direct payment (never shown), one at the person’s full cost (shown only where the agreement says so)',
    ),
    plainMember(
      'care',
      'M100027',
      '9990000298',
      '1938-05-17',
      {
        given: 'Irene',
        family: 'Bonnington',
        gender: 'Female',
        events: [{ reference: 'S0271', component: 'Extra care housing', provider: 'copperfield', start: ago(1500) }],
      },
      'Extra care housing; contacts last confirmed over two years ago, with a phone and hours that only a person can read',
    ),
  ];
}
