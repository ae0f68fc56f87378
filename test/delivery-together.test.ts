/** Telling and delivering together: from the sister's button to a mail server, with what may happen in between. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import nodemailer from 'nodemailer';
import { freePort } from '../scripts/free-port.ts';
import { composeDelivery } from '../src/app-delivery.ts';
import type { Delivery } from '../src/app-delivery.ts';
import { loadSettings } from '../src/config.ts';
import { deliverySchema } from '../src/config/delivery.ts';
import type { NoticeDeps } from '../src/services/notices/deps.ts';
import { recordPermission } from '../src/services/notices/permission.ts';
import { mayLeave } from '../src/services/notices/recheck.ts';
import { recordEvent } from '../src/services/notices/record.ts';
import { NoticeRunner } from '../src/services/notices/run.ts';
import { sendTelling } from '../src/services/notices/tell.ts';
import { tellingsOf } from '../src/services/notices/view.ts';
import { openTasks } from '../src/store/notices/delivery-tasks.ts';
import { keepWay } from '../src/store/notices/ways.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { MailServer } from './support/mail-server.ts';
import { pause } from './support/mllp.ts';
import { answerOf, noAsk, tellingSite } from './support/telling.ts';
import type { TellingSite } from './support/telling.ts';
import { demoConfig } from './support/web.ts';

let test: TestDatabase;
before(async () => (test = await openTestDatabase()));
after(() => test.close());

interface Together {
  readonly site: TellingSite;
  readonly deps: NoticeDeps;
  readonly delivery: Delivery;
  readonly server: MailServer;
  readonly bouncePort: number;
  tell(): Promise<string>;
}

async function together(t: TestContext): Promise<Together> {
  const site = await tellingSite(test.db);
  const server = new MailServer();
  const [port, bouncePort] = [await server.listen(), await freePort()];
  const settings = loadSettings({
    BASE_URL: 'http://localhost:3000',
    SMTP_URL: `smtp://127.0.0.1:${port}`,
    BOUNCE_PORT: String(bouncePort),
  });
  const from = { name: 'Homeward', address: 'no-reply@homeward.example' };
  const file = deliverySchema.parse({ email: { by: 'smtp', from, bounces: 'bounces@homeward.example' } });
  const delivery = await composeDelivery({
    settings,
    site: { ...demoConfig(3000).site, councils: [site.council], delivery: file },
    clock: site.clock,
    db: test.db,
    log: { warn: () => undefined, error: () => undefined },
    observe: () => undefined,
    notices: () => ({
      record: (trx, event) => recordEvent(trx, deps, event),
      mayLeave: (trx, id, reason) => mayLeave(trx, deps, id, reason),
    }),
  });
  const deps: NoticeDeps = { ...site.notices, desk: delivery.desk };
  t.after(async () => {
    await delivery.stop();
    await server.close();
  });
  for (const [recipient, to] of [[site.provider, 'office@care.example'], [site.council.id, 'duty@council.example']] as const) {
    await test.db.transaction((trx) => keepWay(trx, recipient, { channel: 'email', to, use: 'office', hours: null }, 'm', site.clock.now()));
  } // prettier-ignore
  return {
    site,
    deps,
    delivery,
    server,
    bouncePort,
    async tell() {
      const answerId = await answerOf(site);
      const permission = { answer: 'given', cannotAskReason: null } as const;
      await sendTelling(deps, site.sister, {
        answerId,
        of: 'restart',
        ask: noAsk,
        permission,
        token: answerId,
        shown: null,
      });
      return answerId;
    },
  };
}

const to = ({ server }: Together): string[] => server.received.flatMap((one) => one.to).sort();

async function statuses({ site, deps }: Together, answerId: string): Promise<Record<string, string>> {
  const { notices } = await tellingsOf(deps, site.sister, { answerId });
  return Object.fromEntries(notices.map(({ recipient, status }) => [recipient.kind, status]));
}

async function until(what: () => Promise<boolean> | boolean): Promise<void> {
  for (let turn = 0; turn < 600; turn++) {
    if (await what()) return;
    await pause(10);
  }
  throw new Error('it did not happen');
}

describe('a telling', () => {
  it('leaves as one e-mail to each recipient, and is delivered, not done', async (t) => {
    const all = await together(t);
    const answerId = await all.tell();
    assert.deepEqual(to(all), []);
    all.delivery.sender.start();
    await until(async () => (await statuses(all, answerId))['provider'] === 'delivered' && to(all).length === 2);
    assert.deepEqual(to(all), ['duty@council.example', 'office@care.example']);
    const [office] = all.server.received.filter((one) => one.to.includes('office@care.example'));
    assert.match(office?.text ?? '', /http:\/\/localhost:3000\/inbox/);
    // An id is drawn by chance, and may hold any four digits.
    for (const { raw } of all.server.received)
      assert.doesNotMatch(raw.replace(/^Message-ID:.*$/im, ''), /Barbara|EXAMPLE, |1941|999 ?000|Kings Vale|restart/i);
    const { notices } = await tellingsOf(all.deps, all.site.sister, { answerId });
    assert.ok(notices.every(({ done }) => !done));
  });

  it('H14: does not leave for a provider once the person has refused, though it was queued before', async (t) => {
    const all = await together(t);
    const answerId = await all.tell();
    await recordPermission(all.deps, all.site.sister, { answerId }, { answer: 'refused', cannotAskReason: null });
    all.delivery.sender.start();
    await until(() => to(all).length > 0);
    await pause(200);
    assert.deepEqual(to(all), ['duty@council.example']);
  });

  it('H14: does not leave for a provider whose package has ended in an extract that landed in between', async (t) => {
    const all = await together(t);
    await all.tell();
    await all.site.land(all.site.whole([]), new Date(all.site.now.getTime() + 60_000).toISOString());
    all.delivery.sender.start();
    await until(() => to(all).length > 0);
    await pause(200);
    assert.deepEqual(to(all), ['duty@council.example']);
  });

  it('H08: whose letter comes back is bounced, a task, and brought to the next one at once', async (t) => {
    const all = await together(t);
    const answerId = await all.tell();
    all.delivery.sender.start();
    await until(async () => (await statuses(all, answerId))['provider'] === 'delivered' && to(all).length === 2);
    const [office] = all.server.received.filter((one) => one.to.includes('office@care.example'));
    const sender = nodemailer.createTransport({ host: '127.0.0.1', port: all.bouncePort, ignoreTLS: true });
    const raw =
      'Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; office@care.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--x--\r\n';
    await assert.rejects(sender.sendMail({ envelope: { from: '', to: ['bounces@homeward.example'] }, raw }), /550/);
    await assert.rejects(sender.sendMail({ envelope: { from: '', to: ['somebody@else.example'] }, raw }), /550/);
    await sender.sendMail({ envelope: { from: '', to: [office?.from ?? ''] }, raw });
    assert.equal((await statuses(all, answerId))['provider'], 'bounced');
    const tasks = await openTasks(test.db, { council: all.site.council.id });
    assert.deepEqual(tasks.map(({ kind, recipient, address }) => [kind, recipient, address]), [['dead-address', all.site.provider, 'office@care.example']]); // prettier-ignore
    // Nobody is on call: the council's duty team is told without waiting for the minutes of the agreement.
    await new NoticeRunner(all.deps).run();
    await until(() => to(all).filter((one) => one === 'duty@council.example').length === 2);
  });
});
