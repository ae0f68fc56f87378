/** MLLP frames: found however they are cut up, joined, damaged or never ended. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FrameReader, canBeFramed, frame } from '../../src/hl7/mllp-frames.ts';
import type { FrameEvent } from '../../src/hl7/mllp-frames.ts';
import { arrival, merge } from '../support/hl7-messages.ts';

const limits = { maxBytes: 100_000, maxJunk: 1000 };

/** What comes of these pieces: messages as text, everything else by its name. */
function read(pieces: readonly (string | Buffer)[], given = limits): readonly string[] {
  const reader = new FrameReader(given);
  const found: string[] = [];
  const say = (event: FrameEvent | null): boolean => {
    if (event) found.push(event.kind === 'frame' ? event.content.toString('latin1') : event.kind);
    return event !== null;
  };
  for (const piece of pieces) {
    reader.push(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
    while (say(reader.next()));
  }
  say(reader.finish());
  return found;
}

describe('a message', () => {
  it('is found wherever the stream is cut', () => {
    const bytes = Buffer.concat([frame(arrival), frame(merge)]);
    const whole = [arrival.toString(), merge.toString()];
    for (let at = 0; at <= bytes.length; at++) {
      assert.deepEqual(read([bytes.subarray(0, at), bytes.subarray(at)]), whole, `cut at ${at}`);
    }
    assert.deepEqual(read([...bytes].map((byte) => Buffer.from([byte]))), whole, 'byte by byte');
  });

  it('may come with many others in one piece', () => {
    assert.deepEqual(read([Buffer.concat(Array.from({ length: 500 }, () => frame(merge)))]), Array.from({ length: 500 }, () => merge.toString())); // prettier-ignore
  });

  it('is in memory of its own', () => {
    const reader = new FrameReader(limits);
    const bytes = frame(arrival);
    reader.push(bytes);
    const event = reader.next();
    bytes.fill(0);
    assert.ok(event?.kind === 'frame' && event.content.equals(arrival));
  });

  it('may be empty', () => {
    assert.deepEqual(read(['\v\x1c\r\v\x1c\r']), ['', '']);
  });
});

describe('what is not as it should be', () => {
  it('junk before a start block is passed over', () => {
    assert.deepEqual(read(['\r\n\x1c\r junk \vMSH|1\x1c\r\n\n\vMSH|2\x1c\r']), ['MSH|1', 'MSH|2']);
  });

  it('junk without end is no MLLP', () => {
    assert.deepEqual(read(['GET / HTTP/1.1\r\n'.repeat(100), '\vMSH|1\x1c\r']), ['junk']);
    assert.deepEqual(read(Array.from({ length: 2000 }, () => 'x')), ['junk']);
    assert.deepEqual(read(['x'.repeat(1000), '\vMSH|1\x1c\r', 'x'.repeat(1000)]), ['MSH|1']);
  });

  it('start blocks may be doubled', () => {
    assert.deepEqual(read(['\v\v\vMSH|1\x1c\r']), ['MSH|1']);
    assert.deepEqual(read(['\v', '\v', 'MSH|1\x1c\r']), ['MSH|1']);
  });

  it('a message whose end is missing is dropped when the next begins, however that is cut', () => {
    const text = '\vMSH|lost\rPID|1\r\vMSH|kept\x1c\r';
    for (let at = 0; at <= text.length; at++) {
      assert.deepEqual(read([text.slice(0, at), text.slice(at)]), ['cut', 'MSH|kept'], `cut at ${at}`);
    }
    assert.deepEqual(read(['\vMSH|1'.repeat(4), '\x1c\r']), ['cut', 'cut', 'cut', 'MSH|1']);
  });

  it('a start block inside a text is a character of the text', () => {
    const text = '\vNTE|a\vb\vMS\vM\x1c\r';
    for (let at = 0; at <= text.length; at++) {
      assert.deepEqual(read([text.slice(0, at), text.slice(at)]), ['NTE|a\vb\vMS\vM'], `cut at ${at}`);
    }
  });

  it('an end block inside a text is a character of the text', () => {
    const text = '\vNTE|a\x1cb\x1c\x1c\r';
    for (let at = 0; at <= text.length; at++) {
      assert.deepEqual(read([text.slice(0, at), text.slice(at)]), ['NTE|a\x1cb\x1c'], `cut at ${at}`);
    }
  });

  it('an end block may lack its carriage return: before the next message, or when nothing follows', () => {
    const text = '\vMSH|1\x1c\vMSH|2\x1c\n\vMSH|3\x1c';
    for (let at = 0; at <= text.length; at++) {
      assert.deepEqual(read([text.slice(0, at), text.slice(at)]), ['MSH|1', 'MSH|2', 'MSH|3'], `cut at ${at}`);
    }
    const reader = new FrameReader(limits);
    reader.push(Buffer.from('\vMSH|1\x1c'));
    assert.equal(reader.next(), null);
    assert.ok(reader.endSeen && reader.inFrame);
    reader.push(Buffer.from('x'));
    assert.equal(reader.next(), null);
    assert.ok(!reader.endSeen && reader.inFrame);
    assert.equal(reader.finish(), null);
  });

  it('NULs go through: what they mean is not for the frame to say', () => {
    assert.deepEqual(read(['\0\0\vMSH|\0\0\x1c\r']), ['MSH|\0\0']);
  });

  it('a message without end is never given', () => {
    assert.deepEqual(read(['\vMSH|1\rPID|']), []);
  });
});

describe('limits', () => {
  it('a message may be as long as allowed and no longer, however it comes', () => {
    const small = { maxBytes: 50, maxJunk: 10 };
    for (const size of [1, 7, 60]) {
      const cut = (text: string): string[] => text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      const fits = `MSH|${'x'.repeat(46)}`;
      assert.deepEqual(read(cut(`\v${fits}\x1c\r\v${fits}\x1c\r`), small), [fits, fits], `${size} at a time`);
      assert.deepEqual(read(cut(`\v${fits}y\x1c\r\v${fits}\x1c\r`), small), ['oversize'], `${size} at a time`);
    }
  });

  it('the beginning of one that is too long is kept, to answer it', () => {
    const reader = new FrameReader({ maxBytes: 20_000, maxJunk: 0 });
    for (const piece of ['\v', 'MSH|^~\\&|A\r', 'x'.repeat(15_000), 'y'.repeat(15_000)]) {
      reader.push(Buffer.from(piece));
      const event = reader.next();
      if (!piece.startsWith('y')) assert.equal(event, null);
      else assert.ok(event?.kind === 'oversize' && event.head.toString().startsWith('MSH|^~\\&|A\rxx') && event.head.length === 8192);
    } // prettier-ignore
    reader.push(frame(arrival));
    assert.equal(reader.next(), null);
    assert.equal(reader.held, 0);
  });

  it('memory is in proportion to what has come, and is given back', () => {
    const reader = new FrameReader({ maxBytes: 1024 * 1024, maxJunk: 10 });
    reader.push(Buffer.from('\v'));
    const byte = Buffer.from('x');
    for (let sent = 1; sent <= 1024 * 1024; sent++) {
      reader.push(byte);
      assert.equal(reader.next(), null);
      if (sent % 1000 === 0) assert.ok(reader.held <= Math.max(4096, 4 * sent) && reader.held <= 1024 * 1024);
    }
    reader.push(Buffer.from('\x1c\r'));
    const event = reader.next();
    assert.ok(event?.kind === 'frame' && event.content.length === 1024 * 1024);
    assert.equal(reader.held, 0);
  });

  it('no bytes take long: work is in proportion to them', () => {
    const patterns = ['\v', '\x1c', '\vM', '\vMS', '\vMSH', '\x1cx', '\v\x1c', '\x1c\v', '\vx', 'x'];
    // Of the processor: what else a computer does counts for nothing.
    const started = process.cpuUsage();
    for (const pattern of patterns) {
      const piece = Buffer.from(pattern.repeat(65_536 / pattern.length));
      const reader = new FrameReader({ maxBytes: 1024 * 1024, maxJunk: 1024 * 1024 });
      reader.push(Buffer.from('\vMSH|'));
      for (let sent = 0; sent < 12; sent++) {
        reader.push(piece);
        while (reader.next());
      }
    }
    const took = process.cpuUsage(started).user / 1000;
    assert.ok(took < 3000, `took ${Math.round(took)} ms`);
  });
});

it('any stream gives the same messages however it is cut', () => {
  const token = fc.constantFrom('\v', '\x1c', '\r', '\n', 'MSH', 'M', 'S', 'H|', 'x', '\x1c\r', '\vMSH|', '\0');
  const stream = fc.array(token, { maxLength: 60 }).map((tokens) => tokens.join(''));
  fc.assert(
    fc.property(stream, fc.array(fc.nat({ max: 200 }), { maxLength: 20 }), (text, cuts) => {
      const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
      const pieces = places.slice(1).map((place, at) => text.slice(places[at], place));
      assert.deepEqual(read(pieces), read([text]));
    }),
    { numRuns: 5000 },
  );
});

it('any message that can be framed comes out as it went in', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), (contents) => {
      const sendable = contents.filter(canBeFramed).map((bytes) => Buffer.from(bytes));
      assert.deepEqual(
        read(sendable.map(frame)),
        sendable.map((bytes) => bytes.toString('latin1')),
      );
    }),
  );
  assert.ok(canBeFramed(arrival));
  assert.ok(!canBeFramed(Buffer.from('a\x1c')) && !canBeFramed(Buffer.from('\vMSH')));
});
