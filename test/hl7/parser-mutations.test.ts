/** 100,000 damaged messages: none makes the parser throw, hang or keep memory. A million in test/long. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { surviveMutations, survives } from '../support/hl7-mutations.ts';

it('100,000 damaged messages are read or refused with a code', (t) => {
  const readable = surviveMutations(100_000, 20260928);
  t.diagnostic(`${readable} of 100,000 could still be read`);
  // Damage that leaves nothing to read, or that hurts nothing, would show nothing.
  assert.ok(readable > 20_000 && readable < 95_000, `${readable} were readable`);
});

it('any bytes at all are read or refused with a code', () => {
  const afterHeader = fc
    .uint8Array({ maxLength: 300 })
    .map((bytes) => Buffer.concat([Buffer.from('MSH|^~\\&|'), bytes]));
  const any = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.concat([Buffer.from('MSH'), bytes]));
  fc.assert(
    fc.property(
      fc.oneof(
        afterHeader,
        any,
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      ),
      (bytes) => {
        survives(bytes);
      },
    ),
    { numRuns: 5000 },
  );
});
