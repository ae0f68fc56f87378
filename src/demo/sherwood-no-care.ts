/** People of the demo's first council whom it knows and for whom it arranges no care now. */
import { addDays } from '../domain/dates.ts';
import type { IsoDate } from '../domain/dates.ts';
import { plainMember } from './cast.ts';
import type { CastMember } from './cast.ts';

/** People whom the council knows and arranges no care for. */
export function withoutCare(today: IsoDate): CastMember[] {
  const ago = (days: number): IsoDate => addDays(today, -days);
  return [
    plainMember(
      'no-care',
      'M100004',
      '9990000042',
      '1969-07-02',
      {
        given: 'Colin',
        family: 'Bradwell',
        gender: 'Male',
        events: [{ reference: 'S0041', component: 'Direct payment', mechanism: 'Direct payment', start: ago(700) }],
      },
      'Direct payment only: the council has a record, and arranges no care now',
    ),
    plainMember(
      'no-care',
      'M100005',
      '9990000050',
      '1945-05-05',
      {
        given: 'Dorothy',
        family: 'Langtree',
        gender: 'Female',
        events: [
          {
            reference: 'S0051',
            component: 'Reablement',
            type: 'Short term support: ST-Max',
            provider: 'reablement',
            start: ago(52),
            end: ago(10),
            mechanism: 'CASSR commissioned support',
          },
        ],
      },
      'Reablement that ended ten days ago: no care now, the recently ended one is shown',
    ),
    plainMember(
      'no-care',
      'M100028',
      '9990000301',
      '1950-12-12',
      {
        given: 'Trevor',
        family: 'Quarmby',
        gender: 'Male',
        events: [{ reference: 'A0281', component: '', event: 'Assessment', start: ago(20) }],
      },
      'Has only been assessed: a record, and no care',
    ),
  ];
}
