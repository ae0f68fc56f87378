/** Acknowledgements: the sender's own header turned round, and nothing about a patient. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ackCode, buildAck } from '../../src/hl7/ack.ts';
import type { AckContent, AckFault } from '../../src/hl7/ack.ts';
import { parseHeader } from '../../src/hl7/message.ts';
import { arrival, latin, lines, merge, otherSeparators, parsed } from '../support/hl7-messages.ts';

const at = new Date('2026-06-28T20:30:00Z');
const answer = (bytes: Buffer, content: Partial<AckContent> = {}): string =>
  buildAck(parsed(bytes), { code: 'AA', at, controlId: 'HW1', ...content }).toString();
const fault: AckFault = {
  code: 'HL7_NUL',
  text: 'It holds NUL characters.',
  condition: 102,
  location: { segment: 'PID', field: 3 },
};

describe('an acknowledgement', () => {
  it('turns sender and receiver round and names their message', () => {
    assert.equal(
      answer(arrival, { code: 'CA' }),
      'MSH|^~\\&|ROUTE|ROUTE|PAS|RK5|20260628213000||ACK^A04^ACK|HW1|P|2.4||||||UNICODE\rMSA|CA|MSG00001\r',
    );
  });

  it('keeps their separators, and their way of writing MSH-9', () => {
    assert.equal(answer(merge), 'MSH|^~\\&|TIE|RJC|LORENZO|RJC|20260628213000||ACK^A34|HW1|P|2.3\rMSA|AA|77\r');
    assert.equal(answer(otherSeparators), 'MSH#*!?@#NEW#BBB#OLD#AAA#20260628213000##ACK*A01#HW1#T#2.2\rMSA#AA#9\r');
    const bare = lines('MSH|^~\\&|A|B|C|D|||ADT|9|P|2.4', 'EVN|A01');
    assert.ok(answer(bare).includes('||ACK|HW1|'));
  });

  it('copies escapes and names of several components as they were', () => {
    const text = answer(lines('MSH|^~\\&|A\\T\\E^1.2.3^ISO|B|C^4.5^ISO|D|||ADT^A01|a\\F\\1|P^T|2.5.1^GBR'));
    assert.ok(text.startsWith('MSH|^~\\&|C^4.5^ISO|D|A\\T\\E^1.2.3^ISO|B|'));
    assert.ok(text.includes('|HW1|P^T|2.5.1^GBR\r'));
    assert.ok(text.endsWith('MSA|AA|a\\F\\1\r'));
  });

  it('is in their characters', () => {
    const bytes = Buffer.from('MSH|^~\\&|CAF\xe9|\x93B\x94|C|D|||ADT^A01|1|P|2.4||||||8859/1\r', 'latin1');
    const text = buildAck(parsed(bytes), { code: 'AA', at, controlId: '2' }).toString('latin1');
    assert.ok(text.includes('|CAF\xe9|\x93B\x94|'));
    assert.ok(text.includes('|8859/1\r'));
  });

  it('says what was wrong in the ERR of their version', () => {
    const newer = answer(latin, { code: 'CE', fault });
    assert.ok(
      newer.endsWith(
        'MSA|CE|L1|It holds NUL characters.\rERR||PID^1^3|102^Data type error^HL70357|E|HL7_NUL^It holds NUL characters.|||It holds NUL characters.\r',
      ),
      newer,
    );
    const older = answer(arrival, { code: 'CE', fault });
    assert.ok(older.endsWith('ERR|PID^1^3^102&Data type error&HL70357\r'), older);
    const { location: _, ...nowhere } = fault;
    assert.ok(answer(arrival, { fault: nowhere }).endsWith('ERR|^^^102&Data type error&HL70357\r'));
    assert.ok(answer(latin, { fault: nowhere }).includes('ERR|||102^'));
  });

  it('can be read, and holds nothing of the patient', () => {
    for (const bytes of [arrival, latin, merge, otherSeparators]) {
      const message = parsed(bytes);
      const reply = parsed(buildAck(message, { code: 'AE', at, controlId: 'HW9', fault }));
      assert.equal(reply.value('MSA', 2), message.value('MSH', 10));
      assert.equal(reply.value('MSH', 5), message.value('MSH', 3));
      const text = reply.serialise();
      for (const field of [3, 5, 7, 11]) {
        const about = message.value('PID', field);
        assert.ok(about === '' || !text.includes(about));
      }
    }
  });

  it('is possible wherever a header is: short, cut off, without components', () => {
    for (const text of ['MSH|', 'MSH|^~\\&', 'MSH|^~\\&|A', 'MSH^|^A^B^C^D^^^ADT^5', 'MSH^', 'MSH&^~\\&A', 'MSH\\']) {
      const head = parseHeader(Buffer.from(text));
      assert.ok(head, text);
      const reply = parsed(buildAck(head, { code: 'AR', at, controlId: '1', fault }));
      assert.equal(reply.value('MSA', 1), 'AR', text);
      assert.equal(reply.value('MSA', 2), head.value('MSH', 10), text);
    }
  });
});

describe('the code of an acknowledgement', () => {
  const asking = (accept: string, application: string): ReturnType<typeof parsed> =>
    parsed(lines(`MSH|^~\\&|A|B|C|D|||ADT^A01|1|P|2.4|||${accept}|${application}`));

  it('is in original mode when the sender asks for nothing', () => {
    const plain = asking('', '');
    assert.deepEqual([ackCode(plain, 'accepted'), ackCode(plain, 'error'), ackCode(plain, 'rejected')], ['AA', 'AE', 'AR']); // prettier-ignore
  });

  it('is in enhanced mode when either field is filled', () => {
    for (const header of [
      asking('AL', 'NE'),
      asking('AL', ''),
      asking('AL', 'AL'),
      asking('', 'AL'),
      asking('al', ''),
    ]) {
      assert.deepEqual([ackCode(header, 'accepted'), ackCode(header, 'error'), ackCode(header, 'rejected')], ['CA', 'CE', 'CR']); // prettier-ignore
    }
  });

  it('is left out when the sender wants no answer to that outcome', () => {
    assert.equal(ackCode(asking('NE', 'NE'), 'error'), null);
    assert.equal(ackCode(asking('ER', 'NE'), 'accepted'), null);
    assert.equal(ackCode(asking('ER', 'NE'), 'error'), 'CE');
    assert.equal(ackCode(asking('SU', ''), 'accepted'), 'CA');
    assert.equal(ackCode(asking('SU', ''), 'rejected'), null);
  });

  it('answers for both when only the application’s answer is wanted', () => {
    assert.equal(ackCode(asking('ER', 'AL'), 'accepted'), 'AA');
    assert.equal(ackCode(asking('ER', 'AL'), 'error'), 'CE');
    assert.equal(ackCode(asking('NE', 'ER'), 'rejected'), 'AR');
    assert.equal(ackCode(asking('NE', 'ER'), 'accepted'), null);
  });

  it('is what the feed is set to, whatever the message asks', () => {
    assert.equal(ackCode(asking('AL', 'NE'), 'accepted', 'original'), 'AA');
    assert.equal(ackCode(asking('NE', 'NE'), 'error', 'original'), 'AE');
    assert.equal(ackCode(asking('', ''), 'rejected', 'enhanced'), 'CR');
    assert.equal(ackCode(asking('NE', ''), 'accepted', 'as-asked'), null);
  });
});
