/** Another council that shares a test's hospital and has the same person on its own record. */
import type { Agreement } from '../../src/domain/agreement.ts';
import type { Council } from '../../src/domain/organisation.ts';
import type { NoticeDeps } from '../../src/services/notices/deps.ts';
import { Site } from './import-site.ts';
import type { CareLine, UndatedPart } from './import-lines.ts';
import { nhs } from './import-lines.ts';

type More = NonNullable<Parameters<Site['whole']>[1]>;

export interface SecondCouncil extends Site {
  /** Lands its record of the person anew, or with other parts in place of it. */
  say(more?: More, line?: Partial<CareLine>, parts?: readonly UndatedPart[]): Promise<void>;
}

/**
 * Lets a second council join the hospital of a site, and know a person: `nhs(1)` unless told otherwise.
 * @param agreement of its agreement with the hospital, instead of the usual
 */
export async function secondCouncil(
  first: { readonly db: Site['db']; now: Date; readonly hospital: string; readonly council: { readonly id: string }; readonly notices: NoticeDeps },
  { agreement = {}, number = nhs(1), line = {} }: { readonly agreement?: Record<string, unknown>; readonly number?: string; readonly line?: Partial<CareLine> } = {},
): Promise<SecondCouncil> {
  const notices = { providers: true, council: true, permissionToTell: 'not-needed', whereabouts: { enabled: true, beforeAsking: true } };
  const site = new Site(first.db, `${first.council.id}-B`, {
    agreement: { hospital: first.hospital, notices, ...agreement },
    council: { fallLimitPercent: 100 },
  });
  // Whoever was given the lists has the second council on them too.
  (first.notices.agreements as Agreement[]).push(site.agreement);
  (first.notices.councils as Council[]).push(site.council);
  const second = Object.assign(site, {
    async say(more: More = {}, changes: Partial<CareLine> = {}, parts: readonly UndatedPart[] = []): Promise<void> {
      site.now = first.now;
      const own = { id: 'M9', number, cqc: '1-100000001', ...line, ...changes };
      await site.land([...site.whole([own], more), ...parts], first.now.toISOString());
    },
  });
  await second.say();
  return second;
} // prettier-ignore
