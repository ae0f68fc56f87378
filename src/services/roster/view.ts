/** What a provider's managers see of their list: what they handed in, what is wrong with it, and one rounded count. */
import type { Caller } from '../../domain/caller.ts';
import { londonDate } from '../../domain/dates.ts';
import { countsSince, rosterInForce } from '../../domain/roster-agreement.ts';
import type { RosterAgreement } from '../../domain/roster-agreement.ts';
import { rosterCodes } from '../../domain/roster.ts';
import type { RosterClient } from '../../domain/roster.ts';
import { writeAudit } from '../../store/audit.ts';
import { clientsOf, rowsOf, uploadOf } from '../../store/whereabouts/roster.ts';
import type { KeptRow, RosterUpload } from '../../store/whereabouts/roster.ts';
import { rosterCountOf } from '../../store/whereabouts/roster-tries.ts';
import type { RosterCount } from '../../store/whereabouts/roster-tries.ts';
import { requireRoster } from './upload.ts';
import type { RosterUploadDeps } from './upload.ts';

/** A provider's list as its managers see it. */
export interface RosterView {
  readonly agreement: RosterAgreement;
  /** `countsUntil`: from then on nobody on the list is a client, until the next is handed in. */
  readonly current: (RosterUpload & { readonly countsUntil: Date }) | null;
  readonly held: (RosterUpload & { readonly clients: number }) | null;
  readonly clients: readonly RosterClient[];
  /** Clients who agreed so long ago that they must be asked again: they are not covered. */
  readonly toAskAgain: number;
  readonly setAside: readonly KeptRow[];
  /** How many were not confirmed when last counted; null where the list is short or was not counted yet. */
  readonly count: RosterCount | null;
}

/** Shows the list and what was set aside, audited first. @throws HomewardError NOT_ALLOWED without an agreement in force */
export async function rosterOf(deps: RosterUploadDeps, caller: Caller): Promise<RosterView> {
  const agreement = requireRoster(deps, caller);
  const { provider, council } = agreement;
  return deps.db.transaction(async (trx) => {
    const now = deps.clock.now();
    const [current, held] = [await uploadOf(trx, provider, 'current'), await uploadOf(trx, provider, 'held')];
    const clients = await clientsOf(trx, provider);
    const heldRows = held ? await rowsOf(trx, held.id, 'good') : [];
    const upload = held ?? current;
    const setAside = upload ? await rowsOf(trx, upload.id, 'set-aside') : [];
    const count = await rosterCountOf(trx, provider);
    await writeAudit(trx, now, caller, {
      action: 'see-roster',
      outcome: 'listed',
      council,
      detail: { shown: clients.length },
    });
    const { agreed } = countsSince(agreement, now);
    return {
      agreement,
      current: current && { ...current, countsUntil: new Date(current.at.getTime() + agreement.listFor) },
      held: held && {
        ...held,
        clients: new Set(heldRows.map(({ cells }) => cells.nhsNumber.replaceAll(/\D/g, ''))).size,
      },
      clients,
      toAskAgain: clients.filter(({ permissionOn }) => permissionOn < agreed).length,
      setAside,
      count,
    };
  });
}

/** Whether a provider has an agreement about a list at all: of others the page says so. */
export function hasRoster({ rosters, clock }: RosterUploadDeps, caller: Caller): boolean {
  return rosterInForce(rosters, caller.organisation, londonDate(clock.now())) !== null;
}

/** The columns of a file, in the order of the example. */
export const rosterColumns = [
  'NHS Number', 'Date of Birth', 'Last Name', 'First Name', 'Your Reference', 'Permission', 'Permission Date',
] as const; // prettier-ignore

/** The rows that were set aside as CSV, as they came, each with what to do about it. @throws HomewardError NOT_ALLOWED */
export async function rosterFaultsCsv(deps: RosterUploadDeps, caller: Caller): Promise<string> {
  const { provider, council } = requireRoster(deps, caller);
  return deps.db.transaction(async (trx) => {
    const upload = (await uploadOf(trx, provider, 'held')) ?? (await uploadOf(trx, provider, 'current'));
    const rows = upload ? await rowsOf(trx, upload.id, 'set-aside') : [];
    await writeAudit(trx, deps.clock.now(), caller, {
      action: 'download-roster-faults',
      outcome: 'downloaded',
      council,
      detail: { upload: upload?.id ?? null, rows: rows.length },
    });
    const head = ['Row', ...rosterColumns, 'Code', 'What to do'];
    const lines = rows.map(({ row, cells, code }) => [
      String(row), cells.nhsNumber, cells.birthDate, cells.family, cells.given, cells.reference, cells.permission,
      cells.permissionOn, code ?? '', code ? rosterCodes[code] : '',
    ]); // prettier-ignore
    return `\ufeff${[head, ...lines].map(csvLine).join('')}`;
  });
}

// A cell that a spreadsheet would take for a formula is given back as text.
function csvLine(cells: readonly string[]): string {
  const quoted = cells.map((cell) => `"${(/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell).replaceAll('"', '""')}"`);
  return `${quoted.join(',')}\r\n`;
}
