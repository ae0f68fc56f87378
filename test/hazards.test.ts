/** Every hazard that the log says is controlled here has a test that bears its id. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const log = readFileSync(join(import.meta.dirname, '../docs/hazards.md'), 'utf8');
const rows = [...log.matchAll(/^\| (H\d{2}) +\|.*\| (here|later) +\|$/gm)];
const tests = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
  .join('\n');
const named = new Set(
  [...tests.matchAll(/\b(?:it|describe|test)\(\s*[`'"](?:[^`'"]*?\b)?(H\d{2})\b/g)].map((found) => found[1]),
);

describe('the hazard log', () => {
  it('lists all 27 hazards', () => assert.equal(rows.length, 27));

  for (const [, id] of rows.filter((row) => row[2] === 'here')) {
    it(`has a test for the control of ${id}`, () => assert.ok(named.has(id), `no test is named after ${id}`));
  }
});
