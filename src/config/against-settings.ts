/** What the configuration folder and the environment must agree on. */
import { createPrivateKey } from 'node:crypto';
import type { Credential, ProviderSettings } from '../domain/sign-in.ts';
import type { Feed } from './feed.ts';
import { settingProblem } from './problem.ts';
import type { Problem } from './problem.ts';
import type { SiteFiles } from './site.ts';

/** What of the settings is looked at here. */
export interface Surroundings {
  readonly host: string;
  readonly baseUrl: string;
  readonly databaseUrl: string | null;
  readonly mllpPort: number | null;
  readonly mllpHost: string;
  mllpTls(): object | null;
  feedKeys(): object | null;
  sessionSecret(): string | null;
  secret(name: string): string | null;
}

type Files = Pick<SiteFiles, 'demo' | 'feeds' | 'providers'>;

/** The demo signs anybody in without a password: it must not be reachable from another computer. */
export function exposureProblems({ demo, providers }: Files, { host, baseUrl }: Surroundings): Problem[] {
  if (!demo && !providers.some(({ kind }) => kind === 'demo')) return [];
  const exposed = (detail: string): Problem => ({ code: 'CONFIG_DEMO_EXPOSED', detail });
  if (!demo) return [exposed('Take the provider of kind demo out of sign-in.yaml.')];
  return [
    ...(isLoopback(host) ? [] : [exposed('Set HOST to 127.0.0.1, or use another CONFIG_DIR.')]),
    ...(isLoopback(new URL(baseUrl).hostname)
      ? []
      : [exposed('BASE_URL must be on localhost, or use another CONFIG_DIR.')]),
  ];
}

/** Only the demo may keep what it is told in a database of its own. */
export function databaseProblems({ demo }: Pick<Files, 'demo'>, { databaseUrl }: Surroundings): Problem[] {
  return demo || databaseUrl !== null ? [] : [{ code: 'CONFIG_NO_DATABASE', detail: '', setting: 'DATABASE_URL' }];
}

/** Said where there is none, and something is to be sealed. */
export const noSessionSecret = 'SESSION_SECRET must be set outside the demo, the same for every process.';

/** What pages of a real site need. */
export function servingProblems({ demo }: Pick<Files, 'demo'>, settings: Surroundings): Problem[] {
  if (demo) return [];
  return [
    ...(settings.baseUrl.startsWith('https://')
      ? []
      : [settingProblem('BASE_URL must begin with https:// outside the demo.')]),
    ...(settings.sessionSecret() === null ? [settingProblem(noSessionSecret)] : []),
  ];
}

/** How a feed may be sent is said in its file; what the listener does must agree, or its sender is locked out. */
export function feedProblems({ demo, feeds }: Pick<Files, 'demo' | 'feeds'>, settings: Surroundings): Problem[] {
  const enabled = feeds.filter((feed) => feed.enabled);
  const [first] = enabled;
  if (!first) return [];
  const problems: Problem[] = [];
  const say = (detail: string): unknown => problems.push(settingProblem(detail));
  const says = (security: Feed['connection']['security']): Feed | undefined =>
    enabled.find(({ connection }) => connection.security === security);
  const [plain, secured] = [says('plain-text'), says('tls')];
  if (secured && settings.mllpTls() === null)
    say(`MLLP_TLS_CERT, MLLP_TLS_KEY and MLLP_TLS_CLIENT_CA must be set: feed “${secured.id}” asks for TLS.`);
  if (plain && settings.mllpTls() !== null)
    say(`Feed “${plain.id}” says plain-text, but the MLLP_TLS settings are given.`);
  // Plain text has no other proof of who sends.
  const open = enabled.find(({ connection }) => connection.security === 'plain-text' && !connection.addresses);
  if (open && !isLoopback(settings.mllpHost) && !demo)
    say(`MLLP_HOST must be this computer’s own, or feed “${open.id}”, which says plain-text, must name connection.addresses.`); // prettier-ignore
  if (demo) {
    if (!isLoopback(settings.mllpHost))
      problems.push({ code: 'CONFIG_DEMO_EXPOSED', detail: 'Set MLLP_HOST to 127.0.0.1, or use another CONFIG_DIR.' });
    return problems;
  }
  if (settings.mllpPort === null) say(`MLLP_PORT must be set: feed “${first.id}” is enabled.`);
  if (settings.feedKeys() === null)
    say(`FEED_KEY must be set, the same for every process: feed “${first.id}” is enabled.`);
  return problems;
}

/** By what the service proves itself to a sign-in provider: null for the demo's, or the problem. */
export function credentialOf(
  provider: ProviderSettings,
  settings: Pick<Surroundings, 'secret'>,
): Credential | null | Problem {
  if (provider.kind === 'demo') return null;
  const name = provider.clientSecretEnv ?? provider.privateKeyEnv ?? '';
  const secret = settings.secret(name);
  if (secret === null)
    return settingProblem(`${name} must be set: the sign-in provider “${provider.id}” names it.`, name);
  if (provider.clientSecretEnv !== undefined) return { kind: 'secret', secret };
  const pem = privateKeyOf(secret);
  if (pem === null) return settingProblem(`${name} must be a private key in PEM form.`, name);
  return { kind: 'private-key', pem, algorithm: provider.privateKeyAlgorithm, keyId: provider.privateKeyId ?? null };
}

/** A private key in PEM form; null when it is none: better at start than when the first nurse signs in. */
export function privateKeyOf(text: string): string | null {
  // Many tools that set environments cannot hold a line break.
  const pem = text.replaceAll('\\n', '\n');
  try {
    createPrivateKey(pem);
    return pem;
  } catch {
    return null;
  }
}

/** Whether a host name or address is this computer itself. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1|\[::1\])$/.test(host);
}
