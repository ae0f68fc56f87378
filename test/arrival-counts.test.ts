/** How many answers arrivals were given: counted exactly, of nobody in particular. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { arrivalsOn } from '../src/services/arrivals.ts';
import type { ArrivalAnswer, Arrivals } from '../src/services/arrivals.ts';
import { Database } from '../src/store/database.ts';
import { kingsVale } from './support/adt.ts';
import { arrivalSite, pass } from './support/arrival-site.ts';
import type { ArrivalSite } from './support/arrival-site.ts';
import { putStay } from './support/arrivals.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { FaultyEngine } from './support/faults.ts';
import { nhs } from './support/import-lines.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const [A, C] = [nhs(1), nhs(3)];

function counting(site: ArrivalSite, db = test.db): { arrivals: Arrivals; answers: ArrivalAnswer[] } {
  const answers: ArrivalAnswer[] = [];
  const arrivals = arrivalsOn({
    db,
    clock: site.clock,
    feeds: [{ ...kingsVale, id: `feed-${site.hospital.toLowerCase()}`, hospital: site.hospital }],
    agreements: [site.agreement],
    hints: {
      wake: () => undefined,
      standsFor: async () => false,
      unwanted: async () => [],
      enqueueHint: async () => 'queued',
    },
    answered: (answer) => void answers.push(answer),
  });
  return { arrivals, answers };
}

it('each answer is counted once, when it is kept, with what was learnt and whether it was the first', async () => {
  const site = await arrivalSite(test.db);
  const { hospital } = site;
  const stay = await putStay(site, A);
  await putStay(site, C);
  await putStay(site, C, { number: null });
  const { arrivals, answers } = counting(site);
  await arrivals.run();
  const said = answers.map(({ result, asked }) => `${result} ${asked}`).sort();
  assert.deepEqual(said, ['cannot-say first', 'no first', 'yes first']);
  assert.ok(answers.every((one) => one.hospital === hospital && Object.keys(one).length === 3));
  answers.length = 0;
  await putStay(site, A, { team: 'Ward 12' }, stay);
  await arrivals.run();
  assert.deepEqual(answers, []);
  pass(site, 0.1);
  await site.land(site.whole([{ id: 'M1', number: A }]));
  await arrivals.run();
  assert.deepEqual(answers.filter(({ result }) => result === 'yes'), [{ hospital, result: 'yes', asked: 'again' }]); // prettier-ignore
});

it('an answer that was not kept is not counted', async () => {
  const site = await arrivalSite(test.db);
  await putStay(site, A);
  const engine = new FaultyEngine(test.engine);
  engine.arm(1, { when: 'before', as: 'refusal' }, /insert into "audit_event"/);
  const { arrivals, answers } = counting(site, new Database(engine));
  await arrivals.run();
  assert.ok(engine.disarm());
  assert.deepEqual(answers, []);
  await arrivals.run();
  assert.equal(answers.length, 1);
});
