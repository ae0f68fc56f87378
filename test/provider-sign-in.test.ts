/** Signing in by email, and every way round it that somebody might try. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { askLimits, linkFor, triesOfCode } from '../src/domain/provider-account.ts';
import { HomewardError } from '../src/domain/error.ts';
import { askForLetter, beginAtPlace, openLink, tryCode, userIdOf } from '../src/services/provider-sign-in.ts';
import { forgetOldAsks } from '../src/services/provider-post.ts';
import { disableMember } from '../src/services/provider-team.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { larkfield, newAddress, newHouse, providerCaller, register, willowbrook } from './support/providers.ts';
import type { ProviderHouse } from './support/providers.ts';

let database: TestDatabase;
before(async () => {
  database = await openTestDatabase();
});
after(() => database.close());

let clients = 0;
const client = (): string => `192.0.2.${++clients % 250}`;

const fresh = (): ReturnType<typeof newHouse> => newHouse(database.db);

async function ask(house: ProviderHouse, email: string, from = client()): Promise<string> {
  const asked = await askForLetter(house.deps, email, from);
  assert.notEqual(asked, 'too-many');
  await house.post();
  return (asked as { browser: string }).browser;
}

describe('a letter', () => {
  it('lets its reader in by the link, once, for ten minutes', async () => {
    const { house, clock } = fresh();
    const email = newAddress();
    const person = await register(database.db, email);
    await ask(house, email);
    const { token, path } = house.newest(email);
    assert.equal(path, `/provider/sign-in/link/${token}`);
    const admitted = await openLink(house.deps, token);
    assert.equal(admitted?.userId, userIdOf(person));
    assert.deepEqual(admitted?.roles, [{ role: 'provider-coordinator', organisation: larkfield.organisation, team: larkfield.name }]); // prettier-ignore
    assert.equal(await openLink(house.deps, token), null, 'a second time');

    await ask(house, email);
    clock.advance(linkFor);
    assert.equal(await openLink(house.deps, house.newest(email).token), null, 'ten minutes later');
  });

  it('lets its reader in by the code in the browser that asked, and in no other', async () => {
    const { house } = fresh();
    const email = newAddress();
    await register(database.db, email);
    const [mine, thief] = [await ask(house, email), await ask(house, newAddress())];
    const { code } = house.newest(email);
    assert.match(code, /^\d{6}$/);
    assert.equal(await tryCode(house.deps, thief, code), 'wrong');
    assert.equal(await tryCode(house.deps, randomBytes(32).toString('base64url'), code), 'void');
    const admitted = await tryCode(house.deps, mine, `${code.slice(0, 3)} ${code.slice(3)}`);
    assert.equal(typeof admitted === 'object' && admitted.authenticatedBy, 'email-code');
    assert.equal(await tryCode(house.deps, mine, code), 'void', 'a second time');
  });

  it('opens nothing any more once its other half, or another letter, was used', async () => {
    const { house } = fresh();
    const email = newAddress();
    await register(database.db, email);
    const first = await ask(house, email);
    const older = house.newest(email);
    await ask(house, email);
    assert.ok(await openLink(house.deps, house.newest(email).token));
    assert.equal(await openLink(house.deps, older.token), null);
    assert.equal(await tryCode(house.deps, first, older.code), 'void');
  });

  it('carries nothing in its link but the random token, and the store holds neither token nor code', async () => {
    const { house } = fresh();
    const email = newAddress();
    const person = await register(database.db, email);
    const browser = await ask(house, email);
    const { token, path, code } = house.newest(email);
    assert.match(path, /^\/provider\/sign-in\/link\/[\w-]{43}$/);
    const rows = await database.db.sql.selectFrom('provider_ask').selectAll().where('person', '=', person).execute();
    const text = JSON.stringify(rows);
    assert.equal(rows.length, 1);
    for (const secret of [token, code, browser, email]) assert.ok(!text.includes(secret));
  });

  it('is sent again with a new link after the mail server was away, and the old one opens nothing', async () => {
    const { house, clock } = fresh();
    const email = newAddress();
    await register(database.db, email);
    house.answer = { is: 'later', fault: 'NOT_REACHED' };
    await ask(house, email);
    const old = house.newest(email).token;
    await house.post();
    assert.equal(house.letters.length, 1, 'not at once');
    house.answer = { is: 'delivered' };
    clock.advance(10_000);
    await house.post();
    assert.equal(house.letters.length, 2);
    assert.equal(await openLink(house.deps, old), null);
    assert.ok(await openLink(house.deps, house.newest(email).token));
  });

  it('is not sent ten minutes late', async () => {
    const { house, clock } = fresh();
    const email = newAddress();
    await register(database.db, email);
    await askForLetter(house.deps, email, client());
    clock.advance(linkFor);
    await house.post();
    assert.deepEqual(house.letters, []);
  });
});

describe('who guesses', () => {
  it('has five tries, known address or not, and each counts though the process died after it', async () => {
    const { house } = fresh();
    const email = newAddress();
    await register(database.db, email);
    for (const to of [email, newAddress()]) {
      const browser = await ask(house, to);
      const code = to === email ? house.newest(email).code : '000000';
      const wrong = code === '123456' ? '654321' : '123456';
      const said: unknown[] = [];
      for (let time = 0; time < triesOfCode; time++) said.push(await tryCode(house.deps, browser, wrong));
      assert.deepEqual(said, ['wrong', 'wrong', 'wrong', 'wrong', 'void']);
      assert.equal(await tryCode(house.deps, browser, code), 'void', 'the right one comes too late');
    }
  });

  it('cannot try more by trying many at once', async () => {
    const { house } = fresh();
    const email = newAddress();
    await register(database.db, email);
    const browser = await ask(house, email);
    const { code } = house.newest(email);
    const guesses = Array.from({ length: 40 }, (_, index) => String((Number(code) + 1 + index) % 1_000_000).padStart(6, '0'));
    const said = await Promise.all(guesses.map((guess) => tryCode(house.deps, browser, guess)));
    assert.equal(said.filter((one) => one === 'wrong').length, triesOfCode - 1);
    const [row] = await database.db.sql.selectFrom('provider_ask').select('tries').where('expires_at', 'is not', null).where('tries', '>=', triesOfCode).orderBy('asked_at', 'desc').execute(); // prettier-ignore
    assert.equal(row?.tries, triesOfCode);
  }); // prettier-ignore

  it('gets no further by asking anew: after twenty wrong codes a day only links open', async () => {
    const { house, clock } = fresh();
    const email = newAddress();
    await register(database.db, email);
    for (let asked = 0; asked < 4; asked++) {
      const browser = await ask(house, email);
      const wrong = house.newest(email).code === '111111' ? '222222' : '111111';
      for (let time = 0; time < triesOfCode; time++) await tryCode(house.deps, browser, wrong);
      clock.advance(10 * 60_000);
    }
    const browser = await ask(house, email);
    assert.equal(await tryCode(house.deps, browser, house.newest(email).code), 'wrong', 'even the right code');
    assert.ok(await openLink(house.deps, house.newest(email).token), 'the link does');
  });

  it('leaves a trace under the name of whose code it was', async () => {
    const { house } = fresh();
    const email = newAddress();
    const person = await register(database.db, email);
    const browser = await ask(house, email);
    const wrong = house.newest(email).code === '111111' ? '222222' : '111111';
    for (let time = 0; time < triesOfCode; time++) await tryCode(house.deps, browser, wrong);
    await house.post();
    await house.post();
    const rows = await database.db.sql.selectFrom('audit_event').select(['action', 'outcome']).where('user_id', '=', userIdOf(person)).orderBy('at').execute(); // prettier-ignore
    assert.deepEqual(rows.map(({ action, outcome }) => `${action} ${outcome}`).sort(), ['sign-in code-tried-out', 'sign-in link-sent']); // prettier-ignore
  }); // prettier-ignore

  it('does not use up a try with what cannot be a code', async () => {
    const { house } = fresh();
    const email = newAddress();
    await register(database.db, email);
    const browser = await ask(house, email);
    for (const typed of ['', '12345', '1234567', 'abcdef', '12 34', '１２３４５６']) {
      await assert.rejects(tryCode(house.deps, browser, typed), (error: HomewardError) => error.code === 'FORM_INVALID');
    }
    assert.equal(typeof (await tryCode(house.deps, browser, house.newest(email).code)), 'object');
  }); // prettier-ignore

  it('opens nothing with a link made up', async () => {
    const { house } = fresh();
    for (const token of ['', 'x', randomBytes(32).toString('base64url'), "' or 1=1 --", '../..']) {
      assert.equal(await openLink(house.deps, token), null);
    }
  });
});

describe('who wants to know whether an address is known', () => {
  it('gets the same answer, and leaves the same row until the letter goes', async () => {
    const { house } = fresh();
    const [known, unknown] = [newAddress(), newAddress()];
    await register(database.db, known);
    const shape = async (email: string): Promise<string[]> => {
      const statements: string[] = [];
      const from = client();
      const asked = await askForLetter(watched(house, statements), email, from);
      assert.deepEqual(Object.keys(asked), ['browser']);
      return statements;
    };
    const statements = await shape(known);
    assert.ok(statements.length >= 4, statements.join());
    assert.deepEqual(statements, await shape(unknown));
    const rows = await database.db.sql.selectFrom('provider_ask').selectAll().where('email', 'in', [known, unknown]).execute(); // prettier-ignore
    const bare = rows.map(({ ask: _a, browser_hash: _b, address_hash: _c, client_hash: _d, email: _e, ...row }) => row);
    assert.equal(bare.length, 2);
    assert.deepEqual(bare[0], bare[1]);
    await house.post();
    assert.deepEqual(house.letters.map(({ to }) => to), [known]); // prettier-ignore
    const left = await database.db.sql
      .selectFrom('provider_ask')
      .select('ask')
      .where('email', 'is not', null)
      .execute();
    assert.deepEqual(left, [], 'no address is kept');
  });

  it('runs the same statements with a wrong code', async () => {
    const { house } = fresh();
    const known = newAddress();
    await register(database.db, known);
    const ran: string[][] = [];
    for (const email of [known, newAddress()]) {
      const browser = await ask(house, email);
      const wrong = email === known && house.newest(known).code === '111111' ? '222222' : '111111';
      for (let time = 0; time < triesOfCode; time++) {
        const statements: string[] = [];
        await tryCode(watched(house, statements), browser, wrong);
        ran.push(statements);
      }
    }
    for (const statements of ran) assert.deepEqual(statements, ran[0]);
  });
});

describe('who asks too often', () => {
  it('is told so by client, whatever the address', async () => {
    const { house, clock } = fresh();
    const from = '198.51.100.7';
    for (let time = 0; time < askLimits.client.most; time++)
      assert.notEqual(await askForLetter(house.deps, newAddress(), from), 'too-many');
    assert.equal(await askForLetter(house.deps, newAddress(), from), 'too-many');
    assert.equal(await askForLetter(house.deps, newAddress(), `::ffff:${from}`), 'too-many');
    assert.notEqual(await askForLetter(house.deps, newAddress(), '198.51.100.8'), 'too-many');
    clock.advance(askLimits.client.within + 1000);
    assert.notEqual(await askForLetter(house.deps, newAddress(), from), 'too-many');
  });

  it('cannot fill a mailbox, nor keep its owner from a letter', async () => {
    const { house } = fresh();
    const email = newAddress();
    await register(database.db, email);
    const attacker = '203.0.113.9';
    for (let time = 0; time < 20; time++) await ask(house, email, attacker);
    assert.equal(house.letters.length, askLimits.addressByClient.most);
    await ask(house, email, '203.0.113.10');
    assert.equal(house.letters.length, askLimits.addressByClient.most + 1);
    for (let time = 0; time < 40; time++) await ask(house, email, `203.0.113.${20 + time}`);
    assert.equal(house.letters.length, askLimits.address.most);
  });

  it('finds no room by asking many times at once', async () => {
    const { house } = fresh();
    const email = newAddress();
    await register(database.db, email);
    await Promise.all(Array.from({ length: 25 }, () => askForLetter(house.deps, email, '203.0.113.200')));
    await house.post();
    assert.equal(house.letters.length, askLimits.addressByClient.most);
  });

  it('counts an IPv6 network as one client', async () => {
    const { house } = fresh();
    for (let time = 0; time < askLimits.client.most; time++)
      await askForLetter(house.deps, newAddress(), `2001:db8:7:9:${(time + 1).toString(16)}::1`);
    assert.equal(await askForLetter(house.deps, newAddress(), '2001:db8:7:9::ffff'), 'too-many');
    assert.notEqual(await askForLetter(house.deps, newAddress(), '2001:db8:7:a::1'), 'too-many');
  });

  it('is forgotten after a day', async () => {
    const { house, clock } = fresh();
    clock.advance(-30 * 86_400_000);
    await ask(house, newAddress());
    clock.advance(25 * 3_600_000);
    const count = async (): Promise<number> =>
      (await database.db.sql.selectFrom('provider_ask').select('ask').where('asked_at', '<', clock.now()).execute())
        .length;
    assert.equal(await count(), 1);
    await forgetOldAsks(house.deps);
    assert.equal(await count(), 0);
  });
});

describe('somebody of several places', () => {
  it('has each of them to choose, in the role that is theirs there', async () => {
    const { house } = fresh();
    const email = newAddress();
    await register(database.db, email, larkfield, 'provider-coordinator');
    await register(database.db, email, willowbrook, 'provider-manager');
    await ask(house, email);
    const admitted = await openLink(house.deps, house.newest(email).token);
    assert.deepEqual(admitted?.roles.map(({ team, role }) => `${team}: ${role}`), [
      'Larkfield Home Care: provider-coordinator',
      'Willowbrook Day Centre: provider-manager',
    ]); // prettier-ignore
  });
});

describe('who is disabled', () => {
  it('is out at once, and neither a letter on its way nor one asked for opens anything', async () => {
    const { house } = fresh();
    const email = newAddress();
    const person = await register(database.db, email);
    await register(database.db, newAddress(), larkfield, 'provider-manager', 'Mona Sample');
    await ask(house, email);
    const admitted = await openLink(house.deps, house.newest(email).token);
    assert.ok(admitted);
    const session = await beginAtPlace(house.deps, admitted, 0, null);
    assert.equal((await house.deps.sessions.find(session)).is, 'live');
    await ask(house, email);
    assert.equal(await disableMember(house.deps, providerCaller(), person), 'changed');
    assert.equal((await house.deps.sessions.find(session)).is, 'unknown');
    assert.equal(await openLink(house.deps, house.newest(email).token), null);
    const before = house.letters.length;
    await ask(house, email);
    assert.equal(house.letters.length, before, 'no letter any more');
    await assert.rejects(beginAtPlace(house.deps, admitted, 0, null), (error: HomewardError) => error.code === 'SIGN_IN_NO_ROLE'); // prettier-ignore
  });

  it('cannot slip in at the very moment', async () => {
    for (let round = 0; round < 8; round++) {
      const { house } = fresh();
      const email = newAddress();
      const person = await register(database.db, email);
      await register(database.db, newAddress(), larkfield, 'provider-manager', 'Mona Sample');
      await ask(house, email);
      const admitted = await openLink(house.deps, house.newest(email).token);
      assert.ok(admitted);
      const [begun] = await Promise.allSettled([
        beginAtPlace(house.deps, admitted, 0, null),
        disableMember(house.deps, providerCaller(), person),
      ]);
      if (begun.status === 'fulfilled') assert.equal((await house.deps.sessions.find(begun.value)).is, 'unknown');
    }
  });
});

/** The same use cases, with each statement's text written down. */
function watched(house: ProviderHouse, statements: string[]): ProviderHouse['deps'] {
  const db = Object.create(house.deps.db) as ProviderHouse['deps']['db'];
  db.transaction = (work, options) =>
    house.deps.db.transaction(async (trx) => {
      const plugin = trx.sql.withPlugin({
        transformQuery: ({ node }) => (statements.push(node.kind), node),
        transformResult: async ({ result }) => result,
      });
      return work({ ...trx, sql: plugin });
    }, options);
  return { ...house.deps, db };
}
