/** A million damaged messages: the property of hl7/parser-mutations.test.ts, from another beginning each day. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { surviveMutations } from '../support/hl7-mutations.ts';

it('1,000,000 damaged messages are read or refused with a code', (t) => {
  const seed = Math.floor(Date.now() / 86_400_000);
  const readable = surviveMutations(1_000_000, seed);
  t.diagnostic(`seed ${seed}: ${readable} of 1,000,000 could still be read`);
  assert.ok(readable > 200_000);
});
