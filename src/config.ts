/**
 * Settings and configuration folder, read once at start into one frozen object. The only reader of
 * the environment. Whatever is wrong stops the start with what to change.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import {
  credentialOf,
  databaseProblems,
  exposureProblems,
  feedProblems,
  noSessionSecret,
  privateKeyOf,
  servingProblems,
} from './config/against-settings.ts';
import { refuseProblems, settingProblem, withoutEchoes } from './config/problem.ts';
import type { Problem } from './config/problem.ts';
import { checkSiteFiles, isOfAgreements, strayFiles } from './config/site.ts';
import type { SiteFiles } from './config/site.ts';
import { linesOf } from './config/yaml-file.ts';
import { HomewardError } from './domain/error.ts';
import type { SignInProvider } from './domain/sign-in.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment says. Secrets are in closures, so that printing this object shows none. */
export interface Settings {
  readonly port: number;
  readonly host: string;
  /** Address people use, without a slash at its end. */
  readonly baseUrl: string;
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  readonly databaseOwnerUrl: string | null;
  readonly configDir: string;
  /** Milliseconds of serving on after SIGTERM, while /health says that no more should come. */
  readonly drainMs: number;
  readonly logLevel: string;
  /** Whether somebody has chosen the log's level, or it is what it is when nobody has. */
  readonly choseLogLevel: boolean;
  /** What a monitoring system shows to read the metrics; null: none may. */
  metricsToken(): string | null;
  /** Where hospital feeds are listened for; null when not said. */
  readonly mllpPort: number | null;
  readonly mllpHost: string;
  /** Certificate and key of the listener, and who signs its clients'; null for plain text. */
  mllpTls(): MllpTls | null;
  /** Seals feed messages; the keys before it still open. Null when not set. */
  feedKeys(): readonly [current: Buffer, ...old: Buffer[]] | null;
  /** Seals the cookie that lives while somebody signs in; null when not set. */
  sessionSecret(): string | null;
  /** Addresses and networks of the proxies in front, whose word on where a request came from is taken. */
  readonly trustedProxies: readonly string[];
  /** Address of the mail server, with its password; null when not set. */
  smtpUrl(): string | null;
  /** GOV.UK Notify's key, and where Notify is if not at its own address; null without a key. */
  notify(): { readonly apiKey: string; readonly baseUrl: string | null } | null;
  /** Where letters that come back are taken in; null when not said. */
  readonly bouncePort: number | null;
  readonly bounceHost: string;
  /** A secret that a file of the configuration folder names. */
  secret(name: string): string | null;
}

/** PEM texts of the feeds' listener. */
export interface MllpTls {
  readonly key: Buffer;
  readonly cert: Buffer;
  readonly clientAuthorities: Buffer;
}

/** The configuration folder, checked against the settings. */
export interface Site extends Omit<SiteFiles, 'providers'> {
  readonly providers: readonly SignInProvider[];
  /**
   * Key material for the sign-in cookie: SESSION_SECRET, or random in a demo without one.
   * @throws HomewardError SETTINGS_INVALID outside the demo without one, which serving refuses and a command need not
   */
  sealingSecret(): string;
}

export interface Config {
  readonly settings: Settings;
  readonly site: Site;
}

/**
 * What somebody is about to use, and so must be in order. `files`: councils and agreements alone, and where facts are.
 * `database`: every file, and a database for facts. `feeds`: what the hospital sends too. `serving`: everything.
 */
export type Use = 'files' | 'database' | 'feeds' | 'serving';

/** What was found: all problems together, and what could be read, which is not to be used while there is one. */
export interface Checked {
  readonly problems: readonly Problem[];
  readonly settings: Settings;
  /** Null where the folder cannot even be known to be a site. */
  readonly site: Site | null;
  /** Files of the folder that nobody reads. */
  readonly strays: readonly string[];
}

const address = z.url({ protocol: /^https?$/, error: 'must be an address like https://homeward.example.nhs.uk' });
const postgres = z.string().regex(/^postgres(ql)?:\/\//, 'must begin with postgres://');

const feedKey = z
  .string()
  .refine((text) => Buffer.from(text, 'base64').length === 32, 'must be 32 bytes in base64')
  .transform((text) => Buffer.from(text, 'base64'));

const environmentSchema = z.object({
  PORT: z.coerce.number({ error: 'must be a port number' }).int('must be a port number').min(1, 'must be a port number').max(65535, 'must be a port number').default(3000),
  HOST: z.string().default('127.0.0.1'),
  BASE_URL: address.optional(),
  DATA_DIR: z.string().default('./data'),
  DATABASE_URL: postgres.optional(),
  DATABASE_OWNER_URL: postgres.optional(),
  CONFIG_DIR: z.string().default('config/demo'),
  METRICS_TOKEN: z.string().min(24, 'must be at least 24 characters').regex(/^[\x21-\x7e]+$/, 'must be letters, digits and signs without spaces').optional(),
  DRAIN_SECONDS: z.coerce.number({ error: 'must be a number of seconds' }).min(0, 'must not be less than 0').max(300, 'must be at most 300').optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], { error: 'must be fatal, error, warn, info, debug or silent' }).optional(),
  MLLP_PORT: z.coerce.number({ error: 'must be a port number' }).int('must be a port number').min(0, 'must be a port number').max(65535, 'must be a port number').optional(),
  MLLP_HOST: z.string().default('127.0.0.1'),
  MLLP_TLS_CERT: z.string().optional(),
  MLLP_TLS_KEY: z.string().optional(),
  MLLP_TLS_CLIENT_CA: z.string().optional(),
  FEED_KEY: feedKey.optional(),
  FEED_KEY_OLD: z.string().transform((text) => text.split(',').map((one) => one.trim())).pipe(z.array(feedKey)).default([]),
  TRUSTED_PROXIES: z.string().transform((text) => text.split(',').map((one) => one.trim())).pipe(z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'must be addresses or networks like 10.0.0.0/8'))).default([]),
  SMTP_URL: z.string().regex(/^smtps?:\/\/[^/]/, 'must be an address like smtps://user:password@mail.example').optional(),
  NOTIFY_API_KEY: z.string().min(73, 'must be a key as Notify shows it').optional(),
  NOTIFY_URL: address.optional(),
  BOUNCE_PORT: z.coerce.number({ error: 'must be a port number' }).int('must be a port number').min(0, 'must be a port number').max(65535, 'must be a port number').optional(),
  BOUNCE_HOST: z.string().default('127.0.0.1'),
  SESSION_SECRET: z.string().min(32, 'must be at least 32 characters').optional(),
}); // prettier-ignore

/** Reads and checks the environment. @throws HomewardError SETTINGS_INVALID naming every wrong setting */
export function loadSettings(env: Environment = process.env): Settings {
  const { settings, problems } = readSettings(env);
  refuseProblems(problems);
  return settings;
}

/**
 * Reads the configuration folder and checks it against the settings.
 * @throws HomewardError CONFIG_INVALID (file, line and reason), CONFIG_DEMO_EXPOSED,
 *   CONFIG_NO_DATABASE, SETTINGS_INVALID
 */
export function loadSite(settings: Settings, use: Use = 'serving'): Site {
  const { site, problems } = checkSite(settings, use);
  refuseProblems(problems);
  // Without problems there is a site.
  return site as Site;
}

/** Where one of these is wrong, an extract would be compared with an empty record unnoticed. */
const ofFiles: ReadonlySet<string> = new Set(['DATABASE_URL', 'DATABASE_OWNER_URL']);

/** Settings and site together. @throws HomewardError as {@link loadSettings} and {@link loadSite} */
export function loadConfig(env: Environment = process.env, use: Use = 'serving'): Config {
  const { settings, problems } = readSettings(env);
  const counts = ({ setting = '' }: Problem): boolean => use !== 'files' || ofFiles.has(setting);
  refuseProblems(problems.filter(counts));
  return Object.freeze({ settings, site: loadSite(settings, use) });
}

/** Reads everything and throws nothing: what is wrong with environment and folder, all of it at once. */
export function checkConfig(env: Environment = process.env): Checked {
  const { settings, problems } = readSettings(env);
  const { site, problems: more } = checkSite(settings, 'serving');
  const { email = null, systems = [] } = site?.delivery ?? {};
  const authorities = [email?.by === 'smtp' ? email.authorities : null, ...systems.map((one) => one.authorities)];
  // Whatever a setting names, also one of Node's own such as NODE_EXTRA_CA_CERTS.
  const named = [...Object.values(env), ...authorities].filter((path) => typeof path === 'string' && path !== '');
  const strays = strayFiles(settings.configDir, named as string[]);
  return { settings, site, problems: withoutEchoes([...problems, ...more]), strays };
}

/**
 * The settings of a demo that somebody watches on a terminal: a line for each request would drown what it says to
 * whoever tries it. A level that was chosen stays.
 */
export function quietOnTerminal({ settings, site }: Config, terminal: boolean): Settings {
  return site.demo && terminal && !settings.choseLogLevel ? { ...settings, logLevel: 'warn' } : settings;
}

function readSettings(env: Environment): { settings: Settings; problems: Problem[] } {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const read = environmentSchema.safeParse(given);
  // Only the name and the reason: the value may be a secret.
  const problems = (read.error?.issues ?? []).map(({ path, message }) =>
    settingProblem(`${String(path[0])} ${message}.`, String(path[0])),
  );
  // One that is wrong counts as not set, so that the others are looked at all the same.
  const wrong = new Set(problems.map(({ setting }) => setting));
  const data =
    read.data ??
    environmentSchema.parse(Object.fromEntries(Object.entries(given).filter(([name]) => !wrong.has(name))));
  if (data.DATABASE_OWNER_URL && !data.DATABASE_URL)
    problems.push(settingProblem('DATABASE_OWNER_URL needs DATABASE_URL beside it.', 'DATABASE_OWNER_URL'));
  const tls = mllpTls(data, problems);
  const { FEED_KEY: currentKey, FEED_KEY_OLD: oldKeys } = data;
  const settings = Object.freeze({
    port: data.PORT,
    host: data.HOST,
    baseUrl: originOf(data.BASE_URL ?? `http://localhost:${data.PORT}`, problems),
    dataDir: data.DATA_DIR,
    databaseUrl: data.DATABASE_URL ?? null,
    databaseOwnerUrl: data.DATABASE_OWNER_URL ?? null,
    configDir: data.CONFIG_DIR,
    drainMs: (data.DRAIN_SECONDS ?? 5) * 1000,
    logLevel: data.LOG_LEVEL ?? 'info',
    choseLogLevel: data.LOG_LEVEL !== undefined,
    metricsToken: () => data.METRICS_TOKEN ?? null,
    mllpPort: data.MLLP_PORT ?? null,
    mllpHost: data.MLLP_HOST,
    mllpTls: () => tls,
    feedKeys: () => (currentKey ? ([currentKey, ...oldKeys] as const) : null),
    trustedProxies: Object.freeze(data.TRUSTED_PROXIES),
    sessionSecret: () => data.SESSION_SECRET ?? null,
    smtpUrl: () => data.SMTP_URL ?? null,
    notify: () =>
      data.NOTIFY_API_KEY === undefined ? null : { apiKey: data.NOTIFY_API_KEY, baseUrl: data.NOTIFY_URL ?? null },
    bouncePort: data.BOUNCE_PORT ?? null,
    bounceHost: data.BOUNCE_HOST,
    secret: (name: string) => given[name] ?? null,
  });
  return { settings, problems: withoutEchoes(problems) };
}

type TlsFiles = Readonly<Partial<Record<'MLLP_TLS_CERT' | 'MLLP_TLS_KEY' | 'MLLP_TLS_CLIENT_CA', string | undefined>>>;

// All three or none: a listener that asks for no certificate could not tell one hospital's engine from another.
function mllpTls(given: TlsFiles, problems: Problem[]): MllpTls | null {
  const { MLLP_TLS_CERT: certFile, MLLP_TLS_KEY: keyFile, MLLP_TLS_CLIENT_CA: authorities } = given;
  if (certFile === undefined && keyFile === undefined && authorities === undefined) return null;
  const before = problems.length;
  const read = (name: string, path: string | undefined): Buffer => {
    const wrong = (reason: string): unknown => problems.push(settingProblem(`${name} ${reason}.`, name));
    if (path === undefined) wrong('must be set beside the other MLLP_TLS settings');
    else {
      try {
        return readFileSync(path);
      } catch {
        wrong('names a file that cannot be read');
      }
    }
    return Buffer.alloc(0);
  };
  const tls = {
    cert: read('MLLP_TLS_CERT', certFile),
    key: read('MLLP_TLS_KEY', keyFile),
    clientAuthorities: read('MLLP_TLS_CLIENT_CA', authorities),
  };
  if (problems.length > before) return tls;
  if (privateKeyOf(tls.key.toString()) === null)
    problems.push(settingProblem('MLLP_TLS_KEY must be a private key in PEM form.', 'MLLP_TLS_KEY'));
  else if (!goTogether(tls))
    problems.push(settingProblem('MLLP_TLS_CERT must be the certificate of MLLP_TLS_KEY, and MLLP_TLS_CLIENT_CA certificates, in PEM form.')); // prettier-ignore
  return tls;
}

function goTogether({ cert, key, clientAuthorities: ca }: MllpTls): boolean {
  try {
    createSecureContext({ cert, key, ca });
    return true;
  } catch {
    return false;
  }
}

function originOf(text: string, problems: Problem[]): string {
  const url = new URL(text);
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '')
    problems.push(settingProblem('BASE_URL must have no path: the service needs an address of its own.', 'BASE_URL'));
  return url.origin;
}

function checkSite(settings: Settings, use: Use): { site: Site | null; problems: Problem[] } {
  const { files, faults: found } = checkSiteFiles(settings.configDir);
  const faults = use === 'files' ? found.filter((one) => isOfAgreements(settings.configDir, one)) : found;
  const problems: Problem[] = linesOf(faults).map((detail) => ({ code: 'CONFIG_INVALID', detail }));
  if (files === null) return { site: null, problems };
  const serving = use === 'serving';
  if (serving) problems.push(...exposureProblems(files, settings));
  if (use !== 'files') problems.push(...databaseProblems(files, settings));
  if (serving) problems.push(...servingProblems(files, settings));
  if (serving || use === 'feeds') problems.push(...feedProblems(files, settings));
  const providers = files.providers.map((provider) => {
    // Nobody signs in to a command.
    const found = serving ? credentialOf(provider, settings) : null;
    if (found && 'detail' in found) problems.push(found);
    const credential = found && 'detail' in found ? null : found;
    return { ...provider, credential: () => credential };
  });
  const sealing = settings.sessionSecret() ?? (files.demo ? randomBytes(32).toString('hex') : null);
  const sealingSecret = (): string => {
    // One of this process's own would open nothing that another has sealed, and nobody would know why.
    if (sealing === null) throw new HomewardError('SETTINGS_INVALID', noSessionSecret);
    return sealing;
  };
  return { site: freezeDeep({ ...files, providers, sealingSecret }), problems: withoutEchoes(problems) };
}

function freezeDeep<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) freezeDeep(inner);
  return Object.freeze(value);
}
