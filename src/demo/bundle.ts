/** Writes the demo councils' extract bundles: the same files that a real council sends. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PartKind } from '../domain/agreement.ts';
import { addDays, formatDate, londonDate } from '../domain/dates.ts';
import type { IsoDate } from '../domain/dates.ts';
import { openTable, partFiles, writeManifest } from './bundle-writer.ts';
import type { WrittenPart } from './bundle-writer.ts';
import type { Cast, CastEvent, CastRecord } from './cast.ts';
import { cldCells, partHead } from './part-headers.ts';
import { serviceMap } from './service-map.ts';
import { sherwood } from './sherwood.ts';
import { trentside } from './trentside.ts';

/**
 * Writes one bundle for each demo council, dated so that 999 is fresh at `now` and 998 overdue.
 * @param folder holds one folder for each council afterwards; former demo bundles in it are overwritten
 * @returns the folders of the bundles
 */
export async function writeDemoBundles(folder: string, now: Date): Promise<string[]> {
  const folders: string[] = [];
  for (const cast of [sherwood(now), trentside(now)]) {
    const own = join(folder, cast.council);
    await mkdir(own, { recursive: true });
    await writeCast(own, cast);
    folders.push(own);
  }
  return folders;
}

async function writeCast(folder: string, cast: Cast): Promise<void> {
  const today = londonDate(cast.extractedAt);
  const lines: Record<PartKind, string[][]> = {
    care: records(cast).flatMap((record) => record.events.map((event) => careLine(cast, record, event, today))),
    'package-providers': packageProviders(cast),
    directory: directory(cast),
    contacts: contacts(cast),
    safeguarding: safeguarding(cast),
    restrictions: records(cast).flatMap(({ councilId, nhsNumber, restriction }) =>
      restriction ? [[cast.council, councilId, nhsNumber, restriction.reason, uk(restriction.from), '']] : [],
    ),
    numbers: numberChanges(cast),
    services: serviceMap.map((line) => [...line]),
  };
  const parts: WrittenPart[] = [];
  for (const kind of Object.keys(lines) as PartKind[]) {
    const file = partFiles[kind];
    const table = await openTable(join(folder, file), partHead(kind, formatDate(addDays(today, -3))));
    for (const line of lines[kind]) table.line(line);
    const asAt = kind === 'safeguarding' ? cast.safeguardingAsAt : cast.asAt;
    parts.push({ kind, file, asAt: asAt.toISOString(), ...(await table.close()) });
  }
  await writeManifest(folder, {
    council: cast.council,
    source: `Homeward demo, ${cast.name} (fictional)`,
    extractedAt: cast.extractedAt,
    parts,
  });
}

function records(cast: Cast): CastRecord[] {
  return cast.members.flatMap((member) => member.records);
}

function careLine(cast: Cast, record: CastRecord, event: CastEvent, today: IsoDate): string[] {
  const provider = cast.providers[event.provider ?? ''];
  const kind = event.event ?? 'Service';
  return cldCells({
    'LA Code': cast.council,
    'Reporting Period Start Date': uk(addDays(today, -364)),
    'Reporting Period End Date': uk(today),
    'NHS Number': record.nhsNumber,
    'LA Person Unique Identifier': record.councilId,
    'First Name': record.given,
    'Last Name': record.family,
    Gender: record.gender,
    Ethnicity: 'Not stated',
    'Date of Birth': record.birthDate === '' ? '' : uk(record.birthDate),
    'Date of Death': record.deathDate ? uk(record.deathDate) : '',
    'Client Type': 'Service user',
    // Columns that the council sends and Homeward must read past.
    'Primary Support Reason': 'Physical support: Personal care support',
    'Unit Cost': kind === 'Service' ? '23.50' : '',
    'Cost Frequency (Unit Type)': kind === 'Service' ? 'Hourly' : '',
    'Planned units per week': kind === 'Service' ? '10.5' : '',
    'Client Funding Status': event.funding ?? 'Fully social care funded',
    'Event Type': kind,
    'Event Reference': event.reference,
    'Event Start Date': uk(event.start),
    'Event End Date': event.end ? uk(event.end) : '',
    'Service Type': kind === 'Service' ? (event.type ?? 'Long term support: Community') : '',
    'Service Component': event.component,
    'Delivery Mechanism': event.mechanism ?? '',
    // Blank by rule for providers that are not registered with CQC.
    'Provider CQC Location Name': provider?.cqcLocationId ? provider.name : '',
    'Provider CQC Location ID': provider?.cqcLocationId ?? '',
  });
}

function packageProviders(cast: Cast): string[][] {
  return records(cast).flatMap((record) =>
    record.events.flatMap((event) => {
      const provider = cast.providers[event.provider ?? ''];
      if (!provider?.localReference || provider.cqcLocationId) return [];
      return [[cast.council, record.councilId, event.reference, provider.localReference]];
    }),
  );
}

function directory(cast: Cast): string[][] {
  return Object.values(cast.providers).flatMap(({ directory: entry, cqcLocationId = '', name }) => {
    if (!entry) return [];
    const url = `https://www.cqc.example/location/${cqcLocationId}`;
    const address = '1 Invented Street,Sherwood';
    return [
      [
        name,
        '',
        address,
        'XX1 1XX',
        entry.phone,
        '',
        entry.types,
        '19/May/2025 - 00:00',
        'Dementia|Caring for adults over 65 yrs',
        `${name} Ltd`,
        cast.name.replace(/ (County|City) Council$/, ''),
        'East Midlands',
        url,
        cqcLocationId,
        cqcLocationId.replace('1-0', '1-1'),
      ],
    ];
  });
}

function contacts(cast: Cast): string[][] {
  return Object.values(cast.providers).flatMap((one) =>
    one.localReference
      ? [
          [
            one.cqcLocationId ?? '',
            one.localReference,
            one.name,
            one.phone ?? '',
            one.hours ?? '',
            one.outOfHours ?? '',
            one.email ?? '',
            one.notes ?? '',
            one.lastConfirmed ? uk(one.lastConfirmed) : '',
          ],
        ]
      : [],
  );
}

function safeguarding(cast: Cast): string[][] {
  return records(cast).flatMap(({ councilId, nhsNumber, referral }) => {
    if (!referral) return [];
    const { reference, stage, status, opened, closed } = referral;
    return [[cast.council, councilId, nhsNumber, reference, stage, status, uk(opened), closed ? uk(closed) : '']];
  });
}

function numberChanges(cast: Cast): string[][] {
  const changed = records(cast).flatMap(({ nhsNumber, formerNumber }) =>
    formerNumber ? [[formerNumber.nhsNumber, nhsNumber, uk(formerNumber.changedOn), 'Superseded']] : [],
  );
  const withdrawn = cast.members.flatMap(({ nhsNumber, withdrawnOn }) =>
    withdrawnOn ? [[nhsNumber, '', uk(withdrawnOn), 'Invalidated']] : [],
  );
  return [...changed, ...withdrawn];
}

/** `14/03/1941`, as council systems export dates. */
function uk(date: IsoDate): string {
  return `${date.slice(8)}/${date.slice(5, 7)}/${date.slice(0, 4)}`;
}
