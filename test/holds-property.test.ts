/** H27 over made-up courses of a stay and of what is told of it, through the store: no end of a stay leaves a hold to nobody. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import fc from 'fast-check';
import { holdsOf } from '../src/domain/hold.ts';
import { isOpen } from '../src/domain/stay-course.ts';
import { patientKey } from '../src/domain/stay-event.ts';
import { confirmVisit } from '../src/services/notices/answer.ts';
import { closeHoldTask, holdTasksOf } from '../src/services/notices/holds.ts';
import { lookAtHolds } from '../src/services/notices/hold-looks.ts';
import { noticesOfStays } from '../src/store/notices/lists.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { holdSite } from './support/holding.ts';
import type { HoldSite } from './support/holding.ts';
import { hour, later, tell } from './support/telling.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

interface Step {
  readonly act: string;
  readonly minutes: number;
  /** Whether what runs by itself runs after it. */
  readonly runs: boolean;
}

const acts: Record<string, (site: HoldSite) => Promise<unknown>> = {
  arrived: (site) => site.hear('arrived'),
  admitted: (site) => site.hear('admitted'),
  discharged: (site) => site.hear('discharged'),
  transferred: (site) => site.hear('discharged', { outcome: 'transferred' }),
  died: (site) => site.hear('updated', { death: { day: null } }),
  'discharge taken back': (site) => site.hear('cancelled', { cancels: 'discharge' }),
  'arrival taken back': (site) => site.hear('cancelled', { cancels: 'start' }),
  deleted: (site) => site.hear('visit-deleted'),
  merged: (site) => site.hear('merged', { by: 'P2', visit: null, prior: { patient: { authority: site.hospital, value: 'P1' } } }),
  contradicted: (site) => site.hear('updated', { by: 'P9' }),
  'closed by hand': (site) => site.hear('closed-by-hand'),
  forgotten: (site) => test.db.sql.deleteFrom('stay').where('feed', '=', site.feed.id).execute(),
  hold: (site) => tell(site, 'hold', { permission: null }),
  restart: (site) => tell(site, 'restart', { permission: null }),
  gone: (site) => tell(site, 'gone', { permission: null }),
  read: (site) => site.mail(),
  accepted: (site) => site.acceptAll(new Date(site.now.getTime() + 3 * hour)),
  visited: (site) => visit(site, true),
  missed: (site) => visit(site, false),
  closed: (site) => close(site, 'visiting'),
  'not visiting': (site) => close(site, 'not-visiting'),
  days: async (site) => later(site, 3 * 24 * 60),
}; // prettier-ignore

async function visit(site: HoldSite, happened: boolean): Promise<void> {
  const due = (await site.mail()).filter(({ visitToConfirm }) => visitToConfirm !== null);
  for (const { id } of due) await confirmVisit(site.notices, site.carer, id, happened);
}

async function close(site: HoldSite, answer: string): Promise<void> {
  for (const caller of [site.sister, site.duty, site.carer]) {
    const [task] = await holdTasksOf(site.notices, caller, { wholeHospital: true });
    if (task) await closeHoldTask(site.notices, caller, task.id, task.party === 'provider' ? answer : 'agreed');
  }
}

const step: fc.Arbitrary<Step> = fc.record({
  // What the story consists of comes oftener than what seldom happens.
  act: fc.oneof({ weight: 3, arbitrary: fc.constantFrom('hold', 'read', 'accepted', 'discharged') }, fc.constantFrom(...Object.keys(acts))),
  minutes: fc.constantFrom(1, 20, 200),
  runs: fc.boolean(),
}); // prettier-ignore

type Listed = { readonly party: string; readonly cause: string; readonly id: string };

async function listed(site: HoldSite): Promise<Listed[]> {
  const lists: Listed[] = [];
  for (const caller of [site.sister, site.duty, site.carer]) lists.push(...(await holdTasksOf(site.notices, caller, { wholeHospital: true })));
  return lists.map(({ party, cause, id }) => ({ party, cause, id })).sort((a, b) => (a.id < b.id ? -1 : 1));
} // prettier-ignore

/** How many holds were met that had to be somebody's, by how the stay stood. */
const met = new Map<string, number>();

async function check(site: HoldSite): Promise<void> {
  const tasks = await listed(site);
  await test.db.sql.deleteFrom('hold_look').execute();
  await test.db.sql.deleteFrom('hold_word').execute();
  const anew = await listed(site);
  assert.deepEqual(tasks, anew, 'what was looked at ahead differs from what is so');
  await lookAtHolds(site.notices);

  const { rows } = { rows: await test.db.sql.selectFrom('telling').select('stay_id').distinct().where('hospital', '=', site.hospital).where('stay_id', 'is not', null).execute() };
  const notices = await noticesOfStays(test.db, rows.map((row) => row.stay_id ?? ''));
  const stays = await site.stays();
  for (const [stayId, own] of Map.groupBy(notices, ({ state }) => state.notice.stay ?? '')) {
    const stay = stays.find((one) => one.stayId === stayId);
    const states = own.map(({ state }) => state);
    for (const hold of holdsOf(states)) {
      // Nobody has said a word about its end, by the reading of somebody who knows none of the code.
      const silent = hold.agreed.length === 0 && !states.some(({ notice }) => notice.kind === 'cancellation');
      const closed = (await test.db.sql.selectFrom('task_closed').select('task_id').where('stay_id', '=', stayId).execute()).length > 0;
      if (!silent || closed) continue;
      const same = stay !== undefined && hold.patients.every((one) => one === patientKey(stay.person.patient));
      const goesOn = stay !== undefined && (isOpen(stay.status) || stay.status === 'expected') && same && (stay.staleAt ?? site.now) > site.now;
      if (goesOn) continue;
      const died = stay !== undefined && (stay.person.died || stay.status === 'died');
      const key = died ? 'died' : (stay?.status ?? 'gone');
      met.set(key, (met.get(key) ?? 0) + 1);
      for (const party of died ? ['council'] : ['sender', 'council', 'provider'])
        assert.ok(tasks.some((task) => task.party === party), `${key}: nothing for ${party} but ${JSON.stringify(tasks)}`);
    }
  }
} // prettier-ignore

it('H27: whatever becomes of a stay, every hold is somebody’s at every moment, looked at ahead or not', async () => {
  const numRuns = Number(process.env['HISTORIES'] ?? 5);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 14 }), async (script) => {
      const site = await holdSite(test.db);
      await site.say('arrived');
      for (const { act, minutes, runs } of script) {
        // Signed in anew: a sign-in does not last for days.
        Object.assign(site, { sister: site.nurse('sister') });
        await acts[act]?.(site);
        later(site, minutes);
        if (runs) await site.settle();
        await check(site);
      }
      assert.deepEqual(site.failures, []);
    }),
    { numRuns, endOnFailure: true },
  );
  assert.ok([...met.values()].reduce((all, one) => all + one, 0) >= numRuns / 2, `only ${JSON.stringify([...met])}`);
});
