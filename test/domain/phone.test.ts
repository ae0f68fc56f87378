/** Phone numbers: grouped when they can be read, shown as given when not, never hidden and never bent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readPhone, restoreLeadingZero } from '../../src/domain/phone.ts';

/** Text with plain spaces, and the link. */
function shown(given: string): [text: string, href: string | null] {
  const phone = readPhone(given);
  assert.ok(phone, `${given} must not be hidden`);
  return [phone.text.replaceAll('\u00a0', ' '), phone.href];
}

const grouped: Record<string, [string, string]> = {
  '01632960101': ['01632 960 101', 'tel:01632960101'],
  '01632 960101': ['01632 960 101', 'tel:01632960101'],
  '(01632) 960-101': ['01632 960 101', 'tel:01632960101'],
  '01632.960.101': ['01632 960 101', 'tel:01632960101'],
  '02079460000': ['020 7946 0000', 'tel:02079460000'],
  '023 9284 6000': ['023 9284 6000', 'tel:02392846000'],
  '03001231234': ['0300 123 1234', 'tel:03001231234'],
  '0345 600 6400': ['0345 600 6400', 'tel:03456006400'],
  '0800 1234567': ['0800 123 4567', 'tel:08001234567'],
  '07700900123': ['07700 900 123', 'tel:07700900123'],
  '01154960000': ['0115 496 0000', 'tel:01154960000'],
  '01214960000': ['0121 496 0000', 'tel:01214960000'],
  '01914980000': ['0191 498 0000', 'tel:01914980000'],
  '+441632960101': ['01632 960 101', 'tel:01632960101'],
  '+44 (0)1632 960101': ['01632 960 101', 'tel:01632960101'],
  '0044 1632 960101': ['01632 960 101', 'tel:01632960101'],
  '44 7700 900123': ['07700 900 123', 'tel:07700900123'],
  '01632\u00a0960\u00a0101': ['01632 960 101', 'tel:01632960101'],
  ' 01632 960101 ': ['01632 960 101', 'tel:01632960101'],
  '01632 960101 ext 12': ['01632 960 101 extension 12', 'tel:01632960101;ext=12'],
  '01632 960101 x12': ['01632 960 101 extension 12', 'tel:01632960101;ext=12'],
  '01632 960101 extension 4401': ['01632 960 101 extension 4401', 'tel:01632960101;ext=4401'],
  '+33 1 23 45 67 89': ['+33 1 23 45 67 89', 'tel:+33123456789'],
};
for (const [given, expected] of Object.entries(grouped)) {
  test(`H07: ${JSON.stringify(given)} is shown as ${expected[0]}`, () => assert.deepEqual(shown(given), expected));
}

const kept: Record<string, string | null> = {
  '116 123': 'tel:116123',
  '111': 'tel:111',
  '0800 1111': 'tel:08001111',
  '01632 9601012': 'tel:016329601012',
  '+44 116 123': 'tel:+44116123',
  '123456789012345': 'tel:123456789012345',
  // Two numbers run together begin like one from abroad: no digit of them may be dropped.
  '00116 123 116 123': 'tel:00116123116123',
  '0033 1 23 45 67 89': 'tel:0033123456789',
  '1234567890123456': null,
  'Jane’s mobile 07700 900 123 or reception': null,
  '01632 960 101 (ask for Jane)': null,
  '07700 900123 Mon-Fri only': null,
  '01632 960101 / 960102': null,
  '01632 960101 or 07700 900123': null,
  '01632 960101 01632 960102': null,
  // A slip of the hand must not become a shorter number that rings somebody else.
  '01632 96010A': null,
  '01632 96O101': null,
  'ext. 4401 via switchboard': null,
  'n/a': null,
  '<b>01632</b>': null,
  '0': null,
};
for (const [given, href] of Object.entries(kept)) {
  test(`H07: ${JSON.stringify(given)} is shown as given`, () =>
    assert.deepEqual(readPhone(given), { text: given, href }));
}

test('nothing given is no phone', () => {
  for (const given of ['', '  ', '\u00a0', null, undefined]) assert.equal(readPhone(given), null);
});

test('CQC’s lost 0 is put back on UK numbers of 9 and 10 digits, and on nothing else', () => {
  assert.equal(restoreLeadingZero('1632960101'), '01632960101');
  assert.equal(restoreLeadingZero('1632 960 101'), '01632960101');
  assert.equal(restoreLeadingZero('7700900123'), '07700900123');
  assert.equal(restoreLeadingZero('169772345'), '0169772345');
  for (const other of ['01632960101', '116123', '+441632960101', '441632960101', '16329601', 'ask Jane', '']) {
    assert.equal(restoreLeadingZero(other), other);
  }
});

test('H07: no drama number of Ofcom’s is ever hidden, and its link dials exactly its digits', () => {
  const prefix = fc.constantFrom('01632960', '07700900', '02079460', '01154960', '03069990');
  const gap = fc.constantFrom('', ' ', '-', '.');
  fc.assert(
    fc.property(prefix, fc.nat({ max: 999 }), gap, fc.boolean(), (start, tail, between, lostZero) => {
      const national = start + String(tail).padStart(3, '0');
      const written = national.slice(0, 5) + between + national.slice(5, 8) + between + national.slice(8);
      const phone = readPhone(lostZero ? restoreLeadingZero(national.slice(1)) : written);
      assert.equal(phone?.href, `tel:${national}`);
      assert.equal(phone.text.replaceAll('\u00a0', ''), national);
    }),
    { numRuns: 2000 },
  );
});

test('H07: whatever is written in a phone column, no digit and no word of it is lost', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc
      .array(
        fc.constantFrom(
          '01632 960101',
          '07700 900123',
          '116 123',
          ' ',
          'ask Jane',
          'ext',
          '(',
          ')',
          '/',
          '+44',
          '0',
          ',',
          ';',
          'A',
          'x',
        ),
        { maxLength: 6 },
      )
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(anything, (given) => {
      const phone = readPhone(given);
      if (given.trim() === '') return assert.equal(phone, null);
      assert.ok(phone, 'never hidden');
      if (phone.text === given.trim()) return;
      // Rewritten: then it was a number and nothing else, and the digits are the same but for the prefix.
      const plain = (text: string): string =>
        text
          .normalize('NFKC')
          .replace(/\D/g, '')
          .replace(/^(00)?44/, '')
          .replace(/^0+/, '');
      assert.equal(plain(phone.text), plain(given));
      assert.doesNotMatch(
        given.replace(/e?xt?(ensi[oó]n?|n)?|доб|anexo|int|isub|phone-context|tel/giu, ''),
        /\p{Script=Latin}/u,
      );
    }),
    { numRuns: 10_000 },
  );
});

test('a link never holds anything but what a phone can dial', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0123456789+-() x;,#"<a'), maxLength: 30 }), (given) => {
      const href = readPhone(given)?.href ?? null;
      if (href !== null) assert.match(href, /^tel:\+?\d{3,15}(;ext=\d+)?$/);
    }),
    { numRuns: 10_000 },
  );
});
