/** Reading messages: separators, segments, fields and what stands in them, whatever senders do to them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { messageFaults, parseHeader, parseMessage } from '../../src/hl7/message.ts';
import { arrival, deletions, latin, lines, merge, otherSeparators, parsed } from '../support/hl7-messages.ts';

const header = 'MSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.4';
const faultOf = (text: string | Uint8Array): string => {
  const result = parseMessage(typeof text === 'string' ? Buffer.from(text, 'latin1') : text);
  return result.ok ? 'ok' : result.fault;
};

describe('what stands in a message', () => {
  const message = parsed(arrival);

  it('is found by segment, field, component and repetition, counted as HL7 counts', () => {
    assert.equal(message.value('PID', 3), '9990000018');
    assert.equal(message.value('PID', 3, 4), 'NHS');
    assert.equal(message.value('PID', 3, 1, 1, 2), 'RK5123456');
    assert.equal(message.value('PID', 5, 2), 'Barbara');
    assert.equal(message.value('PV1', 2), 'E');
    assert.equal(message.value('PV1', 44), '20260928212900');
    assert.equal(message.value('PV2', 9), '20260930');
  });

  it('is the same by the quick way and by the field', () => {
    const pid = message.segment('PID');
    assert.ok(pid);
    assert.equal(pid.field(5).component(1), 'HOLMES');
    assert.equal(pid.field(5).text, 'HOLMES');
    assert.deepEqual(
      pid.field(3).repetitions.map((one) => [one.component(1), one.component(5)]),
      [['9990000018', 'NH'], ['RK5123456', 'MR']],
    ); // prettier-ignore
    assert.equal(pid.field(3).rawField, '9990000018^^^NHS^NH~RK5123456^^^RK5^MR');
    assert.equal(pid.field(3).raw, '9990000018^^^NHS^NH');
    assert.deepEqual(pid.field(11).components, ['12 Mill Lane', '', 'Sutton-in-Ashfield', '', 'NG17 4AA']);
  });

  it('counts the header from its separator', () => {
    const msh = message.segment('MSH');
    assert.ok(msh);
    assert.equal(msh.field(1).text, '|');
    assert.equal(msh.field(2).text, '^~\\&');
    assert.deepEqual(
      msh.field(2).repetitions.map(({ raw }) => raw),
      ['^~\\&'],
    );
    assert.equal(msh.field(2).presence, 'value');
    assert.equal(msh.value(1), '|');
    assert.equal(msh.value(2), '^~\\&');
    assert.equal(message.value('MSH', 9, 3), 'ADT_A01');
    assert.equal(message.value('MSH', 18), 'UNICODE');
    assert.equal(msh.fieldCount, 18);
    assert.equal(message.segment('EVN')?.fieldCount, 6);
  });

  it('is empty text beyond what was sent, and for numbers that HL7 does not have', () => {
    for (const [field, component, subcomponent, repetition] of [
      [99, 1, 1, 1], [0, 1, 1, 1], [-1, 1, 1, 1], [3, 9, 1, 1], [3, 0, 1, 1], [3, 1, 2, 1], [3, 1, 1, 3], [3, 1, 1, 0],
    ] as const) {
      assert.equal(message.value('PID', field, component, subcomponent, repetition), '');
    } // prettier-ignore
    assert.equal(message.value('ZZZ', 1), '');
    assert.equal(message.segment('ZZZ'), null);
    assert.equal(message.segment('PI'), null);
    assert.equal(message.at(6), null);
    assert.equal(message.segment('PID')?.field(0).presence, 'absent');
  });

  it('keeps its order, with segments that nobody knows in their places', () => {
    const zeds = parsed(merge);
    assert.deepEqual(
      zeds.segments().map(({ name }) => name),
      ['MSH', 'ZPI', 'EVN', 'PID', 'ZVI', 'MRG'],
    );
    assert.equal(zeds.value('ZPI', 2, 2, 2), 'here');
    assert.equal(zeds.segment('MRG')?.index, 5);
  });

  it('may hold a segment several times: A17 has two patients', () => {
    const swap = parsed(lines(header, 'PID|1||1', 'PV1||I', 'PID|2||2', 'PV1||O', 'ZBE|9'));
    assert.deepEqual(
      swap.segments('PID').map((pid) => pid.value(3)),
      ['1', '2'],
    );
    const second = swap.segments('PID')[1];
    assert.ok(second);
    assert.equal(swap.segment('PV1', second)?.value(2), 'O');
    assert.equal(swap.segment('EVN'), null);
  });

  it('is written back as it came', () => {
    for (const bytes of [arrival, deletions, merge]) assert.equal(parsed(bytes).serialise(), bytes.toString());
  });
});

describe('nothing, emptied and absent', () => {
  const message = parsed(deletions);
  const pid = message.segment('PID');

  it('are told apart in fields', () => {
    assert.equal(pid?.field(2).presence, 'delete');
    assert.equal(pid?.field(4).presence, 'empty');
    assert.equal(pid?.field(3).presence, 'value');
    assert.equal(pid?.field(50).presence, 'absent');
    assert.equal(pid?.field(11).presence, 'delete', 'quotes in every component');
    assert.equal(pid?.field(4).repetitions.length, 0);
  });

  it('are told apart in components', () => {
    assert.equal(pid?.field(5).presenceOf(3), 'delete');
    assert.equal(pid?.field(5).presenceOf(1), 'value');
    assert.equal(pid?.field(5).presenceOf(9), 'absent');
    assert.equal(pid?.field(3).presenceOf(2), 'empty');
    assert.equal(pid?.field(3).repetitions[1]?.presenceOf(2), 'delete');
    assert.equal(pid?.field(3).repetitions[1]?.presenceOf(2, 2), 'absent');
    assert.equal(pid?.field(77).presenceOf(1), 'absent');
  });

  it('never read as a text of two quotes', () => {
    assert.equal(message.value('PID', 2), '');
    assert.equal(message.value('PID', 5, 3), '');
    assert.equal(pid?.field(2).text, '');
    assert.equal(message.value('PV1', 8), '');
  });

  it('are not mistaken when quotes are part of a text', () => {
    const quoted = parsed(lines(header, 'NTE|1||""Home""|"|"""|a""|""b|""^x|~""'));
    const nte = quoted.segment('NTE');
    assert.deepEqual(
      [3, 4, 5, 6, 7, 8, 9].map((field) => nte?.field(field).presence),
      ['value', 'value', 'value', 'value', 'value', 'value', 'delete'],
    );
    assert.equal(quoted.value('NTE', 3), '""Home""');
  });
});

describe('separators', () => {
  it('are each message’s own', () => {
    const message = parsed(otherSeparators);
    assert.equal(message.value('PID', 3), '9990000050');
    assert.equal(message.value('PID', 3, 2, 2), '');
    assert.equal(message.value('PID', 3, 1, 1, 2), '77');
    assert.equal(message.value('PID', 5), 'FIELD#SMITH');
    assert.equal(message.value('MSH', 12), '2.2');
  });

  it('are the usual ones where MSH-2 is missing or short', () => {
    for (const [second, fields] of [['', 'x^y~z&w'], ['^', 'x^y~z&w'], ['^~', 'x^y~z&w']] as const) {
      const message = parsed(lines(`MSH|${second}|A|B`, `PID|${fields}`));
      assert.equal(message.value('PID', 1, 2), 'y', second);
      assert.equal(message.value('PID', 1, 1, 2, 2), 'w', second);
      assert.equal(message.value('MSH', 3), 'A');
    } // prettier-ignore
    assert.equal(parsed(Buffer.from('MSH|')).value('MSH', 3), '');
    assert.equal(parsed(Buffer.from('MSH|^~\\&')).value('MSH', 2), '^~\\&');
  });

  it('leave a level out whose usual character is taken', () => {
    const message = parsed(lines('MSH|~|A', 'PID|x~y^z'));
    assert.equal(message.separators.component, '~');
    assert.equal(message.value('PID', 1, 2), 'y^z');
    assert.equal(message.segment('PID')?.field(1).repetitions.length, 1);
  });

  it('include the truncation character of v2.7', () => {
    const message = parsed(lines('MSH|^~\\&#|A|B', 'NTE|a\\P\\b#'));
    assert.equal(message.separators.truncation, '#');
    assert.equal(message.value('NTE', 1), 'a#b#');
  });

  it('are refused where they cannot divide: letters, digits, blanks, quotes, one twice, too many, none', () => {
    const bad = [
      'MSH', 'MSHA^~\\&A', 'MSH |', 'MSH|ADT1|MCM', 'MSH|^^\\&|A', 'MSH|^~\\\\&|A', 'MSH|^~\\&#!|A', 'MSH"^~\\&"A',
      'MSH|^\xe9|A', 'MSH|^~1|A', 'MSH|^~ &|A',
    ]; // prettier-ignore
    for (const text of bad) assert.equal(faultOf(text), 'HL7_SEPARATORS', text);
  });
});

describe('line ends and junk', () => {
  const names = (text: string): readonly string[] =>
    parsed(Buffer.from(text))
      .segments()
      .map(({ raw }) => raw);

  it('may be CR, LF or CRLF, mixed, doubled and missing at the end', () => {
    for (const end of ['\r', '\n', '\r\n', '\r\r', '\n\n', '\r\n\r\n', '\n\r']) {
      assert.deepEqual(names(`${header}${end}PID|1${end}PV1${end}`), [header, 'PID|1', 'PV1'], JSON.stringify(end));
    }
    assert.deepEqual(names(`${header}\rPID|1\nPV1|1\r\nPV2`), [header, 'PID|1', 'PV1|1', 'PV2']);
  });

  it('keep a line feed inside a text, where no segment follows it', () => {
    const message = parsed(Buffer.from(`${header}\rNTE|1||first line\nsecond line\n\nfourth\rPV1|1|I\r`));
    assert.equal(message.value('NTE', 3), 'first line\nsecond line\n\nfourth');
    assert.equal(message.value('PV1', 2), 'I');
    assert.deepEqual(message.flags, ['stray-lines']);
  });

  it('are flagged where a line is no segment', () => {
    const message = parsed(Buffer.from(`${header}\rnot a segment\rPID|1\r pid|2\r`));
    assert.deepEqual(message.flags, ['stray-lines']);
    assert.deepEqual(
      message.segments().map(({ name }) => name),
      ['MSH', '', 'PID', ''],
    );
    assert.deepEqual(parsed(arrival).flags, []);
  });

  it('do no harm before the header or after the last segment', () => {
    const text = arrival.toString();
    for (const before of ['', '\r\n', ' \t', '\x0b', '\ufeff']) {
      for (const after of ['', '\r\n\r\n', '\0\0\0', '\x1c\r', '\x1a']) {
        assert.equal(parsed(Buffer.from(before + text + after)).serialise(), text);
      }
    }
  });

  it('do not matter to a view into a larger memory', () => {
    const large = new Uint8Array(5000).fill(0x41);
    large.set(arrival, 100);
    assert.equal(parsed(large.subarray(100, 100 + arrival.length)).serialise(), arrival.toString());
  });
});

describe('what cannot be read', () => {
  it('is refused with its reason, never by throwing', () => {
    const cases: readonly (readonly [string | Uint8Array, string])[] = [
      ['', 'HL7_EMPTY'],
      ['\r\n \r\n', 'HL7_EMPTY'],
      ['\0\0', 'HL7_EMPTY'],
      ['MSH|same|other', 'HL7_SEPARATORS'],
      ['hello', 'HL7_NO_HEADER'],
      ['PID|1\r', 'HL7_NO_HEADER'],
      ['msh|^~\\&|A\r', 'HL7_NO_HEADER'],
      ['BHS|^~\\&|A\rMSH|^~\\&|A\r', 'HL7_BATCH'],
      ['FHS|^~\\&|A\r', 'HL7_BATCH'],
      [`${header}\rPID|1\r${header}\rPID|2\r`, 'HL7_TWO_MESSAGES'],
      [`${header}\nPID|1\n${header}\nPID|2\n`, 'HL7_TWO_MESSAGES'],
      [`${header}\rPID|1|\0|2\r`, 'HL7_NUL'],
      [`${header}\r${'ZZZ\r'.repeat(5000)}`, 'HL7_TOO_MANY_SEGMENTS'],
      [Buffer.from(header, 'utf16le'), 'HL7_WIDE_CHARACTERS'],
      [Buffer.from(`\ufeff${header}`, 'utf16le'), 'HL7_WIDE_CHARACTERS'],
      [Buffer.from(header, 'utf16le').swap16(), 'HL7_WIDE_CHARACTERS'],
    ];
    for (const [bytes, fault] of cases)
      assert.equal(faultOf(bytes), fault, JSON.stringify(bytes.toString().slice(0, 200)));
    const shown = new Set(cases.map(([, fault]) => fault));
    assert.deepEqual(
      Object.keys(messageFaults).filter((code) => !shown.has(code)),
      [],
    );
  });

  it('still shows its header, so that it can be answered', () => {
    assert.equal(parseHeader(Buffer.from(`${header}\rPID|1|\0|2\r`))?.value('MSH', 10), '1');
    assert.equal(parseHeader(Buffer.from(`${header}\r${header}\r`))?.length, 1);
    assert.equal(parseHeader(arrival.subarray(0, 60))?.value('MSH', 4), 'RK5');
    assert.equal(parseHeader(Buffer.from('PID|1')), null);
    assert.equal(parseHeader(Buffer.from('MSHQ')), null);
    assert.equal(parseHeader(latin)?.value('MSH', 10), 'L1');
  });
});

describe('large and hostile messages', () => {
  const within = (ms: number, work: () => void): void => {
    // Of the processor: what else a computer does counts for nothing.
    const started = process.cpuUsage();
    work();
    const took = process.cpuUsage(started).user / 1000;
    assert.ok(took < ms, `took ${Math.round(took)} ms`);
  };

  const whole = { maxSegments: 1_000_000 };

  it('of more than 5,000 segments are not taken', () => {
    const most = Buffer.from(`${header}\r${'ZZZ\r'.repeat(4999)}`);
    assert.equal(faultOf(most), 'ok');
    assert.equal(faultOf(Buffer.concat([most, Buffer.from('ZZZ\r')])), 'HL7_TOO_MANY_SEGMENTS');
  });

  it('of 100,000 segments are walked in time', () => {
    const bytes = Buffer.from(`${header}\r${'ZZZ|1^2&3~4|\\T\\\r'.repeat(100_000)}`);
    within(1000, () => {
      let texts = 0;
      for (const segment of parsed(bytes, whole).segments())
        texts += segment.value(1, 2).length + segment.value(2).length;
      assert.ok(texts > 100_000);
      assert.equal(parsed(bytes, whole).segments('ZZZ').length, 100_000);
      assert.equal(faultOf(bytes), 'HL7_TOO_MANY_SEGMENTS');
    });
  });

  it('without a field separator in any segment do not search on and on', () => {
    const bytes = Buffer.from(`${header}\r${'ZZZ\r'.repeat(250_000)}`);
    within(1000, () => {
      for (const segment of parsed(bytes, whole).segments()) segment.value(3, 2, 2, 2);
    });
  });

  it('with a field of 1 MiB, of separators, quotes or escapes, are read in time', () => {
    for (const filling of ['x', '\\', '^', '~', '&', '"', '\\X41\\', '\\.sp9\\', '\\Zx\\', '\\q', '|']) {
      const bytes = Buffer.from(`${header}\rNTE|1||${filling.repeat(2 ** 20 / filling.length)}\r`);
      within(1000, () => {
        const field = parsed(bytes).segment('NTE')?.field(3);
        assert.ok(field);
        assert.ok(field.whole.length >= 0);
        assert.ok(field.text.length + field.component(100_000).length >= 0);
        assert.ok(field.presence !== 'absent' && field.repetitions.length <= 1000);
      });
    }
  });

  it('of a million fields can be read one after the other', () => {
    const bytes = Buffer.from(`${header}\rZZZ${'|a'.repeat(2 ** 19)}\r`);
    within(1000, () => {
      const segment = parsed(bytes).segment('ZZZ');
      assert.ok(segment);
      let found = 0;
      for (let field = 1; field <= segment.fieldCount; field++) found += segment.value(field).length;
      assert.equal(found, 2 ** 19);
    });
  });

  it('with a million line feeds inside a text are read in time', () => {
    const bytes = Buffer.from(`${header}\rNTE|1||${'a\n'.repeat(2 ** 19)}\r`);
    within(1000, () => assert.ok(parsed(bytes).value('NTE', 3).length > 2 ** 19));
  });
});
