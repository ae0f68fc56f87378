/** What stands beside an answer is looked at once before each thing is read: that look never misses any of it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { answerExtras } from '../src/services/answer-extras.ts';
import type { AnswerExtras } from '../src/services/answer-extras.ts';
import { recordPermission } from '../src/services/notices/permission.ts';
import { putStay } from './support/arrivals.ts';
import { countingOn } from './support/counting.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { nhs, usualBirth } from './support/import-lines.ts';
import { refusedWith } from './support/refused.ts';
import { later, tell, tellingSite } from './support/telling.ts';
import type { TellingSite } from './support/telling.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const extrasOf = async (site: TellingSite): Promise<AnswerExtras> => {
  const shown = await site.ask(nhs(1), usualBirth, {}, site.sister);
  return answerExtras({ db: site.db, clock: site.clock, agreements: [site.agreement] }, site.sister, shown);
};

describe('what stands beside an answer', () => {
  it('is found to be nothing by one statement, and somebody can be told all the same', async () => {
    const counting = countingOn(test.engine);
    const site = await tellingSite(counting.db);
    const shown = await site.ask(nhs(1), usualBirth, {}, site.sister);
    const deps = { db: counting.db, clock: site.clock, agreements: [site.agreement] };
    let extras: AnswerExtras | null = null;
    const { statements } = await counting.of(async () => (extras = await answerExtras(deps, site.sister, shown)));
    assert.equal(statements.length, 1);
    assert.deepEqual(extras, {
      canTell: true, canRefuse: true, refused: false, diedHere: false, told: null, care: new Map(), calls: [], cautions: [], outcome: null,
    }); // prettier-ignore
    await assert.rejects(answerExtras({ ...deps, agreements: [] }, site.sister, shown), refusedWith('NOT_ALLOWED'));
    await assert.rejects(answerExtras(deps, { ...site.sister, session: 'another' }, shown), refusedWith('ANSWER_GONE'));
  });

  it('H05: is that the hospital’s own system says that they have died', async () => {
    const site = await tellingSite(test.db);
    await putStay(site, nhs(1), { status: 'died', died: true, endedAt: site.now, staleAt: null });
    assert.equal((await extrasOf(site)).diedHere, true);
  });

  it('H23: is that they do not want a care provider told, also when they said so to a look-up', async () => {
    const site = await tellingSite(test.db);
    await site.look(nhs(1), usualBirth, { permission: 'refused' });
    later(site, 1);
    assert.equal((await extrasOf(site)).refused, true);
  });

  it('H23: is that they said so to a telling', async () => {
    const site = await tellingSite(test.db);
    const { id: answerId } = await site.ask(nhs(1), usualBirth, {}, site.sister);
    await recordPermission(site.notices, site.sister, { answerId }, { answer: 'refused', cannotAskReason: null });
    later(site, 1);
    assert.equal((await extrasOf(site)).refused, true);
  });

  it('is what was told', async () => {
    const site = await tellingSite(test.db);
    const { telling } = await tell(site, 'hold');
    assert.equal((await extrasOf(site)).told, telling);
  });
});
