/** What questions about whereabouts are made of: handed in by the composition root. */
import { isInForce } from '../../domain/agreement.ts';
import type { Agreement } from '../../domain/agreement.ts';
import type { Clock } from '../../domain/clock.ts';
import { londonDate } from '../../domain/dates.ts';
import type { Feed } from '../../domain/hospital-feed.ts';
import type { HolidayCalendar } from '../../domain/office-hours.ts';
import type { Council, Hospital } from '../../domain/organisation.ts';
import { parseProviderId } from '../../domain/provider-id.ts';
import type { RosterAgreement } from '../../domain/roster-agreement.ts';
import type { Database, Trx } from '../../store/database.ts';
import type { Asked, AskedOutcome } from '../notices/asked.ts';
import type { RefusedLately } from './refused.ts';

export interface WhereaboutsDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly agreements: readonly Agreement[];
  readonly councils: readonly Council[];
  readonly hospitals: readonly Hospital[];
  readonly holidays: HolidayCalendar;
  readonly feeds: readonly Feed[];
  readonly rosters: readonly RosterAgreement[];
  /** Writes the notice that a question brings about (notices/asked.ts). */
  readonly tell: (trx: Trx, asked: Asked) => Promise<AskedOutcome>;
  /** Told after a commit that a notice may have come of it. Must not throw. */
  readonly wake: () => void;
  /** Who was refused a moment ago: of one process. */
  readonly refused: RefusedLately;
  /** Told what went wrong with one question; it stays open, and the others go on. Must not throw. */
  readonly failed?: (error: unknown) => void;
}

/** The agreements of a council under which whereabouts may be asked today. */
export function askable({ agreements }: Pick<WhereaboutsDeps, 'agreements'>, council: string, now: Date): Agreement[] {
  const today = londonDate(now);
  return agreements.filter((one) => one.council === council && isInForce(one, today) && one.notices.whereabouts.enabled); // prettier-ignore
}

/** The councils about whose people a provider can ask: its own council's alone, where one council names it. */
export function councilsToAsk(
  deps: Pick<WhereaboutsDeps, 'agreements' | 'councils'>,
  provider: string,
  now: Date,
): Council[] {
  const place = parseProviderId(provider);
  if (!place) return [];
  return deps.councils.filter(
    ({ id }) => (place.kind === 'cqc' || place.council === id) && askable(deps, id, now).length > 0,
  );
}
