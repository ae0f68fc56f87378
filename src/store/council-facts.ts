/**
 * What a council's record says that is about nobody in particular: how old each part is, what its
 * services are called, how its providers are reached. Remembered between look-ups for as long as the
 * council's facts stand at the same bundle, which every reading of a person's record says anew.
 */
import type { PartKind } from '../domain/agreement.ts';
import type { PartStates } from '../domain/record.ts';
import type { Database } from './database.ts';
import { reading } from './statement.ts';

/** The newest bundle that stands; going back a bundle makes the one before it the newest again. */
export const standsAt = `(select max(bundle_id) from bundle_part where council = $1 and applied)`;

/** The parts whose age matters to an answer, as JSON. */
export const partsJson = `(select json_agg(json_build_object('kind', k.kind, 'as_at', p.as_at, 'bundle', p.bundle_id::text))
  from unnest(array['care','safeguarding','restrictions','contacts']) k(kind)
  cross join lateral (select as_at, bundle_id from bundle_part
    where council = $1 and kind = k.kind and applied order by bundle_id desc limit 1) p)`;

/** How to reach the provider `p.cqc_location_id` or `p.local_reference`: the council's word `c`, and the directory's `e`. */
export const providerJoins = `
  left join lateral (select cqc_location_id, local_reference, name, phone, office_hours, out_of_hours_phone, email, notes, last_confirmed
    from provider_contact c where c.council = $1 and c.until_bundle is null
    and (c.cqc_location_id = p.cqc_location_id or c.local_reference = p.local_reference)
    order by (c.cqc_location_id = p.cqc_location_id) desc nulls last, last_confirmed desc nulls last, name limit 1) c on true
  left join lateral (select name, phone from directory_entry e where e.council = $1
    and e.cqc_location_id = p.cqc_location_id and e.until_bundle is null limit 1) e on true`;

export interface ContactJson {
  readonly cqc_location_id: string | null;
  readonly local_reference: string | null;
  readonly name: string;
  readonly phone: string | null;
  readonly office_hours: string | null;
  readonly out_of_hours_phone: string | null;
  readonly email: string | null;
  readonly notes: string | null;
  readonly last_confirmed: string | null;
}

/** How a provider is reached, as the council and as the directory have it. */
export interface Provider {
  readonly contact: ContactJson | null;
  readonly directory: { readonly name: string; readonly phone: string | null } | null;
}

/** By what a package names its provider. */
export interface ProviderKey {
  readonly cqc_location_id: string | null;
  readonly local_reference: string | null;
}

export interface CouncilFacts {
  /** The bundle they stand at; null when no extract has landed. */
  readonly bundle: string | null;
  readonly parts: PartStates;
  readonly labels: ReadonlyMap<string, { readonly label: string; readonly shown: boolean }>;
  provider(key: ProviderKey): Provider;
}

const general = reading(
  'council-facts',
  `select ${standsAt} as bundle, ${partsJson} as parts,
   (select json_agg(json_build_object('component', component, 'label', label, 'shown', shown))
    from service_label where council = $1 and until_bundle is null) as labels`,
);

interface GeneralRow {
  bundle: string | null;
  parts: PartJson[] | null;
  labels: { component: string; label: string; shown: boolean }[] | null;
}

export type PartJson = { kind: PartKind; as_at: string; bundle: string };

/** The states of a council's parts from their JSON. */
export function toPartStates(parts: readonly PartJson[] | null): PartStates {
  return Object.fromEntries((parts ?? []).map(({ kind, as_at, bundle }) => [kind, { asAt: new Date(as_at), bundle }]));
}

const providers = reading(
  'council-providers',
  `select ${standsAt} as bundle, p.cqc_location_id, p.local_reference, row_to_json(c) as contact, row_to_json(e) as directory
   from unnest($2::text[], $3::text[]) p(cqc_location_id, local_reference) ${providerJoins}`,
);

type ProviderRow = { bundle: string | null } & ProviderKey & Provider;

/** Providers remembered of a council at most; beyond that it begins anew. */
const mostProviders = 20_000;

interface Remembered extends CouncilFacts {
  readonly known: Map<string, Provider>;
}

function remembering({ bundle, parts, labels }: Omit<CouncilFacts, 'provider'>): Remembered {
  const known = new Map<string, Provider>();
  const provider: CouncilFacts['provider'] = (key) => known.get(nameOf(key)) ?? { contact: null, directory: null };
  return { bundle, parts, labels, known, provider };
}

export class CouncilFactsReader {
  readonly #db: Database;
  readonly #councils = new Map<string, Remembered>();

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * The facts at the bundle that a person's record was read at.
   * @returns null when the council's facts have moved on since: the record must be read again
   */
  async at(council: string, bundle: string | null, keys: readonly ProviderKey[]): Promise<CouncilFacts | null> {
    let facts = this.#councils.get(council);
    if (facts?.bundle !== bundle) {
      facts = await this.#read(council);
      this.#councils.set(council, facts);
    } else if (facts.known.size > mostProviders) {
      // A map of its own: who is still being answered keeps the one they found their providers in.
      facts = remembering(facts);
      this.#councils.set(council, facts);
    }
    const missing = keys.filter((key) => !facts.known.has(nameOf(key)));
    if (facts.bundle !== bundle || !(await this.#learn(council, facts, missing))) return null;
    return facts;
  }

  async #read(council: string): Promise<Remembered> {
    const [row] = await this.#db.ask<GeneralRow>(general, [council]);
    return remembering({
      bundle: row?.bundle ?? null,
      parts: toPartStates(row?.parts ?? null),
      labels: new Map((row?.labels ?? []).map((one) => [one.component, one])),
    });
  }

  async #learn(council: string, facts: Remembered, keys: readonly ProviderKey[]): Promise<boolean> {
    if (keys.length === 0) return true;
    const rows = await this.#db.ask<ProviderRow>(providers, [
      council,
      keys.map((key) => key.cqc_location_id),
      keys.map((key) => key.local_reference),
    ]);
    if (rows.some((row) => row.bundle !== facts.bundle)) return false;
    for (const row of rows) facts.known.set(nameOf(row), row);
    return true;
  }
}

const nameOf = (key: ProviderKey): string => JSON.stringify([key.cqc_location_id, key.local_reference]);
