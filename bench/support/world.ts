/**
 * A council of any size on a server, written straight into the tables as an import leaves them:
 * each person has two packages, one in eleven has no NHS number (no 999 number exists for them).
 */
import pg from 'pg';
import { Database } from '../../src/store/database.ts';
import { postgresEngine } from '../../src/store/engine.ts';
import { openStore } from '../../src/store/open.ts';
import { checkDigit } from '../../src/domain/nhs-number.ts';
import type { Bench } from './figure.ts';

export const council = 'BENCH';
const providers = 500;

/** Opens the service's store on a database of a server, its tables made if it has none. */
export async function openBench(url: string, connections?: number): Promise<Database> {
  await (await openStore({ databaseUrl: url, ownerUrl: null, dataDir: '' })).close();
  return new Database(postgresEngine(url, false, connections));
}

/**
 * Makes a database on a server, empty or the copy of another that nobody is connected to.
 * @returns its address
 */
export async function createDatabase(admin: string, name: string, template?: string): Promise<string> {
  await asOwner(admin, `drop database if exists ${name} with (force)`);
  await asOwner(admin, `create database ${name}${template === undefined ? '' : ` template ${template}`}`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return url.href;
}

/** Runs statements as the owner of the tables. */
export async function asOwner(url: string, ...statements: readonly string[]): Promise<pg.QueryResult[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const results: pg.QueryResult[] = [];
    for (const statement of statements) results.push(await client.query(statement));
    return results;
  } finally {
    await client.end();
  }
}

/**
 * Lets a filled database come to rest: no site gets in a minute what was just put in here, and writing that much to disk
 * later would stand in the way of what is measured, as would the vacuum that so many new rows bring about.
 */
export async function settle(url: string): Promise<void> {
  await asOwner(url, 'vacuum (analyze)', 'checkpoint');
}

/** The NHS number of a nine-digit stem `999000000 + n`, or of the next where none exists for that one. */
export function numberAt(n: number): string {
  const digits = String(999_000_000 + n);
  const check = checkDigit(digits);
  return check === 10 ? numberAt(n + 1) : `${digits}${check}`;
}

// The same check digit in SQL: the sum of each digit times its place's weight, modulo 11.
const sumOf = (stem: string): string =>
  [10, 9, 8, 7, 6, 5, 4, 3, 2].map((weight, place) => `substr(${stem}, ${place + 1}, 1)::int * ${weight}`).join(' + ');

/** SQL that says whether ten digits are an NHS number: the check digit as it must be, and not ten times one digit. */
export function isNhsNumber(number: string): string {
  return `((11 - (${sumOf(number)}) % 11) % 11 = substr(${number}, 10, 1)::int and ${number} !~ '^(.)\\1{9}$')`;
}

/** Fills a council with so many people. */
export async function fillWorld(url: string, people: number): Promise<void> {
  await asOwner(url, ...worldStatements(people));
}

/** The statements that make a council of so many people. Dates are counted from the server's today. */
export function worldStatements(people: number): string[] {
  const now = 'now()';
  return [
    `insert into bundle (council, source, extracted_at, received_at, received_by, state, report)
       values ('${council}', 'bench', ${now}, ${now}, 'bench', 'released', '{}')`,
    `insert into bundle_part select 1, '${council}', kind, ${now}, ${now}, md5(kind), 1, true
       from unnest(array['care','package-providers','directory','contacts','safeguarding','restrictions','numbers','services']) kind`,
    `insert into service_label select '${council}', c, true, 'Service ' || c, md5(c)::uuid, 1, null
       from unnest(array['Home Support','Supported Living','Extra Care Housing']) c`,
    `insert into provider_contact select '${council}', '1-9' || lpad(n::text, 5, '0'), 'P' || n, 'Provider ' || n, '01632 960' || lpad((n % 1000)::text, 3, '0'),
       'Mon-Fri 09:00-17:00', '01632 960999', 'duty' || n || '@provider.example', null, current_date - 10, md5('c' || n)::uuid, 1, null
       from generate_series(1, ${providers}) n`,
    `insert into directory_entry select '${council}', '1-9' || lpad(n::text, 5, '0'), 'Provider ' || n, '01632 960' || lpad((n % 1000)::text, 3, '0'),
       md5('d' || n)::uuid, 1, null from generate_series(1, ${providers}) n`,
    `insert into person (council, created_bundle) select '${council}', 1 from generate_series(1, ${people})`,
    `insert into person_identifier select '${council}', n, 'council-id', 'M' || n, 'care', md5('i' || n)::uuid, ${now}, null, 1, null
       from generate_series(1, ${people}) n`,
    `insert into person_identifier
       select '${council}', n + 1, 'nhs-number', stem || (11 - s % 11) % 11, 'care', md5('n' || n)::uuid, ${now}, null, 1, null
       from generate_series(0, ${people - 1}) n cross join lateral (select (999000000 + n)::text as stem) t
       cross join lateral (select ${sumOf('stem')} as s) u where s % 11 <> 1`,
    `insert into person_detail select '${council}', n, 'Family' || n, 'Given' || n, date '1940-01-01' + n % 18000, null, '2', false,
       md5('t' || n)::uuid, 1, null from generate_series(1, ${people}) n`,
    `insert into package select '${council}', n, 'A' || n || '-' || k, case k when 1 then 'Home Support' else 'Supported Living' end, false,
       current_date - 400, case when n % 7 = 0 and k = 2 then current_date - 100 end,
       case when n % 3 = 0 then '1-9' || lpad((1 + n % ${providers})::text, 5, '0') end, 'Provider ' || (1 + n % ${providers}),
       md5('p' || n || '-' || k)::uuid, 1, null from generate_series(1, ${people}) n, generate_series(1, 2) k`,
    `insert into package_provider select '${council}', n, 'A' || n || '-' || k, 'P' || (1 + n % ${providers}), md5('q' || n || '-' || k)::uuid, 1, null
       from generate_series(1, ${people}) n, generate_series(1, 2) k where n % 3 <> 0`,
    `insert into referral select '${council}', n, 'R' || n, 'open', md5('r' || n)::uuid, 1, null from generate_series(1, ${people}, 100) n`,
    `insert into restriction select '${council}', n, 'objection', current_date - 10, null, md5('x' || n)::uuid, 1, null from generate_series(13, ${people}, 1000) n`,
    'analyze',
  ];
}

/**
 * The filled database of so many people that the suites of a run share, made when it is not there yet.
 * @returns its address
 */
export async function worldOf(bench: Bench, people: number): Promise<string> {
  const name = `bench_${people}`;
  const url = new URL(bench.server);
  url.pathname = `/${name}`;
  const [found] = await asOwner(bench.server, `select 1 from pg_database where datname = '${name}'`);
  if (found?.rowCount) return url.href;
  bench.say(`filling a council of ${people.toLocaleString('en-GB')} people`);
  await createDatabase(bench.server, name);
  try {
    await (await openBench(url.href, 1)).close();
    await fillWorld(url.href, people);
  } catch (error) {
    // Half a council must not be taken for a whole one by the next suite.
    await asOwner(bench.server, `drop database ${name} with (force)`);
    throw error;
  }
  return url.href;
}

/** The birth date of person `n` (counted from 1) as `fillWorld` gives it. */
export function birthDateOf(n: number): string {
  return new Date(Date.UTC(1940, 0, 1 + (n % 18_000))).toISOString().slice(0, 10);
}

/** The person whose number {@link numberAt} gives for a stem: where none exists for it, it is the next one's. */
export function personAt(n: number): number {
  return checkDigit(String(999_000_000 + n)) === 10 ? n + 2 : n + 1;
}
