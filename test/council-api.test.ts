/** A council's lists for its own system: by its token alone, of its own rows alone, in the trail before they leave. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { councilSide, tokenSetting } from '../src/app-council.ts';
import { HomewardError } from '../src/domain/error.ts';
import { councilApi } from '../src/web/pages/council-api.ts';
import { councilTokens, startTwoCouncils, withoutTrail } from './support/council-web.ts';
import type { CouncilSite } from './support/council.ts';
import { nhs } from './support/import-lines.ts';
import { auditOf } from './support/import-site.ts';
import type { RunningWeb } from './support/web.ts';

const { token, otherToken } = councilTokens;
let web: RunningWeb;
let one: CouncilSite;
let other: CouncilSite;

before(async () => {
  ({ web, one, other } = await startTwoCouncils(({ council, systems }) => councilApi({ council }, systems)));
});
after(() => web.close());

interface Answer {
  readonly list: string;
  readonly council: string;
  readonly total: number;
  readonly page: number;
  readonly next: number | null;
  readonly mayBeIncomplete: readonly string[];
  readonly switchedOn: boolean;
  readonly rows: readonly Record<string, unknown>[];
}

async function ask(path: string, shown: string | null = token): Promise<{ status: number; text: string; json: Answer }> {
  const headers: Record<string, string> = shown === null ? {} : { authorization: `Bearer ${shown}` };
  const reply = await fetch(`${web.baseUrl}/api/council/lists/${path}`, { headers, redirect: 'manual' });
  const text = await reply.text();
  return { status: reply.status, text, json: JSON.parse(text) as Answer };
} // prettier-ignore

const exports = async (): Promise<Record<string, unknown>[]> =>
  (await auditOf(web.db, one.site.council.id)).filter(({ action }) => action === 'export-council-list');

describe('the address of a council’s lists', () => {
  it('gives a list as JSON, its keys the same for every row, and names whoever has it in the trail', async () => {
    const before = (await exports()).length;
    const { status, json } = await ask('notices');
    assert.equal(status, 200);
    assert.deepEqual([json.list, json.council, json.total, json.next], ['notices', one.site.council.id, 1, null]);
    const row = json.rows[0] ?? assert.fail();
    assert.equal(row['nhsNumber'], nhs(1));
    assert.equal(row['person'], 'HOLMES, Barbara');
    assert.equal(row['answeredBy'], '');
    assert.match(String(row['sentAt']), /^\d{4}-\d\d-\d\dT/);
    const rows = await exports();
    assert.equal(rows.length, before + 1);
    assert.deepEqual(
      [rows.at(-1)?.['user_id'], rows.at(-1)?.['outcome'], rows.at(-1)?.['authenticated_by']],
      [`system|council-${one.site.council.id}`, 'system', 'token'],
    );
  });

  it('gives each council its own rows alone', async () => {
    for (const list of ['holds', 'tasks', 'messages', 'notices', 'wrong-numbers', 'addresses']) {
      const own = await ask(`${list}?show=all`);
      assert.equal(own.status, 200);
      assert.doesNotMatch(own.text.toLowerCase(), /watson/, list);
      assert.ok(!own.text.includes(nhs(2)), list);
      const theirs = await ask(`${list}?show=all`, otherToken);
      assert.doesNotMatch(theirs.text.toLowerCase(), /holmes/, list);
    }
    assert.match((await ask('holds', otherToken)).text, /WATSON/);
  });

  it('says of people in hospital that the list may be incomplete, and of what is not known nothing else than null', async () => {
    const { json } = await ask('in-hospital');
    assert.equal(json.switchedOn, true);
    assert.ok(json.mayBeIncomplete.length > 0);
    const [hold] = (await ask('holds')).json.rows;
    assert.equal(hold?.['expectedHome'], null);
  });

  it('pages', async () => {
    const { json } = await ask('holds?page=2&size=1');
    assert.deepEqual([json.total, json.page, json.next, json.rows.length], [1, 2, null, 0]);
  });

  it('lets nobody in without a token that is right, before it reads what was asked, and leaves nothing in the trail', async () => {
    const before = (await exports()).length;
    for (const shown of [null, '', 'wrong', `${token}x`, token.slice(1)])
      for (const path of ['holds', 'no-such-list', 'holds?page=-1']) {
        const { status, text } = await ask(path, shown);
        assert.equal(status, 401, `${path} ${shown}`);
        assert.doesNotMatch(text, /HOLMES/);
      }
    assert.equal((await exports()).length, before);
  });

  it('refuses what it does not understand', async () => {
    assert.equal((await ask('no-such-list')).status, 404);
    assert.equal((await ask('toString')).status, 404);
    for (const query of ['page=0', 'size=9999', 'page=x', 'page=1&page=2']) assert.equal((await ask(`holds?${query}`)).status, 400, query); // prettier-ignore
  });

  it('H24: gives nothing while the trail cannot be written', async () => {
    await withoutTrail(web, async () => {
      const { status, text } = await ask('holds');
      assert.ok(status >= 500, String(status));
      assert.doesNotMatch(text, /HOLMES|999/);
    });
    assert.equal((await ask('holds')).status, 200);
  });
});

describe('a council’s token', () => {
  const side = (secrets: Record<string, string>): readonly string[] => {
    const { council, notices, board } = { council: one.site.council, ...one.council };
    const ways = { db: web.db, clock: web.clock, systems: [], carried: [] };
    const parts = { board, notices, ways, whereabouts: one.council.whereabouts, nameOf: (id: string) => id };
    const councils = [council, other.site.council];
    return councilSide({
      ...parts,
      site: { councils },
      settings: { baseUrl: 'https://homeward.example', secret: (name) => secrets[name] ?? null },
    })
      .pages.map(({ path }) => path)
      .filter((path) => path.startsWith('/api/') || path.startsWith('/fhir/'));
  };
  const setting = (): string => tokenSetting(one.site.council.id);

  it('is named after the council, and without one there is no such address at all', () => {
    assert.equal(tokenSetting('999'), 'COUNCIL_LISTS_TOKEN_999');
    assert.deepEqual(side({}), []);
    assert.deepEqual(side({ [setting()]: token }), [
      '/api/council/lists/:list',
      '/fhir/council/:list',
      '/fhir/council/accesses/_search',
    ]);
  });

  it('must be long, and no other council’s, or the service does not start', () => {
    const coded = (error: unknown): boolean => error instanceof HomewardError && error.code === 'SETTINGS_INVALID' && !error.message.includes(token); // prettier-ignore
    assert.throws(() => side({ [setting()]: 'short' }), coded);
    assert.throws(() => side({ [setting()]: token, [tokenSetting(other.site.council.id)]: token }), coded);
  });
});
