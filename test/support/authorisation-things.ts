/** The things that routes name, made anew for each question. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { IsoDate } from '../../src/domain/dates.ts';
import { HomewardError } from '../../src/domain/error.ts';
import type { NhsNumber } from '../../src/domain/nhs-number.ts';
import type { HospitalEvent } from '../../src/domain/stay-event.ts';
import type { Ask } from '../../src/domain/notice.ts';
import { applyEvents } from '../../src/services/apply-events.ts';
import { messageSeal } from '../../src/services/read-message.ts';
import { answerNotice } from '../../src/services/notices/answer.ts';
import { holdTasksOf, releaseHoldTask } from '../../src/services/notices/holds.ts';
import { recordEvent } from '../../src/services/notices/record.ts';
import { tellByItself } from '../../src/services/notices/automatic.ts';
import { sendTelling } from '../../src/services/notices/tell.ts';
import { askWhereabouts } from '../../src/services/whereabouts/ask.ts';
import { insertInvitation } from '../../src/store/provider-accounts.ts';
import { holdPerson, personOf } from '../../src/store/notices/person-lock.ts';
import { keepWay } from '../../src/store/notices/ways.ts';
import { adt, kingsVale } from './adt.ts';
import type { Thing } from './authorisation.ts';
import { nhs } from './import-lines.ts';
import { barbara } from './authorisation-site.ts';
import type { MatrixSite, Visitor } from './authorisation-site.ts';

/** Makes what the routes name, anew for each question. */
export class Things {
  readonly #site: MatrixSite;

  constructor(site: MatrixSite) {
    this.#site = site;
  }

  /** Makes a thing of the own organisation. @param owner somebody of it who may make such a thing @returns its id */
  async make(thing: Thing, owner: Visitor): Promise<string> {
    return this.#makers[thing](owner);
  }

  readonly #makers: Record<Thing, (owner: Visitor) => Promise<string>> = {
    answer: (owner) => this.#answer(owner),
    'look-up to go on with': async (owner) => {
      // Whoever finds nobody so often must first sign in again.
      for (let missed = 0; missed < 5; missed++) await this.#answer(owner, nhs(7000 + this.#site.next()));
      return this.#answer(owner);
    },
    stay: async () => (await this.#stay()).stay,
    'closed stay': async () => {
      const { stay } = await this.#stay();
      const nurse = await this.#site.visitor('emergency-nurse', 'KVH');
      await this.#site.ask(nurse, '/board/stale/close', { stay });
      return stay;
    },
    bundle: async () => {
      const row = await this.#site.app.db.sql.selectFrom('bundle').select('bundle_id').where('council', '=', '999').executeTakeFirstOrThrow(); // prettier-ignore
      return row.bundle_id;
    },
    'held bundle': async () => {
      const at = this.#site.now();
      const { rows } = await sql<{ bundle_id: string }>`
        insert into bundle (council, source, extracted_at, received_at, received_by, state, report)
        values ('999', 'mosaic', ${at}, ${at}, 'Stefan Sample', 'held', '{}') returning bundle_id`.execute(this.#site.app.db.sql); // prettier-ignore
      return rows[0]?.bundle_id ?? '';
    },
    alert: async () => {
      await this.#answer(await this.#site.visitor('emergency-nurse', 'KVH'));
      const id = randomUUID();
      await sql`insert into alert (alert_id, at, kind, organisation, council, audit_id)
        select ${id}, ${this.#site.now()}, 'mismatches', 'KVH', '999', audit_id from audit_event
        where action = 'look-up' limit 1`.execute(this.#site.app.db.sql);
      return id;
    },
    message: () => this.#message(),
    notice: async () => (await this.#notice('hold')).notice,
    'notice sent': async () => (await this.#notice('hold')).notice,
    'notice answered': async () => {
      const { notice } = await this.#notice('hold');
      const { caller } = await this.#site.visitor('provider-manager', 'cqc:1-000000001');
      await answerNotice(this.#site.app.notices.deps, caller, notice, { kind: 'accepted', firstVisit: null });
      return notice;
    },
    'notice that waits': () => this.#waiting(),
    'council’s message': async () => (await this.#notice('hold')).message,
    hold: async () => (await this.#hold()).notice,
    'hold task': async () => this.#holdTask(await this.#site.visitor('council-duty-worker', '999')),
    'hold task of ours': async () => this.#holdTask(await this.#site.visitor('emergency-nurse', 'KVH')),
    'hold task of theirs': async () => this.#holdTask(await this.#site.visitor('provider-coordinator', 'cqc:1-000000001')),
    'wrong number': async () => {
      const nurse = await this.#site.visitor('emergency-nurse', 'KVH');
      const answer = await this.#answer(nurse);
      const call = { provider: 'cqc:1-000000001', phone: '01632 960101', result: 'wrong-number', token: randomUUID() };
      await this.#site.ask(nurse, `/answers/${answer}/calls`, call);
      const row = await this.#site.app.db.sql.selectFrom('wrong_number').select('report_id').where('closed_at', 'is', null).executeTakeFirstOrThrow(); // prettier-ignore
      return row.report_id;
    },
    'dead address': async () => {
      const id = randomUUID();
      const at = this.#site.now();
      await sql`insert into delivery_task (task_id, owner, recipient, council, kind, channel, address, fault, times, opened_at, last_at)
        values (${id}, 'recipient', 'cqc:1-000000001', '999', 'dead-address', 'email', ${`${this.#site.next()}-dead@larkfield.example`}, 'unknown-address', 1, ${at}, ${at})`.execute(this.#site.app.db.sql);
      return id;
    },
    telling: async () => (await this.#notice('hold')).telling,
    'restart accepted': async () => {
      const { notice: id } = await this.#notice('restart');
      const { caller } = await this.#site.visitor('provider-manager', 'cqc:1-000000001');
      const firstVisit = new Date(this.#site.now().getTime() + 4 * 3_600_000);
      await answerNotice(this.#site.app.notices.deps, caller, id, { kind: 'accepted', firstVisit });
      return id;
    },
    'notice taken back': async () => {
      const { notice: id } = await this.#notice('hold');
      const { caller } = await this.#site.visitor('provider-manager', 'cqc:1-000000001');
      const { deps } = this.#site.app.notices;
      await answerNotice(deps, caller, id, { kind: 'accepted', firstVisit: null });
      await this.#site.app.db.transaction((trx) =>
        recordEvent(trx, deps, { kind: 'withdrawn', notice: id, at: this.#site.now(), why: 'not-shown', by: null }),
      );
      return id;
    },
    question: async (owner) => {
      const { caller } = owner.caller.role.startsWith('provider-') ? owner : await this.#site.visitor('provider-coordinator', 'cqc:1-000000001');
      const asked = await askWhereabouts(this.#site.app.whereabouts.deps, caller, {
        ...barbara,
        birthDate: barbara.birthDate as never,
        token: randomUUID(),
      });
      if (asked.is !== 'asked') throw new TypeError('asked too often');
      return asked.id;
    },
    'former colleague': async () => {
      const person = await this.#site.member('provider-coordinator', 'Colin Example');
      await sql`update provider_member set active = false where person = ${person}`.execute(this.#site.app.db.sql);
      return person;
    },
    colleague: () => this.#site.member('provider-coordinator', 'Colin Example'),
    invitation: async () => {
      const invitation = randomUUID();
      const createdAt = this.#site.now();
      await this.#site.app.db.transaction((trx) =>
        insertInvitation(trx, {
          invitation, organisation: 'cqc:1-000000001', organisationName: 'Larkfield Home Care', vouchedBy: 'provider', council: null,
          invitedBy: 'Mona Sample', email: `new-${this.#site.next()}@larkfield.example`, role: 'provider-coordinator', createdAt,
          expiresAt: new Date(createdAt.getTime() + 86_400_000),
        }, createdAt),
      ); // prettier-ignore
      return invitation;
    },
    'rota entry': async () => {
      const entry = randomUUID();
      await sql`insert into provider_rota (entry, organisation, name, phone, hours, place)
        values (${entry}, 'cqc:1-000000001', 'Rita Example', '07700 900222', 'Mon-Fri 18:00-08:00', 9)`.execute(this.#site.app.db.sql); // prettier-ignore
      return entry;
    },
    channel: () => this.#channel('cqc:1-000000001', 'matrix@larkfield.example'),
    'council’s channel': () => this.#channel('999', 'matrix@sherwood.example'),
    'channel to confirm': () => this.#channel('cqc:1-000000001', `confirm-${this.#site.next()}@larkfield.example`, false),
    'council’s channel to confirm': () => this.#channel('999', `confirm-${this.#site.next()}@sherwood.example`, false),
    'council’s person': async () => {
      await this.#answer(await this.#site.visitor('emergency-nurse', 'KVH'));
      return barbara.nhsNumber;
    },
  }; // prettier-ignore

  #channel(recipient: string, to: string, proven = true): Promise<string> {
    const way = { channel: 'email', to, use: 'office', hours: null } as const;
    return this.#site.app.db.transaction((trx) => keepWay(trx, recipient, way, 'm1', this.#site.now(), proven));
  }

  async #answer(owner: Visitor, nhsNumber: string = barbara.nhsNumber): Promise<string> {
    const { location, status, text } = await this.#site.ask(owner, '/find', {
      council: '999',
      nhsNumber,
      'birth-day': '14',
      'birth-month': '3',
      'birth-year': '1941',
      reason: 'decide-admission',
      permission: 'given',
    });
    const id = /^\/answers\/([\w-]+)/.exec(location)?.[1];
    if (id === undefined)
      throw new TypeError(`The look-up answered ${status} ${/<h1[^>]*>([^<]*)/.exec(text)?.[1]?.trim() ?? ''}`);
    return id;
  }

  async #notice(of: 'hold' | 'restart'): Promise<{ notice: string; telling: string; message: string }> {
    const nurse = await this.#site.visitor('emergency-nurse', 'KVH');
    const answerId = await this.#answer(nurse);
    const today = { date: '2026-09-01' as IsoDate, at: null };
    const ask: Ask = of === 'restart' ? { expectedHome: today, restartFrom: { ...today, visit: 'tea' }, goneAt: null } : { expectedHome: null, restartFrom: null, goneAt: null };
    const permission = { answer: 'given', cannotAskReason: null } as const;
    const { deps } = this.#site.app.notices;
    const { telling } = await sendTelling(deps, nurse.caller, { answerId, of, ask, permission, token: randomUUID(), shown: null });
    if (telling === null) throw new TypeError('Nobody was told');
    const notice = await this.#noticeOf(telling, 'provider');
    return { telling, notice, message: await this.#noticeOf(telling, 'council') };
  } // prettier-ignore

  async #noticeOf(telling: string, recipient: 'provider' | 'council'): Promise<string> {
    const { rows } = await sql<{ notice_id: string }>`
      select notice_id from notice where telling_id = ${telling} and recipient_kind = ${recipient}`.execute(this.#site.app.db.sql); // prettier-ignore
    const [row] = rows;
    if (!row) throw new TypeError(`No ${recipient} was told`);
    return row.notice_id;
  }

  /** A notice that told itself, and waits for a person to release it. */
  async #waiting(): Promise<string> {
    // The person has agreed, for all who come after.
    await this.#notice('hold');
    const { deps } = this.#site.app.notices;
    const row = await this.#site.app.db.sql.selectFrom('telling').select('person_key').limit(1).executeTakeFirstOrThrow();
    const about = { hospital: 'KVH', council: '999', personKey: row.person_key, nhsNumber: barbara.nhsNumber, birthDate: barbara.birthDate, stayId: null, toldAt: null };
    const telling = await this.#site.app.db.transaction(async (trx) => {
      await holdPerson(trx, personOf(about));
      const ask: Ask = { expectedHome: null, restartFrom: null, goneAt: null };
      return tellByItself(trx, deps, { about: about as never, patient: null, team: 'Emergency department', of: 'with-us', ask, token: randomUUID() });
    });
    if (telling === null) throw new TypeError('Nothing told itself');
    return this.#noticeOf(telling, 'provider');
  } // prettier-ignore

  /** Care is on hold while somebody is in hospital. */
  async #hold(): Promise<{ notice: string; patient: number }> {
    const { patient } = await this.#stay();
    const provider = await this.#site.visitor('provider-manager', 'cqc:1-000000001');
    for (let time = 1; ; time++) {
      const { notice } = await this.#notice('hold');
      try {
        await answerNotice(this.#site.app.notices.deps, provider.caller, notice, { kind: 'accepted', firstVisit: null });
        return { notice, patient };
      } catch (error) {
        // An extract that another cell handed in may be landing just now: then the message is taken away meanwhile.
        if (time === 5 || !(error instanceof HomewardError && error.code === 'NOTICE_GONE')) throw error;
      }
    }
  } // prettier-ignore

  /** Care is on hold, and the patient has gone without a word about it: somebody's task. */
  async #holdTask({ caller }: Visitor): Promise<string> {
    const { patient } = await this.#hold();
    await this.#say(patient, 'discharged', this.#site.now());
    const { deps } = this.#site.app.notices;
    const duty = await this.#site.visitor('council-duty-worker', '999');
    for (const { release } of await holdTasksOf(deps, duty.caller))
      if (release) await releaseHoldTask(deps, duty.caller, release);
    const [task] = await holdTasksOf(deps, caller);
    if (!task) throw new TypeError('Nobody has a task');
    return task.id;
  }

  async #stay(): Promise<{ stay: string; patient: number }> {
    const patient = this.#site.next();
    const at = new Date(this.#site.now().getTime() - 3_600_000);
    await this.#say(patient, 'arrived', at);
    await this.#site.arrivals.run();
    const { rows } = await sql<{ stay_id: string }>`
      update stay set stale_at = ${at} where patient->>'value' = ${`MX${patient}`} returning stay_id`.execute(
      this.#site.app.db.sql,
    );
    return { stay: rows[0]?.stay_id ?? '', patient };
  }

  /** Says something of the n-th patient, all of whom are Barbara. */
  async #say(n: number, kind: 'arrived' | 'discharged', at: Date): Promise<void> {
    const event: HospitalEvent = {
      feed: kingsVale.id, id: randomUUID(), kind, at, recordedAt: at, sentAt: null, sequence: null, patient: { authority: 'KVH', value: `MX${n}` },
      visit: `MX${n}`, place: { organisation: 'KVH', team: 'Emergency department' }, nhsNumber: { value: barbara.nhsNumber as NhsNumber, status: '01' },
      birthDate: barbara.birthDate as IsoDate, name: { family: 'Holmes', given: 'Barbara' }, ...(kind === 'arrived' ? { patientClass: 'emergency' } : {}),
    };
    await this.#site.app.db.transaction((trx) => applyEvents(trx, kingsVale, [{ events: [event], before: [] }], at));
  } // prettier-ignore

  async #message(): Promise<string> {
    const { seal } = this.#site.app.feeds.deps;
    const body = Buffer.from(adt('A04').serialise());
    const control = `MX${this.#site.next()}`;
    const at = this.#site.now();
    const { rows } = await sql<{ message_id: string }>`
      insert into hl7_message (feed, sender, control_id, body_mac, event, received_at, state, code, sealed, expires_at)
      values (${kingsVale.id}, 'KVPAS|KVH', ${control}, ${seal.mac(body)}, 'A04', ${at}, 'quarantined', 'patient-class',
        ${seal.seal(body, messageSeal(kingsVale.id, control, at))}, ${new Date(at.getTime() + 86_400_000)})
      returning message_id`.execute(this.#site.app.db.sql);
    return rows[0]?.message_id ?? '';
  }
}
