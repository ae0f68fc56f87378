/**
 * A council's lists for its own case management system, as JSON. The same as FHIR:
 * council-fhir.ts.
 */
import { z } from 'zod';
import { HomewardError } from '../../domain/error.ts';
import type { CouncilDeps } from '../../services/council/deps.ts';
import { exportCouncilList } from '../../services/council/export.ts';
import { isCouncilList } from '../../services/council/lists.ts';
import { definePage } from '../page.ts';
import type { Page } from '../page.ts';
import { callerOf, systemOf } from './council-system.ts';
import type { CouncilSystem } from './council-system.ts';

const asked = z.object({
  show: z.string().max(60).optional(),
  hospital: z.string().max(60).optional(),
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  size: z.coerce.number().int().min(1).max(500).default(100),
});
const anything = z.record(z.string(), z.unknown()).catch({});

/** The address; none where no council has a system. */
export function councilApi({ council }: { readonly council: CouncilDeps }, systems: readonly CouncilSystem[]): Page[] {
  if (systems.length === 0) return [];
  return [
    definePage({
      method: 'GET',
      path: '/api/council/lists/:list',
      permission: 'public',
      audit: 'export-council-list',
      title: 'List',
      answersJson: true,
      params: z.object({ list: z.string().max(60) }),
      query: anything,
      async handle({ bearer, params, query, clock, json }) {
        const system = systemOf(systems, bearer);
        if (!isCouncilList(params.list)) throw new HomewardError('PAGE_NOT_FOUND');
        const read = asked.safeParse(query);
        if (!read.success) throw new HomewardError('REQUEST_INVALID');
        const { page, size, show, hospital } = read.data;
        const caller = callerOf(system, clock.now());
        const from = (page - 1) * size;
        const table = await exportCouncilList(council, caller, params.list, { show, hospital }, 'system', {
          from,
          size,
        });
        const { columns, rows, total, gaps, off, asAt } = table;
        return json({
          list: table.list,
          show: table.show,
          council: system.council,
          asAt: asAt.toISOString(),
          switchedOn: !off,
          mayBeIncomplete: gaps,
          total,
          page,
          size,
          next: from + size < total ? page + 1 : null,
          rows: rows.map((row) => Object.fromEntries(columns.map(({ key }, index) => [key, row[index] ?? null]))),
        }); // prettier-ignore
      },
    }),
  ];
}
