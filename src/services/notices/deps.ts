/** What the use cases of notices are made of: handed in by the composition root. */
import type { Agreement } from '../../domain/agreement.ts';
import type { Caller } from '../../domain/caller.ts';
import type { Clock } from '../../domain/clock.ts';
import { londonDate } from '../../domain/dates.ts';
import type { IsoDate } from '../../domain/dates.ts';
import { isInForce } from '../../domain/agreement.ts';
import { noticeTerms } from '../../domain/notice-terms.ts';
import type { NoticeTerms } from '../../domain/notice-terms.ts';
import type { Human, Notice } from '../../domain/notice.ts';
import type { RosterPerson } from '../../domain/roster.ts';
import type { HolidayCalendar } from '../../domain/office-hours.ts';
import type { Council, Hospital } from '../../domain/organisation.ts';
import type { DeliveryReason } from '../../domain/courier.ts';
import type { Database, Db, Trx } from '../../store/database.ts';
import type { OfTeam } from '../../store/notices/lists.ts';

/** Where notices are handed over to be delivered (deliver.ts). */
export interface DeliveryDesk {
  /** Queues a notice on the recipient's ways, in the transaction given. @returns `nobody-there` when it has none that is alive */
  deliver(
    trx: Trx,
    sending: {
      readonly notice: Notice;
      /** By `personOf`: order is kept for each person. */
      readonly person: string;
      readonly reason: DeliveryReason;
      readonly at: Date;
    },
  ): Promise<'told' | 'nobody-there'>;
  /** From when a recipient wants a notice of this kind. */
  whenToDeliver(db: Db, notice: Pick<Notice, 'kind' | 'recipient'>, at: Date): Promise<Date>;
}

export interface NoticeDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly agreements: readonly Agreement[];
  readonly councils: readonly Council[];
  readonly hospitals: readonly Hospital[];
  readonly desk: DeliveryDesk;
  /** By which a number is chosen for the hour; without it every day counts as a working day. */
  readonly holidays?: HolidayCalendar;
  /** Told after a commit that something has changed. Must not throw. */
  wake(): void;
  /** The recipient's own reference for its client, where it has uploaded one. */
  readonly ownReference?: (trx: Trx, provider: string, nhsNumber: string) => Promise<string | null>;
  /** Somebody on a provider's own verified list of clients; null when nobody is. */
  readonly rosterClient?: (
    trx: Trx,
    provider: string,
    numbers: readonly string[],
    birthDate: IsoDate,
    now: Date,
  ) => Promise<RosterPerson | null>;
  /** Told what went wrong with one notice; it stays to be done, and the others go on. Must not throw. */
  readonly failed?: (error: unknown) => void;
}

/** The agreement of a council and a hospital, in force or not; null when there is none. */
export function agreementOf({ agreements }: NoticeDeps, council: string, hospital: string): Agreement | null {
  return agreements.find((one) => one.council === council && one.hospital === hospital) ?? null;
}

/** As {@link agreementOf}, null also when it is not in force. */
export function agreementInForce(deps: NoticeDeps, council: string, hospital: string, now: Date): Agreement | null {
  const agreement = agreementOf(deps, council, hospital);
  return agreement && isInForce(agreement, londonDate(now)) ? agreement : null;
}

const without = noticeTerms.parse({});

/** How notices of a council and a hospital are followed up; by the defaults when their agreement has gone. */
export function termsOf(deps: NoticeDeps, council: string, hospital: string): NoticeTerms {
  return agreementOf(deps, council, hospital)?.notices ?? without;
}

/** The caller's team, among those that the hospital has today. */
export function teamOf({ hospitals }: Pick<NoticeDeps, 'hospitals'>, { organisation, team }: Caller): OfTeam {
  return { hospital: organisation, team, teams: hospitals.find(({ id }) => id === organisation)?.teams ?? [] };
}

/** Whether what is a team's, or no team's, is for the caller's team to deal with: as `onListOf` says it of notices. */
export function isOnTeamsList(deps: Pick<NoticeDeps, 'hospitals'>, caller: Caller, team: string | null): boolean {
  return team === null || team === caller.team || !teamOf(deps, caller).teams.includes(team);
}

/** The person who acts, as a notice names them. */
export function humanOf({ userId, name, organisation }: Caller): Human {
  return { id: userId, name, organisation };
}
