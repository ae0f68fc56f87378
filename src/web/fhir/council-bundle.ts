/** A council's list as a FHIR R4 searchset, page by page; why it may be incomplete stands in it, beside what was found. */
import { randomUUID } from 'node:crypto';
import type { CouncilTable } from '../../services/council/export.ts';
import { encounterOf } from './council-encounter.ts';
import type { Naming, Row } from './council-row.ts';
import { taskOf } from './council-task.ts';
import { outcomeOf } from './outcome.ts';

export interface BundlePage {
  readonly baseUrl: string;
  readonly council: string;
  readonly page: number;
  readonly size: number;
  /** A hospital's id; never anything that a caller typed and nobody knows. */
  readonly hospital: string | null;
}

/** The bundle. */
export function listBundle(table: CouncilTable, asked: BundlePage): object {
  const { list, columns, rows, total, asAt, gaps, off } = table;
  const { baseUrl, council, page, size } = asked;
  const naming: Naming = { baseUrl, council, columns };
  const found = rows.map((cells) => {
    const row: Row = Object.fromEntries(columns.map(({ key }, index) => [key, cells[index] ?? null]));
    return list === 'in-hospital' ? encounterOf(row, naming) : taskOf(list, row, naming);
  });
  return searchset({
    found,
    warnings: warningsOf(baseUrl, gaps, off),
    total,
    asAt,
    link: [
      { relation: 'self', url: addressOf(table, asked, page) },
      ...(page * size < total ? [{ relation: 'next', url: addressOf(table, asked, page + 1) }] : []),
    ],
  });
}

/** A searchset of resources, with warnings about it. */
export function searchset(parts: {
  readonly found: readonly object[];
  readonly warnings: readonly object[];
  readonly total: number;
  readonly asAt: Date;
  readonly link: readonly { readonly relation: string; readonly url: string }[];
}): object {
  const { found, warnings, total, asAt, link } = parts;
  const entry = (resource: object, mode: string): object => {
    const { id } = resource as { id?: string };
    return { fullUrl: `urn:uuid:${id ?? randomUUID()}`, resource, search: { mode } };
  };
  const entries = found.map((one) => entry(one, 'match'));
  if (warnings.length > 0) entries.push(entry(outcomeOf(warnings), 'outcome'));
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    timestamp: asAt.toISOString(),
    total,
    link,
    // FHIR has no empty lists.
    ...(entries.length > 0 && { entry: entries }),
  };
}

// An empty list alone would say that there is nobody (product rule 1).
function warningsOf(baseUrl: string, gaps: readonly string[], off: boolean): object[] {
  return [
    ...(off
      ? [{ severity: 'warning', code: 'suppressed', diagnostics: 'No agreement lets your council have this list.' }]
      : []),
    ...gaps.map((gap) => ({
      severity: 'warning',
      code: 'incomplete',
      details: { coding: [{ system: `${baseUrl}/fhir/CodeSystem/council-list-gap`, code: gap }] },
      diagnostics: 'This list may be incomplete.',
    })),
  ];
}

function addressOf({ list, show }: CouncilTable, { baseUrl, size, hospital }: BundlePage, page: number): string {
  const query = new URLSearchParams({ show, ...(hospital !== null && { hospital }), _count: String(size), page: String(page) }); // prettier-ignore
  return `${baseUrl}/fhir/council/${list}?${query.toString()}`;
}
