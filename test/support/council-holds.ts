/** The council's list of holds, short. */
import { holdsOfCouncil } from '../../src/services/notices/council-holds.ts';
import type { HoldSite } from './holding.ts';

/** The holds that are current, as `status task task`. */
export async function councilHoldLines(site: HoldSite): Promise<string[]> {
  const holds = await holdsOfCouncil(site.notices, site.duty, { which: 'current' });
  return holds.map(({ status, tasks }) => [status, ...tasks].join(' '));
}
