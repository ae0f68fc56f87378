/** A site whose hospital says what happens to a patient: stays are folded from statements, and what follows runs by itself. */
import { randomUUID } from 'node:crypto';
import { kingsVale } from './adt.ts';
import { isOpen } from '../../src/domain/stay-course.ts';
import type { EventKind, HospitalEvent } from '../../src/domain/stay-event.ts';
import type { NhsNumber } from '../../src/domain/nhs-number.ts';
import type { Caller } from '../../src/domain/caller.ts';
import type { Feed } from '../../src/domain/hospital-feed.ts';
import { rosterAgreementSchema } from '../../src/domain/roster-agreement.ts';
import { applyEvents } from '../../src/services/apply-events.ts';
import { answerNotice, inboxOf } from '../../src/services/notices/answer.ts';
import type { InboxNotice } from '../../src/services/notices/answer.ts';
import { holdTasksOf } from '../../src/services/notices/holds.ts';
import type { HoldTaskView } from '../../src/services/notices/hold-find.ts';
import { StayWatch } from '../../src/services/notices/stay-watch.ts';
import { rosterHooks } from '../../src/services/roster/clients.ts';
import type { Database } from '../../src/store/database.ts';
import { fromRow } from '../../src/store/hospital/stays.ts';
import type { StoredStay } from '../../src/store/hospital/stays.ts';
import { nhs, usualBirth } from './import-lines.ts';
import { tellingSite } from './telling.ts';
import type { TellingSite } from './telling.ts';

export type More = Partial<Omit<HospitalEvent, 'patient'>> & { readonly by?: string; readonly number?: string };

export interface HoldSite extends TellingSite {
  readonly feed: Feed;
  readonly watch: StayWatch;
  /** Says something of patient P1's visit V1, now, and lets what follows happen. */
  say(kind: EventKind, more?: More): Promise<void>;
  /** As `say`, with nothing following yet. */
  hear(kind: EventKind, more?: More): Promise<void>;
  /** The one stay that there is. */
  stay(): Promise<StoredStay>;
  stays(): Promise<StoredStay[]>;
  /** Lets everything happen that happens by itself. */
  settle(): Promise<void>;
  /** Open tasks of sender, council and provider, as `party cause`. */
  tasks(): Promise<string[]>;
  tasksOf(caller: Caller): Promise<HoldTaskView[]>;
  /** What the provider's inbox shows, as `kind of: status`. */
  inbox(caller?: Caller): Promise<string[]>;
  mail(caller?: Caller): Promise<readonly InboxNotice[]>;
  /** The provider, or whoever is named, accepts everything that waits. */
  acceptAll(firstVisit?: Date | null, caller?: Caller): Promise<void>;
}

const beginnings: Partial<Record<EventKind, Partial<HospitalEvent>>> = {
  arrived: { patientClass: 'emergency' },
  admitted: { patientClass: 'inpatient' },
};

/** Somebody with care, at a council and a hospital of their own whose feed speaks. @param automatic what is told by itself */
export async function holdSite(
  db: Database,
  options: Parameters<typeof tellingSite>[1] & { readonly number?: string; readonly roster?: Record<string, unknown> } = {},
): Promise<HoldSite> {
  const automatic = ['with-us', 'home-changed', 'gone'];
  const number = options.number ?? nhs(1);
  const lines = options.lines ?? [{ id: 'M1', number, family: 'Example', given: 'Barbara' }];
  // Days go by in these tests: what the council said stays good for as long.
  const freshness = {
    care: { amber: '900 days', red: '900 days' }, safeguarding: { notAvailableAfter: '900 days' },
    contacts: { amber: '900 days', red: '900 days' }, restrictions: { overdueAfter: '900 days' },
  };
  const base = await tellingSite(db, {
    ...options,
    lines,
    agreement: { freshness, ...options.agreement },
    notices: { automatic, permissionToTell: 'not-needed', ...options.notices },
  });
  const { council, hospital } = base;
  const feed: Feed = { ...kingsVale, id: `feed-${hospital.toLowerCase()}`, hospital };
  const rosters = options.roster === undefined ? [] : [rosterAgreementSchema.parse({
    id: `roster-${council.id.toLowerCase()}`, version: 1, provider: base.provider, name: 'Example Home Care', council: council.id,
    from: '2026-01-01', until: '2030-12-31', ...options.roster,
  })];
  Object.assign(base.notices, rosterHooks({ rosters, clock: base.clock }));
  const watch = new StayWatch({ notices: base.notices, rosters }, (error) => void base.failures.push(error));
  const stays = async (): Promise<StoredStay[]> =>
    (await db.sql.selectFrom('stay').selectAll().where('feed', '=', feed.id).orderBy('since').execute()).map(fromRow);
  const settle = async (): Promise<void> => {
    await watch.run();
    await base.runner.run();
    await watch.run();
  };
  const mail: HoldSite['mail'] = async (caller = base.carer) => (await inboxOf(base.notices, caller)).notices;
  const own = {
    feed,
    watch,
    stays,
    settle,
    mail,
    async say(kind: EventKind, more: More = {}): Promise<void> {
      await own.hear(kind, more);
      await settle();
    },
    async hear(kind: EventKind, { by = 'P1', number: said = number, ...more }: More = {}): Promise<void> {
      const at = base.now;
      const event: HospitalEvent = {
        feed: feed.id, id: randomUUID(), kind, at, recordedAt: at, sentAt: null, sequence: null,
        patient: { authority: hospital, value: by }, visit: 'V1', place: { organisation: hospital, team: 'Emergency department' },
        nhsNumber: { value: said as NhsNumber, status: null }, birthDate: usualBirth as never, name: { family: 'Example', given: 'Barbara' },
        ...beginnings[kind], ...more,
      };
      await db.transaction((trx) => applyEvents(trx, feed, [{ events: [event], before: [] }], at));
    },
    async stay(): Promise<StoredStay> {
      const all = await stays();
      const [one] = all.length === 1 ? all : all.filter(({ status }) => isOpen(status));
      if (!one) throw new TypeError(`There are ${all.length} stays`);
      return one;
    },
    tasksOf: (caller: Caller) => holdTasksOf(base.notices, caller),
    async tasks(): Promise<string[]> {
      const lists = [];
      for (const caller of [base.sister, base.duty, base.carer]) lists.push(await holdTasksOf(base.notices, caller));
      return lists.flat().map(({ party, cause }) => `${party} ${cause}`);
    },
    inbox: async (caller?: Caller) => (await mail(caller)).map(({ kind, of, status }) => `${kind === of ? '' : `${kind} of `}${of}: ${status}`),
    async acceptAll(firstVisit: Date | null = null, caller: Caller = base.carer): Promise<void> {
      for (const one of await mail(caller)) {
        if (one.status === 'to-answer') await answerNotice(base.notices, caller, one.id, { kind: 'accepted', firstVisit: one.of === 'restart' && one.kind !== 'cancellation' ? firstVisit : null });
      }
    },
  };
  return Object.assign(base, own);
} // prettier-ignore
