/**
 * Compares what providers handed in with the councils' records, apart from any request, so that neither what a manager
 * reads nor how long it takes depends on it. A number that a council knows with another birth date goes into that
 * person's trail; many of them raise an alert with the council.
 */
import type { Caller } from '../../domain/caller.ts';
import { londonDate } from '../../domain/dates.ts';
import { countsSince, rosterInForce } from '../../domain/roster-agreement.ts';
import type { RosterAgreement } from '../../domain/roster-agreement.ts';
import { roundedCount } from '../../domain/roster-confirmed.ts';
import { triesDays } from '../../domain/roster.ts';
import { writeAudit } from '../../store/audit.ts';
import type { Trx } from '../../store/database.ts';
import { raiseAlert } from '../../store/whereabouts/questions.ts';
import { dropList, forgetRosters, holdRoster } from '../../store/whereabouts/roster.ts';
import {
  countClients, countUnconfirmed, keepRosterCount, markCompared, mismatchesSince, otherDates, providersToCompare,
  rosterCountOf, triesToCompare,
} from '../../store/whereabouts/roster-tries.ts'; // prettier-ignore
import type { Handed } from '../../store/whereabouts/roster-tries.ts';
import type { RosterUploadDeps } from './upload.ts';

const day = 86_400_000;
const atOnce = 500;
/** From so many birth dates in a day that are not the recorded ones somebody should look, or from so many of a hundred clients. */
const suspicious = { least: 10, percent: 2 };

/** Compares what was handed in since the last time. @returns how many people were handed in with another birth date */
export async function compareRosters(deps: RosterUploadDeps): Promise<number> {
  let found = 0;
  for (const provider of await providersToCompare(deps.db)) {
    const agreement = rosterInForce(deps.rosters, provider, londonDate(deps.clock.now()));
    for (let more = agreement !== null; more && agreement;) {
      const done = await deps.db.transaction((trx) => compareSome(trx, agreement, deps.clock.now()));
      found += done.others;
      more = done.compared === atOnce;
    }
  }
  return found;
}

async function compareSome(
  trx: Trx,
  agreement: RosterAgreement,
  now: Date,
): Promise<{ compared: number; others: number }> {
  const { provider } = agreement;
  await holdRoster(trx, provider);
  const pairs = await triesToCompare(trx, provider, atOnce);
  const handed = new Map(pairs.map((one) => [`${one.nhsNumber} ${one.birthDate}`, one]));
  const others = await otherDates(trx, pairs);
  const last = new Map<string, { audit: string; by: Caller }>();
  for (const { nhsNumber, birthDate, council, personKey } of others) {
    const of = handed.get(`${nhsNumber} ${birthDate}`);
    if (!of) continue;
    const by = managerOf(of, now);
    const audit = await writeAudit(trx, now, by, {
      action: 'list-mismatch',
      outcome: 'birth-date-mismatch',
      council,
      personKey,
      numberAsked: nhsNumber,
      agreement: { id: agreement.id, version: agreement.version },
      detail: { mismatch: true, upload: of.upload },
      people: [{ council, personKey, nhsNumber, hospitals: [] }],
    });
    last.set(council, { audit, by });
  }
  await markCompared(trx, provider, pairs);
  const most = Math.max(suspicious.least, ((await countClients(trx, provider)) * suspicious.percent) / 100);
  if (others.length > 0 && (await mismatchesSince(trx, provider, new Date(now.getTime() - day))) >= most)
    for (const [council, { audit, by }] of last) await raiseAlert(trx, { at: now, kind: 'repeated-misses', council, audit, by }); // prettier-ignore
  return { compared: pairs.length, others: others.length };
}

// Whoever handed the file in; they need not be signed in any more.
function managerOf({ by }: Handed, at: Date): Caller {
  const { id: userId, name, organisation } = by;
  return { userId, name, organisation, role: 'provider-manager', team: '', authenticatedBy: 'list', authenticatedAt: at, session: 'list' }; // prettier-ignore
}

/** Counts who was not confirmed, once a day for each list that is long enough. */
export async function countRosters({ db, clock, rosters }: RosterUploadDeps): Promise<void> {
  for (const { provider } of rosters) {
    if (!rosterInForce(rosters, provider, londonDate(clock.now()))) continue;
    await db.transaction(async (trx) => {
      await holdRoster(trx, provider);
      const now = clock.now();
      const before = await rosterCountOf(trx, provider);
      if (before && now.getTime() - before.at.getTime() < day) return;
      const clients = await countClients(trx, provider);
      const unconfirmed = roundedCount(await countUnconfirmed(trx, provider), clients);
      // A list that is too short keeps the moment of its last count: one that is made longer is not counted sooner.
      if (unconfirmed !== null) await keepRosterCount(trx, provider, { at: now, clients, unconfirmed });
    });
  }
}

/** Deletes lists whose agreement is over or that are too old, files and rows that nobody needs, and what was tried long ago. */
export async function forgetOldRosters({ db, clock, rosters }: RosterUploadDeps): Promise<void> {
  const now = clock.now();
  const before = (days: number): Date => new Date(now.getTime() - days * day);
  const inForce = rosters.filter(({ provider }) => rosterInForce(rosters, provider, londonDate(now)));
  await db.transaction(async (trx) => {
    for (const one of inForce) await dropList(trx, one.provider, countsSince(one, now).listed);
    await forgetRosters(trx, {
      inForce: inForce.map(({ provider }) => provider),
      filesBefore: before(42),
      leftoversBefore: before(7),
      triesBefore: before(triesDays),
    });
  });
}
