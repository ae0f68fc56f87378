/** A hospital that tells, providers that answer and ask, and any number of notices and stays, beside `world.ts`'s council. */
import { randomUUID } from 'node:crypto';
import { agreementSchema } from '../../src/domain/agreement.ts';
import type { Agreement } from '../../src/domain/agreement.ts';
import type { Caller, Role } from '../../src/domain/caller.ts';
import type { Feed } from '../../src/domain/hospital-feed.ts';
import { feedSchema } from '../../src/config/feed.ts';
import { councilSchema, hospitalSchema } from '../../src/domain/organisation.ts';
import { lookUp, lookUpsOn } from '../../src/services/look-up.ts';
import { composeNotices } from '../../src/services/notices/compose.ts';
import type { Notices } from '../../src/services/notices/compose.ts';
import { sendTelling } from '../../src/services/notices/tell.ts';
import { composeWhereabouts } from '../../src/services/whereabouts/compose.ts';
import type { Whereabouts } from '../../src/services/whereabouts/compose.ts';
import type { Database } from '../../src/store/database.ts';
import { agreementFiles, agreements as lookUpAgreements } from './callers.ts';
import { asOwner, birthDateOf, council, numberAt, personAt } from './world.ts';

/** How many providers there are in all; each delivers the care of every five-hundredth person. */
const providersInAll = 500;
const hospital = 'H0';
const holidays = { days: new Set<string>(), knownUntil: '2099-12-31' };

const feed: Feed = feedSchema.parse({
  id: 'bench', version: 1, hospital, enabled: true, senders: [{ application: 'PAS', facility: hospital }], ours: { application: 'HOMEWARD', facility: hospital },
  connection: { security: 'plain-text' }, patient: { hospitalNumber: { authority: hospital, where: [{ authority: hospital, type: 'MR' }] } },
  patientClasses: { E: 'emergency', I: 'inpatient' }, sites: [{ when: {}, organisation: hospital }],
  stays: { edToAdmission: '6 hours', staleAfter: { expected: '7 days', arrived: '24 hours', admitted: '21 days', onLeave: '14 days' } },
  silence: { day: '30 minutes', night: '3 hours', nightFrom: '23:00', nightUntil: '06:00' },
}); // prettier-ignore

/** The look-ups' agreement, with everything about notices switched on. */
const agreement: Agreement = agreementSchema.parse({
  ...agreementFiles[0], id: 'bench-notices',
  notices: {
    providers: true, council: true, permissionToTell: 'ask', automatic: [], identifiers: ['name', 'birth-date', 'nhs-number'],
    whereabouts: { enabled: true, beforeAsking: true, questionsHour: 1_000_000, questionsDay: 1_000_000 },
  },
}); // prettier-ignore

export interface NoticeWorld {
  readonly notices: Notices;
  readonly whereabouts: Whereabouts;
  readonly nurse: Caller;
}

const clock = { now: (): Date => new Date() };
const failed = (error: unknown): void => {
  throw error;
};

/** The use cases on a database; nothing runs by itself. */
export function noticeWorld(db: Database): NoticeWorld {
  const councils = [
    councilSchema.parse({
      id: council, name: 'Bench County Council', dayHours: 'Mon-Fri 08:30-17:00',
      day: { number: '01632 960200', label: 'Duty team' }, night: { number: '01632 960201', label: 'Night team' },
    }),
  ]; // prettier-ignore
  const services = [{ name: 'All wards', feed: feed.id, complete: true }];
  const hospitals = [hospitalSchema.parse({ id: hospital, name: 'Bench Hospital', phone: '01632 960300', teams: ['Emergency'], services })]; // prettier-ignore
  const desk = {
    deliver: async () => 'told' as const,
    whenToDeliver: async (_db: unknown, _notice: unknown, at: Date) => at,
  };
  const base = { db, clock, agreements: [agreement], councils, hospitals };
  const notices = composeNotices({ ...base, desk, failed }, failed);
  const whereabouts = composeWhereabouts({ ...base, holidays, feeds: [feed], rosters: [], failed }, notices.deps, failed); // prettier-ignore
  return { notices, whereabouts, nurse: person('emergency-nurse', hospital, 1) };
}

/** Somebody of an organisation. */
export function person(role: Role, organisation: string, n: number): Caller {
  return {
    userId: `https://sign-in.example|${role}-${n}`,
    name: `Person ${n}`,
    role,
    organisation,
    team: 'Emergency',
    authenticatedBy: 'AAL3_ANY',
    authenticatedAt: new Date(),
    session: `session-${role}-${n}`,
  };
}

/** The provider that delivers the care of the person of a stem, as sessions have it. */
export function providerOf(stem: number): string {
  return `cqc:1-9${String(1 + (personAt(stem) % providersInAll)).padStart(5, '0')}`;
}

/** A person's number and birth date by stem. */
export function personOfStem(stem: number): { readonly nhsNumber: string; readonly birthDate: string } {
  return { nhsNumber: numberAt(stem), birthDate: birthDateOf(personAt(stem)) };
}

/**
 * Tells of one person as a nurse does, and writes as many more as are wanted as that one was written: each about another
 * person, to the provider of that person's care, and to the council.
 * @returns the providers' notices, with the telling of each
 */
export async function fillNotices(url: string, world: NoticeWorld, many: number): Promise<{ notice: string; telling: string; provider: string }[]> {
  const { nurse, notices } = world;
  const stem = 500;
  const lookUps = lookUpsOn({ db: notices.deps.db, clock, agreements: [agreement, ...lookUpAgreements.slice(1)], holidays });
  const answer = await lookUp(lookUps, nurse, {
    council, ...personOfStem(stem), familyName: null, reason: 'decide-admission', permission: 'given', cannotAskReason: null,
  } as never);
  const ask = { expectedHome: null, restartFrom: null, goneAt: null };
  const { telling } = await sendTelling(notices.deps, nurse, {
    answerId: answer.id, of: 'hold', ask, permission: { answer: 'given', cannotAskReason: null }, token: randomUUID(), shown: null,
  });
  if (telling === null) throw new Error('Nobody was told');
  const [to] = (await asOwner(url, `select recipient from notice where telling_id = '${telling}' and recipient_kind = 'provider'`)).at(-1)?.rows ?? [];
  if (to?.recipient !== providerOf(stem)) throw new Error(`${to?.recipient} was told and not ${providerOf(stem)}`);
  const [tellingColumns, noticeColumns] = [await columnsToWrite(url, 'telling'), await columnsToWrite(url, 'notice')];
  const columnsOf = (columns: string): string => columns.replaceAll(/\w+/g, 'copy.$&');
  // A hundred providers of the five hundred: the person of a place, and the ids that its copies get.
  await asOwner(url, 'drop table if exists bench_copy');
  await asOwner(
    url,
    `create table bench_copy as
       select p.person_key, i.value as number, d.birth_date, 'cqc:1-9' || lpad((1 + p.person_key % ${providersInAll})::text, 5, '0') as provider,
         gen_random_uuid() as telling, gen_random_uuid() as notice, gen_random_uuid() as message
       from person p join person_identifier i on i.person_key = p.person_key and i.council = p.council and i.kind = 'nhs-number'
       join person_detail d on d.person_key = p.person_key and d.council = p.council
       where p.council = '${council}' and p.person_key % ${providersInAll} < 100 and p.person_key > 1000 order by p.person_key limit ${many}`,
    `create table bench_kind as select n.notice_id, n.recipient_kind as kind, n.recipient from notice n where telling_id = '${telling}'`,
    `insert into telling (${tellingColumns}) select ${columnsOf(tellingColumns)}
       from telling t cross join bench_copy c cross join lateral jsonb_populate_record(t, jsonb_build_object(
         'telling_id', c.telling, 'person_key', c.person_key, 'nhs_number', c.number, 'birth_date', c.birth_date, 'token', c.telling)) copy
       where t.telling_id = '${telling}'`,
    `insert into notice (${noticeColumns}) select ${columnsOf(noticeColumns)}
       from notice n join bench_kind k using (notice_id) cross join bench_copy c cross join lateral jsonb_populate_record(n, jsonb_build_object(
         'notice_id', case k.kind when 'provider' then c.notice else c.message end, 'thread', case k.kind when 'provider' then c.notice else c.message end,
         'telling_id', c.telling, 'person_key', c.person_key, 'recipient', case k.kind when 'provider' then c.provider else n.recipient end,
         'version', nextval('notice_version'))) copy`,
    `insert into notice_event select e.event_id || c.telling, case k.kind when 'provider' then c.notice else c.message end, e.at, e.kind, e.content,
         replace(replace(replace(e.event, k.notice_id::text, (case k.kind when 'provider' then c.notice else c.message end)::text), '${telling}', c.telling::text),
           case k.kind when 'provider' then k.recipient else '-' end, case k.kind when 'provider' then c.provider else '-' end)
       from notice_event e join bench_kind k using (notice_id), bench_copy c`,
    'drop table bench_kind',
    'analyze telling, notice, notice_event',
  );
  const rows = (await asOwner(url, 'select notice, telling, provider from bench_copy order by person_key')).at(-1)?.rows;
  return rows as { notice: string; telling: string; provider: string }[];
} // prettier-ignore

// Columns that the database works out by itself cannot be written.
async function columnsToWrite(url: string, table: string): Promise<string> {
  const sql = `select string_agg(column_name, ', ') as names from information_schema.columns
    where table_name = '${table}' and is_generated = 'NEVER'`;
  return (await asOwner(url, sql)).at(-1)?.rows[0]?.names;
}

/** Adds so many stays, one in a hundred of somebody who is here now, and a week of the feed's messages. */
export async function fillStays(url: string, stays: number, people: number): Promise<void> {
  await asOwner(
    url,
    `insert into stay (stay_id, feed, cluster, visits, status, since, patient_class, started_at, ended_at, stale_at, last_heard_at, organisation, team,
         places, patient, nhs_number, nhs_number_status, birth_date, family, given, died, cautions, version)
       select gen_random_uuid(), '${feed.id}', n, array['V' || n], case when n % 100 = 0 then 'admitted' else 'discharged' end, at, 'inpatient', at,
         case when n % 100 = 0 then null else at + interval '2 days' end, case when n % 100 = 0 then now() + interval '10 days' end, now(), '${hospital}', 'Ward 12',
         jsonb_build_array(jsonb_build_object('organisation', '${hospital}', 'team', 'Ward 12', 'from', at, 'to', null)),
         jsonb_build_object('authority', '${hospital}', 'value', 'H' || n), i.value, '01', d.birth_date, d.family, d.given, false, '{}', 1
       from generate_series(1, ${stays}) n
       cross join lateral (select case when n % 100 = 0 then now() - interval '1 day' else now() - interval '3 days' - n * interval '30 seconds' end as at) t
       join person_identifier i on i.council = '${council}' and i.kind = 'nhs-number' and i.person_key = 1 + (n::bigint * 7919 + n / 100) % ${people}
       join person_detail d on d.council = '${council}' and d.person_key = i.person_key`,
    `insert into hl7_message (feed, sender, control_id, body_mac, event, received_at, state, sealed, expires_at)
       select '${feed.id}', 'PAS|${hospital}', 'M' || n, decode(md5(n::text), 'hex'), 'A08', now() - n * interval '6 seconds', 'applied', '\\x00', now() + interval '7 days'
       from generate_series(1, ${Math.ceil(stays / 10)}) n`,
    'analyze stay, hl7_message',
  );
} // prettier-ignore
