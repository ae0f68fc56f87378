/** The demo's application with a second hospital, and whoever signs in to it and asks. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LightMyRequestResponse as Response } from 'fastify';
import { sql } from 'kysely';
import { buildApp } from '../../src/app.ts';
import type { App } from '../../src/app.ts';
import type { Caller, Role } from '../../src/domain/caller.ts';
import { userIdOf } from '../../src/services/provider-sign-in.ts';
import { arrivalsOn } from '../../src/services/arrivals.ts';
import type { Arrivals } from '../../src/services/arrivals.ts';
import { sessionsOn } from '../../src/services/sessions.ts';
import type { Sessions } from '../../src/services/sessions.ts';
import { openTestDatabase } from './database.ts';
import { register } from './providers.ts';
import { tuesdayMorning } from './running.ts';
import { demoConfig } from './web.ts';

/** Barbara of the demo. */
export const barbara = { nhsNumber: '9990000018', birthDate: '1941-03-14', council: '999' } as const;

/** Organisations of a role: its own, and another of the same kind. */
export function organisationsOf(role: Role): { readonly own: string; readonly other: string } {
  if (role.startsWith('council-')) return { own: '999', other: '998' };
  if (role.startsWith('provider-')) return { own: 'cqc:1-000000001', other: 'cqc:1-000000002' };
  return { own: 'KVH', other: 'NGH' };
}

/** Somebody who is signed in, with what their browser holds. */
export interface Visitor {
  readonly caller: Caller;
  readonly cookie: string;
  readonly token: string;
}

export interface Asked {
  readonly status: number;
  readonly location: string;
  readonly text: string;
}

export class MatrixSite {
  readonly app: App;
  readonly #baseUrl: string;
  readonly #sessions: Sessions;
  readonly arrivals: Arrivals;
  readonly now: () => Date;
  readonly #close: () => Promise<void>;
  #made = 0;

  private constructor(app: App, baseUrl: string, now: () => Date, arrivals: Arrivals, close: () => Promise<void>) {
    this.app = app;
    this.#baseUrl = baseUrl;
    this.#sessions = sessionsOn(app.db, { now });
    this.now = now;
    this.arrivals = arrivals;
    this.#close = close;
  }

  /** The demo with its councils loaded; nothing listens. */
  static async open(): Promise<MatrixSite> {
    const dataDir = mkdtempSync(join(tmpdir(), 'homeward-matrix-'));
    const database = await openTestDatabase();
    const { settings, site: demo } = demoConfig(3999, {
      DATA_DIR: dataDir,
      LOG_LEVEL: 'silent',
      // The addresses of a council's own system are there; no role is let in by its session.
      COUNCIL_LISTS_TOKEN_999: 'a-token-that-nobody-of-the-matrix-shows',
    });
    const [hospital] = demo.hospitals;
    if (!hospital) throw new TypeError('The demo has no hospital');
    // Both hospitals have agreements with both councils, and ask more often than people do.
    const generous = demo.agreements.map((one) => ({
      ...one,
      // Referrals are never known: what tells itself waits for a person.
      freshness: { ...one.freshness, safeguarding: { ...one.freshness.safeguarding, notAvailableAfter: 0 } },
      notices: {
        ...one.notices,
        automatic: ['with-us' as const, 'hold' as const],
        whereabouts: { ...one.notices.whereabouts, questionsHour: 1e6, questionsDay: 1e6 },
      },
    }));
    const agreements = [...generous, ...generous.map((one) => ({ ...one, id: `${one.id}-north`, hospital: 'NGH' }))];
    const hospitals = [hospital, { ...hospital, id: 'NGH', name: 'North General Hospital' }];
    const rosters = demo.rosters.flatMap((one) => [
      one,
      { ...one, id: `${one.id}-other`, provider: 'cqc:1-000000002' },
    ]);
    const site = { ...demo, agreements, hospitals, rosters };
    let ticks = 0;
    const now = (): Date => new Date(new Date(tuesdayMorning).getTime() + ticks++);
    const clock = { now };
    const app = await buildApp({ settings, site, clock, db: database.db });
    await app.refreshDemo();
    const hints = { wake: () => undefined, standsFor: async () => false, unwanted: async () => [], enqueueHint: async () => 'queued' as const }; // prettier-ignore
    const failed = (error: unknown): void => {
      throw error;
    };
    const arrivals = arrivalsOn({ db: app.db, clock, feeds: site.feeds, agreements, hints, failed });
    return new MatrixSite(app, settings.baseUrl, now, arrivals, async () => {
      await app.stop();
      rmSync(dataDir, { recursive: true, force: true });
    });
  }

  stop(): Promise<void> {
    return this.#close();
  }

  /** Signs somebody in who has never been here. */
  async visitor(role: Role, organisation: string): Promise<Visitor> {
    const person = role.startsWith('provider-') && organisation === organisationsOf(role).own;
    const userId = person ? userIdOf(await this.member(role)) : `https://sign-in.example|user-${this.next()}`;
    const id = await this.#sessions.begin(
      {
        userId,
        name: 'Nia Example',
        role,
        organisation,
        team: organisation === organisationsOf(role).own ? 'Emergency department' : 'Another team',
        authenticatedBy: 'demo',
        authenticatedAt: this.now(),
        providerSession: null,
      },
      null,
    );
    const found = await this.#sessions.find(id);
    if (found.is !== 'live') throw new TypeError('The session did not begin');
    return { caller: found.session.caller, cookie: `homeward=${id}`, token: found.session.formToken };
  }

  /** Somebody new of the role's own provider. @returns the id of their account */
  member(role: Role, name = 'Petra Example'): Promise<string> {
    const place = { organisation: 'cqc:1-000000001', name: 'Larkfield Home Care' };
    return register(this.app.db, `member-${this.next()}@larkfield.example`, place, role as 'provider-manager', name);
  }

  /** Asks as a browser of this service does. @param form of a POST; null: a page is read */
  async ask(who: Visitor | null, path: string, form: Readonly<Record<string, string>> | null, stream = false): Promise<Asked> {
    const headers = {
      host: new URL(this.#baseUrl).host,
      ...(who ? { cookie: who.cookie } : {}),
      ...(form ? { origin: this.#baseUrl, 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' } : {}),
    };
    const payload = form && new URLSearchParams({ ...(who ? { _token: who.token } : {}), ...form }).toString();
    const asked = { method: form ? 'POST' : 'GET', url: path, headers, ...(payload === null ? {} : { payload }) } as const;
    const reply = await this.#answered(() => (stream ? this.app.server.inject({ ...asked, payloadAsStream: true }) : this.app.server.inject(asked)));
    if (stream) reply.stream().destroy();
    return { status: reply.statusCode, location: String(reply.headers.location ?? ''), text: stream ? '' : reply.payload };
  } // prettier-ignore

  // Tests share a computer with others: being turned away for a moment is no verdict.
  async #answered(asking: () => Promise<Response>): Promise<Response> {
    for (let tries = 1; ; tries++) {
      const reply = await asking();
      if (reply.statusCode !== 503 || tries === 20) return reply;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** A number that was not given before. */
  next(): number {
    return ++this.#made;
  }

  /** Forgets what was made, so that lists stay as short as they are in a hospital. */
  async clear(): Promise<void> {
    await sql`delete from notice_delivery`.execute(this.app.db.sql);
    await sql`delete from telling`.execute(this.app.db.sql);
    await sql`delete from stay`.execute(this.app.db.sql);
    await sql`delete from stay_event`.execute(this.app.db.sql);
  }
}
