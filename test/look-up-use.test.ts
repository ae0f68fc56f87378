/** What the trail gives back for the counts of the look-up budget: all that counts, and no more. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { countsOf } from '../src/domain/use-window.ts';
import type { PastLookUp } from '../src/domain/use-window.ts';
import { readUse } from '../src/store/use.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { nhs } from './support/import-lines.ts';

let test: TestDatabase;
let users = 0;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const now = new Date('2026-09-30T06:00:00Z');
const minutesAgo = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);
const dayAgo = minutesAgo(24 * 60);

interface Row {
  readonly at: Date;
  readonly number: string | null;
  readonly asked: boolean;
  readonly outcome: string;
  readonly mismatch: boolean;
  readonly permission: 'given' | 'cannot-ask';
}

const toPast = ({ at, number, asked, outcome, mismatch, permission }: Row): PastLookUp => ({
  at,
  number,
  asked,
  missed: mismatch || outcome === 'no-record' || outcome === 'birth-date-mismatch',
  emergency: asked && permission === 'cannot-ask',
});

async function write(rows: readonly Row[]): Promise<string> {
  const user = `use-${++users}`;
  const common = {
    action: 'look-up', user_id: user, user_name: 'Nia Example', role: 'emergency-nurse', organisation: 'USE', team: 'ED',
    authenticated_by: 'demo', session: 's', council: 'USE',
  }; // prettier-ignore
  const values = rows.map(({ at, number, asked, outcome, mismatch, permission }, turn) => ({
    ...common,
    audit_id: randomUUID(),
    at,
    number_asked: number,
    sources: asked ? JSON.stringify({}) : null,
    outcome,
    permission,
    detail: mismatch ? JSON.stringify({ mismatch: true }) : null,
    turn: String(turn + 1),
  }));
  if (values.length > 0) await test.db.sql.insertInto('audit_event').values(values).execute();
  return user;
}

const row = fc.record({
  at: fc.integer({ min: 0, max: 26 * 60 }).map(minutesAgo),
  number: fc.constantFrom(null, nhs(1), nhs(2), nhs(3)),
  asked: fc.boolean(),
  outcome: fc.constantFrom('care', 'care', 'cannot-show', 'over-budget', 'no-record', 'birth-date-mismatch'),
  mismatch: fc.boolean(),
  permission: fc.constantFrom('given' as const, 'given' as const, 'cannot-ask' as const),
});

describe('the look-ups of somebody, read from the trail', () => {
  it('give the counts that all of them give', async () => {
    const question = fc.record({ number: fc.constantFrom(null, nhs(1)), signedIn: fc.nat({ max: 900 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 30 }), question, async (rows, { number, signedIn }) => {
        const { turn, past } = await readUse(test.db, await write(rows), dayAgo);
        assert.equal(turn, rows.length);
        const asked = { number, now, authenticatedAt: minutesAgo(signedIn) };
        assert.deepEqual(countsOf(past, asked), countsOf(rows.map(toPast), asked));
      }),
      { numRuns: 60 },
    );
  });

  it('are few, however often somebody asks the same or is refused', async () => {
    const usual: Row = { at: minutesAgo(5), number: nhs(1), asked: true, outcome: 'care', mismatch: false, permission: 'given' }; // prettier-ignore
    const repeats = Array.from({ length: 300 }, (_, n) => ({ ...usual, at: minutesAgo(n) }));
    const refused = repeats.map((one) => ({ ...one, asked: false, outcome: 'over-budget', number: nhs(2) }));
    const { turn, past } = await readUse(test.db, await write([...repeats, ...refused]), dayAgo);
    assert.equal(turn, 600);
    assert.deepEqual(past, [toPast({ ...usual, at: minutesAgo(0) })]);
  });
});
