/** Invitations, people, contact details and rotas of care providers, and who may touch whose. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { inviteProviderCommand } from '../src/commands/providers.ts';
import type { Caller } from '../src/domain/caller.ts';
import { HomewardError } from '../src/domain/error.ts';
import { invitationFor, invitationLimits } from '../src/domain/provider-account.ts';
import { confirmContact, contactOf } from '../src/services/provider-contact.ts';
import {
  acceptInvitation,
  invitationOf,
  inviteColleague,
  inviteFirstManager,
  knownPlaces,
  withdrawInvitation,
} from '../src/services/provider-invitations.ts';
import { addToRota, onCall, removeFromRota, rotaOf } from '../src/services/provider-rota.ts';
import { changeRole, disableMember, teamOf } from '../src/services/provider-team.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import {
  larkfield,
  newAddress,
  newHouse,
  newPlace,
  providerCaller,
  register,
  willowbrook,
} from './support/providers.ts';
import { refusedWith } from './support/refused.ts';
import { callerOf } from './support/site.ts';

let database: TestDatabase;
before(async () => {
  database = await openTestDatabase();
});
after(() => database.close());

const fresh = (): ReturnType<typeof newHouse> => newHouse(database.db);

function steward(council = '999'): Caller {
  return { ...callerOf('council-data-steward'), organisation: council, name: 'Stefan Sample' };
}

/** A provider in a council's contacts. */
async function inContacts(council: string, { organisation, name }: { organisation: string; name: string }): Promise<void> {
  const cqc = organisation.startsWith('cqc:') ? organisation.slice(4) : null;
  const local = cqc === null ? (organisation.split(':')[2] ?? null) : null;
  const { session, release } = await database.engine.acquire();
  await session.query(
    `insert into provider_contact (council, cqc_location_id, local_reference, name, fingerprint, from_bundle)
     values ($1, $2, $3, $4, gen_random_uuid(), 1)`,
    [council, cqc, local, name],
  );
  release(false);
} // prettier-ignore

async function audited(action: string, organisation: string): Promise<string[]> {
  const rows = await database.db.sql.selectFrom('audit_event').select(['outcome', 'organisation', 'detail']).where('action', '=', action).orderBy('at').execute(); // prettier-ignore
  return rows.filter((row) => row.organisation === organisation || JSON.stringify(row.detail).includes(`"${organisation}"`)).map(({ outcome }) => outcome); // prettier-ignore
}

describe('a council', () => {
  it('invites the first manager of a provider in its own record, who accepts once and is signed in', async () => {
    const { house } = fresh();
    const [where, email] = [newPlace(), newAddress()];
    await inContacts('999', where);
    assert.equal(await inviteFirstManager(house.deps, steward(), where.organisation, email), 'invited');
    await house.post();
    const { path, token } = house.newest(email);
    assert.match(path, /^\/provider\/invitation\/[\w-]{43}$/);
    assert.equal((await invitationOf(house.deps, token))?.organisationName, where.name);
    const session = await acceptInvitation(house.deps, token, 'Petra Example', null);
    assert.ok(session);
    const state = await house.deps.sessions.find(session);
    assert.equal(state.is === 'live' && state.session.caller.role, 'provider-manager');
    assert.equal(state.is === 'live' && state.session.caller.team, where.name);
    assert.equal(await acceptInvitation(house.deps, token, 'Petra Example', null), null, 'a second time');
    assert.equal(await invitationOf(house.deps, token), null);
    assert.deepEqual(await audited('invite-provider', where.organisation), ['invited']);
    assert.deepEqual(await audited('accept-invitation', where.organisation), ['registered']);
    const places = await knownPlaces(house.deps, steward());
    assert.equal(places.find(({ organisation }) => organisation === where.organisation)?.managers, 1);
    // Nobody would be told anything otherwise.
    const ways = await database.db.sql.selectFrom('notice_way' as never).selectAll().where('recipient' as never, '=', where.organisation as never).execute(); // prettier-ignore
    assert.equal(ways.length, 1);
  });

  it('cannot invite a provider of another council, nor put a second manager beside the first (H14)', async () => {
    const { house } = fresh();
    const [where, elsewhere] = [newPlace(), newPlace()];
    await inContacts('999', where);
    await inContacts('998', where);
    await inContacts('998', elsewhere);
    const ask = (council: string, organisation: string): Promise<string> =>
      inviteFirstManager(house.deps, steward(council), organisation, newAddress());
    assert.equal(await ask('999', elsewhere.organisation), 'unknown-provider');
    assert.equal(await ask('999', 'cqc:1-made-up'), 'unknown-provider');
    await register(database.db, newAddress(), where, 'provider-manager');
    assert.equal(await ask('999', where.organisation), 'managed');
    assert.equal(await ask('998', where.organisation), 'managed');
  });

  it('whose invitation is older than another council’s accepted one puts nobody in (H14)', async () => {
    const { house } = fresh();
    const [where, first, second] = [newPlace(), newAddress(), newAddress()];
    await inContacts('999', where);
    await inContacts('998', where);
    await inviteFirstManager(house.deps, steward('999'), where.organisation, first);
    await inviteFirstManager(house.deps, steward('998'), where.organisation, second);
    await house.post();
    assert.ok(await acceptInvitation(house.deps, house.newest(first).token, 'Petra Example', null));
    assert.equal(await acceptInvitation(house.deps, house.newest(second).token, 'Quentin Sample', null), null);
  });

  it('invites through its steward alone, and whoever runs the service also where there is a manager', async () => {
    const { house } = fresh();
    const where = newPlace();
    await inContacts('999', where);
    await register(database.db, newAddress(), where, 'provider-manager');
    for (const role of ['council-duty-worker', 'emergency-nurse', 'operator', 'provider-manager'] as const)
      await assert.rejects(inviteFirstManager(house.deps, callerOf(role), where.organisation, newAddress()), refusedWith('NOT_ALLOWED')); // prettier-ignore
    const operator = { ...steward(), authenticatedBy: 'command-line' };
    const email = newAddress();
    assert.equal(await inviteFirstManager(house.deps, operator, where.organisation, email), 'invited');
    await house.post();
    assert.ok(await acceptInvitation(house.deps, house.newest(email).token, 'Olive Sample', null));
  });
});

describe('an invitation', () => {
  it('ends after seven days, when it is taken back, and when another takes its place', async () => {
    const { house, clock } = fresh();
    const where = newPlace();
    const manager = providerCaller('provider-manager', where);
    const email = newAddress();
    const invite = async (): Promise<string> => {
      assert.equal(await inviteColleague(house.deps, manager, email, 'provider-coordinator'), 'invited');
      await house.post();
      return house.newest(email).token;
    };
    const first = await invite();
    const second = await invite();
    assert.equal(await invitationOf(house.deps, first), null, 'replaced');
    const open = (await invitationOf(house.deps, second))?.invitation ?? '';
    const stranger = providerCaller('provider-manager', newPlace());
    await assert.rejects(withdrawInvitation(house.deps, stranger, open), refusedWith('PAGE_NOT_FOUND'));
    await withdrawInvitation(house.deps, manager, open);
    assert.equal(await invitationOf(house.deps, second), null, 'taken back');
    clock.advance(invitationLimits.within + 1000);
    const third = await invite();
    clock.advance(invitationFor - 1);
    assert.ok(await invitationOf(house.deps, third));
    clock.advance(1);
    assert.equal(await invitationOf(house.deps, third), null, 'too old');
    assert.equal(await acceptInvitation(house.deps, third, 'Petra Example', null), null);
  });

  it('accepted twice at one moment makes one person', async () => {
    const { house } = fresh();
    const email = newAddress();
    await inviteColleague(house.deps, providerCaller('provider-manager', newPlace()), email, 'provider-coordinator');
    await house.post();
    const { token } = house.newest(email);
    const ends = await Promise.allSettled([1, 2, 3].map(() => acceptInvitation(house.deps, token, 'Petra Example', null)));
    assert.equal(ends.filter((end) => end.status === 'fulfilled' && end.value !== null).length, 1);
    const rows = await database.db.sql.selectFrom('provider_person').select('person').where('email', '=', email).execute();
    assert.equal(rows.length, 1);
  }); // prettier-ignore

  it('is kept as a hash, and says why it could not be sent', async () => {
    const { house } = fresh();
    const manager = providerCaller('provider-manager', newPlace());
    const email = newAddress();
    house.answer = { is: 'refused', fault: 'ADDRESS_DEAD' };
    await inviteColleague(house.deps, manager, email, 'provider-coordinator');
    await house.post();
    const { invitations } = await teamOf(house.deps, manager);
    assert.equal(invitations[0]?.fault, 'ADDRESS_DEAD');
    const rows = await database.db.sql
      .selectFrom('provider_invitation')
      .selectAll()
      .where('email', '=', email)
      .execute();
    assert.ok(!JSON.stringify(rows).includes(house.newest(email).token));
  });

  it('keeps nothing when it cannot be recorded', async () => {
    const { house } = fresh();
    const email = newAddress();
    await inviteColleague(house.deps, providerCaller('provider-manager', newPlace()), email, 'provider-coordinator');
    await house.post();
    const { token } = house.newest(email);
    const broken = { ...house.deps, sessions: { ...house.deps.sessions, begin: () => Promise.reject(new HomewardError('AUDIT_NOT_WRITTEN')) } }; // prettier-ignore
    await assert.rejects(acceptInvitation(broken, token, 'Petra Example', null), refusedWith('AUDIT_NOT_WRITTEN'));
    assert.ok(await invitationOf(house.deps, token), 'still open');
  });
});

describe('a team', () => {
  it('is seen and changed by its own managers alone', async () => {
    const { house } = fresh();
    const [where, other] = [newPlace(), newPlace()];
    await register(database.db, newAddress(), where, 'provider-manager');
    const person = await register(database.db, newAddress(), where);
    const coordinator = providerCaller('provider-coordinator', where);
    const stranger = providerCaller('provider-manager', other);
    await assert.rejects(teamOf(house.deps, coordinator), refusedWith('NOT_ALLOWED'));
    await assert.rejects(changeRole(house.deps, coordinator, person, 'provider-manager'), refusedWith('NOT_ALLOWED'));
    await assert.rejects(
      inviteColleague(house.deps, coordinator, newAddress(), 'provider-manager'),
      refusedWith('NOT_ALLOWED'),
    );
    await assert.rejects(disableMember(house.deps, stranger, person), refusedWith('PAGE_NOT_FOUND'));
    assert.deepEqual((await teamOf(house.deps, stranger)).members, []);
    const manager = providerCaller('provider-manager', where);
    assert.equal(await changeRole(house.deps, manager, person, 'provider-manager'), 'changed');
    assert.equal(
      (await teamOf(house.deps, manager)).members.filter(({ role }) => role === 'provider-manager').length,
      2,
    );
  });

  it('keeps a manager though two remove each other at one moment', async () => {
    const { house } = fresh();
    const where = newPlace();
    const [a, b] = [await register(database.db, newAddress(), where, 'provider-manager'), await register(database.db, newAddress(), where, 'provider-manager')]; // prettier-ignore
    const said = await Promise.allSettled([
      disableMember(house.deps, providerCaller('provider-manager', where, a), b),
      disableMember(house.deps, providerCaller('provider-manager', where, b), a),
    ]);
    // Whoever comes second manages nothing any more.
    assert.deepEqual(said.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    const { members } = await teamOf(house.deps, providerCaller('provider-manager', where));
    assert.equal(members.filter(({ active }) => active).length, 1);
  });

  it('of a hospital or council there is none', async () => {
    const { house } = fresh();
    const odd = { ...providerCaller(), organisation: 'KVH' };
    await assert.rejects(teamOf(house.deps, odd), refusedWith('NOT_ALLOWED'));
    await assert.rejects(contactOf(house.deps, odd), refusedWith('NOT_ALLOWED'));
  });
});

describe('contact details', () => {
  const good = { officePhone: '01632 960101', officeHours: 'Mon-Fri 08:00-18:00', outOfHoursPhone: '07700 900102', email: 'desk@larkfield.example' }; // prettier-ignore

  it('are confirmed by a manager, with name and moment, and the look-up reads them at once', async () => {
    const { house, clock } = fresh();
    const manager = providerCaller('provider-manager', larkfield);
    assert.equal((await house.ownContacts.at(clock.now())).has(larkfield.organisation), false);
    await confirmContact(house.deps, manager, good);
    const contact = await contactOf(house.deps, manager);
    assert.equal(contact?.confirmedBy, 'Petra Example');
    assert.deepEqual(contact?.confirmedAt, clock.now());
    assert.equal((await house.ownContacts.at(clock.now())).get(larkfield.organisation)?.officePhone, good.officePhone);
    await confirmContact(house.deps, manager, good);
    await confirmContact(house.deps, manager, { ...good, outOfHoursPhone: null });
    assert.deepEqual(await audited('confirm-contact', larkfield.organisation), ['changed', 'confirmed', 'changed']);
    await assert.rejects(confirmContact(house.deps, providerCaller('provider-coordinator', larkfield), good), refusedWith('NOT_ALLOWED')); // prettier-ignore
  });

  it('that nobody could use at 3am are refused', async () => {
    const { house } = fresh();
    const manager = providerCaller('provider-manager', willowbrook);
    for (const changes of [
      { officePhone: null, outOfHoursPhone: null },
      { officePhone: 'ask Jane' },
      { outOfHoursPhone: '07700 900102 or Jane' },
      { officePhone: '1'.repeat(41) },
      { officeHours: 'mornings' },
      { email: 'nobody' },
    ])
      await assert.rejects(confirmContact(house.deps, manager, { ...good, ...changes }), refusedWith('FORM_INVALID'));
    assert.equal(await contactOf(house.deps, manager), null);
  });
});

describe('a rota', () => {
  it('gives the ways to whoever is on call, and the provider’s own address where nobody is', async () => {
    const { house, clock } = fresh();
    const where = newPlace();
    const manager = providerCaller('provider-manager', where);
    const entry = { name: 'Nina Example', phone: '07700 900111', email: 'nina@provider.example', hours: 'Mon-Sun 18:00-08:00' }; // prettier-ignore
    const at = (instant: string) => onCall(database.db, where.organisation, new Date(instant), house.deps.holidays);
    assert.deepEqual(await at('2026-08-31T03:00:00+01:00'), []);
    await addToRota(house.deps, manager, entry);
    assert.deepEqual((await at('2026-08-31T03:00:00+01:00')).map(({ channel, to }) => `${channel} ${to}`), ['email nina@provider.example', 'text +447700900111']); // prettier-ignore
    assert.deepEqual(await at('2026-09-01T12:00:00+01:00'), []);
    await confirmContact(house.deps, manager, { officePhone: '01632 960199', officeHours: null, outOfHoursPhone: null, email: 'desk@provider.example' }); // prettier-ignore
    assert.deepEqual((await at('2026-09-01T12:00:00+01:00')).map(({ to }) => to), ['desk@provider.example']); // prettier-ignore
    clock.advance(0);
    const rota = await rotaOf(house.deps, manager);
    assert.deepEqual(rota.now.map(({ name }) => name), ['Nina Example']); // prettier-ignore
    const [kept] = rota.entries;
    await assert.rejects(removeFromRota(house.deps, providerCaller('provider-manager', newPlace()), kept?.id ?? ''), refusedWith('PAGE_NOT_FOUND')); // prettier-ignore
    await removeFromRota(house.deps, manager, kept?.id ?? '');
    assert.deepEqual((await rotaOf(house.deps, manager)).entries, []);
    assert.deepEqual(await audited('change-rota', where.organisation), ['added', 'removed']);
  });

  it('takes nothing that could not be used at night', async () => {
    const { house } = fresh();
    const manager = providerCaller('provider-manager', newPlace());
    const good = { name: 'Nina Example', phone: '07700 900111', email: null, hours: 'Mon 18:00-08:00' };
    for (const changes of [
      { name: '' },
      { name: 'Nina\u202e' },
      { phone: 'Nina' },
      { email: 'x' },
      { hours: 'nights' },
    ])
      await assert.rejects(addToRota(house.deps, manager, { ...good, ...changes }), refusedWith('FORM_INVALID'));
    await assert.rejects(
      addToRota(house.deps, providerCaller('provider-coordinator'), good),
      refusedWith('NOT_ALLOWED'),
    );
  });
});

describe('the command line', () => {
  it('lists whom a council could invite, and invites one', async () => {
    const { house } = fresh();
    const [where, email] = [newPlace(), newAddress()];
    await inContacts('997', where);
    const operator = { ...steward('997'), authenticatedBy: 'command-line' };
    const run = (provider?: string, to?: string): ReturnType<typeof inviteProviderCommand> =>
      inviteProviderCommand(house.deps, operator, { provider, email: to });
    assert.match((await run()).text, new RegExp(`${where.organisation} +${where.name}$`, 'm'));
    assert.equal((await run(where.organisation)).exitStatus, 1);
    assert.equal((await run(where.organisation, 'nobody')).exitStatus, 1);
    assert.equal((await run('cqc:1-made-up', email)).exitStatus, 1);
    assert.equal((await run(where.organisation, email)).exitStatus, 0);
    await house.post();
    assert.ok(await invitationOf(house.deps, house.newest(email).token));
    assert.match((await run()).text, /invited/);
  });
});
