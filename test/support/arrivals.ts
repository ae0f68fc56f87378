/** Stays put on a test database as a feed would have left them, and arrivals settled with hints that are only noted. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { kingsVale } from './adt.ts';
import type { Agreement } from '../../src/domain/agreement.ts';
import { Arrivals, arrivalsOn } from '../../src/services/arrivals.ts';
import type { Database } from '../../src/store/database.ts';
import { usualBirth } from './import-lines.ts';
import type { Site } from './import-site.ts';

export interface StayChanges {
  readonly number?: string | null;
  readonly birth?: string | null;
  readonly status?: 'expected' | 'arrived' | 'admitted' | 'on-leave' | 'discharged' | 'died' | 'cancelled' | 'deleted';
  readonly organisation?: string | null;
  readonly team?: string | null;
  readonly since?: Date;
  readonly startedAt?: Date | null;
  readonly endedAt?: Date | null;
  readonly staleAt?: Date | null;
  readonly family?: string;
  readonly given?: string;
  readonly expected?: string | null;
  readonly cautions?: readonly string[];
  readonly died?: boolean;
}

/** All switches of an arrival. */
export const allOn = { ask: true, board: true, hint: true, councilList: true };

/** Puts a stay on the database, or changes it, with the row that says so, as the applier does. @returns its id */
export async function putStay(
  site: { readonly db: Database; readonly hospital: string; readonly now: Date },
  number: string,
  changes: StayChanges = {},
  stayId: string = randomUUID(),
): Promise<string> {
  const started = changes.startedAt === undefined ? new Date(site.now.getTime() - 3_600_000) : changes.startedAt;
  const since = changes.since ?? started ?? site.now;
  const organisation = changes.organisation === undefined ? site.hospital : changes.organisation;
  const team = changes.team === undefined ? 'Emergency department' : changes.team;
  const ended = changes.endedAt ?? null;
  const places = organisation === null ? [] : [{ organisation, team, from: since, to: ended }];
  const { cautions = [], died = false, family = 'Example', given = 'Barbara', status = 'arrived' } = changes;
  const staleAt = changes.staleAt === undefined ? new Date(site.now.getTime() + 20 * 3_600_000) : changes.staleAt;
  await site.db.transaction(async (trx) => {
    await sql`
      insert into stay (stay_id, feed, cluster, visits, status, since, patient_class, started_at, ended_at, stale_at,
        last_heard_at, organisation, team, places, expected_discharge_day, patient, nhs_number, birth_date, family,
        given, died, cautions, version)
      values (${stayId}, ${`feed-${site.hospital.toLowerCase()}`}, 1, ${[`V-${stayId}`]}::text[], ${status}, ${since},
        'emergency', ${started}, ${ended}, ${staleAt}, ${since}, ${organisation}, ${team}, ${JSON.stringify(places)}::jsonb,
        ${changes.expected ?? null}, ${JSON.stringify({ authority: 'KVH', value: `P-${stayId}` })}::jsonb,
        ${changes.number === undefined ? number : changes.number},
        ${changes.birth === undefined ? usualBirth : changes.birth}, ${family}, ${given}, ${died},
        ${[...cautions]}::text[], 1)
      on conflict (stay_id) do update set status = excluded.status, since = excluded.since, ended_at = excluded.ended_at,
        stale_at = excluded.stale_at, organisation = excluded.organisation, team = excluded.team, places = excluded.places,
        nhs_number = excluded.nhs_number, birth_date = excluded.birth_date, family = excluded.family,
        given = excluded.given, died = excluded.died, cautions = excluded.cautions, version = stay.version + 1`.execute(
      trx.sql,
    );
    await trx.sql.insertInto('stay_change').values({ stay_id: stayId, changed_at: site.now }).execute();
  });
  return stayId;
}

export interface Settling {
  readonly arrivals: Arrivals;
  /** What was said to the hospital's system, in order: `hint` or `retraction`, and the stay. */
  readonly said: string[];
  readonly failures: unknown[];
  /** Stays of which nothing can be said now: a test's own fault. */
  readonly unsayable: Set<string>;
  /** Settles everything, and gives what is known of each stay. */
  run(): Promise<void>;
  resultOf(stayId: string): Promise<string | null>;
}

/** Arrivals of a site's hospital. Hints are noted as the queue would take them: the wanted state, once. */
export function settling(site: Site, agreements: readonly Agreement[] = [site.agreement]): Settling {
  const said: string[] = [];
  const failures: unknown[] = [];
  const standing = new Set<string>();
  const unsayable = new Set<string>();
  const arrivals = arrivalsOn({
    db: site.db,
    clock: site.clock,
    feeds: [{ ...kingsVale, id: `feed-${site.hospital.toLowerCase()}`, hospital: site.hospital }],
    agreements,
    hints: {
      wake: () => undefined,
      standsFor: async (_trx, stayId) => standing.has(stayId),
      unwanted: async () => [],
      async enqueueHint(_trx, { kind, stay: { stayId } }) {
        if (unsayable.has(stayId)) throw new Error('A test broke the queue');
        if ((kind === 'hint') === standing.has(stayId)) return 'stands';
        said.push(`${kind} ${stayId}`);
        if (kind === 'hint') standing.add(stayId);
        else standing.delete(stayId);
        return 'queued';
      },
    },
    failed: (error) => void failures.push(error),
  });
  return {
    arrivals,
    said,
    failures,
    unsayable,
    run: async () => void (await arrivals.run()),
    async resultOf(stayId) {
      const row = await site.db.sql
        .selectFrom('stay_care')
        .select('result')
        .where('stay_id', '=', stayId)
        .executeTakeFirst();
      return row?.result ?? null;
    },
  };
}
