/** A provider's own list of clients: hand it in, see what became of it, mend what was set aside. */
import type { Readable } from 'node:stream';
import { formatInstant } from '../../domain/dates.ts';
import type { Caller } from '../../domain/caller.ts';
import { HomewardError } from '../../domain/error.ts';
import { rosterCodes } from '../../domain/roster.ts';
import type { RosterRow } from '../../domain/roster.ts';
import { requireRoster, settleHeld, takeRoster } from '../../services/roster/upload.ts';
import type { RosterUploadDeps } from '../../services/roster/upload.ts';
import { hasRoster, rosterColumns, rosterFaultsCsv, rosterOf } from '../../services/roster/view.ts';
import { definePage } from '../page.ts';
import type { Page, PageRequest, PageResult } from '../page.ts';

export interface ClientsDeps {
  readonly roster: RosterUploadDeps;
  /** Reads a file; a fault names what is wrong with it. */
  readonly read: (chunks: Readable, most: number) => Promise<RosterRow[]>;
  /** Bytes that a file may have. */
  readonly mostBytes: number;
}

const path = '/provider/clients';
const title = 'Your clients';
const csv = 'text/csv; charset=utf-8';
/** Rows on one page: the rest is in the download. */
const shown = 50;

/** The pages of a provider's list. */
export function clientsPages(deps: ClientsDeps): Page[] {
  return [...readPages(deps), ...actPages(deps)];
}

async function view(deps: ClientsDeps, caller: Caller, now: Date): Promise<object> {
  if (!hasRoster(deps.roster, caller)) return { off: true };
  const { agreement, current, held, clients, setAside, toAskAgain, count } = await rosterOf(deps.roster, caller);
  const file = (one: { at: Date; by: string; rows: number } | null): object | null =>
    one && { when: formatInstant(one.at, now), by: one.by, rows: one.rows };
  return {
    off: false,
    terms: agreement.terms,
    columns: rosterColumns,
    current: current && {
      ...file(current),
      until: formatInstant(current.countsUntil, now),
      old: current.countsUntil <= now,
    },
    count: count && { ...count, when: formatInstant(count.at, now) },
    toAskAgain,
    held: held && { ...file(held), clients: held.clients },
    clients: clients.slice(0, shown),
    all: clients.length,
    setAside: setAside.slice(0, shown).map(({ row, cells, code }) => ({ row, cells, what: code && rosterCodes[code] })),
    allSetAside: setAside.length,
    more: shown,
  };
}

function readPages(deps: ClientsDeps): Page[] {
  return [
    definePage({
      method: 'GET',
      path,
      permission: 'manage-provider',
      audit: 'see-roster',
      title,
      navigation: { text: 'Your clients', order: 5 },
      handle: async ({ caller, clock, render }) => render('clients.njk', await view(deps, caller, clock.now())),
    }),
    definePage({
      method: 'GET',
      path: `${path}/set-aside.csv`,
      permission: 'manage-provider',
      audit: 'download-roster-faults',
      title: 'Rows set aside',
      async handle({ caller, download }): Promise<PageResult> {
        return download(await rosterFaultsCsv(deps.roster, caller), { filename: 'clients-set-aside.csv', type: csv });
      },
    }),
    definePage({
      method: 'GET',
      path: `${path}/example.csv`,
      permission: 'manage-provider',
      audit: 'none: an example with a fictional person',
      title: 'Example list',
      handle: ({ download }) => download(example, { filename: 'clients-example.csv', type: csv }),
    }),
  ];
}

const example = `\ufeff${rosterColumns.join(',')}\r\n"999 000 0018",14/03/1941,Example,Barbara,C-1001,Y,01/09/2026\r\n`;

function actPages(deps: ClientsDeps): Page[] {
  return [
    definePage({
      method: 'POST',
      path,
      permission: 'manage-provider',
      audit: 'upload-roster',
      title,
      otherTitles: [`Error: ${title}`],
      upload: { maxBytes: deps.mostBytes },
      handle: (request) => orSay(deps, request, async () => take(deps, request)),
    }),
    ...(['take', 'discard'] as const).map((how) =>
      definePage({
        method: 'POST',
        path: `${path}/${how}`,
        permission: 'manage-provider',
        audit: 'upload-roster',
        title,
        otherTitles: [`Error: ${title}`],
        handle: (request) => orSay(deps, request, async () => settleHeld(deps.roster, request.caller, how)),
      }),
    ),
  ];
}

type Request = PageRequest<'manage-provider', undefined, undefined, undefined>;

// Whether a list may be handed in at all is asked before a byte of the file is read.
async function take(deps: ClientsDeps, { caller, upload }: Request): Promise<void> {
  requireRoster(deps.roster, caller);
  const { stream } = await upload().catch((error: unknown) => {
    throw error instanceof HomewardError && error.code === 'UPLOAD_INVALID' ? new NothingChosen() : error;
  });
  try {
    await takeRoster(deps.roster, caller, (most) => deps.read(stream, most));
  } finally {
    // What nobody reads any more must not be waited for, nor kept.
    stream.destroy();
  }
}

const sayable = new Set(['ROSTER_REFUSED', 'PART_HEADER', 'PART_CSV', 'PART_ENCODING']);

class NothingChosen extends Error {}

function faultOf(error: unknown): string | null {
  if (error instanceof NothingChosen) return 'Choose the CSV file with your list of clients';
  return error instanceof HomewardError && sayable.has(error.code) ? error.message : null;
}

// What is wrong with the file is said on the page itself, where the next one can be chosen.
async function orSay(deps: ClientsDeps, request: Request, work: () => Promise<void>): Promise<PageResult> {
  try {
    await work();
    return request.redirect(path);
  } catch (error) {
    const fault = faultOf(error);
    if (fault === null) throw error;
    const { caller, clock, render } = request;
    const errors = [{ text: fault, href: '#clients' }];
    const data = { ...(await view(deps, caller, clock.now())), errors, fault };
    return render('clients.njk', data, { status: 422, title: `Error: ${title}` });
  }
}
