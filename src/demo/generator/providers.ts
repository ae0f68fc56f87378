/**
 * Invented providers. A few large ones serve most people and many small ones a handful each, as in
 * any county: the size of the n-th is in proportion to 1/n (Zipf). Phones fail as real ones do in
 * CQC's directory: a third are mobiles, about one in ten is missing, and none has its leading 0.
 */
import { ukDay } from './day.ts';
import { weighted } from './random.ts';
import type { Random } from './random.ts';

const kinds = {
  'home-care': {
    share: 0.42,
    types: 'Homecare agencies',
    names: ['Home Care', 'Care at Home', 'Homecare', 'Support at Home'],
  },
  'care-home': { share: 0.2, types: 'Residential homes', names: ['Lodge', 'House', 'Grange', 'Manor'] },
  'nursing-home': {
    share: 0.1,
    types: 'Nursing homes',
    names: ['Court Nursing Home', 'Park Nursing Home', 'View Nursing Home'],
  },
  'supported-living': {
    share: 0.09,
    types: 'Supported living',
    names: ['Supported Living', 'Living Support', 'Community Homes'],
  },
  'extra-care': { share: 0.05, types: 'Supported housing', names: ['Court', 'Gardens', 'Place'] },
  reablement: { share: 0.02, types: 'Homecare agencies', names: ['Reablement Team', 'Home First Team'] },
  // Not registered with CQC: Client Level Data leaves their columns blank by rule.
  'day-centre': { share: 0.07, types: null, names: ['Day Centre', 'Day Club', 'Day Opportunities'] },
  community: {
    share: 0.05,
    types: null,
    names: ['Meals', 'Community Transport', 'Lifeline Alarms', 'Equipment Store'],
  },
} as const;
export type ProviderKind = keyof typeof kinds;

const places = `
  Larkfield Willowbrook Oakenfold Millbeck Brackenhill Thornwick Copperfield Ashmere Beckwith Birchover Calverdale
  Clipsham Dovecliffe Eastmoor Elmscroft Fallowdene Fernley Foxcote Glenthorne Greenacre Harthope Hazelgrove
  Heathercote Highfold Hollinwell Ivyholme Juniper Kestrel Kingsmere Langdale Lindenfield Maplewell Marlcroft
  Meadowside Moorgreen Netherby Northfold Oldbeck Orchard Pinegarth Primrose Quarrybank Ravensmoor Redgate Rowandale
  Rushmere Saxonby Silverbirch Southwell-Vale Springwater Stonecroft Sycamore Tansley Trentholme Underwood Vale
  Wayfarer Westfold Whitebeam Yewdale
`
  .trim()
  .split(/\s+/);

export interface Provider {
  readonly name: string;
  /** Empty when not registered with CQC. */
  readonly cqcLocationId: string;
  readonly localReference: string;
}

export interface ProviderBook {
  readonly all: readonly Provider[];
  /** One provider of a kind, large ones more often. */
  readonly draw: Readonly<Record<ProviderKind, (random: Random) => Provider>>;
  readonly contactRows: readonly string[][];
  readonly directoryRows: readonly string[][];
}

/** Invents about one provider for every 150 people, and at least one of each kind. */
export function inventProviders(random: Random, people: number, today: number): ProviderBook {
  const all: Provider[] = [];
  const contactRows: string[][] = [];
  const directoryRows: string[][] = [];
  const draw = {} as Record<ProviderKind, (random: Random) => Provider>;
  for (const kind of Object.keys(kinds) as ProviderKind[]) {
    const { share, types, names } = kinds[kind];
    const count = Math.max(1, Math.round((people / 150) * share));
    const own: Provider[] = [];
    for (let at = 0; at < count; at++) {
      const serial = all.length + 1;
      const name = inventName(names, at);
      const provider = {
        name,
        cqcLocationId: types === null ? '' : `1-${String(serial).padStart(9, '0')}`,
        localReference: `ORG-${1000 + serial}`,
      };
      own.push(provider);
      all.push(provider);
      if (types !== null) directoryRows.push(directoryRow(random, provider, types));
      // The council's own contacts file is never complete either.
      if (random.chance(types === null ? 0.95 : 0.85)) contactRows.push(contactRow(random, provider, kind, today));
    }
    draw[kind] = weighted(own.map((provider, rank) => [provider, 1 / (rank + 1)] as const));
  }
  return { all, draw, contactRows, directoryRows };
}

function inventName(names: readonly string[], at: number): string {
  const place = places[at % places.length] ?? '';
  const round = Math.floor(at / places.length);
  const branch = Math.floor(round / names.length);
  return `${place} ${names[round % names.length] ?? ''}${branch > 0 ? ` ${branch + 1}` : ''}`;
}

function contactRow(random: Random, provider: Provider, kind: ProviderKind, today: number): string[] {
  const roundTheClock = kind === 'care-home' || kind === 'nursing-home';
  const hours = roundTheClock
    ? '24 hours'
    : random.pick([
        'Mon-Fri 08:00-18:00',
        'Mon-Fri 09:00-17:00',
        'Mon-Fri 08:30-17:00; Sat 09:00-12:00',
        'Mon-Sun 07:00-22:00',
        '',
      ]);
  const night = !roundTheClock && kind !== 'day-centre' && random.chance(0.6);
  const host = `${provider.name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.example`;
  return [
    provider.cqcLocationId,
    provider.localReference,
    provider.name,
    random.chance(0.96) ? phone(random) : '',
    hours,
    night ? phone(random) : '',
    random.chance(0.7) ? `duty@${host}` : '',
    random.chance(0.1) ? 'Ask for the coordinator, who can restart care' : '',
    random.chance(0.9) ? ukDay(today - random.between(1, 500)) : '',
  ];
}

function directoryRow(random: Random, { name, cqcLocationId }: Provider, types: string): string[] {
  return [
    name,
    '',
    `${random.between(1, 200)} Invented Street,Sherwood`,
    'XX1 1XX',
    // Spreadsheets have taken the leading 0 from every number that CQC publishes.
    random.chance(0.9) ? phone(random).replaceAll(' ', '').slice(1) : '',
    '',
    types,
    random.chance(0.8) ? '19/May/2025 - 00:00' : '',
    'Dementia|Caring for adults over 65 yrs',
    `${name} Ltd`,
    'Sherwood',
    'East Midlands',
    `https://www.cqc.example/location/${cqcLocationId}`,
    cqcLocationId,
    `1-1${cqcLocationId.slice(3)}`,
  ];
}

/** Numbers that Ofcom keeps for drama, landline and mobile. */
function phone(random: Random): string {
  const last = String(random.below(1000)).padStart(3, '0');
  return random.chance(0.33) ? `07700 900${last}` : `01632 960${last}`;
}
