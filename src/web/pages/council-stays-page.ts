/** The council's list of its people who are in hospital now: where, since when, until when; nothing clinical. */
import type { BoardDeps } from '../../services/board.ts';
import { peopleInHospital } from '../../services/people-in-hospital.ts';
import { definePage } from '../page.ts';
import type { Page } from '../page.ts';
import { listReloads } from './board-page.ts';
import { councilRow, sourceLines } from './board-view.ts';
import { countText, gapTexts } from './list-gap-texts.ts';

export interface CouncilStaysDeps {
  readonly board: BoardDeps;
  /** An organisation's name by its id. */
  readonly nameOf: (id: string) => string;
}

const title = 'Our people in hospital now';

/** The council's page. */
export function councilStaysPages({ board, nameOf }: CouncilStaysDeps): Page[] {
  return [
    definePage({
      method: 'GET',
      path: '/in-hospital',
      permission: 'see-people-in-hospital',
      audit: 'see-people-in-hospital',
      title,
      navigation: { text: 'In hospital now', order: 2 },
      reloadEvery: listReloads,
      async handle({ caller, automatic, clock, render }) {
        const now = clock.now();
        const { switchedOn, people, hospitals, gaps, sources } = await peopleInHospital(board, caller, { automatic });
        return render('in-hospital.njk', {
          switchedOn,
          rows: people.map((one) => councilRow(one, nameOf, now)),
          hospitals: hospitals.map(nameOf),
          count: countText(people.length, gaps),
          sources: sourceLines(sources, { nameOf, reader: 'council' }, now),
          gaps: gapTexts(gaps, { nameOf, reader: 'council' }, now),
          extractIsOld: gaps.some((one) => one.is === 'overdue'),
        });
      },
    }),
  ];
}
