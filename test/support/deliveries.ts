/** Notices that wait to be delivered, couriers that note what they carry, and senders in a hurry. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Courier, Couriers, DeliveryReason, Handover, Parcel, SystemMessage } from '../../src/domain/courier.ts';
import { noticeContent } from '../../src/domain/notice-content.ts';
import type { Alert } from '../../src/domain/notice-text.ts';
import { isOpenNotice } from '../../src/domain/notice-state.ts';
import type { NoticeState } from '../../src/domain/notice-state.ts';
import type { Notice } from '../../src/domain/notice.ts';
import type { WayChannel, WayUse } from '../../src/domain/way.ts';
import { enqueueDelivery } from '../../src/services/notices/deliver.ts';
import type { DeliverDeps } from '../../src/services/notices/deliver.ts';
import type { DeliveryTiming } from '../../src/services/notices/delivery-attempt.ts';
import type { NoticeDeps } from '../../src/services/notices/deps.ts';
import { recordEvent } from '../../src/services/notices/record.ts';
import { DeliverySender } from '../../src/services/notices/send-deliveries.ts';
import type { SenderOptions } from '../../src/services/notices/send-deliveries.ts';
import type { Database } from '../../src/store/database.ts';
import { holdNotice, keepNotice } from '../../src/store/notices/notices.ts';
import { holdPerson } from '../../src/store/notices/person-lock.ts';
import { keepTelling } from '../../src/store/notices/tellings.ts';
import { keepWay } from '../../src/store/notices/ways.ts';
import { openTasks } from '../../src/store/notices/delivery-tasks.ts';
import type { DeliveryTask } from '../../src/store/notices/delivery-tasks.ts';
import { notice as noticeOf } from './notices.ts';
import { holidays } from './site.ts';

/** Everything that could name the person of these notices, or say anything of the notice. */
export const mustNotLeave = [
  'Holmes', 'Barbara', '9990000018', '999 000 0018', '1941', '14 March', '14/03', 'Kings Vale', 'KVH', '01632 960300', '01632960300',
  'restart', 'Going home', 'hold', 'visit', 'hospital', 'BH-7', 'Emergency', 'patient', 'safeguarding', 'Sherwood',
]; // prettier-ignore

/** Notes what it carries, and answers as it is told. */
export class NotingCourier<What> implements Courier<What> {
  readonly carried: Parcel<What>[] = [];
  readonly followed: string[] = [];
  answer: (parcel: Parcel<What>, index: number, signal: AbortSignal) => Handover | Promise<Handover> = () => ({ is: 'delivered' }); // prettier-ignore
  fate: Handover = { is: 'delivered' };

  async carry(parcel: Parcel<What>, signal: AbortSignal): Promise<Handover> {
    return this.answer(parcel, this.carried.push(parcel) - 1, signal);
  }

  async follow(reference: string): Promise<Handover> {
    this.followed.push(reference);
    return this.fate;
  }
}

export const quick: DeliveryTiming = { retryFirst: 5, retryLongest: 40, patience: 400, followFirst: 5 };

export interface Row {
  readonly notice: string;
  readonly state: string;
  readonly attempts: number;
  readonly fault: string | null;
  readonly parcel: string | null;
  readonly address: string;
}

let sites = 0;

/** One provider with notices of its own, in a database that tests may share. */
export class DeliverySite {
  readonly db: Database;
  readonly email = new NotingCourier<Alert>();
  readonly text = new NotingCourier<Alert>();
  readonly webhook = new NotingCourier<SystemMessage>();
  readonly provider = `cqc:1-${200_000_000 + ++sites}`;
  readonly council = `c${sites}`;
  readonly stopped = new Set<string>();
  /** By so much the clock is ahead of the real one. */
  ahead = 0;
  couriers: Couriers = { email: this.email, text: this.text, webhook: this.webhook };
  onCall: DeliverDeps['onCall'];
  giveUpAfter = 60_000;
  readonly #senders: DeliverySender[] = [];

  constructor(db: Database) {
    this.db = db;
  }

  get clock() {
    return { now: (): Date => new Date(Date.now() + this.ahead) };
  }

  get #notices(): NoticeDeps {
    return { db: this.db, clock: this.clock, agreements: [] } as unknown as NoticeDeps;
  }

  get deps(): DeliverDeps {
    return {
      db: this.db,
      clock: this.clock,
      holidays,
      couriers: this.couriers,
      link: () => 'https://homeward.example/inbox',
      record: (trx, event) => recordEvent(trx, this.#notices, event),
      mayLeave: async (trx, id) => {
        const found = await holdNotice(trx, id);
        return found && isOpenNotice(found.state) && !this.stopped.has(id) ? { notice: found.state.notice, content: found.content } : null; // prettier-ignore
      },
      onCall: async (...asked) => (await this.onCall?.(...asked)) ?? [],
      giveUpAfter: this.giveUpAfter,
    };
  }

  async way(channel: WayChannel, to: string, { use = 'office', hours = null, recipient = this.provider }: { use?: WayUse; hours?: string | null; recipient?: string } = {}): Promise<void> {
    await this.db.transaction((trx) => keepWay(trx, recipient, { channel, to, use, hours }, 'm1', this.clock.now()));
  } // prettier-ignore

  /** Writes a notice about a person, without delivering it. */
  async write(person = 1, change: Partial<Notice> = {}): Promise<Notice> {
    const at = this.clock.now();
    const id = randomUUID();
    const written = noticeOf({ id, telling: randomUUID(), thread: id, council: this.council, recipient: { kind: 'provider', id: this.provider, link: 'package' }, createdAt: at, stay: null, ...change }); // prettier-ignore
    const { kind, of, ask } = written;
    const content = noticeContent(
      { person: { family: 'Holmes', given: 'Barbara', birthDate: '1941-03-14', nhsNumber: '9990000018', ownReference: 'BH-7' }, hospital: { name: 'Kings Vale Hospital', phone: '01632 960300' }, kind, of, ask, answerBy: null },
      ['name', 'birth-date', 'nhs-number'],
    ); // prettier-ignore
    await this.db.transaction(async (trx) => {
      const personKey = String(person);
      await holdPerson(trx, this.person(person));
      await keepTelling(trx, { id: written.telling, hospital: 'KVH', council: this.council, personKey, nhsNumber: '9990000018', birthDate: '1941-03-14', stayId: null, patient: null, kind: 'fact', of, ask, undoes: null, automatic: false, team: null, sender: null, question: null, createdAt: at }, randomUUID(), randomUUID()); // prettier-ignore
      await keepNotice(trx, { notice: written, hospital: 'KVH', personKey, recipientName: null, automatic: false, content, checkedBundle: null, checkAt: null }); // prettier-ignore
      await recordEvent(trx, this.#notices, { kind: 'queued', notice: id, at, what: written });
    });
    return written;
  }

  person(key = 1): string {
    return `${this.council}|${key}`;
  }

  /** Queues a notice. */
  async deliver(
    notice: Notice,
    { person = 1, reason = 'first' as DeliveryReason } = {},
  ): Promise<'told' | 'nobody-there'> {
    const at = this.clock.now();
    return this.db.transaction((trx) =>
      enqueueDelivery(trx, this.deps, { notice, person: this.person(person), reason, at }),
    );
  }

  /** Writes and queues one. */
  async tell(person = 1, change: Partial<Notice> = {}): Promise<Notice> {
    const written = await this.write(person, change);
    await this.deliver(written, { person });
    return written;
  }

  sender(options: SenderOptions = {}): DeliverySender {
    const made = new DeliverySender(this.deps, { timing: quick, lookEvery: 15, ...options });
    this.#senders.push(made);
    made.start();
    return made;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#senders.map((one) => one.stop(50)));
  }

  async state(notice: Notice): Promise<NoticeState> {
    const found = await this.db.transaction((trx) => holdNotice(trx, notice.id));
    if (!found) throw new TypeError('no such notice');
    return found.state;
  }

  async rows(recipient = this.provider): Promise<Row[]> {
    const { rows } = await sql<Row>`
      select notice_id as notice, state, attempts, fault, parcel, address from notice_delivery
      where recipient = ${recipient} order by place`.execute(this.db.sql);
    return rows;
  }

  tasks(): Promise<DeliveryTask[]> {
    return openTasks(this.db, { recipient: this.provider });
  }

  /** Waits until nothing waits any more. */
  async settled(within = 8000): Promise<Row[]> {
    const end = Date.now() + within;
    for (;;) {
      const rows = await this.rows();
      if (rows.every(({ state }) => !['waiting', 'sending', 'taken'].includes(state))) return rows;
      if (Date.now() > end) throw new Error(`still ${JSON.stringify(rows)}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
