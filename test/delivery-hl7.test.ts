/** Notices as HL7 v2 messages to a listening peer: what they hold, where they may go, and what counts as delivered. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import { hl7Courier } from '../src/delivery/hl7.ts';
import type { Hl7File } from '../src/delivery/couriers.ts';
import type { Handover } from '../src/domain/courier.ts';
import { noticeKinds } from '../src/domain/notice.ts';
import type { NoticeKind } from '../src/domain/notice.ts';
import { buildAck } from '../src/hl7/ack.ts';
import { parseHeader, parseMessage } from '../src/hl7/message.ts';
import type { Message } from '../src/hl7/message.ts';
import { buildNotice, noticeControlId } from '../src/hl7/notice-message.ts';
import { versions } from '../src/hl7/write-message.ts';
import { Destination } from './support/destination.ts';
import type { Behaviour } from './support/destination.ts';
import { courierTo, parcel, systemFile, told } from './support/hl7-delivery.ts';
import { clientCertificate, authority, serverCertificate } from './support/mllp-certificates.ts';
import { clock, patienceAfter, startServer } from './support/mllp.ts';
import { on } from './support/stays.ts';

const key = 'a1b2c3d4-0000-4000-8000-000000000001';

function read(bytes: Buffer): Message {
  const parsed = parseMessage(bytes);
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.message.flags, []);
  return parsed.message;
}

const build = (change: Partial<Hl7File> = {}, what = told()): Buffer => buildNotice(systemFile(1, change), what, key);

/** What OBX says under our own codes. */
const coded = (message: Message): Record<string, string> =>
  Object.fromEntries(message.segments('OBX').filter((one) => one.value(3, 3) === '99HOMEWARD').map((one) => [one.value(3), one.value(5)])); // prettier-ignore

describe('a notice as an HL7 message', () => {
  it('is a document: whom it is about, the words of the inbox, and the same facts coded', () => {
    assert.equal(
      build().toString('latin1').replaceAll('\r', '\n'),
      `MSH|^~\\&|HOMEWARD|KVH|MOSAIC|SHERWOOD|20260302090000||MDM^T02^MDM_T02|${noticeControlId(key)}|P|2.4|||AL|NE
EVN|T02|20260302090000
PID|1||9990000018^^^NHS^NH||Holmes^Barbara||19410314
PV1|1|U
TXA|1|HOMEWARD|TX|20260302090000||||||||671903FAD2C96B928763^HOMEWARD|||||DO||AV
OBX|1|TX|HOMEWARD^Message from a hospital^L|1|Going home, please restart||||||F|||20260302090000
OBX|2|TX|HOMEWARD^Message from a hospital^L|2|Kings Vale Hospital, phone 01632 960 300||||||F|||20260302090000
OBX|3|TX|HOMEWARD^Message from a hospital^L|3|This person is going home. Please restart care and tell us the time of the first visit.||||||F|||20260302090000
OBX|4|TX|HOMEWARD^Message from a hospital^L|4|First visit wanted: 2 March 2026, tea time.||||||F|||20260302090000
OBX|5|TX|HOMEWARD^Message from a hospital^L|5|Please answer by 9:15am.||||||F|||20260302090000
OBX|6|TX|HOMEWARD^Message from a hospital^L|6|https://homeward.example/inbox||||||F|||20260302090000
OBX|7|ST|EVENT^Why it is sent^99HOMEWARD||told||||||F|||20260302090000
OBX|8|ST|NOTICE^Message^99HOMEWARD||5f0c0f5e-8f3a-4f57-9c0a-0d1e5a7b9c11||||||F|||20260302090000
OBX|9|ST|THREAD^First message of this line^99HOMEWARD||5f0c0f5e-8f3a-4f57-9c0a-0d1e5a7b9c11||||||F|||20260302090000
OBX|10|ST|KIND^Kind^99HOMEWARD||restart||||||F|||20260302090000
OBX|11|ST|OF^Fact that it is about^99HOMEWARD||restart||||||F|||20260302090000
OBX|12|ST|HOSPITAL^Hospital^99HOMEWARD||Kings Vale Hospital||||||F|||20260302090000
OBX|13|ST|PHONE^Number of the hospital^99HOMEWARD||01632 960 300||||||F|||20260302090000
OBX|14|DT|RESTART-FROM^First visit wanted^99HOMEWARD||20260302||||||F|||20260302090000
OBX|15|ST|RESTART-VISIT^Visit of that day^99HOMEWARD||tea||||||F|||20260302090000
OBX|16|TS|ANSWER-BY^To be answered by^99HOMEWARD||20260302091500+0000||||||F|||20260302090000
OBX|17|ST|LINK^Where a person answers^99HOMEWARD||https://homeward.example/inbox||||||F|||20260302090000
`,
    );
  });

  it('names the person by what the agreement lets be told, and holds nothing else that is known', () => {
    const hidden = ['Emergency department', 'Nia Example', 'KVH|P1', 'P1', 'S1', 'BH-7'];
    for (const one of hidden) assert.ok(!build().toString('latin1').includes(one), one);
    const pid = (identifiers: Parameters<typeof told>[0]): string => build({}, told(identifiers)).toString('latin1').split('\r')[2] ?? ''; // prettier-ignore
    assert.equal(pid({ identifiers: ['own-reference'] }), 'PID|1||BH-7^^^^PI');
    assert.equal(pid({ identifiers: ['name', 'birth-date'] }), 'PID|1||||Holmes^Barbara||19410314');
    assert.equal(pid({ identifiers: ['name', 'nhs-number', 'own-reference'] }), 'PID|1||9990000018^^^NHS^NH~BH-7^^^^PI||Holmes^Barbara'); // prettier-ignore
  });

  it('of each kind and version reads back exactly, and says what of an earlier one it is about', () => {
    const at = on('17:30');
    const ask = { expectedHome: { date: '2026-03-02', at }, restartFrom: { date: '2026-03-03', visit: null }, goneAt: at } as const; // prettier-ignore
    for (const version of versions)
      for (const kind of Object.keys(noticeKinds) as NoticeKind[]) {
        const of = kind === 'correction' || kind === 'cancellation' ? 'restart' : kind;
        const message = read(build({ version }, told({ ask, change: { kind, of, thread: 'T0' } })));
        assert.equal(message.value('MSH', 9, 3), version === '2.3' ? '' : 'MDM_T02');
        const says = coded(message);
        assert.deepEqual([says['KIND'], says['OF'], says['THREAD']], [kind, of, 'T0']);
        assert.match(message.value('TXA', 13), /^[\dA-F]{20}$/);
        if (kind === 'cancellation') assert.ok(!('EXPECTED-HOME' in says) && !('RESTART-FROM' in says));
        else assert.equal(says[kind === 'gone' ? 'GONE-AT' : 'EXPECTED-HOME'], '20260302173000+0000');
      }
  });

  it('of a reminder is a document of its own that names the first', () => {
    const first = read(build());
    const again = read(build({}, told({ reason: 'reminder' })));
    assert.equal(again.value('TXA', 13), first.value('TXA', 12));
    assert.notEqual(again.value('TXA', 12), first.value('TXA', 12));
    assert.deepEqual([coded(again)['EVENT'], coded(read(build({}, told({ reason: 'council' }))))['EVENT']], ['reminder', 'unanswered']); // prettier-ignore
  });

  it('carries whatever a name holds, and is said in the characters of its receiver', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.constantFrom(...versions), (name, version) => {
        const what = told({ person: { family: name } });
        const family = what.content.who.family ?? '';
        const parsed = parseMessage(build({ version }, what));
        assert.ok(parsed.ok);
        assert.equal(parsed.message.value('PID', 5, 1), family);
        assert.equal(parsed.message.segments('PID').length, 1);
      }),
    );
    const polish = told({ person: { family: 'Łukasz-Example' } });
    assert.match(build({}, polish).toString('utf8'), /\|UNICODE\r[^]*Łukasz-Example/);
    assert.match(build({ characterSet: 'latin-1', version: '2.5' }, told({ person: { family: 'Müller' } })).toString('latin1'), /\|8859\/1\r[^]*Müller/); // prettier-ignore
  });
});

const outcomes: readonly (readonly [Behaviour, Handover])[] = [
  ['AA', { is: 'delivered' }],
  ['CA', { is: 'delivered' }],
  ['slow', { is: 'delivered' }],
  ['other-first', { is: 'delivered' }],
  ['AE', { is: 'later', fault: 'BUSY' }],
  ['CE', { is: 'later', fault: 'BUSY' }],
  ['AR', { is: 'refused', fault: 'MESSAGE_REFUSED' }],
  ['CR', { is: 'refused', fault: 'MESSAGE_REFUSED' }],
  ['silent', { is: 'later', fault: 'TIMEOUT' }],
  ['late', { is: 'later', fault: 'TIMEOUT' }],
  ['other', { is: 'later', fault: 'ANSWER_NOT_READ' }],
  ['unreadable', { is: 'later', fault: 'ANSWER_NOT_READ' }],
  ['junk', { is: 'later', fault: 'ANSWER_NOT_READ' }],
  ['close', { is: 'later', fault: 'NOT_REACHED' }],
  ['close-half', { is: 'later', fault: 'NOT_REACHED' }],
  ['half-open', { is: 'later', fault: 'NOT_REACHED' }],
];
/** What ends the waiting for no answer that could be the message's own: only losing patience does. */
const unanswered: readonly Behaviour[] = ['silent', 'late', 'other', 'unreadable'];

async function peer(t: TestContext, behave: (index: number) => Behaviour, lateAfter = 2000): Promise<Destination> {
  const there = await new Destination({ behave, lateAfter }).open();
  t.after(() => there.close());
  return there;
}

describe('a peer that is told by HL7', () => {
  it('has the notice once its own acknowledgement says so: the server of this very product', async (t) => {
    const { server, port, received } = await startServer();
    t.after(() => server.close(0));
    const one = parcel();
    const courier = courierTo(systemFile(port));
    assert.deepEqual(await courier.carry(one, AbortSignal.timeout(5000)), { is: 'delivered' });
    assert.deepEqual(await courier.carry({ ...one, again: true, at: on('09:05') }, AbortSignal.timeout(5000)), { is: 'delivered' }); // prettier-ignore
    assert.equal(received.length, 2);
    assert.deepEqual(received[1], received[0]);
    assert.equal(received[0] && read(received[0]).value('MSH', 10), noticeControlId(one.key));
  });

  for (const [behaviour, handover] of outcomes)
    it(`that answers “${behaviour}”: ${handover.is}${'fault' in handover ? `, ${handover.fault}` : ''}`, async (t) => {
      const there = await peer(t, () => behaviour);
      const patience = unanswered.includes(behaviour)
        ? patienceAfter(() => there.receptions.length > 0, 300)
        : AbortSignal.timeout(5000);
      assert.deepEqual(await courierTo(systemFile(there.port)).carry(parcel(), patience), handover);
      assert.equal(there.receptions.length, 1);
    });

  it('never has a late answer taken for the next message’s', async (t) => {
    const there = await peer(t, (index) => (index === 0 ? 'late' : 'silent'), 400);
    const courier = courierTo(systemFile(there.port));
    // The answer to the first would come while the second waits.
    for (const [index, ms] of [50, 600].entries()) {
      const patience = patienceAfter(() => there.receptions.length > index, ms);
      assert.deepEqual(await courier.carry(parcel(), patience), { is: 'later', fault: 'TIMEOUT' });
    }
    assert.deepEqual(new Set(there.receptions.map(({ connection }) => connection)), new Set([1, 2]));
  });

  it('that does not listen, or is in no file, is said as what it is; nothing is thrown', async (t) => {
    const there = await peer(t, () => 'AA');
    await there.close();
    const courier = courierTo(systemFile(there.port));
    assert.deepEqual(await courier.carry(parcel(), AbortSignal.timeout(5000)), { is: 'later', fault: 'NOT_REACHED' });
    assert.deepEqual(await courier.carry(parcel(), AbortSignal.abort()), { is: 'later', fault: 'TIMEOUT' });
    assert.deepEqual(await courier.carry(parcel({ to: 'other' }), AbortSignal.timeout(5000)), { is: 'later', fault: 'NOT_CONFIGURED' }); // prettier-ignore
    assert.deepEqual(await hl7Courier([]).carry(parcel(), AbortSignal.timeout(5000)), { is: 'later', fault: 'NOT_CONFIGURED' }); // prettier-ignore
  });
});

describe('where HL7 may go', () => {
  it('is no network of our own, by number or by name, and in plain text only those that the file names', async (t) => {
    const there = await peer(t, () => 'AA');
    const forbidden = { is: 'later', fault: 'ADDRESS_FORBIDDEN' };
    const carry = (change: Partial<Hl7File>): Promise<Handover> => courierTo(systemFile(there.port, change)).carry(parcel(), AbortSignal.timeout(5000)); // prettier-ignore
    const tls = { connection: { security: 'tls' } } as const;
    for (const host of ['127.0.0.1', 'localhost', '::1', '::ffff:127.0.0.1', '169.254.169.254', '10.1.2.3'])
      for (const change of [
        { host, networks: [] },
        { host, networks: ['10.20.0.0/16'] },
        { host, networks: [], ...tls },
      ])
        assert.deepEqual(await carry(change), forbidden, `${host} ${JSON.stringify(change)}`);
    // On the open internet plain text goes nowhere, though TLS may.
    assert.deepEqual(await carry({ host: '8.8.8.8' }), forbidden);
    assert.equal(there.receptions.length, 0);
    assert.deepEqual(await carry({ host: 'localhost', networks: ['127.0.0.0/8', '::1/128'] }), { is: 'delivered' });
  });

  it('is over TLS only whoever has the certificate that is pinned, or one that the authority signed', async (t) => {
    const running = await startServer({ tls: { ...serverCertificate, clientAuthorities: authority } });
    t.after(() => running.server.close(0));
    const own = { key: Buffer.from(clientCertificate.key), cert: Buffer.from(clientCertificate.cert), clientAuthorities: Buffer.from(authority) }; // prettier-ignore
    const pin = new X509Certificate(serverCertificate.cert).fingerprint256.replaceAll(':', '').toLowerCase();
    const carry = (serverCertificate: string | undefined, authorities: string | null): Promise<Handover> =>
      courierTo(systemFile(running.port, { connection: { security: 'tls', serverCertificate } }), authorities, own).carry(parcel(), AbortSignal.timeout(5000)); // prettier-ignore
    assert.deepEqual(await carry(pin, null), { is: 'delivered' });
    assert.deepEqual(await carry(undefined, authority), { is: 'delivered' });
    assert.equal(running.received.length, 2);
    assert.deepEqual(await carry('0'.repeat(64), authority), { is: 'later', fault: 'TLS' });
    assert.deepEqual(await carry(undefined, null), { is: 'later', fault: 'TLS' });
    const plain = await startServer();
    t.after(() => plain.server.close(0));
    const toPlain = courierTo(systemFile(plain.port, { connection: { security: 'tls' } }));
    const { is } = await toPlain.carry(parcel(), AbortSignal.timeout(1000));
    assert.equal(is, 'later');
    assert.equal(running.received.length, 2);
    // A greeting of TLS is mostly random: one in forty holds a frame by chance.
    assert.ok(plain.received.every((bytes) => !bytes.includes('MSH') && !bytes.includes('Holmes')));
  });

  it('says yes to no answer without a message id, or of an unknown code', async (t) => {
    for (const change of [
      (text: string) => text.replace(/\|[\dA-F]{20}\r/, '|\r'),
      (text: string) => text.replace('|AA|', '|XX|'),
    ]) {
      const { server, port, received } = await startServer({
        handler: (content) => {
          const header = parseHeader(content);
          return Promise.resolve(header && Buffer.from(change(buildAck(header, { code: 'AA', at: clock.now(), controlId: 'T' }).toString('latin1')))); // prettier-ignore
        },
      });
      t.after(() => server.close(0));
      const patience = patienceAfter(() => received.length > 0, 300);
      assert.deepEqual(await courierTo(systemFile(port)).carry(parcel(), patience), { is: 'later', fault: 'ANSWER_NOT_READ' }); // prettier-ignore
    }
  });
});
