/** A provider's own list of clients on a real database: taken as it is, set aside, replaced, used and forgotten. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { sql } from 'kysely';
import { HomewardError } from '../src/domain/error.ts';
import type { RosterRow } from '../src/domain/roster.ts';
import { rosterAddressees, rosterLines } from '../src/services/roster/clients.ts';
import { settleHeld, takeRoster, uploadRoster } from '../src/services/roster/upload.ts';
import { hasRoster, rosterFaultsCsv, rosterOf } from '../src/services/roster/view.ts';
import { readRoster } from '../src/sources/roster-file.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { usualBirth } from './support/import-lines.ts';
import { refusedWith } from './support/refused.ts';
import { WhereSite } from './support/whereabouts.ts';
import type { WhereSiteOptions } from './support/whereabouts.ts';

let test: TestDatabase;
let sites = 0;
before(async () => void (test = await openTestDatabase()));
after(() => test.close());

const day = 86_400_000;
const daysBefore = (site: WhereSite, days: number): string =>
  new Date(site.site.now.getTime() - days * day).toISOString().slice(0, 10);
const allOn = { enabled: true, whereabouts: true, arrivalNotices: true, shownToHospital: true };

/** People 1 to 9 are in the council's record, with care of another provider: none is a client by a package. */
async function siteOf(roster: Record<string, unknown> = {}, options: WhereSiteOptions = {}, more = {}): Promise<WhereSite> {
  const site = new WhereSite(test.db, `ROSTER${++sites}`, { ...options, roster: { terms: allOn, ...roster } });
  await site.land(Array.from({ length: 10 }, (_, n) => ({ n, cqc: '1-SOMEBODY-ELSE' })), more);
  await site.hear();
  return site;
} // prettier-ignore

const row = (site: WhereSite, n: number, changes: Partial<RosterRow> = {}): RosterRow => ({
  nhsNumber: site.number(n),
  birthDate: '14/03/1941',
  family: 'Person',
  given: 'Test',
  reference: `C-${n}`,
  permission: 'Y',
  permissionOn: daysBefore(site, 5),
  ...changes,
});
const rows = (site: WhereSite, ...numbers: number[]): RosterRow[] => numbers.map((n) => row(site, n));
const manager = (site: WhereSite) => site.coordinator('mia', site.provider, 'provider-manager');
const upload = (site: WhereSite, list: readonly RosterRow[]) => uploadRoster(site.whereabouts.roster, manager(site), list); // prettier-ignore
const view = (site: WhereSite) => rosterOf(site.whereabouts.roster, manager(site));

describe('a list of clients', () => {
  it('is taken row by row as it was handed in, and the rest set aside with a reason that the provider can act on', async () => {
    const site = await siteOf();
    const done = await upload(site, [
      row(site, 1),
      row(site, 2, { birthDate: '15/03/1941' }),
      row(site, 3, { permission: 'N' }),
      row(site, 4, { nhsNumber: '9990000000' }),
      row(site, 50),
      row(site, 5, { birthDate: '14/03/2015' }),
    ]);
    assert.deepEqual(done, { state: 'current', rows: 6, clients: 3, setAside: 3 });
    const { clients, setAside } = await view(site);
    assert.deepEqual(clients.map(({ nhsNumber }) => nhsNumber).sort(), [1, 2, 50].map((n) => site.number(n)).sort());
    assert.deepEqual(
      setAside.map(({ row: at, code }) => [at, code]),
      [
        [3, 'PERMISSION_MISSING'],
        [4, 'NHS_NUMBER_CHECK_DIGIT'],
        [6, 'UNDER_18'],
      ],
    );
  });

  it('keeps nothing of a child or of whoever did not agree, and of other rows nothing beyond a week', async () => {
    const site = await siteOf();
    await upload(site, [row(site, 1), row(site, 2, { permission: 'N' }), row(site, 3, { birthDate: '14/03/2015' }), row(site, 4, { given: '' })]); // prettier-ignore
    const { setAside } = await view(site);
    assert.deepEqual(
      setAside.map(({ cells }) => [cells.nhsNumber, cells.family, cells.birthDate]),
      [
        ['', '', ''],
        ['', '', ''],
        [site.number(4), 'Person', '14/03/1941'],
      ],
    );
    site.site.now = new Date(site.site.now.getTime() + 8 * day);
    await site.whereabouts.forget();
    const after = await view(site);
    assert.deepEqual([after.setAside.length, after.clients.length], [0, 1]);
  });

  it('H03: counts for as long as the agreement says, and so does what a person agreed to', async () => {
    const site = await siteOf({ listFor: '35 days', permissionFor: '60 days' });
    const listed = async (n: number): Promise<number> =>
      (await rosterAddressees(test.db, site, [site.number(n)], usualBirth, site.site.now)).length;
    await upload(site, [row(site, 1), row(site, 2, { permissionOn: daysBefore(site, 50) })]);
    assert.deepEqual([await listed(1), await listed(2)], [1, 1]);
    site.site.now = new Date(site.site.now.getTime() + 20 * day);
    assert.deepEqual([await listed(1), await listed(2), (await view(site)).toAskAgain], [1, 0, 1]);
    site.site.now = new Date(site.site.now.getTime() + 20 * day);
    assert.equal(await listed(1), 0);
    await site.whereabouts.forget();
    assert.equal((await view(site)).clients.length, 0);
  });

  it('is replaced as a whole: whoever is left out is no client any more', async () => {
    const site = await siteOf();
    await upload(site, rows(site, 1, 2, 3, 4, 5));
    await upload(site, rows(site, 1, 2, 3, 4, 6));
    const { clients } = await view(site);
    assert.deepEqual(clients.map(({ nhsNumber }) => nhsNumber).sort(), [1, 2, 3, 4, 6].map((n) => site.number(n)).sort()); // prettier-ignore
  });

  it('waits for somebody who means it when it is much shorter than the one before', async () => {
    const site = await siteOf();
    await upload(site, rows(site, 1, 2, 3, 4, 5));
    assert.equal((await upload(site, rows(site, 1))).state, 'held');
    assert.equal((await view(site)).clients.length, 5);
    assert.equal((await view(site)).held?.clients, 1);
    await settleHeld(site.whereabouts.roster, manager(site), 'discard');
    assert.equal((await view(site)).held, null);
    await upload(site, rows(site, 1));
    await settleHeld(site.whereabouts.roster, manager(site), 'take');
    assert.equal((await view(site)).clients.length, 1);
    await assert.rejects(settleHeld(site.whereabouts.roster, manager(site), 'take'), refusedWith('ROSTER_REFUSED'));
  });

  it('is not taken without a client, with too many, or too often a day', async () => {
    const site = await siteOf({ mostClients: 2, uploadsDay: 3 });
    await assert.rejects(upload(site, []), refusedWith('ROSTER_REFUSED'));
    await assert.rejects(upload(site, rows(site, 1, 2, 3)), refusedWith('ROSTER_REFUSED'));
    await upload(site, rows(site, 1));
    await assert.rejects(upload(site, rows(site, 1)), refusedWith('ROSTER_REFUSED'));
  });

  it('is for managers of a provider whose own agreement is on, and for nobody else', async () => {
    const site = await siteOf({ terms: { enabled: false } });
    assert.equal(hasRoster(site.whereabouts.roster, manager(site)), false);
    await assert.rejects(upload(site, rows(site, 1)), refusedWith('NOT_ALLOWED'));
    const on = await siteOf();
    await assert.rejects(
      uploadRoster(on.whereabouts.roster, on.coordinator(), rows(on, 1)),
      refusedWith('NOT_ALLOWED'),
    );
    const other = on.coordinator('mo', 'cqc:1-999999999', 'provider-manager');
    await assert.rejects(uploadRoster(on.whereabouts.roster, other, rows(on, 1)), refusedWith('NOT_ALLOWED'));
  });

  it('counts a file that was refused in the day, and reads one at a time for a provider', async () => {
    const site = await siteOf({ uploadsDay: 3 });
    const take = (read: () => Promise<readonly RosterRow[]>) => takeRoster(site.whereabouts.roster, manager(site), read); // prettier-ignore
    await assert.rejects(take(() => Promise.reject(new HomewardError('PART_CSV'))), refusedWith('PART_CSV')); // prettier-ignore
    const [begun, reading] = [Promise.withResolvers<void>(), Promise.withResolvers<readonly RosterRow[]>()];
    const first = take(() => (begun.resolve(), reading.promise));
    await begun.promise;
    let read = false;
    await assert.rejects(take(() => Promise.resolve(((read = true), rows(site, 2)))), refusedWith('ROSTER_REFUSED')); // prettier-ignore
    assert.equal(read, false);
    reading.resolve(rows(site, 1));
    assert.equal((await first).state, 'current');
    await upload(site, rows(site, 1));
    await assert.rejects(take(() => Promise.resolve(((read = true), []))), /There were 3 files in a day already/); // prettier-ignore
    assert.equal(read, false);
  });

  it('is given up when it takes too long to read: the next is read, and it counts for nothing any more', async () => {
    const site = await siteOf();
    const [begun, reading] = [Promise.withResolvers<void>(), Promise.withResolvers<readonly RosterRow[]>()];
    const first = takeRoster(site.whereabouts.roster, manager(site), () => (begun.resolve(), reading.promise));
    await begun.promise;
    site.site.now = new Date(site.site.now.getTime() + 3 * 60_000);
    await upload(site, rows(site, 2));
    reading.resolve(rows(site, 1));
    await assert.rejects(first, refusedWith('ROSTER_REFUSED'));
    assert.deepEqual((await view(site)).clients.map(({ nhsNumber }) => nhsNumber), [site.number(2)]); // prettier-ignore
  });

  it('gives back what was set aside, as it came, and no cell that a spreadsheet would run', async () => {
    const site = await siteOf();
    await upload(site, [row(site, 1, { family: '=cmd()', birthDate: '31/02/1941', reference: 'a "b", c' })]);
    const text = await rosterFaultsCsv(site.whereabouts.roster, manager(site));
    assert.match(text, /"'=cmd\(\)"/);
    assert.match(text, /"a ""b"", c"/);
    assert.match(text, /BIRTH_DATE_NOT_READ","Date of Birth is not a real date/);
    const read = await readRoster(Readable.from([Buffer.from(text)]));
    assert.equal(read.length, 1);
  });

  it('goes when its agreement is over', async () => {
    const site = await siteOf();
    await upload(site, rows(site, 1));
    site.site.now = new Date('2031-01-01T09:00:00Z');
    await site.whereabouts.forget();
    const { rows: left } = await sql`select from roster_client where provider = ${site.provider}`.execute(test.db.sql);
    assert.deepEqual(left, []);
  });
});

describe('a client on a list', () => {
  it('can be asked for, known to a council or to none, and told of when arriving later', async () => {
    const site = await siteOf();
    await site.stay(70);
    await upload(site, rows(site, 1, 70));
    assert.equal((await site.ask(70)).kind, 'with-us');
    assert.equal((await site.ask(1)).kind, 'not-with-us');
    await site.stay(1);
    await site.whereabouts.run();
    assert.deepEqual(site.failures, []);
    const notices =
      await sql`select recipient, link, fact, waits, content->'who'->>'ownReference' as reference from notice
      where council = ${site.site.council.id} order by created_at, open`.execute(test.db.sql);
    assert.deepEqual(notices.rows, [
      { recipient: site.provider, link: 'roster', fact: 'with-us', waits: false, reference: 'C-70' },
      { recipient: site.provider, link: 'roster', fact: 'with-us', waits: false, reference: 'C-1' },
    ]);
  });

  it('cannot be asked for before the list, by another birth date, or where the agreement leaves questions out', async () => {
    const site = await siteOf();
    await site.stay(1);
    assert.equal((await site.ask(1)).kind, 'cannot-say');
    await upload(site, rows(site, 1));
    assert.equal((await site.ask(1, '1941-03-15')).kind, 'cannot-say');
    const off = await siteOf({ terms: { enabled: true } });
    await off.stay(1);
    await upload(off, rows(off, 1));
    assert.equal((await off.ask(1)).kind, 'cannot-say');
  });

  it('H13: is barred as any other by a referral, a restriction or a death', async () => {
    const site = await siteOf({}, {}, { referrals: [{ id: 'M1' }], restricted: [{ id: 'M2' }] });
    await upload(site, rows(site, 1, 2, 3));
    for (const n of [1, 2]) await site.stay(n);
    await site.stay(3, { status: 'died', died: true });
    for (const n of [1, 2, 3]) assert.equal((await site.ask(n)).kind, 'cannot-say', String(n));
  });

  it('is no package of the council: neither the record nor the look-up knows anything of the list', async () => {
    const site = await siteOf();
    const before = JSON.stringify(await site.site.look(site.number(1), usualBirth));
    await upload(site, rows(site, 1));
    assert.equal(JSON.stringify(await site.site.look(site.number(1), usualBirth)), before);
    const found = await sql`select from package where council = ${site.site.council.id} and cqc_location_id = ${site.provider.slice(4)}`.execute(test.db.sql); // prettier-ignore
    assert.deepEqual(found.rows, []);
  });

  it('is shown to the hospital, and told of, only where the provider’s agreement says so', async () => {
    for (const on of [true, false]) {
      const site = await siteOf({ terms: { ...allOn, shownToHospital: on, arrivalNotices: on } });
      await upload(site, rows(site, 1));
      const { rosters } = site;
      const now = site.site.now;
      const lines = await rosterLines(test.db, { rosters }, [site.number(1)], usualBirth, now);
      assert.deepEqual(lines.map(({ line }) => line), on ? ['Example Home Care says this person is its client. This is not care that the council arranges.'] : []); // prettier-ignore
      const told = await rosterAddressees(test.db, { rosters }, [site.number(1)], usualBirth, now);
      assert.deepEqual(told.map(({ provider }) => provider), on ? [site.provider] : []); // prettier-ignore
      assert.deepEqual(await rosterLines(test.db, { rosters }, [site.number(1)], '1941-03-15', now), []);
    }
  });
});

describe('a list as a file', () => {
  const read = (text: string | Buffer) => readRoster(Readable.from([Buffer.from(text)]));
  const head = 'NHS Number,Date of Birth,Last Name,First Name,Your Reference,Permission,Permission Date';

  it('is read with its columns in any order, in UTF-8 or as older spreadsheets save it', async () => {
    const line = 'Y,01/09/2026,C1,Zoë,O’Neil,14/03/1941,999 000 0018';
    const turned = head.split(',').toReversed().join(',').replace('Permission Date,Permission', 'Permission,Permission Date'); // prettier-ignore
    const [one] = await read(`\ufeff${turned}\r\n${line}\r\n\r\n,,,,,,\r\n`);
    assert.deepEqual(one, { nhsNumber: '999 000 0018', birthDate: '14/03/1941', family: 'O’Neil', given: 'Zoë', reference: 'C1', permission: 'Y', permissionOn: '01/09/2026' }); // prettier-ignore
    const old = Buffer.concat([Buffer.from(`${head}\n1,2,O`), Buffer.from([0x92]), Buffer.from('Neil,Zo'), Buffer.from([0xeb]), Buffer.from(',5,Y,7\n')]); // prettier-ignore
    assert.equal((await read(old))[0]?.family, 'O’Neil');
    assert.equal((await read(old))[0]?.given, 'Zoë');
  });

  it('is refused when a column is missing or stands twice, or the file is no text', async () => {
    await assert.rejects(read(head.replace(',Permission,', ',')), refusedWith('PART_HEADER'));
    await assert.rejects(read(`${head},Surname\n`), refusedWith('PART_HEADER'));
    await assert.rejects(read(''), refusedWith('PART_HEADER'));
    await assert.rejects(read(Buffer.from(head, 'utf16le')), refusedWith('PART_ENCODING'));
  });

  it('is given up at the first row too many, however large the file is, and keeps nothing of empty rows', async () => {
    await assert.rejects(readRoster(Readable.from([Buffer.from(`${head}\n${'a\n'.repeat(100_000)}`)]), 5_000), refusedWith('ROSTER_REFUSED')); // prettier-ignore
    assert.deepEqual(await read(`${head}\n${',,\n'.repeat(100_000)}`), []);
    await assert.rejects(read(`${head},${'x,'.repeat(60)}\n`), refusedWith('PART_HEADER'));
    await assert.rejects(read(`${head}\n"${'x'.repeat(40_000)}`), refusedWith('PART_CSV'));
  });

  it('lets others have their turn while it is read', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await read(`${head}\n${',,\n'.repeat(300_000)}`);
    clearInterval(timer);
    assert.ok(turns > 3, String(turns));
  });

  it('never fails but by a code, whatever the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const content = Buffer.concat([Buffer.from(`${head}\n`), bytes]);
        await read(content).catch((error: unknown) => assert.ok(error instanceof HomewardError));
      }),
      { numRuns: 200 },
    );
  });
});

describe('whatever is handed in', () => {
  it('a client is somebody as handed in, once, and every other row is set aside with a code', async () => {
    const site = await siteOf({ uploadsDay: 1000, fallLimitPercent: 100 });
    const cell = fc.oneof(fc.constantFrom('', 'Y', '14/03/1941', '15/03/1941', site.number(1), site.number(2), site.number(61)), fc.string({ maxLength: 8 }).filter((text) => !text.includes('\0'))); // prettier-ignore
    const any = fc.record<RosterRow>({
      nhsNumber: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(1, 2, 61).map((n) => site.number(n)) }, { weight: 1, arbitrary: cell }), // prettier-ignore
      birthDate: fc.oneof({ weight: 3, arbitrary: fc.constant('14/03/1941') }, { weight: 1, arbitrary: cell }),
      family: fc.oneof({ weight: 3, arbitrary: fc.constant('Person') }, { weight: 1, arbitrary: cell }),
      given: fc.constant('Test'),
      reference: fc.oneof({ weight: 3, arbitrary: fc.constantFrom('C1', 'C2') }, { weight: 1, arbitrary: cell }),
      permission: fc.oneof({ weight: 4, arbitrary: fc.constant('Y') }, { weight: 1, arbitrary: cell }),
      permissionOn: fc.constant('01/09/2026'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(any, { minLength: 1, maxLength: 6 }), async (list) => {
        const done = await upload(site, list);
        const { clients, setAside } = await view(site);
        assert.equal(done.clients, clients.length);
        assert.ok(setAside.every(({ code }) => code !== null));
        assert.ok(list.length - setAside.length >= clients.length);
        assert.equal(new Set(clients.map(({ nhsNumber }) => nhsNumber)).size, clients.length);
        for (const { nhsNumber, birthDate } of clients) {
          assert.ok(list.some((one) => one.nhsNumber.replaceAll(' ', '') === nhsNumber));
          assert.ok(['1941-03-14', '1941-03-15'].includes(birthDate), birthDate);
        }
      }),
      { numRuns: 40 },
    );
  });
});
