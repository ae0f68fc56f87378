/** Accounts of care providers withstand who was put out, who asks for letters in another's name, and who copies what a browser keeps. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { askLimits, networkOf, triesOfCode } from '../src/domain/provider-account.ts';
import { confirmContact } from '../src/services/provider-contact.ts';
import { acceptInvitation, inviteColleague } from '../src/services/provider-invitations.ts';
import { hashToken } from '../src/services/provider-deps.ts';
import { sendDueLetters } from '../src/services/provider-post.ts';
import { askForLetter, beginAtPlace, openLink, tryCode, userIdOf } from '../src/services/provider-sign-in.ts';
import { addToRota, rotaOf } from '../src/services/provider-rota.ts';
import { changeRole, disableMember, removeWhatIsLeft, teamOf } from '../src/services/provider-team.ts';
import { keepWay, waysOfRecipient } from '../src/store/notices/ways.ts';
import { insertInvitation, listMembers, putMember } from '../src/store/provider-accounts.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import {
  houseOnOwnDays,
  newAddress,
  newPlace,
  providerCaller,
  register,
  registerManager,
} from './support/providers.ts';
import type { Manager, ProviderHouse } from './support/providers.ts';
import { refusedWith } from './support/refused.ts';

let database: TestDatabase;
before(async () => {
  database = await openTestDatabase();
});
after(() => database.close());

const fresh = (): ReturnType<typeof houseOnOwnDays> => houseOnOwnDays(database.db);
const manager = (where: ReturnType<typeof newPlace>, name?: string): Promise<Manager> =>
  registerManager(database.db, where, name);

const isActive = async (organisation: string, email: string): Promise<boolean> =>
  (await listMembers(database.db, organisation)).some((one) => one.email === email && one.active);

describe('who was put out', () => {
  it('does not come back by an invitation to the own address (H14)', async () => {
    const { house, clock } = fresh();
    const where = newPlace();
    const [good, bad] = [await manager(where), await manager(where)];
    assert.equal(await inviteColleague(house.deps, bad.caller, bad.email, 'provider-manager'), 'member');
    // As it could be made while they were no member yet.
    await database.db.transaction((trx) => insertInvitation(trx, {
      invitation: crypto.randomUUID(), organisation: where.organisation, organisationName: where.name, vouchedBy: 'provider', council: null,
      invitedBy: 'Petra Example', invitedByUser: good.caller.userId, email: bad.email, role: 'provider-manager',
      createdAt: clock.now(), expiresAt: new Date(clock.now().getTime() + 86_400_000),
    }, clock.now())); // prettier-ignore
    await house.post();
    const { token } = house.newest(bad.email);
    assert.equal(await disableMember(house.deps, good.caller, bad.person), 'changed');
    assert.equal(await acceptInvitation(house.deps, token, 'Bad Again', null), null);
    assert.equal(await isActive(where.organisation, bad.email), false);
    // Nor by one that ending the access has missed.
    await database.db.sql.updateTable('provider_invitation').set({ state: 'open', closed_at: null, token_hash: hashToken(token) }).where('email', '=', bad.email).execute(); // prettier-ignore
    clock.advance(1000);
    await database.db.transaction((trx) => putMember(trx, { organisation: where.organisation, person: bad.person, role: 'provider-manager', active: false }, clock.now())); // prettier-ignore
    assert.equal(await acceptInvitation(house.deps, token, 'Bad Again', null), null);
    assert.equal(await isActive(where.organisation, bad.email), false);
    // Whoever is asked back after that is in again.
    clock.advance(1000);
    assert.equal(await inviteColleague(house.deps, good.caller, bad.email, 'provider-coordinator'), 'invited');
    await house.post();
    assert.ok(await acceptInvitation(house.deps, house.newest(bad.email).token, 'Back Again', null));
  });

  for (const how of ['disabled', 'made coordinator'] as const)
    it(`leaves no friend behind: what a manager invited ends when they are ${how} (H14)`, async () => {
      const { house } = fresh();
      const where = newPlace();
      const [good, bad] = [await manager(where), await manager(where)];
      const [friend, own] = [newAddress(), newAddress()];
      await inviteColleague(house.deps, bad.caller, friend, 'provider-manager');
      await inviteColleague(house.deps, good.caller, own, 'provider-coordinator');
      await house.post();
      if (how === 'disabled') await disableMember(house.deps, good.caller, bad.person);
      else await changeRole(house.deps, good.caller, bad.person, 'provider-coordinator');
      assert.equal(await acceptInvitation(house.deps, house.newest(friend).token, 'Friend Sample', null), null);
      assert.equal(await isActive(where.organisation, friend), false);
      assert.ok(await acceptInvitation(house.deps, house.newest(own).token, 'Olive Sample', null), 'others’ stand');
    });

  it('changes nothing more though their request was let in a moment before (H14)', async () => {
    const { house } = fresh();
    const where = newPlace();
    const [good, bad] = [await manager(where), await manager(where)];
    await disableMember(house.deps, good.caller, bad.person);
    await assert.rejects(disableMember(house.deps, bad.caller, good.person), refusedWith('NOT_ALLOWED'));
    await assert.rejects(
      changeRole(house.deps, bad.caller, good.person, 'provider-coordinator'),
      refusedWith('NOT_ALLOWED'),
    );
    await assert.rejects(
      inviteColleague(house.deps, bad.caller, newAddress(), 'provider-manager'),
      refusedWith('NOT_ALLOWED'),
    );
    const contact = { officePhone: '01632 960109', officeHours: null, outOfHoursPhone: null, email: null };
    await assert.rejects(confirmContact(house.deps, bad.caller, contact), refusedWith('NOT_ALLOWED'));
    assert.equal(await isActive(where.organisation, good.email), true);
  });

  it('is still named where messages go, until a manager takes that away too', async () => {
    const { house } = fresh();
    const where = newPlace();
    const [good, gone] = [await manager(where, 'Olga Example'), await manager(where, 'Gone Example')];
    const { organisation } = where;
    const at = new Date('2026-08-31T02:00:00Z');
    await database.db.transaction(async (trx) => {
      for (const [channel, to] of [['email', gone.email], ['email', good.email], ['text', '+447700900777']] as const)
        await keepWay(trx, organisation, { channel, to, use: 'office', hours: null }, 'm', at);
    }); // prettier-ignore
    const entry = { phone: '07700 900777', hours: 'Mon-Sun 18:00-08:00' };
    await addToRota(house.deps, good.caller, { ...entry, name: 'Gone Example', email: null });
    await addToRota(house.deps, good.caller, { ...entry, name: 'Nina Example', phone: '07700 900778', email: good.email }); // prettier-ignore
    const leftOf = async (email: string): Promise<string[]> => {
      const one = (await teamOf(house.deps, good.caller)).members.find((member) => member.email === email);
      return [...(one?.left.ways ?? []).map(({ to }) => to), ...(one?.left.rota ?? []).map(({ name }) => name)].sort();
    };
    assert.deepEqual(await leftOf(gone.email), [], 'nothing is left of who is there');
    await assert.rejects(removeWhatIsLeft(house.deps, good.caller, gone.person), refusedWith('PAGE_NOT_FOUND'));
    await disableMember(house.deps, good.caller, gone.person);
    assert.deepEqual(await leftOf(gone.email), ['+447700900777', 'Gone Example', gone.email].sort());
    await assert.rejects(removeWhatIsLeft(house.deps, providerCaller('provider-manager', newPlace()), gone.person), refusedWith('PAGE_NOT_FOUND')); // prettier-ignore
    assert.equal(await removeWhatIsLeft(house.deps, good.caller, gone.person), false);
    assert.deepEqual(await leftOf(gone.email), []);
    assert.deepEqual((await waysOfRecipient(database.db, organisation)).map(({ to }) => to), [good.email]); // prettier-ignore
    assert.deepEqual((await rotaOf(house.deps, good.caller)).entries.map(({ name }) => name), ['Nina Example']); // prettier-ignore
  });
});

describe('who works for two providers', () => {
  it('is not put out at one by the other, and not at all where nothing changes', async () => {
    const { house } = fresh();
    const [here, there] = [newPlace(), newPlace()];
    const email = newAddress();
    const person = await register(database.db, email, here);
    await register(database.db, email, there);
    const [boss, own] = [await manager(there), await manager(here)];
    const enter = async (): Promise<string> => {
      await askForLetter(house.deps, email, '192.0.2.9');
      await house.post();
      const admitted = await openLink(house.deps, house.newest(email).token);
      assert.ok(admitted);
      const choice = admitted.roles.findIndex(({ organisation }) => organisation === here.organisation);
      return beginAtPlace(house.deps, admitted, choice, null);
    };
    const session = await enter();
    const state = async (): Promise<string> => (await house.deps.sessions.find(session)).is;
    await changeRole(house.deps, own.caller, person, 'provider-coordinator');
    assert.equal(await state(), 'live', 'the role it was');
    await changeRole(house.deps, boss.caller, person, 'provider-manager');
    assert.equal(await state(), 'live', 'changed elsewhere');
    await askForLetter(house.deps, email, '192.0.2.9');
    await house.post();
    await disableMember(house.deps, boss.caller, person);
    const admitted = await openLink(house.deps, house.newest(email).token);
    assert.deepEqual(admitted?.roles.map(({ organisation }) => organisation), [here.organisation]); // prettier-ignore
    assert.equal(await state(), 'live', 'ended elsewhere');
    await disableMember(house.deps, own.caller, person);
    assert.equal(await state(), 'unknown');
  });
});

describe('strangers who know a coordinator’s address', () => {
  const attackers = ['198.51.100.1', '198.51.100.2', '198.51.100.3'];

  async function petra(): Promise<{ email: string; person: string }> {
    const email = newAddress();
    return { email, person: await register(database.db, email, newPlace()) };
  }

  async function ask(
    house: ProviderHouse,
    email: string,
    from: string,
    knownFor: readonly string[] = [],
  ): Promise<string> {
    const asked = await askForLetter(house.deps, email, from, knownFor);
    assert.notEqual(asked, 'too-many');
    await house.post();
    return (asked as { browser: string }).browser;
  }

  /** Asks until nothing more goes out to whoever asks from there. */
  async function exhaust(house: ProviderHouse, email: string, from = attackers): Promise<void> {
    for (const one of from)
      for (let time = 0; time < askLimits.addressByClient.most; time++) await ask(house, email, one);
  }

  /** What a browser keeps after a sign-in there. */
  async function knownAfterSignIn(house: ProviderHouse, email: string): Promise<string[]> {
    await ask(house, email, '203.0.113.9');
    const admitted = await openLink(house.deps, house.newest(email).token);
    assert.ok(admitted);
    return [admitted.addressHash];
  } // prettier-ignore

  it('cannot keep her from a letter in a browser that she never used, hour after hour (H08)', async () => {
    const { house, clock } = fresh();
    const { email } = await petra();
    for (let hour = 0; hour < 3; hour++) {
      await exhaust(house, email);
      const before = house.letters.length;
      await ask(house, email, '203.0.113.9');
      assert.equal(house.letters.length, before + 1, `hour ${hour}`);
      assert.ok(await openLink(house.deps, house.newest(email).token));
      clock.advance(askLimits.address.within + 1000);
    }
  });

  it('cannot keep her from one in a browser in which she signed in before, however many they are (H08)', async () => {
    const { house, clock } = fresh();
    const { email } = await petra();
    const known = await knownAfterSignIn(house, email);
    clock.advance(askLimits.address.within + 1000);
    await exhaust(house, email);
    for (let net = 0; net < 40; net++) await ask(house, email, `2001:db8:${(net + 1).toString(16)}::1`);
    const before = house.letters.length;
    assert.equal(before - 1, askLimits.address.fresh, 'no more than the mailbox bears');
    await ask(house, email, '2001:db8:99::1');
    assert.equal(house.letters.length, before, 'a stranger is a stranger');
    for (let time = 0; time < askLimits.known.most + 3; time++) await ask(house, email, attackers[0] ?? '', known);
    assert.equal(house.letters.length, before + askLimits.known.most, 'even from where they are, and not without end');
  });

  it('get no more letters out of a browser that is known for somebody else', async () => {
    const { house } = fresh();
    const [{ email }, other] = [await petra(), await petra()];
    const known = await knownAfterSignIn(house, other.email);
    await exhaust(house, email);
    const before = house.letters.length;
    await ask(house, email, attackers[0] ?? '', known);
    assert.equal(house.letters.length, before);
  });

  it('cannot void the code way for her, from where she is or in a known browser (H08)', async () => {
    const { house, clock } = fresh();
    const { email } = await petra();
    const known = await knownAfterSignIn(house, email);
    const wrong = async (from: string): Promise<void> => {
      const browser = await ask(house, email, from);
      for (let time = 0; time < triesOfCode; time++) await tryCode(house.deps, browser, '000000');
      clock.advance(askLimits.address.within);
    };
    for (const from of ['198.51.100.1', '198.51.100.2', '198.51.100.3', '198.51.100.4']) await wrong(from);
    clock.advance(2 * 3_600_000);
    const own = await ask(house, email, '203.0.113.9');
    assert.equal(typeof (await tryCode(house.deps, own, house.newest(email).code)), 'object');
    for (let net = 0; net < 10; net++) await wrong(`198.18.${net}.1`);
    const stranger = await ask(house, email, '203.0.113.9');
    assert.equal(await tryCode(house.deps, stranger, house.newest(email).code), 'wrong', 'guessing has an end');
    const hers = await ask(house, email, '203.0.113.9', known);
    assert.equal(typeof (await tryCode(house.deps, hers, house.newest(email).code)), 'object');
  });

  it('use up no tries of hers with asks that no letter followed', async () => {
    const { house } = fresh();
    const { email } = await petra();
    await exhaust(house, email);
    for (let time = 0; time < 4; time++) {
      const browser = await ask(house, email, '198.51.100.77');
      for (let tried = 0; tried < triesOfCode; tried++) await tryCode(house.deps, browser, '000000');
    }
    const hers = await ask(house, email, '203.0.113.9');
    assert.equal(typeof (await tryCode(house.deps, hers, house.newest(email).code)), 'object');
  });

  it('are told of: to her in the next letter, to whoever runs the service, and in the trail, once an hour', async () => {
    const { house, clock } = fresh();
    const { email, person } = await petra();
    let alarms: number = 0;
    const deps = { ...house.deps, onHeldBack: () => alarms++ };
    await ask(house, email, '203.0.113.8');
    assert.doesNotMatch(house.letters.at(-1)?.text ?? '', /held some back/);
    await exhaust(house, email, attackers.slice(0, 2));
    for (const from of ['198.51.100.40', '198.51.100.41']) await askForLetter(house.deps, email, from);
    for (let time = 0; time < 3; time++) {
      await askForLetter(house.deps, email, `198.51.100.${50 + time}`);
      await sendDueLetters(deps);
    }
    const rows = await database.db.sql.selectFrom('audit_event').select('outcome').where('user_id', '=', userIdOf(person)).where('outcome', '=', 'letters-held-back').execute(); // prettier-ignore
    assert.equal(rows.length, 1);
    await ask(house, email, '203.0.114.9');
    assert.match(house.letters.at(-1)?.text ?? '', /held some back/);
    assert.equal(alarms, 1);
    clock.advance(askLimits.address.within + 1000);
    await exhaust(house, email);
    await ask(house, email, '198.51.100.60');
    await ask(house, email, '203.0.115.9');
    const later = await database.db.sql.selectFrom('audit_event').select('outcome').where('user_id', '=', userIdOf(person)).where('outcome', '=', 'letters-held-back').execute(); // prettier-ignore
    assert.equal(later.length, 2);
  });

  it('count by wide networks', () => {
    assert.equal(networkOf('198.51.100.7'), networkOf('::ffff:198.51.100.200'));
    assert.notEqual(networkOf('198.51.100.7'), networkOf('198.51.101.7'));
    assert.equal(networkOf('2001:db8:7:1::1'), networkOf('2001:0db8:0007:ffff::2'));
    assert.notEqual(networkOf('2001:db8:7::1'), networkOf('2001:db8:8::1'));
  });
});

describe('a letter of a sign-in', () => {
  it('begins one session, though what the browser keeps was copied', async () => {
    const { house } = fresh();
    const email = newAddress();
    await register(database.db, email, newPlace());
    await register(database.db, email, newPlace());
    await askForLetter(house.deps, email, '192.0.2.44');
    await house.post();
    const admitted = await openLink(house.deps, house.newest(email).token);
    assert.ok(admitted);
    const ends = await Promise.allSettled([0, 1, 0].map((choice) => beginAtPlace(house.deps, admitted, choice, null)));
    assert.equal(ends.filter(({ status }) => status === 'fulfilled').length, 1);
    await assert.rejects(beginAtPlace(house.deps, admitted, 1, null), refusedWith('SIGN_IN_FAILED'));
  });
});
