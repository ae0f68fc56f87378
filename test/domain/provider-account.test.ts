/** What may be typed of an account: addresses, names, codes; and what stands for a client. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientOf, readCode, readEmail, readPersonName } from '../../src/domain/provider-account.ts';

test('an address is kept in small letters, and nothing that is none passes', () => {
  assert.equal(readEmail('  Petra.Example+duty@Larkfield.Example '), 'petra.example+duty@larkfield.example');
  for (const given of [
    '',
    '@',
    'a@b',
    'a b@c.example',
    'a@b..example',
    'a@b.example\r\nBcc: x@y.example',
    'a@b.example,c@d.example',
    '<a@b.example>',
    'ä@b.example',
    'a@bücher.example',
    `${'a'.repeat(65)}@b.example`,
    `a@${'b'.repeat(260)}.example`,
  ])
    // prettier-ignore
    assert.equal(readEmail(given), null, given);
});

test('a name is one line that shows what it is', () => {
  assert.equal(readPersonName('  Petra \n Example '), 'Petra Example');
  assert.equal(readPersonName('Siân Ní Bhriain-O’Shea'), 'Siân Ní Bhriain-O’Shea');
  for (const given of ['', '   ', 'a'.repeat(101), 'Petra\u202eelpmaxE', 'Pe\u0000tra', 'P\u200betra'])
    assert.equal(readPersonName(given), null, JSON.stringify(given));
});

test('a code is six digits, however grouped', () => {
  for (const given of ['123456', '123 456', ' 123-456 ']) assert.equal(readCode(given), '123456');
  for (const given of ['', '12345', '1234567', '12345x', '１２３４５６']) assert.equal(readCode(given), null, given);
});

test('a client is its address, or of IPv6 the network that is its own', () => {
  const same = (a: string, b: string): void => assert.equal(clientOf(a), clientOf(b), `${a} ${b}`);
  same('192.0.2.1', '::ffff:192.0.2.1');
  same('2001:db8:1:2::1', '2001:0db8:0001:0002:ffff:ffff:ffff:ffff');
  same('2001:db8::1', '2001:db8:0:0:1::');
  same('fe80::1%eth0', 'fe80::2');
  assert.notEqual(clientOf('2001:db8:1:2::1'), clientOf('2001:db8:1:3::1'));
  assert.notEqual(clientOf('192.0.2.1'), clientOf('192.0.2.2'));
});
