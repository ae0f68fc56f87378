/** `homeward invite-provider` says what came of it, and the log says when a letter cannot be sent. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { inviteProviderCommand } from '../src/commands/providers.ts';
import type { Caller } from '../src/domain/caller.ts';
import { linkFor } from '../src/domain/provider-account.ts';
import { acceptInvitation, invitationOf } from '../src/services/provider-invitations.ts';
import { sendDueLetters } from '../src/services/provider-post.ts';
import { askForLetter } from '../src/services/provider-sign-in.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { houseOnOwnDays, newAddress, newHouse, newPlace, register } from './support/providers.ts';
import { callerOf } from './support/site.ts';

let database: TestDatabase;
before(async () => {
  database = await openTestDatabase();
});
after(() => database.close());

/** A provider in council 997's contacts, and the command for that council or another. */
async function newCommand(name?: string) {
  const { house, clock } = newHouse(database.db);
  const made = newPlace();
  const where = { ...made, name: name ?? made.name };
  const { session, release } = await database.engine.acquire();
  await session.query(
    `insert into provider_contact (council, cqc_location_id, name, fingerprint, from_bundle)
     values ('997', $1, $2, gen_random_uuid(), 1)`,
    [where.organisation.slice(4), where.name],
  );
  release(false);
  const operator = (organisation: string): Caller => ({
    ...callerOf('council-data-steward'),
    organisation,
    authenticatedBy: 'command-line',
  });
  const invite = (email?: string, council = '997'): ReturnType<typeof inviteProviderCommand> =>
    inviteProviderCommand(house.deps, operator(council), { provider: email && where.organisation, email });
  return { house, clock, where, invite };
}

describe('homeward invite-provider', () => {
  it('says of a repeat that the link before it opens nothing any more, which is so', async () => {
    const { house, invite } = await newCommand();
    const email = newAddress();
    const first = await invite(email);
    assert.match(first.text, /^Invited\. /);
    await house.post();
    const { token } = house.newest(email);
    const second = await invite(email);
    assert.equal(second.exitStatus, 0);
    assert.match(
      second.text,
      /^Invited again\. The link that was sent to this address before opens nothing any more\./,
    );
    assert.equal(await invitationOf(house.deps, token), null);
    // Somebody else's link stays as it is.
    assert.match((await invite(newAddress())).text, /^Invited\. /);
  });

  it('says that an address manages the provider already, and to another council nothing of it', async () => {
    const { house, invite } = await newCommand();
    const email = newAddress();
    await invite(email);
    await house.post();
    assert.ok(await acceptInvitation(house.deps, house.newest(email).token, 'Mona Sample', null));
    const again = await invite(email);
    assert.equal(again.exitStatus, 1);
    assert.match(again.text, /^Nobody was invited: this address is a manager of the provider already/);
    const elsewhere = await invite(email, '998');
    assert.equal(elsewhere.exitStatus, 1);
    assert.match(elsewhere.text, /^There is no such provider in this council’s contacts or packages\./);
  });

  it('lists providers in lines of at most 100 signs, whatever their names', async () => {
    const { invite, where } = await newCommand(`Sherwood ${'and Trentside '.repeat(15)}Home Care`);
    const lines = (await invite()).text.split('\n');
    assert.ok(lines.some((line) => line.includes(where.organisation) && line.includes('…')));
    assert.deepEqual(lines.filter((line) => [...line].length > 100), []); // prettier-ignore
  });
});

describe('a letter that cannot be sent', () => {
  it('is told of at the first attempt and when it is given up, by a code and without address or name', async () => {
    const { house, clock, where, invite } = await newCommand();
    const email = newAddress();
    const told: unknown[][] = [];
    const post = (): Promise<number> =>
      sendDueLetters({ ...house.deps, onUnsent: (...facts) => void told.push(facts) });
    await post();
    told.length = 0;
    house.answer = { is: 'later', fault: 'NOT_REACHED' };
    await invite(email);
    await post();
    assert.deepEqual(told, [['invitation', 'NOT_REACHED', true]]);
    clock.advance(3_600_000);
    await post();
    assert.equal(told.length, 1, 'a mail server that stays away fills no log');
    house.answer = { is: 'refused', fault: 'ADDRESS_DEAD' };
    clock.advance(3_600_000);
    await post();
    assert.deepEqual(told.slice(1), [['invitation', 'ADDRESS_DEAD', false]]);
    assert.doesNotMatch(JSON.stringify(told), new RegExp(`${email}|${where.name}|${where.organisation}`));
  });

  it('is told of as given up when the mail server was away for as long as a sign-in link would count', async () => {
    const { house, clock } = houseOnOwnDays(database.db);
    const told: unknown[][] = [];
    const post = (): Promise<number> =>
      sendDueLetters({ ...house.deps, onUnsent: (...facts) => void told.push(facts) });
    const email = newAddress();
    await register(database.db, email);
    house.answer = { is: 'later', fault: 'NOT_REACHED' };
    await askForLetter(house.deps, email, '192.0.2.7');
    await post();
    for (let passed = 0; passed < 2 * linkFor; passed += 30_000) {
      clock.advance(30_000);
      await post();
    }
    assert.deepEqual(told, [['sign-in link', 'NOT_REACHED', true], ['sign-in link', 'GIVEN_UP', false]]); // prettier-ignore
    // Whether an address that was asked for too long ago is anybody's is found out by nobody.
    told.length = 0;
    for (const address of [email, newAddress()]) await askForLetter(house.deps, address, '192.0.2.7');
    clock.advance(linkFor);
    await post();
    assert.deepEqual(told, []);
  });

  it('is told of nowhere when it was sent', async () => {
    const { house, invite } = await newCommand();
    const told: unknown[][] = [];
    await invite(newAddress());
    await sendDueLetters({ ...house.deps, onUnsent: (...facts) => void told.push(facts) });
    assert.deepEqual(told, []);
  });
});
