/** The hospital's board and the council's list: who is on them, for whom, and that seeing them is in the trail. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { roles } from '../src/domain/caller.ts';
import type { Caller } from '../src/domain/caller.ts';
import { boardOf, takeFromBoard } from '../src/services/board.ts';
import type { Board, BoardDeps } from '../src/services/board.ts';
import { peopleInHospital } from '../src/services/people-in-hospital.ts';
import { Database } from '../src/store/database.ts';
import { kingsVale } from './support/adt.ts';
import { allOn, putStay, settling } from './support/arrivals.ts';
import type { Settling, StayChanges } from './support/arrivals.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { FaultyEngine } from './support/faults.ts';
import { nhs, numbers, restrictions, safeguarding, usualBirth } from './support/import-lines.ts';
import { Site } from './support/import-site.ts';
import { refusedWith } from './support/refused.ts';
import { callerOf } from './support/site.ts';

let test: TestDatabase;
let sites = 0;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const [A, B, C] = [nhs(1), nhs(2), nhs(3)];
type TestSite = Site & { readonly own: Settling; readonly board: BoardDeps };

async function newSite(agreement: Record<string, unknown> = {}): Promise<TestSite> {
  const site = new Site(test.db, `BRD${++sites}`, {
    agreement: { arrival: allOn, ...agreement },
    council: { fallLimitPercent: 100 },
  });
  const people = [
    { id: 'M1', number: A },
    { id: 'M2', number: B },
  ];
  await site.land(site.whole(people, { referrals: [{ id: 'M1' }] }));
  const feed = { ...kingsVale, id: `feed-${site.hospital.toLowerCase()}`, hospital: site.hospital };
  const board = { db: test.db, clock: site.clock, agreements: [site.agreement], feeds: [feed] };
  return Object.assign(site, { own: settling(site), board });
}

async function arrive(site: TestSite, number: string, changes: StayChanges = {}): Promise<string> {
  const stay = await putStay(site, number, changes);
  await site.own.run();
  return stay;
}

const dutyWorker = (site: Site): Caller => ({ ...callerOf('council-duty-worker'), organisation: site.council.id });
const numbersOn = ({ people }: Board): (string | null)[] => people.map((one) => one.nhsNumber);
const minutesAgo = (site: Site, minutes: number): Date => new Date(site.now.getTime() - minutes * 60_000);

async function trail(site: Site, action: string): Promise<Record<string, unknown>[]> {
  const rows = await test.db.sql.selectFrom('audit_event').selectAll().where('action', '=', action).execute();
  return rows.filter((row) => row.organisation === site.hospital || row.organisation === site.council.id);
}

describe('the board', () => {
  it('lists who is here with care on record, the latest to come first, and nobody else', async () => {
    const site = await newSite();
    const first = await arrive(site, A, { startedAt: minutesAgo(site, 50) });
    const staleAt = { stale_at: minutesAgo(site, 5) };
    await test.db.sql.updateTable('stay').set(staleAt).where('stay_id', '=', first).execute();
    const second = await arrive(site, B, { status: 'admitted', team: 'Ward 12', startedAt: minutesAgo(site, 20) });
    await arrive(site, C);
    await arrive(site, A, { status: 'discharged', endedAt: site.now });
    const { switchedOn, people } = await boardOf(site.board, site.nurse('n'));
    assert.equal(switchedOn, true);
    assert.deepEqual(people, [
      {
        stayId: second, name: { family: 'Example', given: 'Barbara' }, nhsNumber: B, birthDate: usualBirth,
        team: 'Ward 12', status: 'admitted', since: minutesAgo(site, 20), permission: null, staleSince: null,
        lastHeardAt: minutesAgo(site, 20), councils: [site.council.id],
      },
      {
        stayId: first, name: { family: 'Example', given: 'Barbara' }, nhsNumber: A, birthDate: usualBirth,
        team: 'Emergency department', status: 'arrived', since: minutesAgo(site, 50), permission: null,
        staleSince: minutesAgo(site, 5), lastHeardAt: minutesAgo(site, 50), councils: [site.council.id],
      },
    ]); // prettier-ignore
  });

  it('is the same with a referral open, closed and not known (H13)', async () => {
    const site = await newSite();
    await arrive(site, A);
    const one = await boardOf(site.board, site.nurse('n'));
    await site.land([safeguarding(site.council.id, [])]);
    await site.own.run();
    assert.deepEqual(await boardOf(site.board, site.nurse('n')), one);
  });

  it('is in the trail before it is shown, with the questions that put people there', async () => {
    const site = await newSite();
    await arrive(site, A);
    await boardOf(site.board, site.nurse('n'));
    const [question] = await trail(site, 'arrival-question');
    const rows = await trail(site, 'see-board');
    assert.deepEqual(rows.map((row) => [row['outcome'], row['detail']]), [['listed', { shown: 1, questions: [question?.['audit_id']] }]]); // prettier-ignore
  });

  it('is not shown when the trail cannot be written (product rule 6)', async () => {
    const site = await newSite();
    await arrive(site, A);
    const engine = new FaultyEngine(test.engine);
    engine.arm(1, { when: 'before', as: 'refusal' }, /insert into "audit_event"/);
    await assert.rejects(boardOf({ ...site.board, db: new Database(engine) }, site.nurse('n')));
    assert.ok(engine.disarm());
  });

  it('is recorded by a reload of its own when it changed, and at least each quarter of an hour (product rule 6)', async () => {
    const site = await newSite();
    await arrive(site, A);
    const caller = site.nurse('n');
    const reload = async (deps = site.board, who = caller): Promise<number> => {
      await boardOf(deps, who, { automatic: true });
      return (await trail(site, 'see-board')).length;
    };
    assert.deepEqual([await reload(), await reload()], [1, 1]);
    const engine = new FaultyEngine(test.engine);
    engine.arm(1, { when: 'before', as: 'refusal' }, /insert into "audit_event"/);
    const broken = { ...site.board, db: new Database(engine) };
    assert.equal(await reload(broken), 1, 'what a row says already is shown');
    await arrive(site, B);
    await assert.rejects(reload(broken), 'what no row says is not');
    assert.ok(engine.disarm());
    assert.equal(await reload(), 2);
    assert.equal(await reload(site.board, { ...caller, session: 'another session' }), 3);
    site.now = new Date(site.now.getTime() + 15 * 60_000);
    assert.equal(await reload(), 4);
  });

  it('says whether the person agreed or could not be asked, also by another of their numbers (H04)', async () => {
    const site = await newSite();
    await site.land([numbers([[C, A]])]);
    await arrive(site, C);
    const permission = async (): Promise<unknown> => (await boardOf(site.board, site.nurse('n'))).people[0]?.permission;
    assert.equal(await permission(), null);
    await site.look(A, usualBirth, { permission: 'cannot-ask', cannotAskReason: 'confused' });
    assert.deepEqual(await permission(), { answer: 'cannot-ask', at: site.now });
    site.now = new Date(site.now.getTime() + 60_000);
    await site.look(C, usualBirth);
    assert.deepEqual(await permission(), { answer: 'given', at: site.now });
  });

  const nobodysWord: [name: string, look: (site: TestSite) => Promise<{ kind: string }>, kind: string][] = [
    ['had another birth date', (site) => site.look(A, '1950-01-01'), 'birth-date-mismatch'],
    ['was refused before the council was asked', (site) => site.look(A, usualBirth, { reason: 'nonsense' as never }), 'not-allowed'],
    ['could not ask, with another birth date', (site) => site.look(A, '1950-01-01', { permission: 'cannot-ask', cannotAskReason: 'confused' }), 'birth-date-mismatch'],
  ]; // prettier-ignore
  for (const [name, look, kind] of nobodysWord) {
    it(`says “not asked yet” after a look-up that ${name}: nobody asked this person (rule R7)`, async () => {
      const site = await newSite();
      await arrive(site, A);
      assert.equal((await look(site)).kind, kind);
      assert.equal((await boardOf(site.board, site.nurse('n'))).people[0]?.permission, null);
    });
  }

  it('loses who refuses in the moment of the refusal, whatever is settled later, and by any number (H23, rule R7)', async () => {
    const site = await newSite();
    await site.land([numbers([[C, A]])]);
    await arrive(site, A);
    await arrive(site, B);
    await site.look(C, usualBirth, { permission: 'refused' });
    assert.deepEqual(numbersOn(await boardOf(site.board, site.nurse('n'))), [B]);
    assert.equal((await peopleInHospital(site.board, dutyWorker(site))).people.length, 1);
    await site.own.run();
    assert.deepEqual(numbersOn(await boardOf(site.board, site.nurse('n'))), [B]);
  });

  it('keeps who refused in another hospital or in an earlier stay', async () => {
    const site = await newSite();
    await site.look(A, usualBirth, { permission: 'refused' });
    const other = await newSite();
    await other.look(A, usualBirth, { permission: 'refused' });
    site.now = new Date(site.now.getTime() + 26 * 3_600_000);
    await arrive(site, A);
    assert.deepEqual(numbersOn(await boardOf(site.board, site.nurse('n'))), [A]);
  });

  it('loses a stay that the hospital says is somebody else’s, before anybody has been asked about them (H01)', async () => {
    const site = await newSite();
    const stay = await arrive(site, A);
    for (const changes of [
      { nhs_number: C },
      { birth_date: '1950-01-01' },
      { died: true },
      { cautions: ['patient-contradicted'] },
    ]) {
      await test.db.sql.updateTable('stay').set(changes).where('stay_id', '=', stay).execute();
      assert.deepEqual(numbersOn(await boardOf(site.board, site.nurse('n'))), [], JSON.stringify(changes));
      assert.deepEqual((await peopleInHospital(site.board, dutyWorker(site))).people, [], JSON.stringify(changes));
      await test.db.sql
        .updateTable('stay')
        .set({ nhs_number: A, birth_date: usualBirth, died: false, cautions: [] })
        .where('stay_id', '=', stay)
        .execute();
      assert.deepEqual(numbersOn(await boardOf(site.board, site.nurse('n'))), [A]);
    }
  });

  it('loses who is restricted or objects, once the council’s file is in (H23)', async () => {
    const site = await newSite();
    await arrive(site, A);
    await site.land([restrictions(site.council.id, [{ id: 'M1' }])]);
    await site.own.run();
    assert.deepEqual(numbersOn(await boardOf(site.board, site.nurse('n'))), []);
  });

  it('is for roles that may look up and that the agreement names, at the hospital where people are', async () => {
    const site = await newSite();
    await arrive(site, A);
    for (const role of roles) {
      const asked = boardOf(site.board, site.nurse('n', role));
      if (!['emergency-nurse', 'emergency-doctor', 'discharge-nurse', 'ward-clerk'].includes(role)) {
        await assert.rejects(asked, refusedWith('NOT_ALLOWED'), role);
        continue;
      }
      const { switchedOn, people } = await asked;
      // The agreement of these tests names no doctor.
      assert.deepEqual([switchedOn, people.length], role === 'emergency-doctor' ? [false, 0] : [true, 1], role);
    }
    const elsewhere = { ...site.nurse('n'), organisation: 'ELSEWHERE' };
    assert.deepEqual(await boardOf(site.board, elsewhere), {
      switchedOn: false,
      people: [],
      councils: [],
      gaps: [],
      sources: { hospitals: [], councils: [] },
      untold: null,
    });
  });

  it('is off where its switch is off, or the agreement is not in force', async () => {
    for (const agreement of [{ arrival: { ask: true } }, { arrival: {} }, { enabled: false }]) {
      const site = await newSite(agreement);
      await arrive(site, A);
      const off = {
        switchedOn: false,
        people: [],
        councils: [],
        gaps: [],
        sources: { hospitals: [], councils: [] },
        untold: null,
      };
      assert.deepEqual(await boardOf(site.board, site.nurse('n')), off);
    }
  });
});

describe('from the board', () => {
  it('a look-up begins with whom the hospital says it is, and with the agreement that asks', async () => {
    const site = await newSite();
    const stay = await arrive(site, A);
    const { person, agreement } = await takeFromBoard(site.board, site.nurse('n'), stay, 'look-up');
    assert.deepEqual([person.nhsNumber, person.birthDate, person.name], [A, usualBirth, { family: 'Example', given: 'Barbara' }]); // prettier-ignore
    assert.deepEqual([agreement.council, agreement.permission], [site.council.id, 'ask']);
  });

  it('says “not needed” where the agreement does not ask', async () => {
    const site = await newSite({ permission: 'not-needed' });
    const stay = await arrive(site, A);
    const { person } = await takeFromBoard(site.board, site.nurse('n'), stay, 'look-up');
    assert.equal(person.permission, 'not-needed');
  });

  it('nobody can be taken who is not on the caller’s own board', async () => {
    const site = await newSite();
    const [none, left, refused] = [
      await arrive(site, C),
      await arrive(site, A, { status: 'discharged', endedAt: site.now }),
      await arrive(site, B),
    ];
    await site.look(B, usualBirth, { permission: 'refused' });
    const nurse = site.nurse('n');
    for (const stay of [none, left, refused, 'x', '', "' or true --", '00000000-0000-4000-8000-000000000000']) {
      await assert.rejects(takeFromBoard(site.board, nurse, stay, 'look-up'), refusedWith('STAY_GONE'), stay);
    }
    const here = await arrive(site, A);
    await takeFromBoard(site.board, nurse, here, 'look-up');
    await assert.rejects(takeFromBoard(site.board, { ...nurse, organisation: 'ELSEWHERE' }, here, 'look-up'), refusedWith('STAY_GONE')); // prettier-ignore
    await assert.rejects(takeFromBoard(site.board, dutyWorker(site), here, 'look-up'), refusedWith('NOT_ALLOWED'));
  });
});

describe('the council’s list of its people in hospital', () => {
  it('says who, where, since when and until when, and nothing clinical', async () => {
    const site = await newSite();
    await arrive(site, A, { startedAt: minutesAgo(site, 90), since: minutesAgo(site, 30), status: 'on-leave', expected: '2026-10-02' }); // prettier-ignore
    const { people, hospitals, switchedOn } = await peopleInHospital(site.board, dutyWorker(site));
    assert.deepEqual([switchedOn, hospitals], [true, [site.hospital]]);
    const shown = people.map(({ personKey: _forTheTrail, ...one }) => one);
    assert.deepEqual(shown, [
      {
        name: { family: 'Example', given: 'Barbara' }, nhsNumber: A, birthDate: usualBirth, councilId: 'M1',
        hospital: site.hospital, since: minutesAgo(site, 90), onLeave: true,
        expectedDischarge: { date: '2026-10-02', at: null }, staleSince: null, lastHeardAt: minutesAgo(site, 30),
      },
    ]); // prettier-ignore
  });

  it('holds only the council’s own people with care on record, and is in the trail', async () => {
    const [site, other] = [await newSite(), await newSite()];
    await arrive(site, A);
    await arrive(site, C);
    const deps = { ...site.board, agreements: [site.agreement, other.agreement] };
    assert.equal((await peopleInHospital(deps, dutyWorker(site))).people.length, 1);
    assert.deepEqual((await peopleInHospital(deps, dutyWorker(other))).people, []);
    const [row] = await trail(site, 'see-people-in-hospital');
    assert.deepEqual([row?.['outcome'], (row?.['detail'] as { shown: number } | undefined)?.shown], ['listed', 1]);
  });

  it('is off where its switch is off, and for every other role', async () => {
    const site = await newSite({ arrival: { ask: true, board: true, hint: true } });
    await arrive(site, A);
    const { switchedOn, people } = await peopleInHospital(site.board, dutyWorker(site));
    assert.deepEqual([switchedOn, people], [false, []]);
    for (const role of roles.filter((one) => one !== 'council-duty-worker')) {
      const caller = { ...callerOf(role), organisation: site.council.id };
      await assert.rejects(peopleInHospital(site.board, caller), refusedWith('NOT_ALLOWED'), role);
    }
  });
});
