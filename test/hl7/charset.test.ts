/** Character sets: what MSH-18 says, what the bytes say, and what is flagged when the two differ. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encode, nameCharacterSet } from '../../src/hl7/charset.ts';
import type { CharacterSet } from '../../src/hl7/charset.ts';
import { latin, parsed } from '../support/hl7-messages.ts';

const bytesOf = (declared: string, name: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(`MSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.4||||||${declared}\rPID|||1||`),
    name,
    Buffer.from('\rPV1||I\r'),
  ]);

const utf8 = Buffer.from('ZOË^Siân', 'utf8');
const latin1 = Buffer.from('ZOË^Siân', 'latin1');

describe('MSH-18', () => {
  it('is known in all the spellings that are sent', () => {
    const spellings: Record<string, CharacterSet> = {
      '8859/1': 'latin-1', '8859-1': 'latin-1', 'ISO-8859-1': 'latin-1', ISO8859_1: 'latin-1', iso88591: 'latin-1',
      'ISO 8859/1': 'latin-1', 'ISO_8859-1:1987': 'latin-1', 'Latin-1': 'latin-1', latin1: 'latin-1', CP1252: 'latin-1',
      'windows-1252': 'latin-1', 'ISO IR100': 'latin-1', ANSI: 'latin-1',
      UNICODE: 'utf-8', 'UNICODE UTF-8': 'utf-8', 'UTF-8': 'utf-8', utf8: 'utf-8', 'ISO IR192': 'utf-8',
      ASCII: 'ascii', 'US-ASCII': 'ascii', 'ISO IR6': 'ascii',
      '8859/15': 'iso-8859-15', 'ISO-8859-2': 'iso-8859-2',
    }; // prettier-ignore
    for (const [text, expected] of Object.entries(spellings)) assert.equal(nameCharacterSet(text), expected, text);
    for (const text of ['', 'EBCDIC', 'UNICODE UTF-16', '8859/17', '8859', 'constructor', '8859/12']) {
      assert.equal(nameCharacterSet(text), null, text);
    }
  });

  it('drives how the bytes are read', () => {
    for (const [declared, bytes] of [['UNICODE', utf8], ['UNICODE UTF-8', utf8], ['8859/1', latin1], ['8859/1~UNICODE', latin1]] as const) {
      const message = parsed(bytesOf(declared, bytes));
      assert.equal(message.value('PID', 5, 2), 'Siân', declared);
      assert.deepEqual(message.flags, []);
      assert.equal(message.value('PV1', 2), 'I');
    } // prettier-ignore
  });

  it('may name other parts of ISO 8859', () => {
    const message = parsed(bytesOf('8859/15', Buffer.from([0xa4, 0xbd])));
    assert.equal(message.value('PID', 5), '€œ');
    assert.equal(message.characterSet, 'iso-8859-15');
  });

  it('does not matter when all is ASCII', () => {
    const message = parsed(bytesOf('EBCDIC', Buffer.from('SMITH')));
    assert.equal(message.characterSet, 'ascii');
    assert.deepEqual(message.flags, []);
  });

  it('as Latin-1 means the quotes of Windows too', () => {
    const message = parsed(latin);
    assert.equal(message.value('PID', 5), 'O’CONNOR');
    assert.equal(message.value('PID', 5, 2), 'Renée');
    assert.equal(message.characterSet, 'latin-1');
  });
});

describe('a message that does not say, or says wrongly', () => {
  it('is read as UTF-8 if it can be, as Latin-1 if not, and flagged', () => {
    for (const [declared, flag] of [['', 'guessed'], ['EBCDIC', 'unknown'], ['UNICODE UTF-16', 'unknown'], ['ASCII', 'wrong']] as const) {
      for (const [bytes, set] of [[utf8, 'utf-8'], [latin1, 'latin-1']] as const) {
        const message = parsed(bytesOf(declared, bytes));
        assert.equal(message.value('PID', 5), 'ZOË', declared);
        assert.equal(message.characterSet, set);
        assert.deepEqual(message.flags, [`character-set-${flag}`]);
      }
    } // prettier-ignore
  });

  it('is read as Latin-1 when it says UTF-8 and is not', () => {
    const message = parsed(bytesOf('UNICODE', latin1));
    assert.equal(message.value('PID', 5), 'ZOË');
    assert.deepEqual(message.flags, ['character-set-wrong']);
  });

  it('is read as it says, and flagged, when it says Latin-1 and reads as UTF-8', () => {
    const message = parsed(bytesOf('8859/1', utf8));
    assert.equal(message.value('PID', 5, 2), 'SiÃ¢n');
    assert.deepEqual(message.flags, ['character-set-doubtful']);
  });

  it('is read as the feed is known to write', () => {
    const message = parsed(bytesOf('8859/1', utf8), { characterSet: 'utf-8' });
    assert.equal(message.value('PID', 5, 2), 'Siân');
    assert.deepEqual(message.flags, []);
    const wrong = parsed(bytesOf('', latin1), { characterSet: 'utf-8' });
    assert.equal(wrong.value('PID', 5, 2), 'Siân');
    assert.deepEqual(wrong.flags, ['character-set-wrong']);
  });
});

describe('text to be sent', () => {
  it('is exact in UTF-8, and in Latin-1 with the quotes of Windows', () => {
    const text = 'O’Connor, Renée – £5 €';
    for (const set of ['utf-8', 'latin-1'] as const) {
      const { bytes, exact } = encode(text, set);
      assert.ok(exact);
      assert.equal(parsed(bytesOf('', Buffer.alloc(0))).characterSet, 'ascii');
      assert.equal(parsed(bytesOf(set, bytes)).value('PID', 5), text);
    }
  });

  it('loses accents that the character set lacks, and says so', () => {
    assert.deepEqual(encode('Łőrinc “Å” ☃', 'latin-1'), {
      bytes: Buffer.from('?orinc \x93Å\x94 ?', 'latin1'),
      exact: false,
    });
    assert.deepEqual(encode('Renée’s “own” –', 'ascii'), { bytes: Buffer.from('Renee\'s "own" -'), exact: false });
    assert.deepEqual(encode('plain', 'ascii'), { bytes: Buffer.from('plain'), exact: true });
  });
});
