/** H27: holds that were told of before, or without, anything that the hospital's feed said of a stay. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { councilHoldLines } from './support/council-holds.ts';
import { confirmVisit } from '../src/services/notices/answer.ts';
import { holdSummary } from '../src/services/notices/council-holds.ts';
import { closeHoldTask } from '../src/services/notices/holds.ts';
import { noticesOfPerson } from '../src/store/notices/lists.ts';
import { forgetTold } from '../src/store/notices/stay-told.ts';
import { forgetTellings } from '../src/store/notices/tellings.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { holdSite } from './support/holding.ts';
import type { HoldSite } from './support/holding.ts';
import { nhs, numbers } from './support/import-lines.ts';
import { answerOf, hour, later, minute, noAsk, tell } from './support/telling.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const day = 24 * 60;
const everybody = (cause: string): string[] => ['sender', 'council', 'provider'].map((party) => `${party} ${cause}`);

/** Somebody whose provider has agreed to hold visits before any feed spoke of a stay; nothing is told by itself. */
async function holding(say?: (site: HoldSite) => Promise<void>): Promise<HoldSite> {
  const site = await holdSite(test.db, { notices: { automatic: [], permissionToTell: 'not-needed' } });
  await say?.(site);
  await tell(site, 'hold', { permission: null });
  await site.acceptAll();
  return site;
}

async function stayIdsTold(site: HoldSite): Promise<(string | null)[]> {
  const rows = await test.db.sql.selectFrom('notice').select('stay_id').where('hospital', '=', site.hospital).execute();
  return [...new Set(rows.map((row) => row.stay_id))];
}

async function close(site: HoldSite, who: 'sister' | 'duty' | 'carer', how: string): Promise<void> {
  for (const { id } of await site.tasksOf(site[who])) await closeHoldTask(site.notices, site[who], id, how);
}

describe('H27: a hold that was told before the feed knew of the stay', () => {
  it('belongs to the stay as soon as the feed tells of it, and ends with it', async () => {
    const site = await holding();
    later(site, 5);
    await site.say('arrived');
    const { stayId, person } = await site.stay();
    assert.deepEqual(await stayIdsTold(site), [stayId]);
    const [key] = await test.db.sql.selectFrom('person_identifier').select('person_key').where('council', '=', site.council.id).where('value', '=', nhs(1)).execute();
    const about = { hospital: site.hospital, council: site.council.id, personKey: key?.person_key ?? '' };
    for (const { state } of await noticesOfPerson(test.db, about)) {
      assert.equal(state.notice.stay, stayId);
      assert.equal(state.notice.patient, `${person.patient.authority}|${person.patient.value}`);
    }
    later(site, 60);
    assert.deepEqual(await site.tasks(), []);
    await site.say('discharged');
    assert.deepEqual(await site.tasks(), everybody('discharged'));
    assert.deepEqual(site.failures, []);
  }); // prettier-ignore

  it('H04: belongs to it by an old number of the same person, and by no other birth date, number or hospital', async () => {
    const [old, fresh] = [nhs(61), nhs(62)];
    const site = await holdSite(test.db, { number: old, notices: { automatic: [], permissionToTell: 'not-needed' } });
    await tell(site, 'hold', { permission: null, answerId: await answerOf(site, old) });
    await site.acceptAll();
    later(site, 5);
    await site.say('arrived', { by: 'P7', visit: 'V7', number: nhs(7) });
    await site.say('arrived', { by: 'P8', visit: 'V8', birthDate: '1950-01-01' as never });
    await site.say('arrived', { by: 'P9', visit: 'V9', place: { organisation: 'ELSEWHERE', team: null } });
    assert.deepEqual(await stayIdsTold(site), [null]);
    later(site, 1);
    const line = { id: 'M1', number: fresh, family: 'Example', given: 'Barbara', cqc: site.provider.slice(4) };
    await site.land([...site.whole([line]), numbers([[old, fresh]])], site.now.toISOString());
    await site.say('arrived', { number: fresh });
    const stay = (await site.stays()).find(({ visits }) => visits.includes('V1'));
    assert.deepEqual(await stayIdsTold(site), [stay?.stayId]);
  });

  it('belongs to a stay that had ended by the time it was heard of', async () => {
    const site = await holding();
    later(site, 30);
    await site.hear('arrived');
    later(site, 30);
    await site.say('discharged');
    assert.deepEqual(await site.tasks(), everybody('discharged'));
  });

  it('does not belong to a stay that began long after', async () => {
    const site = await holding();
    later(site, 3 * day);
    await site.say('arrived');
    assert.deepEqual(await stayIdsTold(site), [null]);
  });

  it('told while somebody was only expected belongs to that stay, also when it comes to nothing', async () => {
    const site = await holding(async (one) => {
      await one.say('arrived', { by: 'P2', visit: 'V2', number: nhs(2) });
      await one.say('expected');
    });
    const expected = (await site.stays()).find(({ status }) => status === 'expected');
    assert.deepEqual(await stayIdsTold(site), [expected?.stayId]);
    assert.deepEqual(await councilHoldLines(site), ['expected']);
    later(site, 30);
    await site.say('cancelled', { cancels: 'expected' });
    assert.deepEqual(await site.tasks(), everybody('cancelled'));
  });
});

describe('H27: a hold of which no feed ever tells', () => {
  it('is everybody’s to look at after a day, and stands on the council’s list until then', async () => {
    const site = await holding();
    later(site, day - 1);
    assert.deepEqual(await site.tasks(), []);
    assert.deepEqual(await councilHoldLines(site), ['not-known']);
    later(site, 1);
    assert.deepEqual(await site.tasks(), everybody('no-stay-known'));
    await site.settle();
    later(site, 30 * day);
    assert.deepEqual(await site.tasks(), everybody('no-stay-known'));
    assert.deepEqual(await councilHoldLines(site), ['not-known no-stay-known']);
    assert.equal((await holdSummary(site.notices, site.duty)).count, 1);
  });

  it('is asked about again a day after the sender said that the patient is still there', async () => {
    const site = await holding();
    later(site, day);
    await close(site, 'sister', 'still-here');
    assert.deepEqual(await site.tasks(), []);
    assert.deepEqual(await councilHoldLines(site), ['not-known']);
    await site.settle();
    later(site, day - 1);
    assert.deepEqual(await site.tasks(), []);
    later(site, 1);
    assert.deepEqual(await site.tasks(), everybody('no-stay-known'));
  });

  it('ends for whoever closes the task otherwise, and for nobody else', async () => {
    const site = await holding();
    later(site, day);
    await close(site, 'sister', 'agreed');
    assert.deepEqual(await site.tasks(), ['council no-stay-known', 'provider no-stay-known']);
    await close(site, 'duty', 'agreed');
    await close(site, 'carer', 'phoned-them');
    later(site, 10 * day);
    await site.settle();
    assert.deepEqual(await site.tasks(), []);
    assert.deepEqual(await councilHoldLines(site), []);
  });

  it('lets nobody but the sender say that the patient is still there, and only of this task', async () => {
    const site = await holding();
    later(site, day);
    await assert.rejects(close(site, 'duty', 'still-here'), { code: 'FORM_INVALID' });
    const known = await holding((one) => one.say('arrived'));
    later(known, 10);
    await known.say('discharged');
    await assert.rejects(close(known, 'sister', 'still-here'), { code: 'FORM_INVALID' });
  });

  it('is over with a first visit that took place, and is asked about when nobody says so', async () => {
    const site = await holding();
    later(site, 60);
    await tell(site, 'restart', { permission: null, ask: noAsk });
    const visit = new Date(site.now.getTime() + 2 * hour);
    await site.acceptAll(visit);
    site.now = new Date(visit.getTime() + 1);
    assert.deepEqual(await site.tasks(), ['provider first-visit-to-confirm']);
    later(site, 180);
    assert.deepEqual(await site.tasks(), ['council first-visit-to-confirm', 'provider first-visit-to-confirm']);
    const restart = (await site.mail()).find(({ of }) => of === 'restart');
    await confirmVisit(site.notices, site.carer, restart?.id ?? '', true);
    later(site, 2 * day);
    assert.deepEqual(await site.tasks(), []);
  });

  it('that has gone home with no first visit agreed is everybody’s at once', async () => {
    const site = await holding();
    later(site, 60);
    await tell(site, 'gone', { permission: null });
    await site.acceptAll();
    assert.deepEqual(await site.tasks(), everybody('discharged'));
  });

  it('begins anew with another time in hospital, whatever was agreed the last time', async () => {
    const site = await holding();
    later(site, 60);
    await tell(site, 'restart', { permission: null, ask: noAsk });
    const visit = new Date(site.now.getTime() + hour);
    await site.acceptAll(visit);
    site.now = new Date(visit.getTime() + minute);
    const restart = (await site.mail()).find(({ of }) => of === 'restart');
    await confirmVisit(site.notices, site.carer, restart?.id ?? '', true);
    later(site, 10 * day);
    await site.settle();
    const again = site.now;
    // Somebody who has signed in anew.
    await tell(site, 'hold', { permission: null, answerId: await answerOf(site, nhs(1), site.nurse('sister')) });
    await site.acceptAll();
    later(site, day);
    assert.deepEqual(await site.tasks(), everybody('no-stay-known'));
    const [first] = await site.tasksOf(site.sister);
    assert.equal(first?.since.getTime(), again.getTime() + day * minute);
  });

  it('keeps its notices and what was said of its tasks for as long as a task is open, and no longer', async () => {
    const site = await holding();
    await site.acceptAll(null, site.duty);
    const left = async (): Promise<number> => (await stayIdsTold(site)).length;
    later(site, day);
    await close(site, 'sister', 'agreed');
    later(site, 90 * day);
    await site.settle();
    await forgetTellings(test.db, site.now);
    await forgetTold(test.db);
    assert.equal(await left(), 1);
    assert.deepEqual(await site.tasks(), ['council no-stay-known', 'provider no-stay-known']);
    await close(site, 'duty', 'agreed');
    await close(site, 'carer', 'phoned-them');
    await site.settle();
    await forgetTellings(test.db, site.now);
    await forgetTold(test.db);
    assert.equal(await left(), 0);
    const organisations = [site.hospital, site.council.id, site.provider];
    const rows = await test.db.sql.selectFrom('task_closed').select('task_id').where('organisation', 'in', organisations).execute();
    assert.deepEqual(rows, []);
  }); // prettier-ignore
});
