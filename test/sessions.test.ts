/** Sessions: begun, kept, ended, with the clock in hand. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Caller } from '../src/domain/caller.ts';
import { hashSessionId, idleLimit, sessionLimit, sessionsOn } from '../src/services/sessions.ts';
import type { LiveSession, Sessions, SignedInPerson } from '../src/services/sessions.ts';
import type { Database } from '../src/store/database.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { refusedWith } from './support/refused.ts';
import { morning } from './support/site.ts';
import { movableClock } from './support/web.ts';
import type { MovableClock } from './support/web.ts';

let database: TestDatabase;
before(async () => {
  database = await openTestDatabase();
});
after(() => database.close());

const issuer = 'https://sign-in.example';

function person(user: string, changes: Partial<SignedInPerson> = {}): SignedInPerson {
  return {
    userId: `${issuer}|${user}`,
    name: 'Nia Example',
    role: 'emergency-nurse',
    organisation: 'KVH',
    team: 'Emergency department',
    authenticatedBy: 'AAL3_ANY',
    authenticatedAt: new Date(morning),
    providerSession: `${issuer}|sitting-of-${user}`,
    ...changes,
  };
}

function fresh(): { sessions: Sessions; clock: MovableClock; user: string } {
  const clock = movableClock();
  return { sessions: sessionsOn(database.db, clock), clock, user: randomBytes(6).toString('hex') };
}

async function live(sessions: Sessions, id: string): Promise<LiveSession> {
  const state = await sessions.find(id);
  assert.equal(state.is, 'live');
  return (state as { session: LiveSession }).session;
}

async function is(sessions: Sessions, id: string): Promise<string> {
  return (await sessions.find(id)).is;
}

async function audit(user: string): Promise<string[]> {
  const rows = await database.db.sql.selectFrom('audit_event').select(['action', 'outcome']).where('user_id', '=', `${issuer}|${user}`).orderBy('at').execute(); // prettier-ignore
  return rows.map(({ action, outcome }) => `${action} ${outcome}`);
}

async function rowOf(id: string): Promise<{ seen_at: Date } | undefined> {
  return database.db.sql
    .selectFrom('session')
    .select('seen_at')
    .where('session', '=', hashSessionId(id))
    .executeTakeFirst();
}

describe('a session', () => {
  it('is stored by the hash of its id alone, so that the table opens nothing', async () => {
    const { sessions, user } = fresh();
    const id = await sessions.begin(person(user), null);
    assert.match(id, /^[\w-]{43}$/);
    const rows = await database.db.sql
      .selectFrom('session')
      .selectAll()
      .where('user_id', '=', `${issuer}|${user}`)
      .execute();
    assert.equal(rows.length, 1);
    assert.ok(!JSON.stringify(rows).includes(id));
    assert.equal(await is(sessions, rows[0]?.session ?? ''), 'unknown');
  });

  it('gives the caller as the sign-in vouched for them, and a form token of its own', async () => {
    const { sessions, user } = fresh();
    const one = await live(sessions, await sessions.begin(person(user), null));
    const two = await live(sessions, await sessions.begin(person(user), null));
    const expected: Omit<Caller, 'session'> = {
      userId: `${issuer}|${user}`,
      name: 'Nia Example',
      role: 'emergency-nurse',
      organisation: 'KVH',
      team: 'Emergency department',
      authenticatedBy: 'AAL3_ANY',
      authenticatedAt: new Date(morning),
    };
    const { session, ...caller } = one.caller;
    assert.deepEqual(caller, expected);
    assert.notEqual(session, two.caller.session);
    assert.notEqual(one.formToken, two.formToken);
  });

  it('ends the one that the browser had before, so that an id planted beforehand opens nothing', async () => {
    const { sessions, user } = fresh();
    const planted = await sessions.begin(person(user), null);
    const id = await sessions.begin(person(user), planted);
    assert.notEqual(id, planted);
    assert.equal(await is(sessions, planted), 'unknown');
    assert.equal(await is(sessions, id), 'live');
  });

  it('is found by nothing that is not an id', async () => {
    const { sessions } = fresh();
    for (const wrong of ['', 'x', "' or true --", 'a'.repeat(43), 'a'.repeat(10_000), `${'a'.repeat(42)}\u0000`]) {
      assert.equal(await is(sessions, wrong), 'unknown');
    }
  });

  it('does not begin when the sign-in cannot be recorded', async () => {
    const { clock, user } = fresh();
    const sessions = sessionsOn(failingAt('insert into "audit_event"', database.db), clock);
    await assert.rejects(sessions.begin(person(user), null), refusedWith('AUDIT_NOT_WRITTEN'));
    const rows = await database.db.sql
      .selectFrom('session')
      .select('session')
      .where('user_id', '=', `${issuer}|${user}`)
      .execute();
    assert.deepEqual(rows, []);
  });
});

describe('time', () => {
  it('ends a session at exactly 15 minutes without use', async () => {
    const { sessions, clock, user } = fresh();
    const id = await sessions.begin(person(user), null);
    clock.advance(idleLimit - 1);
    assert.equal(await is(sessions, id), 'live');
    clock.advance(idleLimit);
    assert.equal(await is(sessions, id), 'expired');
    assert.equal(idleLimit, 15 * 60 * 1000);
  });

  it('does not let a session come back once it has ended', async () => {
    const { sessions, clock, user } = fresh();
    const id = await sessions.begin(person(user), null);
    clock.advance(idleLimit);
    for (let again = 0; again < 3; again++) assert.equal(await is(sessions, id), 'expired');
  });

  it('is counted from the last use', async () => {
    const { sessions, clock, user } = fresh();
    const id = await sessions.begin(person(user), null);
    for (let use = 0; use < 10; use++) {
      clock.advance(14 * 60_000);
      assert.equal(await is(sessions, id), 'live');
    }
  });

  it('is written at most every 30 seconds, and never makes a session longer than 15 minutes', async () => {
    const { sessions, clock, user } = fresh();
    const id = await sessions.begin(person(user), null);
    const begun = (await rowOf(id))?.seen_at;
    clock.advance(29_999);
    const early = await live(sessions, id);
    assert.deepEqual((await rowOf(id))?.seen_at, begun);
    assert.equal(early.idleEndsAt.getTime(), (begun?.getTime() ?? 0) + idleLimit);
    clock.advance(1);
    const later = await live(sessions, id);
    assert.deepEqual((await rowOf(id))?.seen_at, clock.now());
    assert.equal(later.idleEndsAt.getTime(), clock.now().getTime() + idleLimit);
  });

  it('ends a session at exactly 12 hours however much it is used', async () => {
    const { sessions, clock, user } = fresh();
    const id = await sessions.begin(person(user), null);
    for (let past = 0; past < sessionLimit - 600_000; past += 600_000) {
      clock.advance(600_000);
      assert.equal(await is(sessions, id), 'live');
    }
    const last = await live(sessions, id);
    assert.ok(last.idleEndsAt <= last.endsAt, 'the warning would come too late');
    clock.advance(600_000 - 1);
    assert.equal(await is(sessions, id), 'live');
    clock.advance(1);
    assert.equal(await is(sessions, id), 'expired');
  });

  it('deletes the sessions that are over, and only those', async () => {
    const { sessions, clock, user } = fresh();
    const old = await sessions.begin(person(user), null);
    clock.advance(idleLimit);
    const young = await sessions.begin(person(user), null);
    assert.ok((await sessions.purge()) >= 1);
    assert.equal(await is(sessions, old), 'unknown');
    assert.equal(await is(sessions, young), 'live');
  });
});

describe('leaving', () => {
  it('deletes the session and the answers that only it could open, and is recorded', async () => {
    const { sessions, user } = fresh();
    const id = await sessions.begin(person(user), null);
    const { caller } = await live(sessions, id);
    await keepAnswer(database.db, caller.session);
    await sessions.end(caller);
    assert.equal(await is(sessions, id), 'unknown');
    assert.equal(await answersOf(database.db, caller.session), 0);
    assert.deepEqual(await audit(user), ['sign-in signed-in', 'sign-out signed-out']);
  });

  it('is not undone by a request that was on its way', async () => {
    const { sessions, clock, user } = fresh();
    const id = await sessions.begin(person(user), null);
    const { caller } = await live(sessions, id);
    clock.advance(60_000);
    await Promise.all([sessions.end(caller), sessions.find(id), sessions.find(id)]);
    assert.equal(await is(sessions, id), 'unknown');
  });

  it('works also when it cannot be recorded, and says so', async () => {
    const { sessions, clock, user } = fresh();
    const id = await sessions.begin(person(user), null);
    const { caller } = await live(sessions, id);
    const unrecorded = sessionsOn(failingAt('insert into "audit_event"', database.db), clock);
    await assert.rejects(unrecorded.end(caller), refusedWith('AUDIT_NOT_WRITTEN'));
    assert.equal(await is(sessions, id), 'unknown');
  });

  it('by the provider ends the sitting it names, on every computer, and nobody else’s', async () => {
    const { sessions, user } = fresh();
    const ids = [await sessions.begin(person(user), null), await sessions.begin(person(user), null)];
    const other = await sessions.begin(person(`${user}-other`), null);
    assert.equal(await sessions.endByProvider({ providerSession: `${issuer}|sitting-of-${user}`, userId: null }), 2);
    for (const id of ids) assert.equal(await is(sessions, id), 'unknown');
    assert.equal(await is(sessions, other), 'live');
    assert.deepEqual((await audit(user)).slice(2), ['sign-out ended-by-provider', 'sign-out ended-by-provider']);
  });

  it('by the provider ends all of a person when it names no sitting', async () => {
    const { sessions, user } = fresh();
    const here = await sessions.begin(person(user), null);
    const there = await sessions.begin(person(user, { providerSession: null }), null);
    assert.equal(await sessions.endByProvider({ providerSession: null, userId: `${issuer}|${user}` }), 2);
    for (const id of [here, there]) assert.equal(await is(sessions, id), 'unknown');
  });

  it('by the provider ends nothing when sitting and person do not belong together, or neither is named', async () => {
    const { sessions, user } = fresh();
    const id = await sessions.begin(person(user), null);
    assert.equal(
      await sessions.endByProvider({ providerSession: `${issuer}|sitting-of-${user}`, userId: `${issuer}|somebody` }),
      0,
    );
    assert.equal(await sessions.endByProvider({ providerSession: null, userId: null }), 0);
    assert.equal(await is(sessions, id), 'live');
  });
});

describe('signing in again', () => {
  it('moves the moment of proof, changes the id, keeps the session’s end, and is recorded', async () => {
    const { sessions, clock, user } = fresh();
    const id = await sessions.begin(person(user), null);
    const first = await live(sessions, id);
    clock.advance(600_000);
    const renewed = await sessions.renew(
      first.caller,
      person(user, { authenticatedAt: clock.now(), authenticatedBy: 'AAL3_FIDO2' }),
    );
    assert.deepEqual(await sessions.find(id), { is: 'unknown' }, 'the old id still opens the session');
    const second = await live(sessions, renewed);
    const { session } = second.caller;
    assert.deepEqual(second.caller, {
      ...first.caller,
      session,
      authenticatedAt: clock.now(),
      authenticatedBy: 'AAL3_FIDO2',
    });
    assert.notEqual(session, first.caller.session);
    assert.deepEqual(second.endsAt, first.endsAt);
    assert.deepEqual(await audit(user), ['sign-in signed-in', 'sign-in signed-in-again']);
  });

  it('does not bring back a session that has ended', async () => {
    const { sessions, user } = fresh();
    const { caller } = await live(sessions, await sessions.begin(person(user), null));
    await sessions.end(caller);
    await assert.rejects(sessions.renew(caller, person(user)), refusedWith('NOT_SIGNED_IN'));
  });
});

async function keepAnswer(db: Database, session: string): Promise<void> {
  const values = {
    answer_id: crypto.randomUUID(),
    session,
    council: '999',
    person_key: null,
    answer: '{}',
    request: '{}',
  };
  await db.sql
    .insertInto('answer')
    .values({ ...values, created_at: new Date(morning), expires_at: new Date('2030-01-01') })
    .execute();
}

async function answersOf(db: Database, session: string): Promise<number> {
  return (await db.sql.selectFrom('answer').select('answer_id').where('session', '=', session).execute()).length;
}

/** The database, as it is when one statement fails: that of a text. */
function failingAt(statement: string, db: Database): Database {
  return new Proxy(db, {
    get(target, name, receiver) {
      if (name !== 'transaction') return Reflect.get(target, name, receiver) as unknown;
      return (work: Parameters<Database['transaction']>[0]) =>
        target.transaction((trx) =>
          work({
            ...trx,
            sql: trx.sql.withPlugin({
              transformQuery: ({ node }) => {
                if (node.kind === 'InsertQueryNode' && statement.includes(node.into?.table.identifier.name ?? '?'))
                  throw new Error('disk full');
                return node;
              },
              transformResult: ({ result }) => Promise.resolve(result),
            }),
          }),
        );
    },
  });
}
