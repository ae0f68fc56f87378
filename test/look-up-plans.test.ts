/**
 * How a look-up's readings find their rows of the audit trail. A plan is kept for as long as its
 * connection: one made while the server knows nothing of the trail's size must hold for a full one,
 * or every look-up waits behind readings of the whole trail until the server has looked at it.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { NhsNumber } from '../src/domain/nhs-number.ts';
import { Database } from '../src/store/database.ts';
import type { SqlSession } from '../src/store/engine.ts';
import { glanceAtExtras } from '../src/store/extras-glance.ts';
import { lastRefusal, personsWord } from '../src/store/notices/permissions.ts';
import { readPlain } from '../src/store/plain-record.ts';
import type { Statement } from '../src/store/statement.ts';
import { readMismatches, readPeopleAsked, readUse } from '../src/store/use.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { nhs } from './support/import-lines.ts';

const since = new Date('2026-09-30T06:00:00Z');
const number = nhs(1) as NhsNumber;

let test: TestDatabase;
let asked: { statement: Pick<Statement, 'text'>; parameters: readonly unknown[] }[];
/** The same database, with what is asked of it written down. */
let db: Database;

async function open(): Promise<void> {
  test = await openTestDatabase();
  db = new Database({
    ...test.engine,
    ask: (statement, parameters) => {
      asked.push({ statement, parameters });
      return test.engine.ask(statement, parameters);
    },
    async acquire() {
      const { session, release } = await test.engine.acquire();
      const query: SqlSession['query'] = (text, parameters = [], ...rest) => {
        asked.push({ statement: { text }, parameters });
        return session.query(text, parameters, ...rest);
      };
      return { session: { ...session, query }, release };
    },
  });
}

interface Node {
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly Node[];
}

/** How a kept plan reads the trail: the indexes, and by which columns of them. */
async function readsOfTrail(ask: () => Promise<unknown>): Promise<string[]> {
  asked = [];
  await ask();
  const { session, release } = await test.engine.acquire();
  try {
    await session.query('begin');
    await session.query('set local enable_seqscan = off');
    await session.query('set local plan_cache_mode = force_generic_plan');
    const reads: string[] = [];
    for (const one of asked) reads.push(...(await readsOf(session, one)));
    return [...new Set(reads)].sort();
  } finally {
    await session.query('rollback');
    release(false);
  }
}

async function readsOf(session: SqlSession, { statement, parameters }: (typeof asked)[number]): Promise<string[]> {
  await session.query(`prepare kept as ${statement.text}`);
  const { rows } = await session.query(
    `explain (format json) execute kept(${parameters.map(() => 'null').join(', ')})`,
  );
  await session.query('deallocate kept');
  const plans = rows.flatMap((row) => row['QUERY PLAN'] as { Plan: Node }[]);
  assert.equal(plans.length, 1);
  return plans.flatMap(({ Plan }) => scansOf(Plan));
}

function scansOf(node: Node): string[] {
  const own = node['Relation Name'] === 'audit_event' ? [`${node['Index Name']} by ${columnsOf(node)}`] : [];
  return [...own, ...(node.Plans ?? []).flatMap(scansOf)];
}

const columnsOf = (node: Node): string =>
  [...(node['Index Cond'] ?? '').matchAll(/\b(user_id|organisation|council|person_key|number_asked|at) [=>]/g)]
    .map(([, column]) => column)
    .join(', ');

async function fillTrail(rows: number): Promise<void> {
  await test.db.sql
    .insertInto('audit_event')
    .values(
      Array.from({ length: rows }, (_, n) => ({
        audit_id: randomUUID(), at: new Date(since.getTime() + n), action: 'look-up', user_id: `plan-${n % 40}`,
        user_name: 'Nia Example', role: 'emergency-nurse', organisation: `PLAN-${n % 3}`, team: 'ED', council: 'PLAN',
        authenticated_by: 'demo', session: 's', person_key: String(n), number_asked: nhs(n % 900), sources: '{}',
        outcome: 'care', turn: String(n),
      })), // prettier-ignore
    )
    .execute();
}

async function asOwner(statement: string): Promise<void> {
  const { session, release } = await test.engine.acquire();
  await session.query('begin');
  await session.query('set local role none');
  await session.query(statement);
  await session.query('commit');
  release(false);
}

// As `analyze` leaves it where somebody ran that on a site just set up.
const lookAtTrail = (): Promise<void> => asOwner('analyze audit_event');

// Nor does the server look by itself, which it does within a minute of so many rows: that would be another knowledge.
const leaveTrailAlone = (): Promise<void> => asOwner('alter table audit_event set (autovacuum_enabled = off)');

const glance = (): Promise<unknown> =>
  glanceAtExtras(db, { answerId: randomUUID(), session: 's', hospital: 'PLAN-1', numbers: [number], providers: ['cqc:1-1'], now: since, lookUpsSince: since }); // prettier-ignore
const ofPerson = { hospital: 'PLAN-1', council: 'PLAN', personKey: '1', birthDate: null };

const expectations: readonly [string, () => Promise<unknown>, readonly string[]][] = [
  ['whom a hospital asked for', () => readPeopleAsked(db, 'PLAN-1', since), ['audit_event_organisation by organisation, at']],
  ['what somebody looked up', () => readUse(db, 'plan-1', since), ['audit_event_turn by user_id', 'audit_event_user by user_id, at']],
  ['birth dates that did not match', () => readMismatches(db, 'PLAN-1', 'PLAN', '1', since), ['audit_event_guess by council, person_key']],
  ['a plain record', () => readPlain(db, 'PLAN', number), ['audit_event_guess by council, person_key']],
  ['whether anything stands beside an answer', glance, ['audit_event_person by council, person_key, at', 'audit_event_refused by number_asked']],
  ['what a person said', () => personsWord(db, ofPerson, [number], since), ['audit_event_refused by number_asked']],
  ['when a person refused', () => lastRefusal(db, 'PLAN-1', [number], since), ['audit_event_refused by number_asked']],
]; // prettier-ignore

const knowledge: readonly [string, () => Promise<void>][] = [
  ['never looked at', async () => undefined],
  ['looked at while it was empty', lookAtTrail],
];

for (const [known, look] of knowledge) {
  for (const rows of [0, 20, 1_000]) {
    describe(`a reading of a trail of ${rows} rows that the server has ${known}`, () => {
      before(async () => {
        await open();
        await leaveTrailAlone();
        await look();
        if (rows > 0) await fillTrail(rows);
      });
      after(() => test.close());
      for (const [what, ask, reads] of expectations) {
        it(`finds ${what} by its own index`, async () => {
          assert.deepEqual(await readsOfTrail(ask), reads);
        });
      }
    });
  }
}
