/** A council, a hospital with its feed and a care provider on a test database: questions asked, stays put, time set. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Caller, Role } from '../../src/domain/caller.ts';
import type { Feed } from '../../src/domain/hospital-feed.ts';
import { hospitalSchema } from '../../src/domain/organisation.ts';
import { rosterAgreementSchema } from '../../src/domain/roster-agreement.ts';
import type { RosterAgreement } from '../../src/domain/roster-agreement.ts';
import type { WhereaboutsAnswer } from '../../src/domain/whereabouts.ts';
import type { NoticeDeps } from '../../src/services/notices/deps.ts';
import { rosterHooks } from '../../src/services/roster/clients.ts';
import { askWhereabouts } from '../../src/services/whereabouts/ask.ts';
import { composeWhereabouts } from '../../src/services/whereabouts/compose.ts';
import type { Whereabouts } from '../../src/services/whereabouts/compose.ts';
import { whereaboutsAnswer } from '../../src/services/whereabouts/questions.ts';
import type { Database } from '../../src/store/database.ts';
import { kingsVale } from './adt.ts';
import { putStay } from './arrivals.ts';
import type { StayChanges } from './arrivals.ts';
import { nhs, usualBirth } from './import-lines.ts';
import type { CareLine, UndatedPart } from './import-lines.ts';
import { Site } from './import-site.ts';
import type { SiteOptions } from './import-site.ts';
import { callerOf, holidays } from './site.ts';

let sites = 0;

export interface WhereSiteOptions extends SiteOptions {
  /** Of the agreement's `notices.whereabouts`. */
  readonly whereabouts?: Record<string, unknown>;
  readonly notices?: Record<string, unknown>;
  readonly services?: readonly Record<string, unknown>[];
  readonly roster?: Record<string, unknown>;
  /** Hospitals of the site beside its own. */
  readonly others?: readonly Record<string, unknown>[];
}

export class WhereSite {
  readonly site: Site;
  /** The one that delivers the care of this site's lines. */
  readonly provider: string;
  readonly feed: Feed;
  readonly notices: NoticeDeps;
  readonly whereabouts: Whereabouts;
  readonly rosters: readonly RosterAgreement[];
  readonly failures: unknown[] = [];
  /** How often somebody was told that notices have changed. */
  woken = 0;

  readonly #first: number;

  constructor(db: Database, id: string, options: WhereSiteOptions = {}) {
    this.#first = ++sites * 100;
    this.provider = `cqc:1-${id}`;
    const notices = {
      providers: true,
      council: true,
      ...options.notices,
      whereabouts: { enabled: true, beforeAsking: true, ...options.whereabouts },
    };
    this.site = new Site(db, id, { ...options, agreement: { notices, ...options.agreement } });
    const { hospital, clock, agreement, council } = this.site;
    const agreements = [agreement];
    this.feed = { ...kingsVale, id: `feed-${hospital.toLowerCase()}`, hospital };
    const services = options.services ?? [
      { name: 'Emergency department', feed: this.feed.id, complete: true },
      { name: 'Wards', feed: this.feed.id, complete: true },
    ];
    const common = {
      id: hospital,
      name: `${id} General Hospital`,
      phone: '01632 960300',
      teams: ['Emergency department'],
    };
    const hospitals = [{ ...common, services }, ...(options.others ?? [])].map((one) => hospitalSchema.parse(one));
    const councils = [council];
    this.rosters = options.roster === undefined ? [] : [rosterAgreementSchema.parse({
      id: `roster-${id.toLowerCase()}`, version: 1, provider: this.provider, name: 'Example Home Care', council: id,
      from: '2026-01-01', until: '2030-12-31', ...options.roster,
    })]; // prettier-ignore
    this.notices = {
      db,
      clock,
      agreements,
      councils,
      hospitals,
      desk: {
        deliver: () => Promise.resolve('told'),
        whenToDeliver: (_db, _notice, at) => Promise.resolve(at),
      },
      wake: () => void this.woken++,
      ...rosterHooks({ rosters: this.rosters, clock }),
    };
    const given = { db, clock, agreements, councils, hospitals, holidays, feeds: [this.feed], rosters: this.rosters };
    const failed = (error: unknown): void => void this.failures.push(error);
    this.whereabouts = composeWhereabouts({ ...given, failed }, this.notices, failed);
  }

  get db(): Database {
    return this.site.db;
  }

  /** The n-th number that no other site has: stays are the hospitals' and not the councils'. */
  number(n: number): string {
    return nhs(this.#first + n);
  }

  /** Lands a council's record with these people, each a client of the provider unless told otherwise. */
  async land(
    people: readonly (Partial<CareLine> & { readonly n: number })[],
    more: Parameters<Site['whole']>[1] = {},
    parts: readonly UndatedPart[] = [],
  ): Promise<void> {
    const cqc = this.provider.slice('cqc:'.length);
    const lines = people.map(({ n, ...line }) => ({ id: `M${n}`, number: this.number(n), ref: `E${n}`, cqc, ...line }));
    await this.site.land([...this.site.whole(lines, more), ...parts]);
  }

  /** Puts a stay of the n-th number. @returns its id */
  stay(n: number, changes: StayChanges = {}, id?: string): Promise<string> {
    return putStay(this.site, this.number(n), changes, id);
  }

  /** Somebody of the provider, or of another, who signed in a second ago. */
  coordinator(user = 'cora', organisation = this.provider, role: Role = 'provider-coordinator'): Caller {
    const at = new Date(this.site.now.getTime() - 1000).toISOString();
    return { ...callerOf(role, at, `${user}-${this.site.council.id}`), name: 'Cora Example', organisation, team: '' };
  }

  /** The hospital's feed says something now, or so many minutes ago. */
  async hear(minutesAgo = 1, state = 'applied'): Promise<void> {
    const at = new Date(this.site.now.getTime() - minutesAgo * 60_000);
    await sql`insert into hl7_message (feed, sender, control_id, body_mac, event, received_at, state, sealed, expires_at)
      values (${this.feed.id}, 'TEST|TEST', ${randomUUID()}, ${Buffer.from(randomUUID())}, 'A01', ${at}, ${state}, ${Buffer.from('x')},
        ${new Date(at.getTime() + 7 * 86_400_000)})`.execute(this.db.sql);
  }

  /** Asks, and gives the question's id. */
  async question(n: number, birthDate = usualBirth, caller = this.coordinator(), token: string = randomUUID()): Promise<string> {
    const asked = await askWhereabouts(this.whereabouts.deps, caller, { council: this.site.council.id, nhsNumber: this.number(n), birthDate, token }); // prettier-ignore
    return asked.is === 'asked' ? asked.id : 'over-budget';
  } // prettier-ignore

  /** Asks, and gives what is read on the screen. */
  async ask(n: number, birthDate = usualBirth, caller = this.coordinator()): Promise<WhereaboutsAnswer> {
    const id = await this.question(n, birthDate, caller);
    return (await whereaboutsAnswer(this.whereabouts.deps, caller, id)).answer;
  }
}
