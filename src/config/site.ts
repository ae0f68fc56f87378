/** The configuration folder: its files, and what must agree between them. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import type { z } from 'zod';
import { agreementSchema } from '../domain/agreement.ts';
import type { Agreement } from '../domain/agreement.ts';
import { hospitalsOf } from '../domain/hospital-feed.ts';
import type { HolidayCalendar } from '../domain/office-hours.ts';
import type { Council, Hospital } from '../domain/organisation.ts';
import { parseProviderId } from '../domain/provider-id.ts';
import type { RosterAgreement } from '../domain/roster-agreement.ts';
import { signInSchema } from '../domain/sign-in.ts';
import type { Persona, ProviderSettings, SignInSettings } from '../domain/sign-in.ts';
import { deliveryFaults, deliverySchema, readDeliveryFile } from './delivery.ts';
import type { DeliveryFile } from './delivery.ts';
import { feedFaults, readFeedFiles } from './feed.ts';
import type { Feed } from './feed.ts';
import { readRosterFiles, rosterFaults } from './roster.ts';
import { holidaysSchema, organisationsSchema, siteSchema } from './schemas.ts';
import { gather, readYaml, readYamlFolder, refuse } from './yaml-file.ts';
import type { Fault, YamlFile } from './yaml-file.ts';

/** What the folder says, before the environment's secrets join it. */
export interface SiteFiles {
  readonly demo: boolean;
  readonly name: string;
  readonly nhsLogo: boolean;
  readonly councils: readonly Council[];
  readonly hospitals: readonly Hospital[];
  readonly agreements: readonly Agreement[];
  readonly providers: readonly ProviderSettings[];
  readonly personas: readonly Persona[];
  readonly holidays: HolidayCalendar;
  /** What hospitals send, those that are switched off too. */
  readonly feeds: readonly Feed[];
  /** Providers' own agreements on their lists of clients. */
  readonly rosters: readonly RosterAgreement[];
  /** What carries messages out of the house. */
  readonly delivery: DeliveryFile;
}

const shippedHolidays = join(import.meta.dirname, '../../config/bank-holidays.yaml');

/** Reads the folder. @throws HomewardError CONFIG_INVALID with file, line and reason, of every fault of every file */
export function readSiteFiles(folder: string): SiteFiles {
  const { files, faults } = checkSiteFiles(folder);
  if (files === null || faults.length > 0) return refuse(faults);
  return files;
}

/**
 * Reads the folder and gathers what is wrong with it.
 * @returns what can be read of it, where that can be known to be a site at all: not to be used unless there is no fault
 */
export function checkSiteFiles(folder: string): { readonly files: SiteFiles | null; readonly faults: Fault[] } {
  if (!existsSync(folder)) {
    const reason = 'the folder is missing: set CONFIG_DIR to one like config/example';
    return { files: null, faults: [{ file: folder, line: 1, reason }] };
  }
  const faults: Fault[] = [];
  const yaml = <S extends z.ZodType>(name: string, schema: S): YamlFile<z.output<S>> | null =>
    gather(faults, () => readYaml(join(folder, name), schema));
  const site = yaml('site.yaml', siteSchema);
  const organisations = yaml('organisations.yaml', organisationsSchema);
  const agreements = readAgreements(folder, faults);
  const signIn = yaml('sign-in.yaml', signInSchema);
  const feeds = readFeedFiles(folder, faults);
  const delivery = gather(faults, () => readDeliveryFile(folder));
  const rosters = readRosterFiles(folder, faults);
  const holidays = gather(faults, () => readHolidays(folder));
  if (organisations) {
    const { councils, hospitals } = organisations.value;
    faults.push(
      ...agreementFaults(agreements, organisations.value),
      ...(signIn ? signInFaults(signIn, organisations.value) : []),
      ...feedFaults(feeds, hospitals),
      ...serviceFaults(organisations, feeds, faults),
      ...rosterFaults(rosters, councils),
      ...(delivery ? deliveryFaults(delivery, councils) : []),
    );
  }
  const files = site && {
    ...site.value,
    councils: organisations?.value.councils ?? [],
    hospitals: organisations?.value.hospitals ?? [],
    agreements: agreements.map(({ value }) => value),
    providers: signIn?.value.providers ?? [],
    personas: signIn?.value.personas ?? [],
    holidays: holidays ?? { days: new Set<string>(), knownUntil: '' },
    feeds: feeds.map(({ value }) => value),
    rosters: rosters.map(({ value }) => value),
    delivery: delivery?.value ?? deliverySchema.parse({}),
  };
  return { files, faults };
}

const known = ['site.yaml', 'organisations.yaml', 'sign-in.yaml', 'delivery.yaml', 'bank-holidays.yaml'];
const folders = ['agreements', 'feeds', 'rosters'];

/**
 * YAML files and folders that nobody reads, as where a name is misspelt. Certificates, an editor's copies and what a
 * mounted volume hides behind a dot are none of them: whoever is told of what is in use takes it away.
 * @param named paths that settings and files name, which are read as something else than settings files
 */
export function strayFiles(folder: string, named: readonly string[] = []): string[] {
  const inUse = named.map((path) => resolve(path));
  const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const names = (path: string): string[] =>
    isFolder(path) ? readdirSync(path).filter((name) => !name.startsWith('.')).sort() : []; // prettier-ignore
  const unread = [
    ...names(folder).filter((name) => !known.includes(name) && !folders.includes(name)),
    ...folders.flatMap((one) =>
      names(join(folder, one))
        .filter((name) => !/\.ya?ml$/.test(name))
        .map((name) => join(one, name)),
    ),
  ];
  return unread
    .map((name) => join(folder, name))
    .filter((path) => /\.ya?ml$/i.test(path) || isFolder(path))
    .filter((path) => !inUse.some((one) => one === resolve(path) || one.startsWith(resolve(path) + sep)));
}

/** Whether a fault is one of site, councils or agreements, and not of what a service needs beside them. */
export function isOfAgreements(folder: string, { file }: Pick<Fault, 'file'>): boolean {
  const own = ['site.yaml', 'organisations.yaml'].map((name) => join(folder, name));
  const agreements = join(folder, 'agreements');
  return [folder, agreements, ...own].includes(file) || file.startsWith(agreements + sep);
}

function readAgreements(folder: string, faults: Fault[]): YamlFile<Agreement>[] {
  const agreements = join(folder, 'agreements');
  const before = faults.length;
  const files = readYamlFolder(agreements, agreementSchema, faults);
  if (files.length === 0 && faults.length === before)
    faults.push({ file: agreements, line: 1, reason: 'the folder holds no agreement, so nothing could be shared' });
  return files;
}

interface Organisations {
  readonly councils: readonly Council[];
  readonly hospitals: readonly Hospital[];
}

function agreementFaults(files: readonly YamlFile<Agreement>[], { councils, hospitals }: Organisations): Fault[] {
  const faults: Fault[] = [];
  for (const [index, one] of files.entries()) {
    const { file, value, lineOf } = one;
    const say = (key: keyof Agreement, reason: string): unknown => faults.push({ file, line: lineOf([key]), reason });
    if (!councils.some(({ id }) => id === value.council))
      say('council', `no council “${value.council}” is in organisations.yaml`);
    if (!hospitals.some(({ id }) => id === value.hospital))
      say('hospital', `no hospital “${value.hospital}” is in organisations.yaml`);
    const { providers, council, whereabouts } = value.notices;
    const hospital = hospitals.find(({ id }) => id === value.hospital);
    if ((providers || council || whereabouts.enabled) && hospital && hospital.phone === null)
      say('notices', `${hospital.name} has no phone in organisations.yaml, and whoever is told must be able to phone`);
    const before = files.slice(0, index).map((other) => ({ file: other.file, ...other.value }));
    const sameId = before.find(({ id }) => id === value.id);
    if (sameId) say('id', `${sameId.file} has this id already`);
    const samePair = before.find(({ council, hospital }) => council === value.council && hospital === value.hospital);
    if (samePair) say('council', `${samePair.file} is already the agreement of this council and hospital`);
  }
  return faults;
}

// A feed that is named wrongly would be one that is never heard: "not with us" could not be said, and nobody would know why.
function serviceFaults(
  { file, value, lineOf }: YamlFile<Organisations>,
  feeds: readonly YamlFile<Feed>[],
  before: readonly Fault[],
): Fault[] {
  // Which feeds there are is not known while one of their files cannot be read.
  const unread = before.some((fault) => /[\\/]feeds[\\/][^\\/]+$/.test(fault.file));
  return value.hospitals.flatMap(({ name, id, services }, at) =>
    services.flatMap((service, index): Fault[] => {
      const feed = feeds.find(({ value }) => value.id === service.feed);
      if (service.feed === null || (feed && hospitalsOf(feed.value).includes(id)) || (!feed && unread)) return [];
      const reason = `“${service.name}” of ${name} names the feed “${service.feed}”, which is ${feed ? 'another hospital’s' : 'not in feeds/'}`;
      return [{ file, line: lineOf(['hospitals', at, 'services', index, 'feed']), reason }];
    }),
  );
}

function signInFaults({ file, value, lineOf }: YamlFile<SignInSettings>, organisations: Organisations): Fault[] {
  const faults: Fault[] = [];
  const say = (path: PropertyKey[], reason: string): unknown => faults.push({ file, line: lineOf(path), reason });
  for (const [index, provider] of value.providers.entries()) {
    for (const [place, mapping] of provider.roles.entries()) {
      const path = ['providers', index, 'roles', place];
      const reason = mappingFault(mapping, organisations);
      if (reason) say([...path, reason.key], reason.text);
    }
  }
  const hasDemo = value.providers.some(({ kind }) => kind === 'demo');
  if (value.personas.length > 0 && !hasDemo) say(['personas'], 'personas are for a demo’s own sign-in only');
  if (value.personas.length === 0 && hasDemo) say(['providers'], 'the demo’s sign-in has no personas');
  return faults;
}

// A role works in one kind of organisation; a mistake here would open a hospital's pages to a council.
function mappingFault(
  { role, organisation, team }: ProviderSettings['roles'][number],
  { councils, hospitals }: Organisations,
): { key: string; text: string } | null {
  const hospital = hospitals.find(({ id }) => id === organisation);
  const council = councils.find(({ id }) => id === organisation);
  const place = parseProviderId(organisation);
  if (role.startsWith('provider-') !== (place !== null)) {
    return place
      ? { key: 'role', text: `“${role}” is not a role of a care provider, and “${organisation}” is one` }
      : {
          key: 'organisation',
          text: `“${role}” is a role of a care provider: write cqc:LOCATION or local:COUNCIL:REFERENCE`,
        };
  }
  if (place) {
    return place.kind === 'local' && !councils.some(({ id }) => id === place.council)
      ? { key: 'organisation', text: `no council “${place.council}” is in organisations.yaml` }
      : null;
  }
  if (!hospital && !council)
    return { key: 'organisation', text: `no organisation “${organisation}” is in organisations.yaml` };
  const either = role === 'privacy-officer' || role === 'operator';
  const ofCouncil = role.startsWith('council-');
  if (!either && ofCouncil !== (council !== undefined)) {
    return {
      key: 'role',
      text: `“${role}” is a role of a ${ofCouncil ? 'council' : 'hospital'}, and “${organisation}” is not one`,
    };
  }
  if (hospital && !hospital.teams.includes(team))
    return { key: 'team', text: `“${team}” is not a team of ${hospital.name}` };
  return null;
}

/**
 * England's bank holidays. Christmas Day, Boxing Day and New Year's Day count as closed also in
 * years in which another day is given in their place: offices are shut on both.
 */
function readHolidays(folder: string): HolidayCalendar {
  const own = join(folder, 'bank-holidays.yaml');
  const { days, knownUntil } = readYaml(existsSync(own) ? own : shippedHolidays, holidaysSchema).value;
  const years = new Set(days.map((one) => one.slice(0, 4)));
  const always = [...years].flatMap((year) => [`${year}-01-01`, `${year}-12-25`, `${year}-12-26`]);
  return { days: new Set([...days, ...always].sort()), knownUntil };
}
