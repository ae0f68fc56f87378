/** Somebody who pays a provider privately: of such a client a council learns nothing, whatever happens to the message. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, it } from 'node:test';
import { sql } from 'kysely';
import { councilLists, readCouncilList } from '../src/services/council/lists.ts';
import { councilNotice } from '../src/services/council/notice.ts';
import { councilSummary, councilToDo } from '../src/services/council/summary.ts';
import { takeNotice } from '../src/services/notices/act.ts';
import { enqueueDelivery } from '../src/services/notices/deliver.ts';
import { councilSite } from './support/council.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { holdSite } from './support/holding.ts';
import { nhs } from './support/import-lines.ts';
import { refusedWith } from './support/refused.ts';
import { callerOf, holidays } from './support/site.ts';
import { noticeById } from '../src/store/notices/lists.ts';
import { openTasks } from '../src/store/notices/delivery-tasks.ts';
import { uploadRoster } from '../src/services/roster/upload.ts';
import { questionsOfCouncil } from '../src/services/whereabouts/questions.ts';
import { WhereSite } from './support/whereabouts.ts';
import { later } from './support/telling.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const gone = refusedWith('NOTICE_GONE');

it('is in none of the council’s lists, and a message about them that nobody answers goes on to the hospital', async () => {
  const lists = { terms: { enabled: true, arrivalNotices: true } };
  // Before anybody is told of anything: its runner has agreements of its own alone, and looks at whatever there is.
  const { whereabouts } = (await councilSite(test.db, nhs(43), 'Holmes')).council;
  const site = await holdSite(test.db, { roster: lists, number: nhs(40), lines: [{ id: 'M1', number: nhs(41) }] });
  const { provider, clock, notices, feed, duty, desk } = site;
  const upload = randomUUID();
  await sql`insert into roster_upload (upload_id, provider, at, by_id, by_name, state, row_count, audit_id)
    values (${upload}, ${provider}, ${site.now}, 'x', 'X', 'current', 1, ${upload})`.execute(test.db.sql);
  await sql`insert into roster_person (nhs_number) values (${nhs(40)})`.execute(test.db.sql);
  await sql`insert into roster_client (provider, nhs_number, birth_date, family, given, reference, permission_on, upload_id)
    values (${provider}, ${nhs(40)}, '1941-03-14', 'Example', 'Private', 'C-1', '2026-09-01', ${upload})`.execute(
    test.db.sql,
  );
  await site.say('arrived');
  assert.deepEqual(await site.inbox(), ['with-us: to-answer']);
  const board = { db: test.db, clock, agreements: notices.agreements, feeds: [feed] };
  const council = { notices, board, whereabouts };
  const { notice_id: id } = await test.db.sql
    .selectFrom('notice')
    .select('notice_id')
    .where('recipient', '=', provider)
    .executeTakeFirstOrThrow();
  const learnsNothing = async (): Promise<void> => {
    for (const list of ['notices', 'messages', 'holds', 'tasks', 'addresses', 'questions'] as const)
      for (const show of councilLists[list].shows)
        assert.deepEqual((await readCouncilList(council, duty, list, { show })).rows, [], `${list} ${show}`);
    const counts = (await councilSummary(council, duty)).filter(({ list }) => list !== 'in-hospital');
    assert.ok(counts.every(({ count, pressing }) => count + pressing === 0));
    assert.equal(await councilToDo(council, duty), 0);
    await assert.rejects(councilNotice(notices, duty, id), gone);
    await assert.rejects(takeNotice(notices, duty, id), gone);
  };
  await learnsNothing();
  // Nobody is there to be told: the provider hears of it, and whoever runs the service.
  const kept = await noticeById(test.db, id);
  assert.ok(kept);
  const delivery = {
    db: test.db,
    clock,
    holidays,
    couriers: {},
    link: () => '',
    record: () => Promise.resolve(),
    mayLeave: () => Promise.resolve(null),
  };
  await test.db.transaction((trx) => enqueueDelivery(trx, delivery, { notice: kept.state.notice, person: `${kept.council}|${kept.personKey}`, reason: 'reminder', at: site.now })); // prettier-ignore
  assert.equal((await openTasks(test.db, { recipient: provider })).length, 1);
  assert.ok((await openTasks(test.db, 'operator')).some(({ recipient }) => recipient === provider));
  await learnsNothing();
  for (let times = 0; times < 12; times++) {
    later(site, 15);
    await site.settle();
  }
  assert.ok(desk.list.includes('out-of-hours provider'), desk.list.join(', '));
  assert.ok(!desk.list.includes('council provider'), desk.list.join(', '));
  const { owner } = await test.db.sql
    .selectFrom('notice')
    .select('owner')
    .where('notice_id', '=', id)
    .executeTakeFirstOrThrow();
  assert.equal(owner, site.hospital);
  await learnsNothing();
  assert.deepEqual(site.failures, []);
});

it('that is known to the council for something else is in no list of questions either, whatever the answer (product rule 7)', async () => {
  const terms = { enabled: true, whereabouts: true, arrivalNotices: true, shownToHospital: true };
  const site = new WhereSite(test.db, 'PRIV1', { roster: { terms } });
  await site.land([{ n: 1, cqc: '1-SOMEBODY-ELSE' }, { n: 2 }]);
  await site.hear();
  const row = { nhsNumber: site.number(1), birthDate: '14/03/1941', family: 'Person', given: 'Test', reference: 'C-1', permission: 'Y', permissionOn: '01/09/2026' }; // prettier-ignore
  await uploadRoster(site.whereabouts.roster, site.coordinator('mia', site.provider, 'provider-manager'), [row]);
  await site.stay(1);
  assert.equal((await site.ask(1)).kind, 'with-us');
  assert.equal((await site.ask(2)).kind, 'not-with-us');
  const duty = { ...callerOf('council-duty-worker'), organisation: site.site.council.id };
  const listed = await questionsOfCouncil(site.whereabouts.deps, duty);
  assert.deepEqual(listed.map(({ nhsNumber, answered, link }) => [nhsNumber, answered, link]), [[site.number(2), 'not-with-us', 'package']]); // prettier-ignore
});

it('is in hospital, and the council’s agreement tells it of nobody there: no answer to a question does (product rule 8)', async () => {
  const site = new WhereSite(test.db, 'PRIV2', { notices: { council: false } });
  await site.land([{ n: 1 }, { n: 2 }, { n: 3 }], { restricted: [{ id: 'M3' }] });
  await site.hear();
  await site.stay(1);
  for (const n of [1, 2, 3]) await site.ask(n);
  const duty = { ...callerOf('council-duty-worker'), organisation: site.site.council.id };
  const listed = await questionsOfCouncil(site.whereabouts.deps, duty);
  assert.equal(listed.length, 3);
  const said = listed.map(({ answered, toldLater, openUntil, closedAt }) => [answered, toldLater, openUntil, closedAt]);
  for (const one of said) assert.deepEqual(one, [null, null, null, null]);
});
