/**
 * Settings and configuration folder, read once at start into one frozen object. The only reader of
 * the environment. Whatever is wrong stops the start with what to change.
 */
import { createPrivateKey, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Feed } from './config/feed.ts';
import { readSiteFiles } from './config/site.ts';
import type { SiteFiles } from './config/site.ts';
import { HomewardError } from './domain/error.ts';
import type { Credential, ProviderSettings, SignInProvider } from './domain/sign-in.ts';

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
  /** Key material for the sign-in cookie: SESSION_SECRET, or random in a demo without one. */
  sealingSecret(): string;
}

export interface Config {
  readonly settings: Settings;
  readonly site: Site;
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
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], { error: 'must be fatal, error, warn, info, debug or silent' }).default('info'),
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
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const read = environmentSchema.safeParse(given);
  if (!read.success) {
    // Only the name and the reason: the value may be a secret.
    throw settingsInvalid(read.error.issues.map(({ path, message }) => `${String(path[0])} ${message}.`).join(' '));
  }
  const { data } = read;
  if (data.DATABASE_OWNER_URL && !data.DATABASE_URL)
    throw settingsInvalid('DATABASE_OWNER_URL needs DATABASE_URL beside it.');
  const tls = mllpTls(data);
  const { FEED_KEY: currentKey, FEED_KEY_OLD: oldKeys } = data;
  return Object.freeze({
    port: data.PORT,
    host: data.HOST,
    baseUrl: originOf(data.BASE_URL ?? `http://localhost:${data.PORT}`),
    dataDir: data.DATA_DIR,
    databaseUrl: data.DATABASE_URL ?? null,
    databaseOwnerUrl: data.DATABASE_OWNER_URL ?? null,
    configDir: data.CONFIG_DIR,
    drainMs: (data.DRAIN_SECONDS ?? 5) * 1000,
    logLevel: data.LOG_LEVEL,
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
}

type TlsFiles = Readonly<Partial<Record<'MLLP_TLS_CERT' | 'MLLP_TLS_KEY' | 'MLLP_TLS_CLIENT_CA', string | undefined>>>;

// All three or none: a listener that asks for no certificate could not tell one hospital's engine from another.
function mllpTls(given: TlsFiles): MllpTls | null {
  const { MLLP_TLS_CERT: certFile, MLLP_TLS_KEY: keyFile, MLLP_TLS_CLIENT_CA: authorities } = given;
  if (certFile === undefined && keyFile === undefined && authorities === undefined) return null;
  const read = (name: string, path: string | undefined): Buffer => {
    if (path === undefined) throw settingsInvalid(`${name} must be set beside the other MLLP_TLS settings.`);
    try {
      return readFileSync(path);
    } catch {
      throw settingsInvalid(`${name} names a file that cannot be read.`);
    }
  };
  const tls = {
    cert: read('MLLP_TLS_CERT', certFile),
    key: read('MLLP_TLS_KEY', keyFile),
    clientAuthorities: read('MLLP_TLS_CLIENT_CA', authorities),
  };
  privateKey('MLLP_TLS_KEY', tls.key.toString());
  return tls;
}

function originOf(text: string): string {
  const url = new URL(text);
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '') {
    throw settingsInvalid('BASE_URL must have no path: the service needs an address of its own.');
  }
  return url.origin;
}

/**
 * Reads the configuration folder and checks it against the settings.
 * @throws HomewardError CONFIG_INVALID (file, line and reason), CONFIG_DEMO_EXPOSED,
 *   CONFIG_NO_DATABASE, SETTINGS_INVALID
 */
export function loadSite(settings: Settings): Site {
  const files = readSiteFiles(settings.configDir);
  if (files.demo || files.providers.some(({ kind }) => kind === 'demo')) refuseExposedDemo(files, settings);
  if (!files.demo) {
    if (settings.databaseUrl === null) throw new HomewardError('CONFIG_NO_DATABASE');
    if (!settings.baseUrl.startsWith('https://'))
      throw settingsInvalid('BASE_URL must begin with https:// outside the demo.');
    if (settings.sessionSecret() === null)
      throw settingsInvalid('SESSION_SECRET must be set outside the demo, the same for every process.');
  }
  checkFeeds(files, settings);
  const sealing = settings.sessionSecret() ?? randomBytes(32).toString('hex');
  return freezeDeep({
    ...files,
    providers: files.providers.map((provider) => {
      const credential = credentialOf(provider, settings);
      return { ...provider, credential: () => credential };
    }),
    sealingSecret: () => sealing,
  });
}

/** Settings and site together. @throws HomewardError as {@link loadSettings} and {@link loadSite} */
export function loadConfig(env: Environment = process.env): Config {
  const settings = loadSettings(env);
  return Object.freeze({ settings, site: loadSite(settings) });
}

// How a feed may be sent is said in its file; what the listener does must agree, or its sender is locked out.
function checkFeeds({ demo, feeds }: SiteFiles, settings: Settings): void {
  const enabled = feeds.filter((feed) => feed.enabled);
  const [first] = enabled;
  if (!first) return;
  const says = (security: Feed['connection']['security']): Feed | undefined =>
    enabled.find(({ connection }) => connection.security === security);
  const [plain, secured] = [says('plain-text'), says('tls')];
  if (secured && settings.mllpTls() === null)
    throw settingsInvalid(`MLLP_TLS_CERT, MLLP_TLS_KEY and MLLP_TLS_CLIENT_CA must be set: feed “${secured.id}” asks for TLS.`); // prettier-ignore
  if (plain && settings.mllpTls() !== null)
    throw settingsInvalid(`Feed “${plain.id}” says plain-text, but the MLLP_TLS settings are given.`);
  // Plain text has no other proof of who sends.
  const open = enabled.find(({ connection }) => connection.security === 'plain-text' && !connection.addresses);
  if (open && !isLoopback(settings.mllpHost) && !demo)
    throw settingsInvalid(`MLLP_HOST must be this computer’s own, or feed “${open.id}”, which says plain-text, must name connection.addresses.`); // prettier-ignore
  if (demo && !isLoopback(settings.mllpHost))
    throw new HomewardError('CONFIG_DEMO_EXPOSED', 'Set MLLP_HOST to 127.0.0.1, or use another CONFIG_DIR.');
  if (demo) return;
  if (settings.mllpPort === null) throw settingsInvalid(`MLLP_PORT must be set: feed “${first.id}” is enabled.`);
  if (settings.feedKeys() === null)
    throw settingsInvalid(`FEED_KEY must be set, the same for every process: feed “${first.id}” is enabled.`);
}

// The demo signs anybody in without a password: it must not be reachable from another computer.
function refuseExposedDemo(files: SiteFiles, { host, baseUrl }: Settings): void {
  if (!files.demo)
    throw new HomewardError('CONFIG_DEMO_EXPOSED', 'Take the provider of kind demo out of sign-in.yaml.');
  if (!isLoopback(host))
    throw new HomewardError('CONFIG_DEMO_EXPOSED', 'Set HOST to 127.0.0.1, or use another CONFIG_DIR.');
  if (!isLoopback(new URL(baseUrl).hostname)) {
    throw new HomewardError('CONFIG_DEMO_EXPOSED', 'BASE_URL must be on localhost, or use another CONFIG_DIR.');
  }
}

/** Whether a host name or address is this computer itself. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1|\[::1\])$/.test(host);
}

function credentialOf(provider: ProviderSettings, settings: Settings): Credential | null {
  if (provider.kind === 'demo') return null;
  const name = provider.clientSecretEnv ?? provider.privateKeyEnv ?? '';
  const secret = settings.secret(name);
  if (secret === null) throw settingsInvalid(`${name} must be set: the sign-in provider “${provider.id}” names it.`);
  if (provider.clientSecretEnv !== undefined) return { kind: 'secret', secret };
  return {
    kind: 'private-key',
    pem: privateKey(name, secret),
    algorithm: provider.privateKeyAlgorithm,
    keyId: provider.privateKeyId ?? null,
  };
}

// Better at start than when the first nurse signs in.
function privateKey(name: string, text: string): string {
  // Many tools that set environments cannot hold a line break.
  const pem = text.replaceAll('\\n', '\n');
  try {
    createPrivateKey(pem);
    return pem;
  } catch {
    throw settingsInvalid(`${name} must be a private key in PEM form.`);
  }
}

function settingsInvalid(detail: string): HomewardError {
  return new HomewardError('SETTINGS_INVALID', detail);
}

function freezeDeep<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) freezeDeep(inner);
  return Object.freeze(value);
}
