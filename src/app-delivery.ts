/** The part of the composition root that puts together how messages leave the house. */
import type { Settings, Site } from './config.ts';
import { listenForMail } from './delivery/mail-listener.ts';
import type { MailListener } from './delivery/mail-listener.ts';
import { couriersOf } from './delivery/couriers.ts';
import { readBounce } from './delivery/bounce-mail.ts';
import { keyOfBounce } from './delivery/bounce-address.ts';
import { demoMailbox } from './delivery/demo-mailbox.ts';
import { mailerOn } from './delivery/mailer.ts';
import type { Hl7File } from './delivery/couriers.ts';
import type { Hl7System } from './delivery/hl7.ts';
import type { Clock } from './domain/clock.ts';
import { carriedChannels } from './domain/courier.ts';
import type { Mailer } from './domain/courier.ts';
import { HomewardError } from './domain/error.ts';
import { tellByHl7 } from './hl7/notice-line.ts';
import { enqueueDelivery, whenToDeliver } from './services/notices/deliver.ts';
import type { DeliverDeps } from './services/notices/deliver.ts';
import type { DeliveryDesk } from './services/notices/deps.ts';
import { takeReturned } from './services/notices/returned-mail.ts';
import { DeliverySender } from './services/notices/send-deliveries.ts';
import type { DeliveryObserver } from './services/notices/send-deliveries.ts';
import type { WaysDeps } from './services/notices/ways.ts';
import type { Database } from './store/database.ts';
import { forgetTasks } from './store/notices/delivery-tasks.ts';
import type { Log } from './telemetry.ts';
import type { Page } from './web/page.ts';
import { demoMailPages } from './web/pages/demo-mail.ts';

/** What the notices themselves do for delivery; asked for late, since each is made with the other. */
export type NoticeSide = Pick<DeliverDeps, 'record' | 'mayLeave' | 'onCall'>;

export interface Delivery {
  /** Where notices are handed over. */
  readonly desk: DeliveryDesk;
  readonly sender: DeliverySender;
  readonly mailer: Mailer;
  readonly ways: WaysDeps;
  readonly pages: readonly Page[];
  /** Deletes what may not be kept any longer. */
  forget(): Promise<void>;
  stop(): Promise<void>;
}

export interface DeliveryParts {
  readonly settings: Settings;
  readonly site: Site;
  readonly clock: Clock;
  readonly db: Database;
  readonly log: Pick<Log, 'warn' | 'error'>;
  readonly observe: NonNullable<DeliveryObserver['ended']>;
  readonly notices: () => NoticeSide;
}

/** Closed tasks say how reliable an address has been; a year of that is enough. */
const tasksKeptFor = 365 * 86_400_000;

/**
 * Puts it together; nothing is sent before the sender is started.
 * @throws HomewardError SETTINGS_INVALID, CONFIG_INVALID when a courier lacks what it needs
 */
export async function composeDelivery(parts: DeliveryParts): Promise<Delivery> {
  const { settings, site, clock, db, log, observe, notices } = parts;
  const listeners: MailListener[] = [];
  // The demo sends to itself, unless it is given a mail server: nobody's letter may leave it by accident.
  const mailbox = site.demo && settings.smtpUrl() === null ? demoMailbox(clock) : null;
  let demoUrl: string | null = null;
  if (mailbox) {
    const listener = await mailbox.listen(0);
    listeners.push(listener);
    demoUrl = `smtp://127.0.0.1:${listener.port}`;
  }
  const bounceSecret = `bounces ${site.sealingSecret()}`;
  const { couriers, close } = couriersOf(site.delivery, {
    baseUrl: settings.baseUrl,
    smtpUrl: () => settings.smtpUrl() ?? demoUrl,
    notify: () => settings.notify(),
    secret: (name) => settings.secret(name),
    bounceSecret: () => bounceSecret,
    hl7: (system, authorities) => hl7Line(settings, system, authorities),
  });
  const deps: DeliverDeps = {
    db,
    clock,
    holidays: site.holidays,
    couriers,
    // A council's people have a page of their own; the inbox is a provider's.
    link: (recipient) =>
      `${settings.baseUrl}/${site.councils.some(({ id }) => id === recipient) ? 'council' : 'inbox'}`,
    record: (trx, event) => notices().record(trx, event),
    mayLeave: (trx, notice, reason) => notices().mayLeave(trx, notice, reason),
    onCall: async (trx, recipient, at) => (await notices().onCall?.(trx, recipient, at)) ?? [],
  };
  const returned = await listenForBounces(parts, deps, bounceSecret);
  if (returned) listeners.push(returned);
  const sender = new DeliverySender(deps, {
    observer: {
      ended: observe,
      troubled: (error) => log.error({ error }, 'a message could not be sent for want of our own database; it will be tried again'),
    },
  }); // prettier-ignore
  return {
    desk: {
      deliver: (trx, sending) => enqueueDelivery(trx, deps, sending),
      whenToDeliver: (on, notice, at) => whenToDeliver(on, notice, at),
    },
    sender,
    mailer: mailerOn(couriers.email, clock, couriers.text),
    ways: {
      db,
      clock,
      systems: site.delivery.systems,
      carried: carriedChannels.filter((channel) => couriers[channel] !== undefined),
    },
    pages: mailbox ? demoMailPages({ mails: () => mailbox.mails() }) : [],
    async forget() {
      await forgetTasks(db, new Date(clock.now().getTime() - tasksKeptFor));
    },
    async stop() {
      await sender.stop();
      close();
      await Promise.all(listeners.map((one) => one.close()));
    },
  };
}

/** Carries notices to one system by HL7, with our own certificate where the other side asks for one. */
export function hl7Line(
  settings: Pick<Settings, 'mllpTls'>,
  system: Hl7File,
  authorities: string | null,
): Hl7System['tell'] {
  const { connection } = system;
  const own = settings.mllpTls();
  const tls = connection.security === 'plain-text' ? null : {
    ...(own && { key: own.key, cert: own.cert }),
    ...(authorities !== null && { authorities }),
    ...(connection.serverCertificate !== undefined && { pin: connection.serverCertificate }),
  };
  return (sending, signal) => tellByHl7({ ...system, tls }, sending, signal);
} // prettier-ignore

async function listenForBounces(
  { settings, site }: DeliveryParts,
  deps: DeliverDeps,
  secret: string,
): Promise<MailListener | null> {
  // prettier-ignore
  const { email } = site.delivery;
  const { bouncePort: port, bounceHost: host } = settings;
  if (email?.by !== 'smtp' || email.bounces === null || port === null) return null;
  const bounces = { address: email.bounces, secret };
  try {
    return await listenForMail({
      host,
      port,
      accepts: (address) => keyOfBounce(bounces, address) !== null,
      async take(mail) {
        const letter = readBounce(bounces, mail);
        if (letter) await takeReturned(deps, letter.key, letter.fault);
      },
    });
  } catch (cause) {
    throw new HomewardError('SETTINGS_INVALID', `Cannot listen on ${host}:${port}: set BOUNCE_PORT or BOUNCE_HOST.`, { cause }); // prettier-ignore
  }
}
