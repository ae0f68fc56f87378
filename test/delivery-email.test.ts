/** E-mail by SMTP against a real mail server: what it takes, refuses for now or for good, and what a letter holds. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { bounceAddress, keyOfBounce } from '../src/delivery/bounce-address.ts';
import { readBounce } from '../src/delivery/bounce-mail.ts';
import { smtpCourier } from '../src/delivery/email-smtp.ts';
import { mailerOn } from '../src/delivery/mailer.ts';
import { readSmtpUrl } from '../src/delivery/smtp-settings.ts';
import type { Handover, Parcel } from '../src/domain/courier.ts';
import { alertWords } from '../src/domain/notice-text.ts';
import type { Alert } from '../src/domain/notice-text.ts';
import { MailServer } from './support/mail-server.ts';
import type { Answer } from './support/mail-server.ts';
import { serverCertificate, authority } from './support/mllp-certificates.ts';

const at = new Date('2026-03-02T09:00:00Z');
const bounces = { address: 'bounces@homeward.example', secret: 'a secret of the tests' };
const signal = (): AbortSignal => AbortSignal.timeout(5000);

function parcel(change: Partial<Parcel<Alert>> = {}): Parcel<Alert> {
  const what = alertWords('https://homeward.example/inbox');
  return { key: randomUUID(), to: 'office@care.example', what, again: false, at, ...change };
}

async function withServer(
  t: TestContext,
  patience = 3000,
): Promise<{ server: MailServer; carry(one?: Partial<Parcel<Alert>>, until?: AbortSignal): Promise<Handover> }> {
  const server = new MailServer();
  const port = await server.listen();
  const courier = smtpCourier({
    server: { host: '127.0.0.1', port, secure: false, plain: true, login: null },
    from: Object.freeze({ name: 'Homeward', address: 'no-reply@homeward.example' }),
    bounces,
    patience,
  });
  t.after(async () => {
    courier.close();
    await server.close();
  });
  return { server, carry: (one = {}, until = signal()) => courier.carry(parcel(one), until) };
}

describe('an e-mail', () => {
  it('arrives as it was worded, from an address that finds it again, with an id that repeats with it', async (t) => {
    const { server, carry } = await withServer(t);
    const key = randomUUID();
    assert.deepEqual(await carry({ key }), { is: 'delivered' });
    assert.deepEqual(await carry({ key, again: true }), { is: 'delivered' });
    const [first, second] = server.received;
    assert.equal(first?.subject, 'A message is waiting for you');
    assert.match(first?.text ?? '', /Sign in to read and answer it:\nhttps:\/\/homeward\.example\/inbox/);
    assert.deepEqual(first?.to, ['office@care.example']);
    assert.equal(keyOfBounce(bounces, first?.from ?? ''), key);
    assert.equal(first?.messageId, `<${key}@homeward.example>`);
    assert.equal(second?.messageId, first?.messageId);
    assert.equal(first?.headers.get('auto-submitted'), 'auto-generated');
  });

  const refusals: readonly [name: string, answer: Answer, handover: Handover][] = [
    ['there is no such mailbox', { code: 550, text: '5.1.1 No such user' }, { is: 'refused', fault: 'ADDRESS_DEAD' }],
    ['there is none, said without a status', { code: 550, text: 'No such user' }, { is: 'refused', fault: 'ADDRESS_DEAD' }],
    ['the mailbox is shut', { code: 550, text: '5.2.1 Disabled' }, { is: 'refused', fault: 'ADDRESS_DEAD' }],
    ['the mailbox is full', { code: 552, text: '5.2.2 Full' }, { is: 'later', fault: 'BUSY' }],
    ['it is to come again', { code: 450, text: '4.7.1 Greylisted' }, { is: 'later', fault: 'BUSY' }],
    ['we are not let through', { code: 550, text: '5.7.1 Relaying denied' }, { is: 'later', fault: 'NOT_TRUSTED' }],
  ]; // prettier-ignore
  for (const [name, answer, handover] of refusals) {
    it(`is ${handover.is === 'later' ? 'kept for later' : 'given up'} when the server says that ${name}`, async (t) => {
      const { server, carry } = await withServer(t);
      server.rcpt = () => answer;
      assert.deepEqual(await carry(), handover);
      assert.equal(server.received.length, 0);
    });
  }

  it('is given up when the server refuses what is in it, without calling the address dead', async (t) => {
    const { server, carry } = await withServer(t);
    server.data = () => ({ code: 554, text: 'Looks like spam' });
    assert.deepEqual(await carry(), { is: 'refused', fault: 'MESSAGE_REFUSED' });
  });

  it('is kept for later when nobody listens, or the connection is cut, or nobody answers', async (t) => {
    const { server, carry } = await withServer(t, 300);
    server.data = () => 'cut';
    assert.equal((await carry()).is, 'later');
    server.data = () => 'hang';
    assert.deepEqual(await carry(), { is: 'later', fault: 'TIMEOUT' });
    await server.close();
    assert.equal((await carry()).is, 'later');
  });

  it('is given up by its own patience or by the sender’s, whichever ends first', async (t) => {
    const { server, carry } = await withServer(t, 60_000);
    server.data = () => 'hang';
    const since = performance.now();
    assert.deepEqual(await carry({}, AbortSignal.timeout(50)), { is: 'later', fault: 'TIMEOUT' });
    assert.ok(performance.now() - since < 20_000);
  });

  it('goes to nobody when the address is more than one mailbox', async (t) => {
    const { server, carry } = await withServer(t);
    for (const to of [
      'a@care.example, b@care.example',
      'a@care.example\nBcc: b@care.example',
      'Care <a@care.example>',
      'a',
      '',
    ]) {
      assert.deepEqual(await carry({ to }), { is: 'refused', fault: 'ADDRESS_DEAD' });
    }
    assert.equal(server.attempts, 0);
  });

  it('leaves only over TLS, unless the server is on this computer itself', async (t) => {
    const server = new MailServer({ disabledCommands: ['AUTH'], ...serverCertificate });
    const port = await server.listen();
    const plainServer = new MailServer();
    const plainPort = await plainServer.listen();
    const make = (to: number, authorities?: string): ReturnType<typeof smtpCourier> =>
      smtpCourier({
        server: { host: '127.0.0.1', port: to, secure: false, plain: false, login: null },
        from: { name: 'Homeward', address: 'no-reply@homeward.example' },
        bounces: null,
        patience: 3000,
        ...(authorities !== undefined && { authorities }),
      });
    const couriers = [make(port, authority.toString()), make(port), make(plainPort)];
    t.after(async () => {
      couriers.forEach((one) => one.close());
      await Promise.all([server.close(), plainServer.close()]);
    });
    const [trusted, untrusted, plain] = couriers;
    assert.deepEqual(await trusted?.carry(parcel(), signal()), { is: 'delivered' });
    assert.equal((await untrusted?.carry(parcel(), signal()))?.is, 'later');
    assert.deepEqual(await plain?.carry(parcel(), signal()), { is: 'later', fault: 'TLS' });
    assert.equal(server.received.length, 1);
    assert.equal(plainServer.received.length, 0);
  });

  it('is sent by itself for a sign-in, and says so where no e-mail is configured', async (t) => {
    const { server, carry } = await withServer(t);
    const mailer = mailerOn({ carry: (one) => carry(one) }, { now: () => at });
    const text = `Your link: https://homeward.example/provider/sign-in/${'t'.repeat(90)}`;
    assert.deepEqual(await mailer.send({ key: 'k', to: 'c@care.example', subject: 'Sign in', text }), {
      is: 'delivered',
    });
    assert.match(server.received[0]?.text ?? '', new RegExp(`sign-in/${'t'.repeat(90)}`));
    const none = await mailerOn(undefined, { now: () => at }).send({
      key: 'k',
      to: 'c@care.example',
      subject: '',
      text,
    });
    assert.deepEqual(none, { is: 'later', fault: 'NOT_CONFIGURED' });
  });
});

describe('the address of a mail server', () => {
  it('is read with what it says of TLS and login', () => {
    assert.deepEqual(readSmtpUrl('smtps://user%40x:p%3Aw@mail.example'), {
      host: 'mail.example', port: 465, secure: true, plain: false, login: { user: 'user@x', pass: 'p:w' },
    }); // prettier-ignore
    assert.deepEqual(readSmtpUrl('smtp://127.0.0.1:2525'), { host: '127.0.0.1', port: 2525, secure: false, plain: true, login: null }); // prettier-ignore
    assert.equal(readSmtpUrl('smtp://mail.example')?.plain, false);
    assert.equal(readSmtpUrl('smtp://localhost.mail.example')?.plain, false);
    for (const bad of ['', 'mail.example', 'http://mail.example', 'smtp://', 'smtp://mail.example/?tls=no', 'smtps://u:100%zz@mail.example', 'smtps://u%:p@mail.example'])
      assert.equal(readSmtpUrl(bad), null, bad);
  }); // prettier-ignore
});

describe('a letter that comes back', () => {
  const key = randomUUID();
  const to = [bounceAddress(bounces, key)];
  const report = (status: string, action = 'failed', type = 'multipart/report; report-type=delivery-status'): string =>
    `From: <>\r\nContent-Type: ${type}; boundary=x\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; office@care.example\r\nAction: ${action}\r\nStatus: ${status}\r\n\r\n--x--\r\n`;

  it('names the letter, and whether the address is dead', () => {
    assert.deepEqual(readBounce(bounces, { from: '', to, raw: report('5.1.1') }), { key, fault: 'ADDRESS_DEAD' });
    assert.deepEqual(readBounce(bounces, { from: '', to, raw: report('5.7.1') }), { key, fault: 'MESSAGE_REFUSED' });
    assert.deepEqual(readBounce(bounces, { from: '', to: to.map((one) => one.toUpperCase()), raw: report('5.1.1') }), { key, fault: 'ADDRESS_DEAD' }); // prettier-ignore
  });

  it('is nothing when it is a warning, a holiday’s answer, or made up by somebody', () => {
    assert.equal(readBounce(bounces, { from: '', to, raw: report('4.4.1', 'delayed') }), null);
    assert.equal(readBounce(bounces, { from: '', to, raw: report('4.4.7', 'failed') }), null);
    assert.equal(readBounce(bounces, { from: '', to, raw: report('5.1.1', 'failed', 'text/plain') }), null);
    const forged = [
      `bounces+${key}.${'0'.repeat(16)}@homeward.example`,
      `bounces+${key}@homeward.example`,
      'bounces@homeward.example',
    ];
    for (const one of forged) assert.equal(readBounce(bounces, { from: '', to: [one], raw: report('5.1.1') }), null);
    const other = bounceAddress({ ...bounces, secret: 'another' }, key);
    assert.equal(keyOfBounce(bounces, other), null);
  });

  it('has an address that mail servers can hold: at most 64 signs before the @', () => {
    assert.ok((to[0]?.indexOf('@') ?? 99) <= 64);
    assert.ok(bounceAddress({ ...bounces, address: `${'b'.repeat(10)}@homeward.example` }, key).indexOf('@') <= 64);
  });
});
