/** Sessions found by requests of the same moment: one statement for all, and each gets its own. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { hashSessionId, sessionsOn } from '../src/services/sessions.ts';
import type { Sessions, SignedInPerson } from '../src/services/sessions.ts';
import { Database } from '../src/store/database.ts';
import type { Engine } from '../src/store/engine.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { morning } from './support/site.ts';
import { movableClock } from './support/web.ts';

let database: TestDatabase;
let sessions: Sessions;
/** How many sessions each statement asked for. */
let asked: number[];
let broken = false;

before(async () => {
  database = await openTestDatabase();
  const { engine } = database;
  const watched: Engine = {
    ...engine,
    async ask(statement, parameters) {
      if (statement.name !== 'find-sessions') return engine.ask(statement, parameters);
      asked.push((parameters[0] as unknown[]).length);
      if (broken) throw new Error('A test broke this statement');
      return engine.ask(statement, parameters);
    },
  };
  sessions = sessionsOn(new Database(watched), movableClock());
});
after(() => database.close());

function person(n: number): SignedInPerson {
  return {
    userId: `https://sign-in.example|together-${n}`,
    name: `Nurse ${n}`,
    role: 'emergency-nurse',
    organisation: 'KVH',
    team: 'Emergency department',
    authenticatedBy: 'AAL3_ANY',
    authenticatedAt: new Date(morning),
    providerSession: null,
  };
}

async function signedIn(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) ids.push(await sessions.begin(person(n), null));
  asked = [];
  return ids;
}

async function nameOf(id: string): Promise<string> {
  const state = await sessions.find(id);
  return state.is === 'live' ? state.session.caller.name : state.is;
}

describe('sessions found at the same moment', () => {
  it('are each their own, also where one is asked for twice or is nobody’s', async () => {
    const ids = await signedIn(20);
    const nobody = 'A'.repeat(43);
    const found = await Promise.all([...ids, nobody, ...ids].map(nameOf));
    const names = ids.map((_, n) => `Nurse ${n}`);
    assert.deepEqual(found, [...names, 'unknown', ...names]);
    assert.ok(asked.length <= 3, `${asked.length} statements`);
  });

  it('are over for whoever asks after one has ended, whatever was on its way', async () => {
    const [id = '', other = ''] = await signedIn(2);
    const before = [nameOf(id), nameOf(other), nameOf(id), nameOf(other)];
    await database.db.sql.deleteFrom('session').where('session', '=', hashSessionId(id)).execute();
    assert.deepEqual(await Promise.all([nameOf(id), nameOf(other)]), ['unknown', 'Nurse 1']);
    await Promise.all(before);
  });

  it('all fail with the statement that they share, and the next is asked anew', async () => {
    const ids = await signedIn(5);
    broken = true;
    const results = await Promise.allSettled(ids.map(nameOf));
    broken = false;
    assert.deepEqual(
      results.map(({ status }) => status),
      ids.map(() => 'rejected'),
    );
    assert.equal(await nameOf(ids[4] ?? ''), 'Nurse 4');
  });
});
