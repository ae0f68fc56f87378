/** Webhooks and FHIR messages to a local HTTPS receiver that checks the signature, fails, hangs, or answers late. */
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:https';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import { fhirCourier } from '../src/delivery/fhir-message.ts';
import { isNetwork, mayReach } from '../src/delivery/networks.ts';
import { postSigned, readSecrets } from '../src/delivery/signed-post.ts';
import type { System } from '../src/delivery/signed-post.ts';
import { webhookBody, webhookCourier } from '../src/delivery/webhook.ts';
import type { Parcel, SystemMessage } from '../src/domain/courier.ts';
import { noticeContent } from '../src/domain/notice-content.ts';
import { authority, serverCertificate } from './support/mllp-certificates.ts';
import { patienceAfter } from './support/mllp.ts';
import { notice } from './support/notices.ts';
import { on } from './support/stays.ts';

const secret = Buffer.alloc(32, 5);
const before = Buffer.alloc(32, 6);
const signal = (): AbortSignal => AbortSignal.timeout(5000);

interface Got {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

async function receiver(
  t: TestContext,
  answer: (response: ServerResponse, index: number) => void = (response) => void response.writeHead(204).end(),
) {
  const got: Got[] = [];
  const server = createServer({ ...serverCertificate }, (request, response) => {
    let body = '';
    request.on('data', (part) => (body += String(part)));
    request.on('end', () => answer(response, got.push({ headers: request.headers, body }) - 1));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const system = (change: Partial<System> = {}): System => ({
    id: 'care',
    url: `https://127.0.0.1:${port}/messages`,
    secrets: () => [secret],
    networks: ['127.0.0.0/8'],
    authorities: authority,
    ...change,
  });
  return { got, port, system };
}

function message(): SystemMessage {
  const content = noticeContent(
    {
      person: {
        family: 'Holmes',
        given: 'Barbara',
        birthDate: '1941-03-14',
        nhsNumber: '9990000018',
        ownReference: 'BH-7',
      },
      hospital: { name: 'Kings Vale Hospital', phone: '01632 960300' },
      kind: 'restart',
      of: 'restart',
      ask: { expectedHome: null, restartFrom: { date: '2026-03-02', visit: 'tea' }, goneAt: null },
      answerBy: on('09:15'),
    },
    ['name', 'birth-date', 'nhs-number'],
  );
  return { notice: notice({ id: randomUUID() }), content, reason: 'first', link: 'https://homeward.example/inbox' };
}

const parcel = (change: Partial<Parcel<SystemMessage>> = {}): Parcel<SystemMessage> => ({ key: randomUUID(), to: 'care', what: message(), again: false, at: on('09:00'), ...change }); // prettier-ignore

/** As a receiver checks it, by the text of Standard Webhooks and not by our code. */
function isSignedBy(key: Buffer, { headers, body }: Got): boolean {
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const wanted = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  return String(headers['webhook-signature']).split(' ').includes(wanted);
}

describe('a webhook', () => {
  it('bears an id that repeats with it, the time of the attempt and a signature of both with the body', async (t) => {
    const { got, system } = await receiver(t);
    const one = parcel();
    const courier = webhookCourier([system({ secrets: () => [secret, before] })]);
    assert.deepEqual(await courier.carry(one, signal()), { is: 'delivered' });
    assert.deepEqual(await courier.carry({ ...one, again: true }, signal()), { is: 'delivered' });
    const [first, second] = got;
    assert.ok(first && second);
    assert.equal(first.headers['webhook-id'], one.key);
    assert.equal(second.headers['webhook-id'], one.key);
    assert.equal(first.headers['webhook-timestamp'], String(on('09:00').getTime() / 1000));
    assert.ok(isSignedBy(secret, first) && isSignedBy(before, first));
    assert.ok(!isSignedBy(Buffer.alloc(32, 9), first));
    assert.equal(second.body, first.body);
  });

  it('holds what may be told and nothing else that is known of a notice', async (t) => {
    const { got, system } = await receiver(t);
    const what = message();
    await webhookCourier([system()]).carry(parcel({ what }), signal());
    const said = JSON.parse(got[0]?.body ?? '') as { type: string; data: Record<string, unknown> };
    assert.equal(said.type, 'notice.told');
    assert.deepEqual(Object.keys(said.data).sort(), [
      'answerBy', 'council', 'hospital', 'kind', 'link', 'notice', 'of', 'person', 'recipient', 'restartFrom', 'thread', 'where',
    ]); // prettier-ignore
    assert.deepEqual(said.data['person'], {
      family: 'Holmes',
      given: 'Barbara',
      birthDate: '1941-03-14',
      nhsNumber: '9990000018',
    });
    for (const hidden of ['Emergency department', 'Nia Example', 'KVH|P1', 'S1', 'BH-7'])
      assert.ok(!(got[0]?.body ?? '').includes(`"${hidden}"`), hidden);
  });

  it('names the act of telling to a council alone: two providers that compare would know that both deliver care (H13)', () => {
    const what = message();
    const to = (one: SystemMessage): unknown => (webhookBody(one) as { data: Record<string, unknown> }).data['telling'];
    assert.equal(to(what), undefined);
    assert.equal(to({ ...what, reason: 'council' }), what.notice.telling);
    assert.equal(
      to({ ...what, notice: { ...what.notice, recipient: { kind: 'council', id: '999' } } }),
      what.notice.telling,
    );
  });

  for (const [status, handover] of [
    [200, { is: 'delivered' }],
    [202, { is: 'delivered' }],
    [409, { is: 'delivered' }],
    [400, { is: 'refused', fault: 'MESSAGE_REFUSED' }],
    [401, { is: 'later', fault: 'NOT_TRUSTED' }],
    [404, { is: 'later', fault: 'BUSY' }],
    [410, { is: 'refused', fault: 'ADDRESS_DEAD' }],
    [302, { is: 'later', fault: 'ADDRESS_FORBIDDEN' }],
    [500, { is: 'later', fault: 'BUSY' }],
    [503, { is: 'later', fault: 'BUSY', after: 120_000 }],
  ] as const) {
    it(`is ${handover.is} when it is answered ${status}`, async (t) => {
      const { got, system } = await receiver(t, (response) => void response.writeHead(status, { location: 'https://127.0.0.1/', ...(status === 503 && { 'retry-after': '120' }) }).end('x'.repeat(99))); // prettier-ignore
      assert.deepEqual(await webhookCourier([system()]).carry(parcel(), signal()), handover);
      assert.equal(got.length, 1);
    });
  }

  it('waits no longer than it is let for an answer that hangs or comes late', async (t) => {
    const { got, system } = await receiver(t, (response, index) => {
      if (index === 1) setTimeout(() => response.writeHead(200).end(), 20_000).unref();
    });
    const courier = webhookCourier([system()]);
    for (let turn = 0; turn < 2; turn++) {
      const before_ = performance.now();
      const patience = patienceAfter(() => got.length > turn, 100);
      assert.deepEqual(await courier.carry(parcel(), patience), { is: 'later', fault: 'TIMEOUT' });
      assert.ok(performance.now() - before_ < 10_000);
    }
    assert.equal(got.length, 2);
  });

  it('is kept for later when the connection is cut, or nobody listens, or the certificate is a stranger’s', async (t) => {
    const { system } = await receiver(t, (response) => void response.destroy());
    assert.deepEqual(await webhookCourier([system()]).carry(parcel(), signal()), { is: 'later', fault: 'NOT_REACHED' });
    assert.deepEqual(await webhookCourier([system({ url: 'https://127.0.0.1:9/' })]).carry(parcel(), signal()), { is: 'later', fault: 'NOT_REACHED' }); // prettier-ignore
    assert.deepEqual(await webhookCourier([system({ authorities: null })]).carry(parcel(), signal()), { is: 'later', fault: 'TLS' }); // prettier-ignore
    assert.deepEqual(await webhookCourier([]).carry(parcel(), signal()), { is: 'later', fault: 'NOT_CONFIGURED' });
  });

  it('ends, whatever is answered and however long', async (t) => {
    const { system } = await receiver(t, (response) => {
      response.writeHead(200);
      const more = setInterval(() => response.write('x'.repeat(65_536)), 1);
      response.on('close', () => clearInterval(more));
    });
    assert.deepEqual(await webhookCourier([system()]).carry(parcel(), signal()), { is: 'delivered' });
  });
});

describe('an address that leads into a network of our own', () => {
  it('is refused, by number and by name, before anything is sent', async (t) => {
    const { got, port, system } = await receiver(t);
    const post = { key: 'k', at: on('09:00'), body: '{}', type: 'application/json' };
    for (const url of [
      `https://127.0.0.1:${port}/`, `https://localhost:${port}/`, `https://[::1]:${port}/`, `https://[::ffff:127.0.0.1]:${port}/`,
      `https://2130706433:${port}/`, `https://0x7f.1:${port}/`, `https://0.0.0.0:${port}/`, `https://127.1:${port}/`,
      'https://169.254.169.254/latest/meta-data/', 'https://10.1.2.3/', 'https://192.168.1.1/', 'https://[fd00::1]/', 'https://[fe80::1]/',
      `http://127.0.0.1:${port}/`, 'file:///etc/passwd', 'nonsense',
    ]) {
      assert.deepEqual(await postSigned(system({ url, networks: [] }), post, signal()), { is: 'later', fault: 'ADDRESS_FORBIDDEN' }, url);
    } // prettier-ignore
    assert.equal(got.length, 0);
    assert.deepEqual(await postSigned(system({ url: `https://localhost:${port}/`, networks: ['127.0.0.0/8', '::1/128'] }), post, signal()), { is: 'delivered' }); // prettier-ignore
  });

  it('is any that the open internet does not have', () => {
    for (const open of ['8.8.8.8', '51.140.1.1', '2a00:1450:4009::1', '172.15.0.1', '172.32.0.1'])
      assert.ok(mayReach(open, []), open);
    for (const shut of [
      '172.16.0.1',
      '100.64.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '::',
      '::ffff:10.0.0.1',
      '64:ff9b::a00:1',
      '2002:7f00:1::',
      'fec0::1',
      'ff02::1',
      'x',
      '',
    ])
      // prettier-ignore
      assert.ok(!mayReach(shut, []), shut);
    assert.ok(mayReach('10.20.3.4', ['10.20.0.0/16']) && !mayReach('10.21.3.4', ['10.20.0.0/16']));
    assert.ok(isNetwork('10.20.0.0/16') && !isNetwork('10.20.0.0') && !isNetwork('10.20.0.0/33'));
    fc.assert(fc.property(fc.nat(255), fc.nat(255), fc.nat(255), (a, b, c) => !mayReach(`10.${a}.${b}.${c}`, []) && !mayReach(`127.${a}.${b}.${c}`, []) && !mayReach(`192.168.${a}.${b}`, []))); // prettier-ignore
  });
});

describe('a key of signatures', () => {
  it('is base64 of 24 to 64 bytes, and several may stand together', () => {
    const one = secret.toString('base64');
    assert.deepEqual(readSecrets(`whsec_${one}, ${before.toString('base64')}`), [secret, before]);
    for (const bad of ['', 'c2hvcnQ=', `${one},`, `${one},c2hvcnQ=`]) assert.equal(readSecrets(bad), null);
  });
});

describe('a FHIR message', () => {
  it('is a signed message bundle whose references all lead to its own entries, the same at every attempt', async (t) => {
    const { got, system } = await receiver(t);
    const courier = fhirCourier([system()], 'https://homeward.example');
    const one = parcel();
    assert.deepEqual(await courier.carry(one, signal()), { is: 'delivered' });
    await courier.carry({ ...one, again: true, at: on('09:05') }, signal());
    assert.equal(got[1]?.body, got[0]?.body);
    assert.equal(got[0]?.headers['content-type'], 'application/fhir+json');
    assert.ok(got[0] && isSignedBy(secret, got[0]));
    const bundle = JSON.parse(got[0].body) as { resourceType: string; type: string; identifier: { value: string }; entry: { fullUrl: string; resource: Record<string, unknown> }[] }; // prettier-ignore
    assert.deepEqual([bundle.resourceType, bundle.type, bundle.identifier.value], ['Bundle', 'message', one.key]);
    assert.deepEqual(bundle.entry.map(({ resource }) => resource['resourceType']), ['MessageHeader', 'Communication', 'Patient', 'Organization', 'Organization']); // prettier-ignore
    const urls = bundle.entry.map(({ fullUrl }) => fullUrl);
    assert.equal(new Set(urls).size, 5);
    for (const url of urls) assert.match(url, /^urn:uuid:[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/);
    for (const [, reference] of got[0].body.matchAll(/"reference":"([^"]+)"/g))
      assert.ok(urls.includes(reference ?? ''));
    const patient = bundle.entry[2]?.resource;
    assert.deepEqual(patient, {
      resourceType: 'Patient',
      identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9990000018' }],
      name: [{ family: 'Holmes', given: ['Barbara'] }],
      birthDate: '1941-03-14',
    });
    for (const hidden of ['Emergency department', 'Nia Example', 'KVH|P1', 'BH-7'])
      assert.ok(!got[0].body.includes(hidden), hidden);
  });
});
