/** A running server for tests, a clock that can be moved, and a browser of sorts that keeps cookies. */
import type { FastifyInstance } from 'fastify';
import { freePort } from '../../scripts/free-port.ts';
import { loadSettings, loadSite } from '../../src/config.ts';
import type { Settings, Site } from '../../src/config.ts';
import type { Clock } from '../../src/domain/clock.ts';
import { sessionsOn } from '../../src/services/sessions.ts';
import { signInWith } from '../../src/services/sign-in.ts';
import { makeLog } from '../../src/telemetry.ts';
import type { WebDeps } from '../../src/web/deps.ts';
import type { Page } from '../../src/web/page.ts';
import { buildServer } from '../../src/web/server.ts';
import { openTestDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';
import { morning } from './site.ts';

/** A clock that a test moves by hand. */
export interface MovableClock extends Clock {
  advance(milliseconds: number): void;
}

/** @param instant ISO 8601 with offset */
export function movableClock(instant = morning): MovableClock {
  let at = new Date(instant).getTime();
  return {
    now: () => new Date(at),
    advance: (milliseconds) => void (at += milliseconds),
  };
}

/** The demo's settings and site for a port, as the environment would give them. */
export function demoConfig(port: number, more: Record<string, string> = {}): { settings: Settings; site: Site } {
  const settings = loadSettings({
    PORT: String(port),
    BASE_URL: `http://localhost:${port}`,
    LOG_LEVEL: 'info',
    ...more,
  });
  return { settings, site: loadSite(settings) };
}

export interface RunningWeb {
  readonly baseUrl: string;
  readonly server: FastifyInstance;
  readonly clock: MovableClock;
  readonly db: TestDatabase['db'];
  readonly web: WebDeps;
  /** Everything logged so far. */
  log(): string;
  close(): Promise<void>;
}

/**
 * Starts the demo site's server on a port of its own.
 * @param pages the product's pages to mount beside the frame's
 * @param changes replace parts of what the server is made of
 */
export async function startWeb(
  pages: readonly Page[] | ((db: TestDatabase['db'], clock: Clock) => readonly Page[]) = [],
  changes: (web: WebDeps, site: Site) => Partial<WebDeps> = () => ({}),
): Promise<RunningWeb> {
  const port = await freePort();
  const { settings, site } = demoConfig(port);
  const database = await openTestDatabase();
  const clock = movableClock();
  const lines: string[] = [];
  const usual: WebDeps = {
    site,
    baseUrl: settings.baseUrl,
    clock,
    sessions: sessionsOn(database.db, clock),
    signIn: signInWith({ providers: site.providers, baseUrl: settings.baseUrl, clock }),
    sealingSecret: site.sealingSecret(),
    pages: typeof pages === 'function' ? pages(database.db, clock) : pages,
    health: async () => [{ name: 'database', ok: true }],
    log: makeLog('info', { write: (line) => void lines.push(line) }),
    // Tests share two processors with one another: being slow is no reason to refuse.
    maxEventLoopDelay: 60_000,
  };
  const web = { ...usual, ...changes(usual, site) };
  const server = await buildServer(web);
  await server.listen({ port, host: '127.0.0.1' });
  return {
    baseUrl: settings.baseUrl,
    server,
    clock,
    db: database.db,
    web,
    log: () => lines.join(''),
    async close() {
      await server.close();
      await database.close();
    },
  };
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A browser without scripts: follows nothing by itself, keeps cookies, sends what browsers send. */
export class Browser {
  readonly baseUrl: string;
  readonly cookies = new Map<string, { value: string; path: string }>();

  constructor(baseUrl: string) {
    this.baseUrl = baseUrl;
  }

  /** Fetches one page. */
  get(path: string, headers: Record<string, string> = {}): Promise<Reply> {
    return this.#send(path, { headers });
  }

  /** Fetches a page and whatever it redirects to. */
  async follow(path: string): Promise<Reply & { readonly path: string }> {
    let at = path;
    for (let hop = 0; hop < 15; hop++) {
      const reply = await this.get(at);
      const next = reply.headers.get('location');
      if (reply.status < 300 || reply.status >= 400 || next === null) return { ...reply, path: at };
      at = localPath(next, this.baseUrl);
    }
    throw new Error(`${path} redirects without end`);
  }

  /** Sends a form as a page of this server would; the token is added when one was given. */
  post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Reply> {
    return this.#send(path, {
      method: 'POST',
      body: new URLSearchParams(fields).toString(),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: this.baseUrl,
        'sec-fetch-site': 'same-origin',
        ...headers,
      },
    });
  }

  /** The token of the form on a page. */
  async token(path: string): Promise<string> {
    const { text } = await this.get(path);
    const found = /name="_token" value="([^"]+)"/.exec(text)?.[1];
    if (found === undefined) throw new Error(`${path} holds no form token`);
    return found;
  }

  async #send(path: string, init: RequestInit): Promise<Reply> {
    const asked = path.split('?')[0] ?? path;
    const cookie = [...this.cookies].filter(([, one]) => asked.startsWith(one.path)).map(([name, one]) => `${name}=${one.value}`).join('; '); // prettier-ignore
    const response = await fetch(this.baseUrl + path, {
      ...init,
      redirect: 'manual',
      headers: { ...(init.headers as Record<string, string>), ...(cookie ? { cookie } : {}) },
    });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(/;\s*/);
    const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
    const path = attributes.find((one) => /^path=/i.test(one))?.slice(5) ?? '/';
    const over = attributes.some(
      (one) => /^max-age=0$/i.test(one) || (/^expires=/i.test(one) && new Date(one.slice(8)) < new Date(1e12)),
    );
    if (over || value === '') this.cookies.delete(name);
    else this.cookies.set(name, { value, path });
  }
}

/** The part of an address that lies on this server. */
export function localPath(address: string, baseUrl: string): string {
  if (address.startsWith('/')) return address;
  if (!address.startsWith(`${baseUrl}/`)) throw new Error(`${address} leads away`);
  return address.slice(baseUrl.length);
}

export interface SignedIn {
  readonly browser: Browser;
  /** The session's cookie, as `name=value`. */
  readonly cookie: string;
  /** Path where the person landed. */
  readonly landed: string;
  get(path: string): Promise<Reply>;
  /** Sends a form with the session's token. */
  post(path: string, fields?: Record<string, string>): Promise<Reply>;
  /** The session's form token. */
  token(): Promise<string>;
}

/** Signs a persona of the demo in, through the whole of OpenID Connect. */
export async function signIn(baseUrl: string, persona: string, browser = new Browser(baseUrl)): Promise<SignedIn> {
  const page = await browser.follow('/sign-in/demo');
  const chosen = await browser.post(page.path, { persona });
  const next = chosen.headers.get('location');
  if (chosen.status !== 303 || next === null) throw new Error(`The demo's sign-in answered ${chosen.status}`);
  const landed = await browser.follow(localPath(next, baseUrl));
  const session = [...browser.cookies].find(([name]) => name.endsWith('homeward'));
  if (!session) throw new Error(`Nobody was signed in: ${landed.status} ${landed.path}`);
  const token = (): Promise<string> => browser.token('/phone-numbers');
  return {
    browser,
    cookie: `${session[0]}=${session[1].value}`,
    landed: landed.path,
    get: (path) => browser.get(path),
    post: async (path, fields = {}) => browser.post(path, { _token: await token(), ...fields }),
    token,
  };
}
