/** A council and a hospital whose arrivals ask, with stays written as the applier writes them. */
import { replaceStays } from '../../src/store/hospital/stay-rows.ts';
import type { Stay } from '../../src/domain/stay.ts';
import type { Database } from '../../src/store/database.ts';
import { allOn, putStay, settling } from './arrivals.ts';
import type { Settling, StayChanges } from './arrivals.ts';
import { nhs, usualBirth } from './import-lines.ts';
import type { CareLine } from './import-lines.ts';
import { Site } from './import-site.ts';

export type ArrivalSite = Site & { readonly own: Settling };

const [A, B] = [nhs(1), nhs(2)];
const people: readonly CareLine[] = [
  { id: 'M1', number: A },
  { id: 'M2', number: B },
];
let sites = 0;

/** A site of its own for a test. @param words what the agreement says otherwise */
export async function arrivalSite(
  db: Database,
  words: Record<string, unknown> = {},
  lines: readonly CareLine[] = people,
): Promise<ArrivalSite> {
  const site = new Site(db, `ASK${++sites}`, {
    agreement: { arrival: allOn, ...words },
    council: { fallLimitPercent: 100 },
  });
  await site.land(site.whole(lines));
  return Object.assign(site, { own: settling(site) });
}

/** Somebody arrives, and it is settled. @returns the stay and what was learnt */
export async function arrive(
  site: ArrivalSite,
  number: string,
  changes: StayChanges = {},
  stayId?: string,
): Promise<{ stay: string; result: string | null }> {
  const stay = await putStay(site, number, changes, stayId);
  await site.own.run();
  return { stay, result: await site.own.resultOf(stay) };
}

/** Lets time pass. */
export function pass(site: Site, hours: number): void {
  site.now = new Date(site.now.getTime() + hours * 3_600_000);
}

export interface Told {
  readonly number?: string;
  readonly organisation?: string;
  readonly startedAt?: Date | null;
  readonly firstPlaceAt?: Date;
  /** All its visit numbers, when it is not one of its own. */
  readonly visits?: readonly string[];
  readonly since?: Date;
}

let clusters = 1_000_000;

/** Stays of one cluster as the feed says that they are now, written as the applier writes them. @returns ids changed */
export function correctedStays(site: Site): (...told: readonly Told[]) => Promise<string[]> {
  const cluster = String(++clusters);
  return (...told) => {
    const stays = told.map((one) => stayAs(site, one, cluster));
    return site.db.transaction((trx) => replaceStays(trx, new Map([[cluster, stays]]), 86_400_000, site.now));
  };
}

/** One stay whose picture the feed corrects. @returns what tells it, and gives its id */
export function correctedStay(site: Site): (told: Told) => Promise<string> {
  const tell = correctedStays(site);
  return async (told) => (await tell(told))[0] ?? '';
}

function stayAs(site: Site, told: Told, cluster: string): Stay {
  const { number = A, organisation = site.hospital, startedAt = site.now, visits = [`V-${cluster}`] } = told;
  const since = told.since ?? startedAt ?? site.now;
  const from = told.firstPlaceAt ?? since;
  return {
    feed: `feed-${site.hospital.toLowerCase()}`, id: visits[0], visits, status: 'arrived', since,
    patientClass: 'emergency', startedAt, endedAt: null, organisation, team: 'Emergency department',
    places: [{ organisation, team: 'Emergency department', from, to: null }], expectedDischarge: null,
    lastHeardAt: site.now, staleAt: new Date(site.now.getTime() + 72_000_000), cautions: [], history: [],
    person: {
      patient: { authority: 'KVH', value: `P-${cluster}` }, nhsNumber: { value: number, status: null },
      birthDate: usualBirth, name: { family: 'Example', given: 'Barbara' }, death: null,
    },
  } as unknown as Stay; // prettier-ignore
}
