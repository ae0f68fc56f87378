/**
 * A council's lists for its own case management system, as FHIR R4: the same rows by the same token, and in the trail in
 * the same way, as the JSON of council-api.ts. Who looked at a person is asked for by POST, since a number may stand in
 * no address.
 */
import { z } from 'zod';
import { HomewardError } from '../../domain/error.ts';
import type { CouncilDeps } from '../../services/council/deps.ts';
import { exportCouncilList } from '../../services/council/export.ts';
import { isCouncilList } from '../../services/council/lists.ts';
import { councilAccesses } from '../../services/review-accesses.ts';
import { accessBundle } from '../fhir/council-accesses.ts';
import { listBundle } from '../fhir/council-bundle.ts';
import { nhsNumberSystem } from '../fhir/council-row.ts';
import { definePage } from '../page.ts';
import type { Page } from '../page.ts';
import { callerOf, systemOf } from './council-system.ts';
import type { CouncilSystem } from './council-system.ts';

export interface CouncilFhirDeps {
  readonly council: CouncilDeps;
  /** Names our codes and addresses; without a slash at its end. */
  readonly baseUrl: string;
  /** An organisation's name by its id. */
  readonly nameOf: (id: string) => string;
}

const asked = z.object({
  show: z.string().max(60).optional(),
  hospital: z.string().max(60).optional(),
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  _count: z.coerce.number().int().min(1).max(500).default(100),
});
const askedWho = z.object({ 'patient.identifier': z.string().min(1).max(200) });
const anything = z.record(z.string(), z.unknown()).catch({});
const byToken = 'none: another system calls, and the token that it shows is the proof';

/** The addresses; none where no council has a system. */
export function councilFhir(deps: CouncilFhirDeps, systems: readonly CouncilSystem[]): Page[] {
  return systems.length === 0 ? [] : [listPage(deps, systems), accessPage(deps, systems)];
}

function listPage({ council, baseUrl }: CouncilFhirDeps, systems: readonly CouncilSystem[]): Page {
  return definePage({
    method: 'GET',
    path: '/fhir/council/:list',
    permission: 'public',
    audit: 'export-council-list',
    title: 'List',
    answersJson: 'fhir',
    params: z.object({ list: z.string().max(60) }),
    query: anything,
    async handle({ bearer, params, query, clock, json }) {
      const system = systemOf(systems, bearer);
      if (!isCouncilList(params.list)) throw new HomewardError('PAGE_NOT_FOUND');
      const { page, _count: size, show, hospital } = read(asked, query);
      const caller = callerOf(system, clock.now());
      const part = { from: (page - 1) * size, size };
      const table = await exportCouncilList(council, caller, params.list, { show, hospital }, 'system', part);
      const known = council.notices.hospitals.find(({ id }) => id === hospital)?.id ?? null;
      return json(listBundle(table, { baseUrl, council: system.council, page, size, hospital: known }));
    },
  });
}

function accessPage({ council, baseUrl, nameOf }: CouncilFhirDeps, systems: readonly CouncilSystem[]): Page {
  return definePage({
    method: 'POST',
    path: '/fhir/council/accesses/_search',
    permission: 'public',
    audit: 'see-council-accesses',
    title: 'Look-ups of a person',
    formToken: byToken,
    crossSite: byToken,
    answersJson: 'fhir',
    // Read only when the token is right.
    parse: anything,
    async handle({ bearer, form, clock, json }) {
      const system = systemOf(systems, bearer);
      const identifier = identifierOf(read(askedWho, form)['patient.identifier'], ownSystem(baseUrl, system));
      const now = clock.now();
      const { db, agreements, feeds } = council.board;
      const found = await councilAccesses({ db, clock, agreements, feeds }, callerOf(system, now), identifier.value);
      return json(accessBundle(found, { baseUrl, identifier, nameOf, now }));
    },
  });
}

function read<S extends z.ZodType>(schema: S, given: unknown): z.output<S> {
  const result = schema.safeParse(given);
  if (!result.success) throw new HomewardError('REQUEST_INVALID');
  return result.data;
}

const ownSystem = (baseUrl: string, { council }: CouncilSystem): string =>
  `${baseUrl}/fhir/Id/council-${council}-person`;

// As FHIR searches for a token: `system|value`; a value alone is taken for an NHS number.
function identifierOf(text: string, own: string): { readonly system: string; readonly value: string } {
  const [first = '', second, ...more] = text.split('|');
  const [system, value] = second === undefined ? [nhsNumberSystem, first] : [first, second];
  if (more.length > 0 || value.trim() === '' || (system !== nhsNumberSystem && system !== own))
    throw new HomewardError('REQUEST_INVALID');
  return { system, value: value.trim() };
} // prettier-ignore
