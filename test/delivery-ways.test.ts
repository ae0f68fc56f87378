/** A recipient chooses its channels, hours and timing, for itself alone; and what that does to the next notice. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import type { Caller } from '../src/domain/caller.ts';
import { whenToDeliver } from '../src/services/notices/deliver.ts';
import { forgetOldAsks } from '../src/services/provider-post.ts';
import { addWay, chooseTiming, proveWay, removeWay, switchWay, waysOf } from '../src/services/notices/ways.ts';
import type { WaysDeps, WayToAdd } from '../src/services/notices/ways.ts';
import { openDeliveryTask } from '../src/store/notices/delivery-tasks.ts';
import { buryAddress } from '../src/store/notices/ways.ts';
import { markProven } from '../src/store/notices/way-proofs.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { DeliverySite } from './support/deliveries.ts';
import { providerHouse, register } from './support/providers.ts';
import type { ProviderHouse } from './support/providers.ts';
import { refusedWith } from './support/refused.ts';

let test: TestDatabase;
before(async () => (test = await openTestDatabase()));
after(() => test.close());

let people = 0;
const caller = (change: Partial<Caller> = {}): Caller => ({
  userId: `demo|m${++people}`, name: 'Mo Example', role: 'provider-manager', organisation: `cqc:1-3${people}`, team: 'Office',
  authenticatedBy: 'demo', authenticatedAt: new Date(), session: 's', ...change,
}); // prettier-ignore
const deps = (): WaysDeps => ({
  db: test.db,
  clock: { now: () => new Date() },
  systems: [{ id: 'mosaic', recipient: '999', channel: 'webhook' }],
  carried: ['email', 'webhook'],
});
const email = (change: Partial<WayToAdd> = {}): WayToAdd => ({ channel: 'email', to: 'office@care.example', use: 'office', hours: '', ...change }); // prettier-ignore
const added = async (...of: Parameters<typeof addWay>): Promise<string> => {
  const one = await addWay(...of);
  return 'way' in one ? one.way : assert.fail(one.is);
};

describe('a manager', () => {
  it('adds, changes, switches and removes ways of the own organisation', async () => {
    const manager = caller();
    const id = await added(deps(), manager, email({ hours: ' Mon-Fri 08:00-18:00 ' }));
    assert.equal(await added(deps(), manager, email()), id);
    const [way, ...more] = (await waysOf(deps(), manager)).ways;
    assert.deepEqual([way?.to, way?.hours, way?.on, more.length], ['office@care.example', null, true, 0]);
    assert.equal(await switchWay(deps(), manager, id, false), true);
    assert.equal((await waysOf(deps(), manager)).ways[0]?.on, false);
    assert.equal(await removeWay(deps(), manager, id), true);
    assert.deepEqual((await waysOf(deps(), manager)).ways, []);
  });

  it('touches nobody else’s', async () => {
    const [one, other] = [caller(), caller()];
    const id = await added(deps(), one, email());
    assert.equal(await switchWay(deps(), other, id, false), false);
    assert.equal(await removeWay(deps(), other, id), false);
    assert.deepEqual((await waysOf(deps(), other)).ways, []);
    assert.equal((await waysOf(deps(), one)).ways[0]?.on, true);
  });

  it('is told what is wrong with an address, hours, or a channel that nobody carries here', async () => {
    const manager = caller();
    for (const wrong of [
      email({ to: 'nonsense' }), email({ hours: 'sometimes' }), email({ channel: 'text', to: '07700 900123' }), email({ channel: 'webhook', to: 'mosaic' }),
      email({ channel: 'fhir', to: 'x' }),
    ])
      await assert.rejects(addWay(deps(), manager, wrong), refusedWith('FORM_INVALID')); // prettier-ignore
    for (const dailyAt of [-1, 1440, 1.5, Number.NaN])
      await assert.rejects(chooseTiming(deps(), manager, { dailyAt }), refusedWith('FORM_INVALID'));
    assert.deepEqual((await waysOf(deps(), manager)).possible, ['portal', 'email']);
  });

  it('is the only one of a provider who may; and a council’s duty worker for the council', async () => {
    for (const role of ['provider-coordinator', 'emergency-nurse', 'operator', 'privacy-officer'] as const) {
      await assert.rejects(waysOf(deps(), caller({ role })), refusedWith('NOT_ALLOWED'), role);
      await assert.rejects(addWay(deps(), caller({ role }), email()), refusedWith('NOT_ALLOWED'), role);
    }
    const duty = caller({ role: 'council-duty-worker', organisation: '999' });
    assert.deepEqual((await waysOf(deps(), duty)).possible, ['portal', 'email', 'webhook']);
    assert.ok(await addWay(deps(), duty, email({ channel: 'webhook', to: 'mosaic' })));
  });

  it('leaves a row in the trail for each change', async () => {
    const manager = caller();
    const id = await added(deps(), manager, email());
    await switchWay(deps(), manager, id, false);
    await removeWay(deps(), manager, id);
    await chooseTiming(deps(), manager, { dailyAt: 480 });
    const rows = await test.db.sql
      .selectFrom('audit_event')
      .select(['action'])
      .where('user_id', '=', manager.userId)
      .execute();
    assert.deepEqual(rows.map(({ action }) => action), Array(4).fill('change-channels')); // prettier-ignore
  });

  it('has a dead address tried again, and its tasks closed, by looking at it', async () => {
    const manager = caller();
    const { organisation: recipient } = manager;
    await test.db.transaction((trx) =>
      markProven(trx, { recipient, channel: 'email', address: 'office@care.example' }, new Date()),
    );
    const id = await added(deps(), manager, email());
    await test.db.transaction(async (trx) => {
      const one = { recipient, channel: 'email' as const, address: 'office@care.example' };
      await buryAddress(trx, one, 'ADDRESS_DEAD', new Date());
      await openDeliveryTask(trx, { ...one, council: '999', kind: 'dead-address', fault: 'ADDRESS_DEAD' }, new Date());
      await openDeliveryTask(trx, { recipient, council: '999', kind: 'nobody-to-tell', channel: '', address: '', fault: null }, new Date()); // prettier-ignore
    });
    const before_ = await waysOf(deps(), manager);
    assert.equal(before_.ways[0]?.dead?.fault, 'ADDRESS_DEAD');
    assert.equal(before_.tasks.length, 2);
    await switchWay(deps(), manager, id, true);
    const now = await waysOf(deps(), manager);
    assert.equal(now.ways[0]?.dead, null);
    assert.deepEqual(now.tasks, []);
  });

  it('has what may wait come once a day, and the rest at once', async () => {
    const manager = caller();
    await chooseTiming(deps(), manager, { dailyAt: 480 });
    const recipient = { kind: 'provider', id: manager.organisation, link: 'package' } as const;
    const at = new Date('2026-03-02T12:00:00Z');
    assert.equal((await whenToDeliver(test.db, { kind: 'home-changed', recipient }, at)).toISOString(), '2026-03-03T08:00:00.000Z'); // prettier-ignore
    assert.deepEqual(await whenToDeliver(test.db, { kind: 'restart', recipient }, at), at);
    await chooseTiming(deps(), manager, { dailyAt: null });
    assert.deepEqual(await whenToDeliver(test.db, { kind: 'home-changed', recipient }, at), at);
  });
});

describe('a new address', () => {
  const house = (): ProviderHouse => providerHouse(test.db, { now: () => new Date() });
  const codeTo = async (one: ProviderHouse, to: string): Promise<string> => {
    await one.post();
    const letter = one.letters.findLast((sent) => sent.to === to);
    return (
      /(\d{3}) (\d{3})/
        .exec(letter?.text ?? '')
        ?.slice(1)
        .join('') ?? assert.fail(`no code went to ${to}`)
    );
  };
  const wrongFor = (code: string): string => (code === '111111' ? '222222' : '111111');
  const unproven = async (manager: Caller): Promise<number> =>
    (await waysOf(deps(), manager)).ways.filter((way) => way.unproven).length;
  const stranger = (): string => `stranger-${++people}@mail.example`;

  it('is sent nothing but one code until that is typed in, and is told of notices from then on (H08)', async () => {
    const site = new DeliverySite(test.db);
    const [manager, to, post] = [caller({ organisation: site.provider }), stranger(), house()];
    const added_ = await addWay(deps(), manager, email({ to }));
    assert.equal(added_.is, 'unproven');
    const code = await codeTo(post, to);
    assert.equal(await site.deliver(await site.write()), 'nobody-there');
    assert.equal((await site.tasks()).length, 1, 'nobody can be told: somebody has to know');
    const way = 'way' in added_ ? added_.way : '';
    assert.equal(await proveWay(deps(), caller(), way, code), null, 'another provider’s manager');
    assert.equal(await proveWay(deps(), manager, way, wrongFor(code)), 'wrong');
    await assert.rejects(proveWay(deps(), manager, way, '12345'), refusedWith('FORM_INVALID'));
    assert.equal(await proveWay(deps(), manager, way, code), 'proven');
    assert.equal(await unproven(manager), 0);
    assert.deepEqual(await site.tasks(), []);
    assert.equal(await site.deliver(await site.write(2), { person: 2 }), 'told');
    assert.equal(
      (await addWay(deps(), manager, email({ to, use: 'out-of-hours' }))).is,
      'added',
      'proven for both uses',
    );
    await post.post();
    assert.equal(post.letters.filter((sent) => sent.to === to).length, 1);
  });

  it('gets its code as a text message that names nobody, where it is a mobile', async () => {
    const [manager, post] = [caller(), house()];
    await addWay({ ...deps(), carried: ['text'] }, manager, email({ channel: 'text', to: '07700 900321' }));
    await post.post();
    const sent = post.letters.find(({ to }) => to === '+447700900321');
    assert.equal(sent?.by, 'text');
    assert.ok(sent.text.length <= 160);
    assert.doesNotMatch(sent.text, /Example|Office/);
  });

  it('is known where it is that of somebody who signs in there by email', async () => {
    const where = { organisation: 'cqc:1-38', name: 'Thirty-eight Care' };
    await register(test.db, 'anna@care.example', where);
    const manager = caller({ organisation: where.organisation });
    assert.equal((await addWay(deps(), manager, email({ to: 'Anna@care.example' }))).is, 'added');
    assert.equal((await addWay(deps(), caller(), email({ to: 'anna@care.example' }))).is, 'unproven', 'not elsewhere');
  });

  it('gets one code a day though its way is removed and added, and few whoever asks', async () => {
    const [to, post] = [stranger(), house()];
    const manager = caller();
    for (let time = 0; time < 5; time++) await removeWay(deps(), manager, await added(deps(), manager, email({ to })));
    await added(deps(), manager, email({ to }));
    await post.post();
    assert.equal(post.letters.filter((sent) => sent.to === to).length, 1);
    const others = [];
    for (let time = 0; time < 6; time++)
      others.push((await addWay(deps(), caller(), email({ to: to.toUpperCase() }))).is);
    assert.deepEqual(others, [
      'unproven',
      'unproven',
      'code-sent-today',
      'code-sent-today',
      'code-sent-today',
      'code-sent-today',
    ]);
    await post.post();
    assert.ok(post.letters.filter((sent) => sent.to.toLowerCase() === to).length <= 3);
  });

  it('is forgotten some time after its way is removed, and not before', async () => {
    const [manager, to] = [caller(), stranger()];
    const id = await added(deps(), manager, email({ to }));
    const kept = async (): Promise<number> => {
      const inThreeDays = new Date(Date.now() + 3 * 86_400_000);
      await forgetOldAsks({ db: test.db, clock: { now: () => inThreeDays } });
      const { rows } = await sql`select 1 from way_proof where address = ${to}`.execute(test.db.sql);
      return rows.length;
    };
    assert.equal(await kept(), 1);
    await removeWay(deps(), manager, id);
    assert.equal(await kept(), 0);
  });

  it('cannot be guessed: five tries, then none with the right code either', async () => {
    const [manager, to, post] = [caller(), stranger(), house()];
    const way = await added(deps(), manager, email({ to }));
    const code = await codeTo(post, to);
    const said: unknown[] = [];
    for (let time = 0; time < 5; time++) said.push(await proveWay(deps(), manager, way, wrongFor(code)));
    assert.deepEqual(said, ['wrong', 'wrong', 'wrong', 'wrong', 'void']);
    assert.equal(await proveWay(deps(), manager, way, code), 'void');
    assert.equal(await unproven(manager), 1);
  });

  it('is one of ten at most, and of twenty added in a day', async () => {
    const manager = caller();
    const ids: string[] = [];
    for (let time = 0; time < 10; time++) ids.push(await added(deps(), manager, email({ to: stranger() })));
    assert.equal((await addWay(deps(), manager, email({ to: stranger() }))).is, 'too-many-ways');
    for (const id of ids) await removeWay(deps(), manager, id);
    for (let time = 0; time < 10; time++) await added(deps(), manager, email({ to: stranger() }));
    const [one] = (await waysOf(deps(), manager)).ways;
    assert.equal(await removeWay(deps(), manager, one?.id ?? ''), true, 'what is there can always be removed');
    assert.equal((await addWay(deps(), manager, email({ to: stranger() }))).is, 'too-many-today');
  });
});

describe('a notice', () => {
  // A minute of a day that is neither today nor tomorrow, whenever this runs.
  const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
  const shut = { hours: `${days[(new Date().getUTCDay() + 3) % 7]} 00:00-00:01` };
  const site = (): DeliverySite => new DeliverySite(test.db);

  it('H08: is nobody’s when no way is left, so that the next one is told at once, and somebody has a task', async () => {
    const one = site();
    const written = await one.write();
    assert.equal(await one.deliver(written), 'nobody-there');
    const state = await one.state(written);
    assert.equal(state.status, 'bounced');
    assert.deepEqual((await one.tasks()).map(({ kind }) => kind), ['nobody-to-tell']); // prettier-ignore
    assert.equal(await one.deliver(written, { reason: 'out-of-hours' }), 'nobody-there');
    assert.equal(await one.deliver(written, { reason: 'council' }), 'nobody-there');
  });

  it('waits for an office that is shut, and goes on at once as to nobody', async () => {
    const one = site();
    await one.way('email', 'office@care.example', shut);
    const written = await one.write();
    assert.equal(await one.deliver(written), 'nobody-there');
    assert.equal((await one.state(written)).status, 'bounced');
    assert.deepEqual((await one.rows()).map(({ state }) => state), ['waiting']); // prettier-ignore
    assert.deepEqual(await one.tasks(), []);
  });

  it('is told to whoever is on the rota while the office is shut, unless their address is dead', async () => {
    const one = site();
    await one.way('email', 'office@care.example', shut);
    one.onCall = async () => [{ id: 'r', channel: 'text', to: '+447700900123', use: 'out-of-hours', hours: null, on: true, dead: null }]; // prettier-ignore
    const written = await one.write();
    assert.equal(await one.deliver(written), 'told');
    assert.deepEqual((await one.rows()).map(({ address }) => address).sort(), ['+447700900123', 'office@care.example']); // prettier-ignore
    await test.db.transaction((trx) => buryAddress(trx, { recipient: one.provider, channel: 'text', address: '+447700900123' }, 'ADDRESS_DEAD', new Date())); // prettier-ignore
    assert.equal(await one.deliver(await one.write(2), { person: 2 }), 'nobody-there');
  });

  it('counts as told where somebody keeps the inbox in view, with nothing to be sent', async () => {
    const one = site();
    await one.way('portal', '');
    const written = await one.write();
    assert.equal(await one.deliver(written), 'told');
    assert.deepEqual(await one.rows(), []);
    assert.equal((await one.state(written)).status, 'queued');
  });

  it('is not sent on a channel that nothing carries, which whoever runs the service has to mend', async () => {
    const one = site();
    await one.way('fhir', 'care');
    assert.equal(await one.deliver(await one.write()), 'nobody-there');
    assert.deepEqual(await one.rows(), []);
    assert.deepEqual(await one.tasks(), []);
  });
});
