/**
 * The hospital's board: who is here now with council care on record, and from there the way to a look-up.
 * A person's stay is named by a random id of our own, which tells nobody anything: it stands in forms, and in the
 * address of the page that says that a stay was closed; nothing about anybody stands in an address.
 */
import { z } from 'zod';
import type { Agreement } from '../../domain/agreement.ts';
import type { Caller } from '../../domain/caller.ts';
import { HomewardError } from '../../domain/error.ts';
import type { Council } from '../../domain/organisation.ts';
import { boardOf, takeFromBoard } from '../../services/board.ts';
import type { BoardDeps, BoardPerson } from '../../services/board.ts';
import { closeStay, reopenStay } from '../../services/close-stay.ts';
import type { HospitalDeps } from '../../services/hospital-deps.ts';
import { lookUp } from '../../services/look-up.ts';
import type { LookUpDeps } from '../../services/look-up.ts';
import { definePage } from '../page.ts';
import type { Page, PageResult } from '../page.ts';
import { boardRow, sourceLines } from './board-view.ts';
import { choices } from './find-choices.ts';
import { countText, gapTexts } from './list-gap-texts.ts';
import { untoldView } from './untold-view.ts';

export interface BoardPageDeps {
  readonly board: BoardDeps;
  readonly hospital: Pick<HospitalDeps, 'db' | 'clock' | 'feeds' | 'wake'>;
  readonly lookUps: LookUpDeps;
  readonly councils: readonly Council[];
}

const stay = z.object({ stay: z.string() });
const title = 'In the department now';
/** Whoever must go off the list is off the screen within a minute (hazard H23). */
export const listReloads = 60;

/** The board, its way to a look-up, and closing a stay whose end never came. */
export function boardPages(deps: BoardPageDeps): Page[] {
  return [boardPage(deps), lookUpPage(deps), ...closingPages(deps)];
}

function boardPage({ board, councils }: BoardPageDeps): Page {
  return definePage({
    method: 'GET',
    path: '/board',
    permission: 'see-board',
    audit: 'see-board',
    title,
    navigation: { text: title, order: 2 },
    reloadEvery: listReloads,
    async handle({ caller, automatic, clock, phones, render }) {
      const now = clock.now();
      const {
        switchedOn,
        people,
        gaps,
        sources,
        untold,
        councils: listed,
      } = await boardOf(board, caller, { automatic });
      const nameOf = namesOf(councils);
      const rows = (wanted: (one: BoardPerson) => boolean): object[] =>
        people.filter(wanted).map((one) => boardRow(one, nameOf, now));
      const here = rows((one) => isInDepartment(one, caller.team));
      const wards = rows((one) => !isInDepartment(one, caller.team));
      const names = listed.map(nameOf);
      // Numbers for the list's gaps stand above what was not told, which may be other councils' as well.
      const above = gaps.length > 0 ? names : [];
      const below = phones.filter(({ council }) => !above.includes(council));
      return render('board.njk', {
        switchedOn,
        here,
        wards,
        counts: { here: countText(here.length, gaps), wards: countText(wards.length, gaps) },
        sources: sourceLines(sources, { nameOf, reader: 'hospital' }, now),
        gaps: gapTexts(gaps, { nameOf, reader: 'hospital' }, now),
        untold: untold && untoldView(untold, { nameOf, phones: below }, now),
        toPhone: phones.filter(({ council }) => names.includes(council)),
      });
    },
  });
}

function namesOf(councils: readonly Council[]): (id: string) => string {
  return (id) => councils.find((one) => one.id === id)?.name ?? id;
}

/**
 * Whether somebody is to be looked for in the department: whoever has not been admitted, and whoever was and still
 * waits there for a bed, as far as the reader's own team is where the hospital has the patient.
 */
function isInDepartment({ status, team: where }: BoardPerson, team: string): boolean {
  return status === 'arrived' || (status === 'admitted' && where === team);
}

function lookUpPage({ board, lookUps, councils }: BoardPageDeps): Page {
  return definePage({
    method: 'POST',
    path: '/board/look-up',
    permission: 'look-up',
    audit: 'look-up',
    title: 'Look up this patient',
    parse: stay.extend({ council: z.string().optional() }),
    async handle({ caller, form, clock, render, redirect }): Promise<PageResult> {
      const { person, agreement } = await takeFromBoard(board, caller, form.stay, 'look-up', form.council);
      const { nhsNumber, birthDate } = person;
      if (nhsNumber === null || birthDate === null) throw new HomewardError('STAY_GONE');
      const reason = usualReason(person, agreement);
      if (agreement.permission === 'not-needed') {
        const { council } = agreement;
        const familyName = person.name?.family ?? null;
        const request = { council, nhsNumber, birthDate, familyName, reason, cannotAskReason: null };
        const answer = await lookUp(lookUps, caller, { ...request, permission: 'not-needed' });
        return redirect(`/answers/${answer.id}`);
      }
      // The patient is asked first: the ordinary look-up, with what the hospital knows already filled in.
      const [year = '', month = '', day = ''] = birthDate.split('-');
      return render('board-ask.njk', {
        person: { ...boardRow(person, namesOf(councils), clock.now()), nhsNumber, birthDate },
        ...choices(councils, [agreement], { reason }),
        form: {
          nhsNumber,
          'birth-day': String(Number(day)),
          'birth-month': String(Number(month)),
          'birth-year': year,
          familyName: person.name?.family ?? '',
          council: agreement.council,
        },
      });
    },
  });
}

function usualReason({ status }: BoardPerson, { purposes }: Agreement): Agreement['purposes'][number] {
  const usual = status === 'arrived' ? 'decide-admission' : 'plan-discharge';
  return purposes.includes(usual) ? usual : (purposes[0] ?? usual);
}

function closingPages({ board, hospital, councils }: BoardPageDeps): Page[] {
  const closing = { permission: 'close-stay', title: 'Close this stay' } as const;
  return [
    definePage({
      ...closing,
      method: 'POST',
      path: '/board/close',
      audit: 'take-from-board',
      parse: stay,
      async handle({ caller, form, clock, render }) {
        const { person } = await takeFromBoard(board, caller, form.stay, 'close-stay');
        if (person.staleSince === null) throw new HomewardError('STAY_GONE');
        return render('board-close.njk', { person: boardRow(person, namesOf(councils), clock.now()) });
      },
    }),
    definePage({
      ...closing,
      method: 'POST',
      path: '/board/close/yes',
      audit: 'close-stay',
      parse: stay,
      async handle({ caller, form, redirect }) {
        await closeStay(hospital, caller as Caller, form.stay);
        return redirect(`/board/closed/${form.stay}`);
      },
    }),
    definePage({
      ...closing,
      method: 'GET',
      path: '/board/closed/:stay',
      audit: 'none: says that a stay was closed, and not whose',
      title: 'The stay is closed',
      params: z.object({ stay: z.uuid() }),
      handle: ({ params, render }) => render('board-closed.njk', { stay: params.stay }),
    }),
    definePage({
      ...closing,
      method: 'POST',
      path: '/board/reopen',
      audit: 'close-stay',
      parse: stay,
      async handle({ caller, form, redirect }) {
        await reopenStay(hospital, caller as Caller, form.stay);
        return redirect('/board');
      },
    }),
  ];
}
