/** A council's own work: a landing page with every list in figures, and the lists, each to be filtered, worked and exported. */
import { z } from 'zod';
import type { Caller } from '../../domain/caller.ts';
import { formatInstant, londonDate } from '../../domain/dates.ts';
import { closeDeadAddress } from '../../services/council/addresses.ts';
import type { CouncilDeps } from '../../services/council/deps.ts';
import { exportCouncilList, tableCsv } from '../../services/council/export.ts';
import { councilLists, readCouncilList, showOf } from '../../services/council/lists.ts';
import type { CouncilList } from '../../services/council/lists.ts';
import { councilSummary } from '../../services/council/summary.ts';
import type { ListSummary } from '../../services/council/summary.ts';
import { closeHoldTask, releaseHoldTask } from '../../services/notices/holds.ts';
import { closeWrongNumber } from '../../services/wrong-numbers.ts';
import type { Correction } from '../../domain/call.ts';
import { definePage } from '../page.ts';
import type { AuditEvent, LocalPath, Page } from '../page.ts';
import { listReloads } from './board-page.ts';
import { listTexts } from './council-list-texts.ts';
import type { Recipient } from '../../domain/notice.ts';
import { providerPhones } from '../../services/notices/phones.ts';
import type { PhoneWanted } from '../../services/notices/phones.ts';
import { councilRows } from './council-rows.ts';
import type { ListRow, RowContext } from './council-rows.ts';
import { waitedText } from './council-words.ts';
import { countText, gapTexts } from './list-gap-texts.ts';

export interface CouncilPageDeps {
  readonly council: CouncilDeps;
  /** An organisation's name by its id. */
  readonly nameOf: (id: string) => string;
}

const permission = 'work-council-lists';
const perPage = 50;
const short = z.string().max(60).optional().catch(undefined);
const filter = z.object({
  show: short,
  hospital: short,
  page: z.coerce.number().int().min(1).max(10_000).catch(1),
});

type Shown = keyof typeof councilRows;

/** The pages. */
export function councilPages(deps: CouncilPageDeps): Page[] {
  const lists = Object.keys(councilRows) as Shown[];
  return [
    landing(deps),
    ...lists.map((list) => listPage(deps, list)),
    ...([...lists, 'in-hospital'] as const).map((list) => exportPage(deps, list)),
    ...actPages(deps),
  ];
}

function landing({ council, nameOf }: CouncilPageDeps): Page {
  return definePage({
    method: 'GET',
    path: '/council',
    permission,
    audit: 'none: how many there are in each list, nobody named',
    title: 'Work to do',
    navigation: { text: 'Work to do', order: 0 },
    reloadEvery: listReloads,
    async handle({ caller, clock, render }) {
      const now = clock.now();
      const all = await councilSummary(council, caller);
      return render('council-work.njk', {
        council: nameOf(caller.organisation),
        ours: oursText(all),
        lists: all.map((one) => summaryRow(one, now)),
        gaps: gapTexts(all.flatMap(({ gaps }) => gaps), { nameOf, reader: 'council' }, now), // prettier-ignore
      });
    },
  });
}

// What the number in the menu counts: it is none of those in the lists.
function oursText(lists: readonly ListSummary[]): string | null {
  const say = (count: number, one: string, many: string): string[] => (count === 0 ? [] : [`${count} ${count === 1 ? one : many}`]);
  const of = (list: CouncilList): ListSummary | undefined => lists.find((row) => row.list === list);
  const [tasks, messages, notices] = [of('tasks')?.count ?? 0, of('messages')?.count ?? 0, of('notices')?.pressing ?? 0];
  const parts = [
    ...say(tasks, 'task of care on hold', 'tasks of care on hold'),
    ...say(messages, 'message to answer', 'messages to answer'),
    ...say(notices, 'message to a provider that is with you now', 'messages to providers that are with you now'),
  ];
  return parts.length === 0 ? null : `With you now: ${tasks + messages + notices}. ${parts.join(', ')}.`;
} // prettier-ignore

function summaryRow({ list, count, oldest, pressing, gaps, off }: ListSummary, now: Date): object {
  const { path, title, pressing: words } = listTexts[list];
  return {
    href: path,
    title,
    count: off ? 'Not switched on' : countText(count, gaps),
    waits: count > 0 && oldest ? `${waitedText(oldest, now)}, since ${formatInstant(oldest, now)}` : null,
    pressing: pressing > 0 && words ? `${pressing} ${words}` : null,
  };
}

function listPage({ council, nameOf }: CouncilPageDeps, list: Shown): Page {
  const { path, title, about, none, shows, audit } = listTexts[list];
  return definePage({
    method: 'GET',
    path,
    permission,
    audit,
    title,
    query: filter,
    async handle({ caller, clock, query, render }) {
      const now = clock.now();
      const rows = await rowsOf(council, caller, list, query, { now, council: caller.organisation, nameOf });
      const pages = Math.max(1, Math.ceil(rows.length / perPage));
      const page = Math.min(query.page, pages);
      const show = showOf(list, query.show);
      const shown = rows.slice((page - 1) * perPage, page * perPage);
      const link = (to: number): string => `${path}?${queryOf({ show, hospital: query.hospital, page: to })}`;
      return render('council-list.njk', {
        heading: title,
        about,
        nothing: none,
        path,
        count: rows.length,
        rows: shown,
        acts: shown.some(({ open, choice }) => open ?? choice),
        shows: Object.entries(shows).map(([value, text]) => ({ value, text })),
        show,
        hospital: query.hospital ?? '',
        hospitals: councilLists[list].hospital ? hospitalsOf(council, caller, nameOf) : [],
        exportHref: `${path}/export.csv?${queryOf({ show, hospital: query.hospital })}`,
        previous: page > 1 ? link(page - 1) : null,
        next: page < pages ? link(page + 1) : null,
        page,
        pages,
      });
    },
  });
}

async function rowsOf<L extends Shown>(
  deps: CouncilDeps,
  caller: Caller,
  list: L,
  query: { readonly show?: string | undefined; readonly hospital?: string | undefined },
  context: Omit<RowContext, 'phones'>,
): Promise<ListRow[]> {
  const { rows } = await readCouncilList(deps, caller, list, { ...query, hospital: query.hospital || undefined });
  const wanted = list === 'tasks' || list === 'notices' ? rows.flatMap((one) => phoneWanted(one)) : [];
  const phones = await providerPhones(deps.notices, caller, wanted);
  return rows.map((one) => councilRows[list](one, { ...context, phones }));
}

interface MayHaveProvider {
  readonly recipient?: Recipient;
  readonly provider?: string | null;
  readonly providerName?: string | null;
  readonly recipientName?: string | null;
  readonly council?: string | null;
  readonly hospital?: string;
}

// Of tasks and of messages to providers: of what may not be shown any more no number is.
function phoneWanted(row: object): PhoneWanted[] {
  const { recipient, provider, providerName, recipientName, council, hospital } = row as MayHaveProvider;
  if (typeof council !== 'string' || typeof hospital !== 'string') return [];
  if (recipient?.kind === 'provider' && recipientName) return [{ provider: recipient.id, council, hospital }];
  return provider && providerName ? [{ provider, council, hospital }] : [];
} // prettier-ignore

function hospitalsOf(
  { notices }: CouncilDeps,
  { organisation }: Caller,
  nameOf: (id: string) => string,
): { value: string; text: string }[] {
  const ids = notices.agreements.filter((one) => one.council === organisation).map(({ hospital }) => hospital);
  return [...new Set(ids)].map((value) => ({ value, text: nameOf(value) }));
}

function queryOf(given: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(given)) if (value !== undefined && value !== '') query.set(key, String(value));
  return query.toString();
} // prettier-ignore

function exportPage({ council }: CouncilPageDeps, list: CouncilList): Page {
  return definePage({
    method: 'GET',
    path: `${listTexts[list].path}/export.csv`,
    permission,
    audit: 'export-council-list',
    title: listTexts[list].title,
    query: filter,
    async handle({ caller, clock, query, download }) {
      const { show, hospital } = query;
      const table = await exportCouncilList(council, caller, list, { show, hospital: hospital || undefined }, 'file');
      return download(tableCsv(table), {
        filename: `${list}-${londonDate(clock.now())}.csv`,
        type: 'text/csv; charset=utf-8',
      });
    },
  });
}

const closing = z.object({ id: z.string().max(100), how: z.string().max(40).default('') });

function actPages({ council }: CouncilPageDeps): Page[] {
  const { notices } = council;
  const act = (list: Shown, path: LocalPath, audit: AuditEvent, work: (caller: Caller, id: string, how: string) => Promise<unknown>): Page =>
    definePage({
      method: 'POST',
      path,
      permission,
      audit,
      title: listTexts[list].title,
      otherTitles: [`Error: ${listTexts[list].title}`],
      parse: closing,
      async handle({ caller, form, redirect, render }) {
        // What nobody chose is said, and nothing of anybody is shown again for it.
        if (form.how === '') return render('council-choose.njk', { back: listTexts[list].path, heading: listTexts[list].title }, { status: 422, title: `Error: ${listTexts[list].title}` });
        await work(caller, form.id, form.how);
        return redirect(listTexts[list].path);
      },
    });
  return [
    act('tasks', '/council/tasks/close', 'close-hold-task', (caller, id, how) => closeHoldTask(notices, caller, id, how)),
    act('tasks', '/council/tasks/release', 'release-hold-task', (caller, id) => releaseHoldTask(notices, caller, id)),
    act('wrong-numbers', '/council/wrong-numbers/close', 'close-wrong-number', (caller, id, how) => closeWrongNumber(notices, caller, id, how as Correction)),
    act('addresses', '/council/addresses/close', 'close-dead-address', (caller, id, how) => closeDeadAddress(notices, caller, id, how)),
  ];
} // prettier-ignore
