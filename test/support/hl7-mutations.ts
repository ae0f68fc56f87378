/** Messages damaged at random, and what must hold of every one of them. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ackCode, buildAck } from '../../src/hl7/ack.ts';
import { messageFaults, parseHeader, parseMessage } from '../../src/hl7/message.ts';
import type { Message } from '../../src/hl7/message.ts';
import { parseTimestamp } from '../../src/hl7/timestamp.ts';
import { allFixtures } from './hl7-messages.ts';

/** The messages of other projects that lie beside the checkout, where they are kept. */
export const sharedMessages = join(import.meta.dirname, '../../../shared/hl7');

/** Every message beside the checkout, by its name; none when they are not there. */
export function readShared(): readonly { readonly file: string; readonly bytes: Buffer }[] {
  if (!existsSync(sharedMessages)) return [];
  return readdirSync(sharedMessages, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.hl7'))
    .sort()
    .map((file) => ({ file, bytes: readFileSync(join(sharedMessages, file)) }));
}

/** Numbers that look random and come again with the same seed (mulberry32). */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const nasty = [
  '|', '^', '~', '\\', '&', '\r', '\n', '\r\n', '\0', '\v', '\x1c', '""', '\\F\\', '\\X', '\\XC3\\', '\\.br\\', '\\.sp9\\', 'MSH|',
  '\rMSH|^~\\&|', '\rZZZ', '\rPID|', '\x80', '\xff', '\xc3\xa9', '\xe2\x82', '\xef\xbb\xbf', '\xed\xa0\x80', '20260229', ' ', '#',
].map((text) => Buffer.from(text, 'latin1')); // prettier-ignore

/** One message, damaged in one to four places. */
function mutate(sources: readonly Buffer[], random: (below: number) => number): Buffer {
  const pick = <Item>(from: readonly Item[]): Item => from[random(from.length)] as Item;
  let bytes = Buffer.from(pick(sources));
  for (let left = 1 + random(4); left > 0; left--) {
    const at = random(bytes.length + 1);
    const length = random(random(2) === 0 ? 8 : 200);
    const before = bytes.subarray(0, at);
    const other = pick(sources);
    const start = random(other.length);
    switch (random(7)) {
      case 0: bytes = Buffer.concat([before, bytes.subarray(at + length)]); break;
      case 1: bytes = Buffer.concat([before, pick(nasty), bytes.subarray(at)]); break;
      case 2: bytes = Buffer.concat([before, pick(nasty), bytes.subarray(at + length)]); break;
      case 3: if (at < bytes.length) bytes[at] = random(256); break;
      case 4: bytes = Buffer.concat([before, other.subarray(start, start + length), bytes.subarray(at)]); break;
      case 5: bytes = Buffer.concat([before, ...Array.from({ length: random(50) }, () => bytes.subarray(at, at + length % 20)), bytes.subarray(at)]); break;
      default: bytes = Buffer.from(before);
    } // prettier-ignore
  }
  return bytes;
}

/** Asks a message for all that it can be asked. */
function walk(message: Message): void {
  for (const segment of message.segments()) {
    for (let number = 0; number <= segment.fieldCount + 1; number++) {
      const field = segment.field(number);
      assert.equal(segment.value(number), field.text);
      assert.ok(field.presence !== 'value' || field.rawField !== '');
      for (const repetition of field.repetitions) {
        assert.ok(repetition.whole.length >= 0 && repetition.component(2, 2).length >= 0);
        assert.ok(repetition.presenceOf(2).length > 0);
      }
    }
  }
  parseTimestamp(message.value('EVN', 2));
}

/** What must hold of any bytes: no throw, a coded fault or a message that can be walked, written and answered. */
export function survives(bytes: Buffer): boolean {
  const result = parseMessage(bytes);
  const header = parseHeader(bytes);
  if (header) {
    buildAck(header, { code: ackCode(header, 'error') ?? 'AE', at: new Date(0), controlId: '1' });
  }
  if (!result.ok) {
    assert.ok(Object.hasOwn(messageFaults, result.fault));
    return false;
  }
  assert.ok(header);
  const { message } = result;
  walk(message);
  const again = parseMessage(Buffer.from(message.serialise()), { characterSet: 'utf-8' });
  assert.ok(again.ok);
  assert.equal(again.message.serialise(), message.serialise());
  return true;
}

function timed(bytes: Buffer): { read: boolean; took: number } {
  const started = process.hrtime.bigint();
  const read = survives(bytes);
  return { read, took: Number(process.hrtime.bigint() - started) / 1e6 };
}

/** Collects what is no longer used, and tells how much memory is in use. */
export function memoryInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/**
 * Damages messages so many times and asserts what must hold of each, that none takes a second, and that memory
 * does not grow.
 * @returns how many could still be read
 */
export function surviveMutations(count: number, seed: number): number {
  const sources = [
    ...allFixtures,
    ...readShared()
      .map(({ bytes }) => bytes)
      .filter(({ length }) => length < 2000),
  ];
  const random = randomNumbers(seed);
  let readable = 0;
  let before = 0;
  for (let done = 0; done < count; done++) {
    if (done === Math.floor(count / 10)) before = memoryInUse();
    const bytes = mutate(sources, random);
    try {
      const { read, took } = timed(bytes);
      if (read) readable++;
      // A computer that is busy elsewhere may be slow once, but not with the same input again.
      const again = took < 1000 ? took : Math.min(timed(bytes).took, timed(bytes).took);
      assert.ok(again < 1000, `took ${Math.round(again)} ms`);
    } catch (cause) {
      throw new Error(`seed ${seed}, input ${done}: ${bytes.toString('base64')}`, { cause });
    }
  }
  const grown = memoryInUse() - before;
  assert.ok(grown < 16 * 1024 * 1024, `memory grew by ${grown} bytes`);
  return readable;
}
