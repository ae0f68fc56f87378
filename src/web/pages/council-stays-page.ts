/** The council's list of its people who are in hospital now: where, since when, until when; nothing clinical. */
import { peopleInHospital } from '../../services/board.ts';
import type { BoardDeps } from '../../services/board.ts';
import { pulseOf } from '../../services/feed-status.ts';
import type { HospitalDeps } from '../../services/hospital-deps.ts';
import { definePage } from '../page.ts';
import type { Page } from '../page.ts';
import { councilRow, silenceTexts } from './board-view.ts';

export interface CouncilStaysDeps {
  readonly board: BoardDeps;
  readonly hospital: Pick<HospitalDeps, 'db' | 'clock' | 'feeds'>;
  /** An organisation's name by its id. */
  readonly nameOf: (id: string) => string;
}

const title = 'Our people in hospital now';

/** The council's page. */
export function councilStaysPages({ board, hospital, nameOf }: CouncilStaysDeps): Page[] {
  return [
    definePage({
      method: 'GET',
      path: '/in-hospital',
      permission: 'see-people-in-hospital',
      audit: 'see-people-in-hospital',
      title,
      navigation: { text: title, order: 2 },
      async handle({ caller, clock, render }) {
        const now = clock.now();
        const { switchedOn, people, hospitals } = await peopleInHospital(board, caller);
        const warnings: string[] = [];
        for (const id of hospitals) warnings.push(...silenceTexts(await pulseOf(hospital, id), `The system of ${nameOf(id)}`, now)); // prettier-ignore
        return render('in-hospital.njk', {
          switchedOn,
          rows: people.map((one) => councilRow(one, nameOf, now)),
          hospitals: hospitals.map(nameOf),
          warnings,
        });
      },
    }),
  ];
}
