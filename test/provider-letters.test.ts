/** What a provider's manager can have this service send, and to whom; and who is told of changed numbers. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { invitationLimits, readAccountName } from '../src/domain/provider-account.ts';
import { confirmContact } from '../src/services/provider-contact.ts';
import { inviteColleague, inviteFirstManager } from '../src/services/provider-invitations.ts';
import { addToRota, onCall } from '../src/services/provider-rota.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { houseOnOwnDays, newAddress, newPlace, register, registerManager } from './support/providers.ts';
import type { Manager } from './support/providers.ts';
import { callerOf } from './support/site.ts';

let database: TestDatabase;
before(async () => {
  database = await openTestDatabase();
});
after(() => database.close());

const fresh = (): ReturnType<typeof houseOnOwnDays> => houseOnOwnDays(database.db);
const manager = (where: ReturnType<typeof newPlace>): Promise<Manager> => registerManager(database.db, where);

describe('who would have this service write to strangers', () => {
  it('sends one address two invitations a day, and a provider twenty', async () => {
    const { house, clock } = fresh();
    const { caller } = await manager(newPlace());
    const victim = newAddress();
    const invite = (to: string): Promise<string> => inviteColleague(house.deps, caller, to, 'provider-coordinator');
    for (let time = 0; time < invitationLimits.toAddress; time++) assert.equal(await invite(victim), 'invited');
    for (let time = 0; time < 5; time++) assert.equal(await invite(victim), 'too-many-to-one');
    for (let time = 2; time < invitationLimits.byProvider; time++) assert.equal(await invite(newAddress()), 'invited');
    assert.equal(await invite(newAddress()), 'too-many');
    await house.post();
    assert.ok(house.letters.filter(({ to }) => to === victim).length <= 2);
    clock.advance(invitationLimits.within + 1000);
    assert.equal(await invite(victim), 'invited');
  });

  it('sends as few as a council’s steward, to one address and in a day', async () => {
    const { house } = fresh();
    const steward = { ...callerOf('council-data-steward'), organisation: '996', userId: `demo|${newAddress()}` };
    const where: string[] = [];
    for (let index = 0; index <= invitationLimits.bySteward; index++) {
      const { organisation, name } = newPlace();
      where.push(organisation);
      const { session, release } = await database.engine.acquire();
      await session.query(
        `insert into provider_contact (council, cqc_location_id, name, fingerprint, from_bundle) values ('996', $1, $2, gen_random_uuid(), 1)`,
        [organisation.slice(4), name],
      );
      release(false);
    }
    const victim = newAddress();
    const invite = (organisation = '', to = newAddress()): Promise<string> => inviteFirstManager(house.deps, steward, organisation, to); // prettier-ignore
    for (const one of where.slice(0, 2)) assert.equal(await invite(one, victim), 'invited');
    assert.equal(await invite(where[2], victim), 'too-many-to-one');
    for (const one of where.slice(2, invitationLimits.bySteward)) assert.equal(await invite(one), 'invited');
    assert.equal(await invite(where.at(-1)), 'too-many');
  });

  it('puts no words of their own into an invitation', async () => {
    const { house } = fresh();
    const { caller } = await manager(newPlace());
    const name = 'NHS security: sign in again within the hour at https://evil.example/nhs';
    const to = newAddress();
    await inviteColleague(house.deps, { ...caller, name }, to, 'provider-coordinator');
    await house.post();
    const { text } = house.letters.findLast((one) => one.to === to) ?? assert.fail('no letter');
    assert.doesNotMatch(text, /NHS security|evil/);
    assert.match(text, /^A manager invites you to Homeward for Provider \d+\./);
  });

  it('has a name of letters alone', () => {
    for (const name of ['Zoë O’Brien-Smith', 'Dr J. Smith', 'J.R. Example', 'Nguyễn Thị Example', 'Petra  Example'])
      assert.ok(readAccountName(name), name);
    for (const name of ['', 'see https://evil.example', 'NHS: sign in', 'a@evil.example', 'visit evil.example now', 'Team 24', 'x'.repeat(61), 'a\u202eb'])
      assert.equal(readAccountName(name), null, name); // prettier-ignore
  });

  it('has five people at most woken at once by the rota', async () => {
    const { house, clock } = fresh();
    const where = newPlace();
    const { caller } = await manager(where);
    for (let index = 0; index < 12; index++)
      await addToRota(house.deps, caller, { name: 'Nina Example', phone: '01632 960111', email: `n${index}@mail.example`, hours: 'Mon-Sun 00:00-24:00' }); // prettier-ignore
    assert.equal((await onCall(database.db, where.organisation, clock.now(), house.deps.holidays)).length, 5);
  });
});

describe('the numbers that hospitals phone', () => {
  const good = { officePhone: '01632 960101', officeHours: 'Mon-Fri 08:00-18:00', outOfHoursPhone: null, email: 'desk@larkfield.example' }; // prettier-ignore

  it('cannot be changed by one manager without every other manager and the former address reading of it', async () => {
    const { house, clock } = fresh();
    const where = newPlace();
    const [one, other] = [await manager(where), await manager(where)];
    const coordinator = newAddress();
    await register(database.db, coordinator, where);
    const toldNow = async (): Promise<string[]> => {
      const from = house.letters.length;
      await house.post();
      return house.letters.slice(from).map(({ to }) => to).sort(); // prettier-ignore
    };
    await confirmContact(house.deps, one.caller, good);
    assert.deepEqual(await toldNow(), [], 'nothing stood there before');
    await confirmContact(house.deps, one.caller, good);
    assert.deepEqual(await toldNow(), [], 'confirmed as it was');
    await confirmContact(house.deps, one.caller, { ...good, officePhone: '01632 960999', email: 'mine@mail.example' });
    house.answer = { is: 'later', fault: 'NOT_REACHED' };
    assert.deepEqual(await toldNow(), [one.email, other.email, 'desk@larkfield.example'].sort());
    house.answer = { is: 'delivered' };
    assert.doesNotMatch(house.letters.at(-1)?.text ?? '', /01632/);
    clock.advance(3_600_000);
    assert.equal((await toldNow()).length, 3, 'tried again');
    assert.deepEqual(await toldNow(), []);
  });
});
