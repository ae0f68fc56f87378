/** GOV.UK Notify against a server that answers as its documented API: taken is not delivered, and the same is not sent twice. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { inspect } from 'node:util';
import { couriersOf } from '../src/delivery/couriers.ts';
import { notifyEmailCourier } from '../src/delivery/email-notify.ts';
import { notifyKey, notifyOn } from '../src/delivery/notify.ts';
import { notifyTextCourier } from '../src/delivery/text-notify.ts';
import type { Handover, Parcel } from '../src/domain/courier.ts';
import { alertWords } from '../src/domain/notice-text.ts';
import type { Alert } from '../src/domain/notice-text.ts';
import { FakeNotify, apiKey, secretKey } from './support/fake-notify.ts';

const template = '5f3b1ac4-0d9c-4a58-a1a3-9f9e5c1b7f10';
const signal = (): AbortSignal => AbortSignal.timeout(5000);

function parcel(change: Partial<Parcel<Alert>> = {}): Parcel<Alert> {
  const what = alertWords('https://homeward.example/inbox');
  return { key: randomUUID(), to: 'office@care.example', what, again: false, at: new Date(), ...change };
}

async function withNotify(t: TestContext, key = apiKey) {
  const server = new FakeNotify();
  const baseUrl = await server.listen();
  t.after(() => server.close());
  const notify = notifyOn({ baseUrl, apiKey: key });
  return { server, email: notifyEmailCourier(notify, template), text: notifyTextCourier(notify, template) };
}

const idOf = (handover: Handover): string => (handover.is === 'accepted' ? handover.reference : '');

describe('a message by Notify', () => {
  it('is taken on with our reference and words, as e-mail and as text', async (t) => {
    const { server, email, text } = await withNotify(t);
    const one = parcel();
    assert.equal((await email.carry(one, signal())).is, 'accepted');
    assert.equal((await text.carry(parcel({ to: '+447700900123' }), signal())).is, 'accepted');
    const [mail, sms] = server.sent;
    assert.equal(mail?.reference, one.key);
    assert.deepEqual(mail?.personalisation, { subject: one.what.subject, body: one.what.email });
    assert.equal(sms?.to, '+447700900123');
    assert.deepEqual(sms?.personalisation, { body: one.what.text });
  });

  for (const [status, handover] of [
    ['created', 'accepted'], ['sending', 'accepted'], ['pending', 'accepted'], ['delivered', 'delivered'],
    ['sent', 'delivered'], ['permanent-failure', 'refused'], ['temporary-failure', 'later'], ['technical-failure', 'later'],
  ] as const) {
    it(`is ${handover} once Notify says ${status}`, async (t) => {
      const { server, email } = await withNotify(t);
      server.fate = status;
      const taken = await email.carry(parcel(), signal());
      assert.equal(taken.is, 'accepted');
      const end = await email.follow?.(idOf(taken), signal());
      assert.equal(end?.is, handover);
      if (end?.is === 'refused') assert.equal(end.fault, 'ADDRESS_DEAD');
    });
  } // prettier-ignore

  it('is not sent again when the answer to the first sending was lost', async (t) => {
    const { server, email } = await withNotify(t);
    server.replies = ['take-and-cut'];
    const one = parcel();
    assert.deepEqual(await email.carry(one, signal()), { is: 'later', fault: 'NOT_REACHED' });
    const again = await email.carry({ ...one, again: true }, signal());
    assert.equal(idOf(again), server.sent[0]?.id);
    assert.equal(server.sent.length, 1);
  });

  it('is sent again when the one before has failed at Notify, or never came there', async (t) => {
    const { server, email } = await withNotify(t);
    server.fate = 'temporary-failure';
    const one = parcel({ again: true });
    await email.carry(one, signal());
    await email.carry(one, signal());
    assert.equal(server.sent.length, 2);
  });

  for (const [name, reply, handover] of [
    ['the address is none', { status: 400, error: 'ValidationError', message: 'email_address Not a valid email address' }, { is: 'refused', fault: 'ADDRESS_DEAD' }],
    ['the number is none', { status: 400, error: 'ValidationError', message: 'phone_number Not enough digits' }, { is: 'refused', fault: 'ADDRESS_DEAD' }],
    ['the template is missing', { status: 400, error: 'BadRequestError', message: 'Template not found' }, { is: 'later', fault: 'NOT_TRUSTED' }],
    ['the key is for the team alone', { status: 400, error: 'BadRequestError', message: 'Can’t send to this recipient using a team-only API key' }, { is: 'later', fault: 'NOT_TRUSTED' }],
    ['there are too many', { status: 429, error: 'RateLimitError', message: 'Exceeded rate limit' }, { is: 'later', fault: 'BUSY', after: 60_000 }],
    ['it has a fault', { status: 500, error: 'Exception', message: 'Internal server error' }, { is: 'later', fault: 'BUSY' }],
  ] as const) {
    it(`is ${handover.is === 'later' ? 'kept for later' : 'given up'} when Notify says that ${name}`, async (t) => {
      const { server, email } = await withNotify(t);
      server.replies = [reply];
      assert.deepEqual(await email.carry(parcel(), signal()), handover);
    });
  } // prettier-ignore

  it('waits no longer than it is let', async (t) => {
    const { server, email } = await withNotify(t);
    server.replies = ['hang'];
    assert.deepEqual(await email.carry(parcel(), AbortSignal.timeout(80)), { is: 'later', fault: 'TIMEOUT' });
  });

  it('is ours to mend when the key is wrong, and what is known of a message taken on is not lost by it', async (t) => {
    const { server, email } = await withNotify(t, apiKey.replace(/.$/, '1'));
    assert.deepEqual(await email.carry(parcel(), signal()), { is: 'later', fault: 'NOT_TRUSTED' });
    assert.deepEqual(await email.follow?.('some-id', signal()), { is: 'accepted', reference: 'some-id' });
    await server.close();
    assert.deepEqual(await email.follow?.('some-id', signal()), { is: 'accepted', reference: 'some-id' });
  });
});

describe('a courier’s secrets', () => {
  const file = { email: { by: 'notify', template }, text: null, systems: [{ id: 'care', channel: 'webhook', url: 'https://care.example/', secretEnv: 'CARE_SECRET', networks: [], authorities: null }] } as const; // prettier-ignore
  const secret = Buffer.alloc(32, 7).toString('base64');
  const settings = (key: string, webhook: string | null) => ({
    baseUrl: 'https://homeward.example',
    smtpUrl: () => null,
    notify: () => ({ apiKey: key, baseUrl: null }),
    secret: () => webhook,
    bounceSecret: () => 'b',
    hl7: () => () => Promise.resolve({ code: 'AA' }),
  });

  it('come from the environment, are checked at start, and are shown by nothing', () => {
    const made = couriersOf(file, settings(apiKey, `whsec_${secret}`));
    const shown = inspect(made, { depth: 10, showHidden: true });
    assert.ok(!shown.includes(secretKey) && !shown.includes(secret));
    for (const [key, webhook, name] of [
      ['not-a-key', secret, 'NOTIFY_API_KEY'],
      [apiKey, null, 'CARE_SECRET'],
      [apiKey, 'c2hvcnQ=', 'CARE_SECRET'],
    ] as const) {
      assert.throws(() => couriersOf(file, settings(key, webhook)), (error: Error) => error.message.includes(name) && !error.message.includes('c2hvcnQ') && !error.message.includes('not-a-key')); // prettier-ignore
    }
    assert.ok(notifyKey.test(apiKey));
  });
});
