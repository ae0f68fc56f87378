/** What a test asks of an error. */
import assert from 'node:assert/strict';
import { HomewardError } from '../../src/domain/error.ts';
import type { ErrorCode } from '../../src/domain/error.ts';

/** For assert.rejects: an error with this code, whose message contains this. */
export function refusedWith(code: ErrorCode, says = ''): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof HomewardError, String(error));
    assert.equal(error.code, code);
    assert.ok(error.message.includes(says), error.message);
    return true;
  };
}
