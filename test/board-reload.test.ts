/** Lists of people in hospital that are left open: they reload themselves, lock, and say when they may be incomplete. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { lookUpsOn } from '../src/services/look-up.ts';
import { boardPages } from '../src/web/pages/board-page.ts';
import { councilStaysPages } from '../src/web/pages/council-stays-page.ts';
import { putStay } from './support/arrivals.ts';
import { nhs, usualBirth } from './support/import-lines.ts';
import { landBoth, listedSite, message } from './support/listed.ts';
import type { ListedSite } from './support/listed.ts';
import { council, holidays } from './support/site.ts';
import { signIn, startWeb } from './support/web.ts';
import type { Reply, RunningWeb, SignedIn } from './support/web.ts';

const [A, B, C] = [nhs(1), nhs(2), nhs(3)];
const paths = { board: '/board', 'in-hospital': '/in-hospital' } as const;
let web: RunningWeb;
let site: ListedSite;
let nia: SignedIn;
let carol: SignedIn;

before(async () => {
  let made: ListedSite | undefined;
  web = await startWeb((db, clock) => {
    made = listedSite(db, '999', {}, 'KVH');
    const board = { ...made.board, clock };
    const lookUps = lookUpsOn({ db, clock, agreements: [], holidays });
    return [
      ...boardPages({ board, hospital: { ...board, wake: () => undefined }, lookUps, councils: [council] }),
      ...councilStaysPages({ board, nameOf: (id) => (id === 'KVH' ? 'Kings Vale Hospital' : id) }),
    ];
  });
  assert.ok(made);
  site = made;
  await landBoth(site);
  await putStay(site, A);
});
after(() => web.close());

beforeEach(async () => {
  [nia, carol] = [await signIn(web.baseUrl, 'nia'), await signIn(web.baseUrl, 'carol')];
  await web.db.sql.deleteFrom('hl7_message').execute();
  await heard();
});

/** The feed is heard at the time that it is now for the server. */
async function heard(): Promise<void> {
  site.now = web.clock.now();
  await message(site, 'applied');
  await site.own.run();
}

const words = ({ text }: Reply): string =>
  text
    .replace(/<(style|script)[\s\S]*?<\/\1>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&nbsp;|\s+/g, ' ');
const views = async (action: string): Promise<number> => {
  const rows = await web.db.sql.selectFrom('audit_event').select('audit_id').where('action', '=', action).execute();
  return rows.length;
};
const reload = (visitor: SignedIn, path: string): Promise<Reply> => visitor.get(`${path}?reload=yes`);

describe('a list that is left open', () => {
  it('asks for itself again each minute, without scripts, and says so (H23, WCAG 2.2.1)', async () => {
    for (const [visitor, path] of [[nia, paths.board], [carol, paths['in-hospital']]] as const) {
      const reply = await visitor.get(path);
      assert.equal(reply.headers.get('refresh'), `60; url=${path}?reload=yes`);
      assert.match(words(reply), /Reloads itself every minute\. Reload now/);
      assert.equal((await reload(visitor, path)).headers.get('refresh'), `60; url=${path}?reload=yes`);
    } // prettier-ignore
    assert.equal((await nia.get('/phone-numbers')).headers.get('refresh'), null);
  });

  it('loses with the next reload whoever has refused meanwhile (H23)', async () => {
    assert.match(words(await nia.get('/board')), /EXAMPLE, Barbara/);
    const refusal = { permission: 'refused' } as const;
    await site.look(A, usualBirth, refusal, { ...site.nurse('other'), organisation: 'KVH' });
    assert.doesNotMatch(words(await reload(nia, '/board')), /EXAMPLE, Barbara/);
    assert.doesNotMatch(words(await reload(carol, '/in-hospital')), /EXAMPLE, Barbara/);
    await putStay(site, B);
    await site.own.run();
  });

  it('does not keep the session alive: after 15 minutes it locks by itself', async () => {
    for (const [who, path] of [['nia', paths.board], ['carol', paths['in-hospital']]] as const) {
      const visitor = await signIn(web.baseUrl, who);
      assert.equal((await visitor.get(path)).status, 200);
      for (let minute = 1; minute < 15; minute++) {
        web.clock.advance(60_000);
        assert.equal((await reload(visitor, path)).status, 200, `after ${minute} minutes`);
      }
      web.clock.advance(60_000);
      const over = await reload(visitor, path);
      assert.deepEqual([over.status, over.headers.get('location')], [303, '/signed-out?why=idle']);
      assert.doesNotMatch(over.text, /EXAMPLE/);
    } // prettier-ignore
  });

  it('is kept open by a reload that somebody asked for', async () => {
    await nia.get('/board');
    for (let minute = 0; minute < 30; minute += 10) {
      web.clock.advance(10 * 60_000);
      assert.equal((await nia.get('/board')).status, 200);
    }
  });

  it('leaves a row of the trail when it shows something else, and when it was asked for (product rule 6)', async () => {
    for (const [visitor, path, action, other] of [
      [nia, paths.board, 'see-board', A],
      [carol, paths['in-hospital'], 'see-people-in-hospital', B],
    ] as const) {
      await visitor.get(path);
      const former = await views(action);
      const rows = async (): Promise<number> => (await views(action)) - former;
      web.clock.advance(60_000);
      await heard();
      await reload(visitor, path);
      assert.equal(await rows(), 0, 'the same people');
      await visitor.get(path);
      assert.equal(await rows(), 1, 'asked for');
      await putStay(site, B, { family: `Another ${other}` });
      await heard();
      assert.match(words(await reload(visitor, path)), /ANOTHER/);
      assert.equal(await rows(), 2, 'somebody else too');
    }
  });
});

describe('a list that may be incomplete', () => {
  it('is never “0”, and says why and whom to phone (H02)', async () => {
    await web.db.sql.deleteFrom('stay').execute();
    assert.match(
      words(await nia.get('/board')),
      /with council care: 0 .*Nobody in the department now is known to have care/,
    );
    await message(site, 'waiting', 300);
    const board = words(await nia.get('/board'));
    assert.match(board, /In the department now with council care: not known/);
    assert.match(
      board,
      /This list may be incomplete Messages from the hospital system have been waiting since [\d:]+[ap]m: patients may have come or left since\. What to do: find the patient by NHS number, or phone the council: Sherwood[^.]*01632 960/,
    );
    assert.match(board, /Nobody in the department is listed\. That does not mean that nobody here has council care\./);
    assert.doesNotMatch(board, /council care: 0|is known to have care/);
    const list = words(await carol.get('/in-hospital'));
    assert.match(list, /Our people in hospital now: not known/);
    assert.match(
      list,
      /This list may be incomplete Messages from the system of Kings Vale Hospital have been waiting since [\d:]+[ap]m: people may have come or left since\. What to do: phone the hospital/,
    );
    assert.doesNotMatch(list, /in hospital now: 0|None of your people with care/);
  });

  it('says the same on both lists when the council’s extract is too old, with what to do', async () => {
    web.clock.advance(60 * 3_600_000);
    [nia, carol] = [await signIn(web.baseUrl, 'nia'), await signIn(web.baseUrl, 'carol')];
    await heard();
    assert.match(
      words(await nia.get('/board')),
      /This list may be incomplete Sherwood[^:]*’s care records are too old \([^)]+\), so none of its people can be listed\./,
    );
    assert.match(
      words(await carol.get('/in-hospital')),
      /Your council’s care records are too old \([^)]+\), so none of your people .*Tell whoever sends your council’s extract/,
    );
  });

  it('holds those it knows of, and says that they may not be all', async () => {
    await putStay(site, C);
    await message(site, 'quarantined', 60);
    const text = words(await nia.get('/board'));
    assert.match(text, /with council care: not known|with council care: \d+ listed/);
    assert.match(
      text,
      /A message from the hospital system since [\d:]+[ap]m could not be read: patients may have come or left unnoticed\./,
    );
  });
});
