/** What processes that are killed while they tell share: one council, hospital and provider, and real couriers. */
import { sql } from 'kysely';
import { smtpCourier } from '../../src/delivery/email-smtp.ts';
import { webhookCourier } from '../../src/delivery/webhook.ts';
import type { Ask, FactKind } from '../../src/domain/notice.ts';
import { hospitalSchema } from '../../src/domain/organisation.ts';
import { answerNotice, historyOf, inboxOf } from '../../src/services/notices/answer.ts';
import { composeNotices } from '../../src/services/notices/compose.ts';
import type { Notices } from '../../src/services/notices/compose.ts';
import { enqueueDelivery, whenToDeliver } from '../../src/services/notices/deliver.ts';
import type { DeliverDeps } from '../../src/services/notices/deliver.ts';
import { mayLeave } from '../../src/services/notices/recheck.ts';
import { recordEvent } from '../../src/services/notices/record.ts';
import { DeliverySender } from '../../src/services/notices/send-deliveries.ts';
import { sendTelling } from '../../src/services/notices/tell.ts';
import type { Database } from '../../src/store/database.ts';
import { nhs, usualBirth } from './import-lines.ts';
import { Site } from './import-site.ts';
import { authority } from './mllp-certificates.ts';
import { holidays, morning } from './site.ts';
import { noAsk, person, switchedOn } from './telling.ts';

/** How many people are told of, in turn. */
export const people = 6;
export const webhookSecret = Buffer.alloc(32, 5);

const location = '1-300000001';
// None that takes the place of those before it: what was told must all arrive.
const kinds: readonly FactKind[] = ['with-us', 'hold', 'home-changed'];
// Once each telling: a process that starts over sends the same form again.
const plenty = { people15Minutes: 1e6, peopleDay: 1e6, organisationPeopleDay: 1e6, missesBeforeSignIn: 100, missesBeforeLock: 200, emergenciesBeforeSignIn: 100, emergenciesBeforeEachSignIn: 200, mismatchesBeforeNeutral: 3 }; // prettier-ignore

export class KillSite {
  readonly #site: Site;
  readonly #notices: Notices;
  readonly #sender: DeliverySender;
  readonly #close: () => void;
  readonly failures: unknown[] = [];
  readonly provider = `cqc:${location}`;
  readonly clock: { now(): Date };

  constructor(db: Database, { smtp, webhook, began }: { readonly smtp: number; readonly webhook: number; readonly began: number }) {
    const site = new Site(db, 'KILLED', {
      agreement: { notices: switchedOn, budget: plenty },
      council: { fallLimitPercent: 100 },
    });
    // Its time goes on from process to process.
    const beginning = new Date(morning).getTime();
    Object.defineProperty(site, 'now', { get: () => new Date(beginning + Date.now() - began) });
    this.#site = site;
    this.clock = site.clock;
    const email = smtpCourier({
      server: { host: '127.0.0.1', port: smtp, secure: false, plain: true, login: null } as never,
      from: { name: 'Homeward', address: 'no-reply@homeward.example' },
      bounces: null,
      patience: 1_000,
    });
    const system = { id: 'care', url: `https://127.0.0.1:${webhook}/messages`, secrets: () => [webhookSecret], networks: ['127.0.0.0/8'], authorities: authority };
    const deliver: DeliverDeps = {
      db,
      clock: site.clock,
      holidays,
      couriers: { email, webhook: webhookCourier([system]) },
      link: () => 'https://homeward.example/inbox',
      record: (trx, event) => recordEvent(trx, this.#notices.deps, event),
      mayLeave: (trx, id, reason) => mayLeave(trx, this.#notices.deps, id, reason),
    };
    const desk = {
      deliver: (trx: never, sending: never) => enqueueDelivery(trx, deliver, sending),
      whenToDeliver: (on: never, notice: never, at: Date) => whenToDeliver(on, notice, at),
    };
    const hospital = hospitalSchema.parse({ id: site.hospital, name: 'Kings Vale Hospital', phone: '01632 960300', teams: ['Emergency department'] });
    const failed = (error: unknown): void => void this.failures.push(error);
    this.#notices = composeNotices(
      { db, clock: site.clock, agreements: [site.agreement], councils: [site.council], hospitals: [hospital], desk: desk as never, failed },
      failed,
    );
    const timing = { retryFirst: 20, retryLongest: 100, patience: 1_500, followFirst: 20 };
    this.#sender = new DeliverySender(deliver, { timing, lookEvery: 30 });
    this.#notices.signal.on(() => this.#sender.wake());
    this.#close = () => email.close();
  } // prettier-ignore

  get db(): Database {
    return this.#site.db;
  }

  get deps(): Notices['deps'] {
    return this.#notices.deps;
  }

  /** How provider and council are told. */
  get ways(): readonly (readonly [recipient: string, channel: 'email' | 'webhook', to: string])[] {
    return [
      [this.provider, 'email', 'office@care.example'],
      [this.provider, 'webhook', 'care'],
      [this.#site.council.id, 'email', 'duty@council.example'],
    ];
  }

  get carer(): ReturnType<typeof person> {
    return person(this.#site, 'carer', 'provider-coordinator', this.provider);
  }

  /** Lands the council's record. */
  async land(): Promise<void> {
    const lines = Array.from({ length: people }, (_, at) => ({ id: `M${at + 1}`, number: nhs(at + 1), family: 'Example', given: 'Barbara', cqc: location })); // prettier-ignore
    await this.#site.land(this.#site.whole(lines), this.#site.now.toISOString());
  }

  start(): void {
    this.#notices.start();
    this.#sender.start();
  }

  async stop(): Promise<void> {
    await this.#sender.stop(500);
    await this.#notices.stop();
    this.#close();
  }

  /** Tells something about one of the people: always the same for the same number, and once. */
  async tell(number: number): Promise<void> {
    const sister = this.#site.nurse('sister');
    const answer = await this.#site.ask(nhs((number % people) + 1), usualBirth, {}, sister);
    const of = kinds[number % kinds.length] ?? 'hold';
    const ask: Ask = noAsk;
    const permission = { answer: 'given', cannotAskReason: null } as const;
    await sendTelling(this.deps, sister, {
      answerId: answer.id,
      of,
      ask,
      permission,
      token: `form-${number}`,
      shown: null,
    });
  }

  /** Waits until nothing waits to be sent any more. */
  async settled(patience: number): Promise<void> {
    for (const until = Date.now() + patience; ;) {
      const { rows } = await sql<{ n: string }>`
        select count(*) as n from notice_delivery where state in ('waiting', 'sending', 'taken')`.execute(this.db.sql);
      if (rows[0]?.n === '0') return;
      if (Date.now() > until) throw new Error(`${rows[0]?.n} are still waiting`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** The provider's coordinator. */
export function reader(site: KillSite): {
  /** Answers the message that has waited longest. @returns its id, null when none waits */
  answerOldest(): Promise<string | null>;
  /** Every line that the provider can read, in its inbox and under earlier messages. */
  lines(): Promise<{ inbox: string[]; history: string[] }>;
} {
  return {
    async answerOldest() {
      const { notices } = await inboxOf(site.deps, site.carer);
      // Not the newest, which may still be on its way: what is answered before it is sent is not sent any more.
      const one = notices
        .filter(({ status }) => status === 'to-answer')
        .toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime())[0];
      if (!one) return null;
      await answerNotice(site.deps, site.carer, one.id, { kind: 'call-me', phone: null });
      return one.id;
    },
    async lines() {
      const { notices } = await inboxOf(site.deps, site.carer);
      const history = await historyOf(site.deps, site.carer, { limit: 100_000 });
      return { inbox: notices.map(({ id }) => id), history: history.map(({ id }) => id) };
    },
  };
}
