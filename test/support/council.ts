/** A council with something in every one of its lists: the hospital's and the provider's doings beside it. */
import { randomUUID } from 'node:crypto';
import { phoneKey } from '../../src/domain/call.ts';
import type { Caller } from '../../src/domain/caller.ts';
import type { CouncilDeps } from '../../src/services/council/deps.ts';
import { askWhereabouts } from '../../src/services/whereabouts/ask.ts';
import { composeWhereabouts } from '../../src/services/whereabouts/compose.ts';
import type { Database } from '../../src/store/database.ts';
import { openDeliveryTask } from '../../src/store/notices/delivery-tasks.ts';
import { putOwnContact } from '../../src/store/provider-contacts.ts';
import { putWrongNumber } from '../../src/store/wrong-numbers.ts';
import { allOn } from './arrivals.ts';
import { holdSite } from './holding.ts';
import type { HoldSite } from './holding.ts';
import { usualBirth } from './import-lines.ts';
import { callerOf, holidays } from './site.ts';
import { answerOf, later, tell } from './telling.ts';

export interface CouncilSite {
  readonly site: HoldSite;
  readonly council: CouncilDeps;
  readonly duty: Caller;
  readonly number: string;
}

/**
 * Somebody in hospital: the provider has been asked to hold and has not answered, the council has been told, a number
 * is reported as wrong, an address is dead, and the provider has asked where its client is.
 * @param family of the person, so that it can be looked for in what others read
 */
export async function councilSite(db: Database, number: string, family: string): Promise<CouncilSite> {
  const site = await holdSite(db, {
    number,
    lines: [{ id: 'M1', number, family, given: 'Barbara' }],
    notices: { automatic: [], permissionToTell: 'not-needed', whereabouts: { enabled: true, beforeAsking: true } },
    agreement: { arrival: allOn },
  });
  await site.say('arrived', { name: { family, given: 'Barbara' } });
  const { clock, council: own, hospital, provider, notices, feed } = site;
  const answerId = await answerOf(site, number);
  await tell(site, 'hold', { permission: null, answerId });
  // The provider's people see it, and have not answered.
  await site.mail();
  later(site, 30);
  await db.transaction(async (trx) => {
    const at = clock.now();
    // A number that nobody gives any more would count as put right.
    const hours = new Date(at.getTime() - 3_600_000);
    await putOwnContact(trx, { organisation: provider, officePhone: '01632 960555', officeHours: null, outOfHoursPhone: null, email: null, confirmedAt: hours, confirmedBy: 'Mona Sample' });
    await putWrongNumber(trx, { council: own.id, provider, providerName: 'Example Home Care', phone: '=01632 960555', phoneKey: phoneKey('01632 960555'), hospital, at, by: 'Nia Example' });
    await openDeliveryTask(trx, { recipient: provider, council: own.id, kind: 'dead-address', channel: 'email', address: `duty@${family.toLowerCase()}.example`, fault: 'ADDRESS_DEAD' }, at);
  });
  const { agreements, councils, hospitals } = notices;
  const given = { db, clock, agreements, councils, hospitals, holidays, feeds: [feed], rosters: [] };
  const whereabouts = composeWhereabouts(given, notices, (error) => void site.failures.push(error));
  const cora = { ...callerOf('provider-coordinator', new Date(clock.now().getTime() - 1000).toISOString(), `cora-${own.id}`), name: 'Cora Example', organisation: provider };
  await askWhereabouts(whereabouts.deps, cora, { council: own.id, nhsNumber: number, birthDate: usualBirth, token: randomUUID() });
  const board = { db, clock, agreements, feeds: [feed] };
  return { site, council: { board, notices, whereabouts: whereabouts.deps }, duty: site.duty, number };
} // prettier-ignore
