/** A council, a hospital and a care provider that tell one another, with a desk that notes what it was handed. */
import { randomUUID } from 'node:crypto';
import type { Caller } from '../../src/domain/caller.ts';
import type { Ask, FactKind, Notice } from '../../src/domain/notice.ts';
import type { DeliveryReason } from '../../src/domain/courier.ts';
import { hospitalSchema } from '../../src/domain/organisation.ts';
import type { DeliveryDesk, NoticeDeps } from '../../src/services/notices/deps.ts';
import { tellByItself } from '../../src/services/notices/automatic.ts';
import { mayLeave } from '../../src/services/notices/recheck.ts';
import { recordEvent } from '../../src/services/notices/record.ts';
import { NoticeRunner } from '../../src/services/notices/run.ts';
import { sendTelling } from '../../src/services/notices/tell.ts';
import type { Told, TellRequest } from '../../src/services/notices/tell.ts';
import type { Shown } from '../../src/services/notices/shown.ts';
import type { Database } from '../../src/store/database.ts';
import { holdPerson, personOf } from '../../src/store/notices/person-lock.ts';
import { Site } from './import-site.ts';
import type { SiteOptions } from './import-site.ts';
import { nhs, usualBirth } from './import-lines.ts';
import type { CareLine } from './import-lines.ts';

export const minute = 60_000;
export const hour = 60 * minute;

/** What the desk was handed, as `reason recipient`. */
export interface Handed {
  readonly notice: Notice;
  readonly person: string;
  readonly reason: DeliveryReason;
  readonly at: Date;
}

/** Notes what it is handed, in the transaction as the real one does, and may have nobody there. */
export class NotingDesk implements DeliveryDesk {
  readonly handed: Handed[] = [];
  /** Reasons for which nobody is there. */
  readonly nobodyFor = new Set<DeliveryReason>();
  /** From when a recipient wants what may wait. */
  waitUntil: Date | null = null;

  async deliver(_trx: unknown, sending: Handed): Promise<'told' | 'nobody-there'> {
    this.handed.push(sending);
    return this.nobodyFor.has(sending.reason) ? 'nobody-there' : 'told';
  }

  async whenToDeliver(_db: unknown, _notice: unknown, at: Date): Promise<Date> {
    return this.waitUntil ?? at;
  }

  get list(): string[] {
    return this.handed.map(({ reason, notice }) => `${reason} ${notice.recipient.kind}`);
  }
}

export const switchedOn = { providers: true, council: true, automatic: ['with-us', 'hold', 'restart', 'gone'] };

export interface TellingSite extends Site {
  readonly desk: NotingDesk;
  readonly notices: NoticeDeps;
  readonly runner: NoticeRunner;
  readonly failures: unknown[];
  /** Who delivers the care of every line that names nobody else. */
  readonly provider: string;
  readonly carer: Caller;
  readonly duty: Caller;
  /** The same nurse each time. */
  readonly sister: Caller;
}

let sites = 0;

/** Somebody with care, at a council and hospital of their own. */
export async function tellingSite(
  db: Database,
  { agreement = {}, notices = {}, lines = [{ id: 'M1', number: nhs(1), family: 'Example', given: 'Barbara' }], council = {} }: {
    readonly agreement?: Record<string, unknown>;
    readonly notices?: Record<string, unknown>;
    readonly lines?: readonly CareLine[];
    readonly council?: SiteOptions['council'];
  } = {},
): Promise<TellingSite> {
  const location = `1-${100_000_000 + ++sites}`;
  const provider = `cqc:${location}`;
  const site = new Site(db, `TELL${sites}`, {
    agreement: { notices: { ...switchedOn, ...notices }, ...agreement },
    council: { fallLimitPercent: 100, ...council },
  });
  await site.land(site.whole(lines.map((line) => ({ cqc: location, ...line }))), site.now.toISOString());
  const desk = new NotingDesk();
  const failures: unknown[] = [];
  const deps: NoticeDeps = {
    db,
    clock: site.clock,
    agreements: [site.agreement],
    councils: [site.council],
    hospitals: [hospitalSchema.parse({ id: site.hospital, name: 'Kings Vale Hospital', phone: '01632 960300', teams: ['Emergency department'] })],
    desk,
    wake: () => undefined,
    failed: (error) => void failures.push(error),
  };
  return Object.assign(site, {
    provider,
    desk,
    notices: deps,
    runner: new NoticeRunner(deps),
    failures,
    get carer() {
      return person(site, 'carer', 'provider-coordinator', provider);
    },
    get duty() {
      return person(site, 'duty', 'council-duty-worker', site.council.id);
    },
    get sister() {
      return site.nurse('sister');
    },
  });
} // prettier-ignore

/** Somebody of an organisation, by a name of their own. */
export function person(site: Site, user: string, role: Caller['role'], organisation: string): Caller {
  return {
    ...site.nurse(user, role),
    userId: `https://sign-in.example|${user}`,
    name: `${user} Example`,
    organisation,
  };
}

export const noAsk: Ask = { expectedHome: null, restartFrom: null, goneAt: null };

/** Looks the person up as the sister, and gives the answer's id. */
export async function answerOf(site: TellingSite, number = nhs(1), caller = site.sister): Promise<string> {
  return (await site.ask(number, usualBirth, {}, caller)).id;
}

/** Looks the person up and tells, with the person's permission unless told otherwise. */
export async function tell(
  site: TellingSite,
  of: FactKind,
  changes: Partial<TellRequest> & { readonly token?: string; readonly shown?: Shown } = {},
): Promise<Told & { readonly answerId: string }> {
  const answerId = changes.answerId ?? (await answerOf(site));
  const told = await sendTelling(site.notices, site.sister, {
    of,
    ask: noAsk,
    permission: { answer: 'given', cannotAskReason: null },
    token: randomUUID(),
    shown: null,
    ...changes,
    answerId,
  });
  return { ...told, answerId };
}

/** Tells by itself, as an event of the hospital does. @returns the telling's id, null when nobody is told */
export async function tellAlone(site: TellingSite, of: FactKind, number = nhs(1)): Promise<string | null> {
  const { answer } = await site.ask(number, usualBirth, {}, site.sister);
  if (!('care' in answer) || !answer.care) throw new TypeError(`The answer is ${answer.kind}`);
  const personKey = await keyOf(site, number);
  const about = { hospital: site.hospital, council: site.council.id, personKey, nhsNumber: number, birthDate: usualBirth, stayId: null, toldAt: null };
  return site.db.transaction(async (trx) => {
    await holdPerson(trx, personOf(about));
    const team = 'Emergency department';
    return tellByItself(trx, site.notices, { about, patient: null, team, of, ask: noAsk, token: randomUUID() });
  });
} // prettier-ignore

async function keyOf(site: Site, number: string): Promise<string> {
  const row = await site.db.sql
    .selectFrom('person_identifier')
    .select('person_key')
    .where('council', '=', site.council.id)
    .where('value', '=', number)
    .executeTakeFirstOrThrow();
  return row.person_key;
}

/** What delivery does with a notice that it was handed: asks whether it may leave, and says what became of it. */
export async function send(
  site: TellingSite,
  notice: string,
  become: 'delivered' | 'bounced' | 'lost' = 'delivered',
  reason: DeliveryReason = 'first',
): Promise<boolean> {
  const person = site.desk.handed.find((one) => one.notice.id === notice)?.person ?? '';
  const within = <T>(work: (trx: Parameters<typeof holdPerson>[0]) => Promise<T>): Promise<T> =>
    site.db.transaction(async (trx) => {
      await holdPerson(trx, person);
      return work(trx);
    });
  const at = site.clock.now();
  const leaves = await within(async (trx) => {
    const leaving = await mayLeave(trx, site.notices, notice, reason);
    if (leaving) await recordEvent(trx, site.notices, { kind: 'attempted', notice, at, channel: 'email' });
    return leaving !== null;
  });
  if (leaves && become !== 'lost')
    await within((trx) => recordEvent(trx, site.notices, { kind: become, notice, at, channel: 'email' }));
  return leaves;
}

/** Whether looking for what is due changes anything about a site's notices. */
export async function isQuiet(site: TellingSite): Promise<boolean> {
  const versions = async (): Promise<string[]> =>
    (await site.db.sql.selectFrom('notice').select('version').where('council', '=', site.council.id).orderBy('notice_id').execute()).map(({ version }) => version);
  const before = await versions();
  await site.runner.run();
  return JSON.stringify(before) === JSON.stringify(await versions());
} // prettier-ignore

/** Lets so many minutes go by. */
export function later(site: Site, minutes: number): void {
  site.now = new Date(site.now.getTime() + minutes * minute);
}
