/** On whose lists somebody stands, for those who may know it: each by what the provider's own agreement switches on. */
import type { Clock } from '../../domain/clock.ts';
import { londonDate } from '../../domain/dates.ts';
import type { IsoDate } from '../../domain/dates.ts';
import type { RosterAgreement } from '../../domain/roster-agreement.ts';
import { countsSince, rosterInForce } from '../../domain/roster-agreement.ts';
import { rosterLine } from '../../domain/roster.ts';
import type { RosterPerson } from '../../domain/roster.ts';
import type { Db } from '../../store/database.ts';
import { listedAt, referenceOf } from '../../store/whereabouts/roster.ts';
import type { Listed } from '../../store/whereabouts/roster.ts';
import type { NoticeDeps } from '../notices/deps.ts';

export interface RosterDeps {
  readonly rosters: readonly RosterAgreement[];
}

/** Whether an entry counts now: of a list that is not too old, by somebody who agreed not too long ago. */
export function countsNow({ provider, listedAt: at, agreedOn }: Listed, { rosters }: RosterDeps, now: Date): boolean {
  const agreement = rosterInForce(rosters, provider, londonDate(now));
  if (!agreement) return false;
  const { listed, agreed } = countsSince(agreement, now);
  return at >= listed && agreedOn >= agreed;
}

async function countingAt(
  db: Db,
  deps: RosterDeps,
  numbers: readonly string[],
  birthDate: IsoDate,
  now: Date,
): Promise<Listed[]> {
  const all = (await listedAt(db, numbers, birthDate)).filter((one) => countsNow(one, deps, now));
  // Under an old number and a new one it is one client.
  return all.filter((one, index) => all.findIndex(({ provider }) => provider === one.provider) === index);
}

/** Somebody's entry on a provider's list; null when there is none, or its agreement is off. */
export async function rosterClient(
  db: Db,
  deps: RosterDeps,
  provider: string,
  numbers: readonly string[],
  birthDate: IsoDate,
  now: Date,
): Promise<RosterPerson | null> {
  if (!rosterInForce(deps.rosters, provider, londonDate(now))) return null;
  const all = await countingAt(db, deps, numbers, birthDate, now);
  return all.find((one) => one.provider === provider) ?? null;
}

/** A provider who is told of an arrival because the person stands on its list. */
export interface RosterAddressee {
  readonly provider: string;
  readonly name: string;
  /** The council whose duty team steps in. */
  readonly council: string;
  readonly client: RosterPerson;
}

/** Providers whose own agreement lets them be told when somebody on their list arrives. */
export async function rosterAddressees(
  db: Db,
  deps: RosterDeps,
  numbers: readonly string[],
  birthDate: IsoDate,
  now: Date,
): Promise<RosterAddressee[]> {
  const all = await countingAt(db, deps, numbers, birthDate, now);
  return all.flatMap(({ provider, listedAt: _at, agreedOn: _on, ...client }) => {
    const agreement = rosterInForce(deps.rosters, provider, londonDate(now));
    if (!agreement?.terms.arrivalNotices) return [];
    return [{ provider, name: agreement.name, council: agreement.council, client }];
  });
}

/**
 * What the hospital reads of lists: one line a provider whose agreement lets it be shown. No package, and beside none:
 * it says only that a provider says so.
 */
export async function rosterLines(
  db: Db,
  deps: RosterDeps,
  numbers: readonly string[],
  birthDate: IsoDate,
  now: Date,
): Promise<RosterLine[]> {
  const { rosters } = deps;
  // Asked of nobody where no agreement shows anything: most sites have none.
  const shown = rosters.filter(({ terms }) => terms.enabled && terms.shownToHospital);
  if (shown.length === 0) return [];
  const all = await countingAt(db, deps, numbers, birthDate, now);
  return all.flatMap(({ provider }) => {
    const agreement = rosterInForce(rosters, provider, londonDate(now));
    const line = agreement ? rosterLine(agreement.name, agreement.terms) : null;
    return agreement && line !== null ? [{ provider, agreement: `${agreement.id} ${agreement.version}`, line }] : [];
  });
}

/** What a provider's list says, and the agreement that lets it be shown. */
export interface RosterLine {
  readonly provider: string;
  /** Id and version. */
  readonly agreement: string;
  readonly line: string;
}

/** What notices ask of lists (NoticeDeps): the provider's own reference, and whether somebody is on its list. */
export function rosterHooks(
  deps: RosterDeps & { readonly clock: Clock },
): Required<Pick<NoticeDeps, 'ownReference' | 'rosterClient'>> {
  return {
    rosterClient: (trx, provider, numbers, birthDate, now) =>
      rosterClient(trx, deps, provider, numbers, birthDate, now),
    async ownReference(trx, provider, nhsNumber) {
      const inForce = rosterInForce(deps.rosters, provider, londonDate(deps.clock.now()));
      return inForce ? referenceOf(trx, provider, nhsNumber) : null;
    },
  };
}
