/** The hospital's stays that may be over, to be closed by hand, also of those whom no board lists any more. */
import { z } from 'zod';
import { formatInstant } from '../../domain/dates.ts';
import type { BoardDeps } from '../../services/board.ts';
import { closeStay } from '../../services/close-stay.ts';
import type { HospitalDeps } from '../../services/hospital-deps.ts';
import { mostStale, staleStays } from '../../services/stale-stays.ts';
import type { StaleStay } from '../../services/stale-stays.ts';
import { definePage } from '../page.ts';
import type { Page } from '../page.ts';
import { nameText } from './board-view.ts';

const title = 'Stays that may be over';

export interface StaleStaysDeps {
  readonly board: BoardDeps;
  readonly hospital: Pick<HospitalDeps, 'db' | 'clock' | 'feeds' | 'wake'>;
}

/** The list, and closing a stay from it. */
export function staleStaysPages({ board, hospital }: StaleStaysDeps): Page[] {
  return [
    definePage({
      method: 'GET',
      path: '/board/stale',
      permission: 'close-stay',
      audit: 'see-stale-stays',
      title,
      async handle({ caller, clock, render }) {
        const { switchedOn, stays } = await staleStays(board, caller);
        const now = clock.now();
        return render('stale-stays.njk', { switchedOn, rows: stays.map((one) => rowOf(one, now)), most: mostStale, full: stays.length === mostStale }); // prettier-ignore
      },
    }),
    definePage({
      method: 'POST',
      path: '/board/stale/close',
      permission: 'close-stay',
      audit: 'close-stay',
      title,
      parse: z.object({ stay: z.uuid() }),
      async handle({ caller, form, redirect }) {
        await closeStay(hospital, caller, form.stay);
        return redirect(`/board/closed/${form.stay}`);
      },
    }),
  ];
}

function rowOf({ stayId, name, hospitalNumber, team, since, lastHeardAt, offLists }: StaleStay, now: Date): object {
  return {
    stayId,
    name: name && nameText(name),
    hospitalNumber,
    where: team ?? 'Team not known',
    since: formatInstant(since, now),
    lastHeard: formatInstant(lastHeardAt, now),
    offLists,
  };
}
