/**
 * The authorisation matrix: every route of the whole application, asked by everybody about everything, beside what
 * `test/support/authorisation.ts` says. `PRINT_MATRIX=yes node --test test/authorisation-matrix.test.ts` prints it.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { roles } from '../src/domain/caller.ts';
import type { Role } from '../src/domain/caller.ts';
import { mountedRoutes } from '../src/web/mount.ts';
import type { MountedRoute } from '../src/web/mount.ts';
import { authorisation, expected, relations } from './support/authorisation.ts';
import type { Relation, Row, Verdict } from './support/authorisation.ts';
import { MatrixSite, organisationsOf } from './support/authorisation-site.ts';
import type { Asked, Visitor } from './support/authorisation-site.ts';
import { Things } from './support/authorisation-things.ts';

let site: MatrixSite;
let things: Things;
let mounted: readonly MountedRoute[];
const standingVisitors = new Map<string, Visitor>();

before(async () => {
  site = await MatrixSite.open();
  things = new Things(site);
  mounted = mountedRoutes(site.app.server);
});
after(() => site.stop());

const print = process.env['PRINT_MATRIX'] === 'yes';
const nameOf = ({ method, path }: MountedRoute): string => `${method} ${path}`;

describe('the authorisation matrix', () => {
  it('S1: has a row for every route, and a route for every row', () => {
    const rows = authorisation.map(({ route }) => route);
    assert.deepEqual([...new Set(rows)], rows, 'a route has two rows');
    const routes = mounted.map(nameOf);
    assert.deepEqual(routes.filter((one) => !rows.includes(one)), [], 'routes without a row in test/support/authorisation.ts'); // prettier-ignore
    assert.deepEqual(rows.filter((one) => !routes.includes(one)), [], 'rows whose route is not there any more'); // prettier-ignore
  });

  it('S1: names for every route the permission with which it is mounted', () => {
    const ought = new Map(authorisation.map(({ route, permission }) => [route, permission]));
    assert.deepEqual(mounted.map((one) => [nameOf(one), one.permission]), mounted.map((one) => [nameOf(one), ought.get(nameOf(one))])); // prettier-ignore
  });

  it('S1: names whose it is for every route whose path names something', () => {
    const silent = authorisation.filter(({ route, permission, thing }) => /[:*]/.test(route) && permission !== 'public' && !thing);
    // A background job on the council's own alone: its page says what came of it.
    assert.deepEqual(silent.map(({ route }) => route), ['POST /extracts/:id/release']);
  }); // prettier-ignore

  it('S1: is what the application does, for every role, organisation and person', { timeout: 300_000 }, async (test) => {
    const differing: string[] = [];
    let cells = 0;
    for (const row of authorisation) {
      const line: string[] = [];
      const shared = row.thing ? await things.make(row.thing, await ownerOf(row, null, null, 'own')) : null;
      const all = (await cellsOf(row)).map((cell, at) => ({ ...cell, at, fresh: needsItsOwn(row, cell) }));
      // What they share is asked about first, so that it can go: each thing of one cell alone is made where nothing
      // else is, or lists and a person's own course would grow with every cell.
      for (const { who, role, relation, at, fresh } of all.sort((a, b) => Number(a.fresh) - Number(b.fresh))) {
        cells++;
        const ought = expected(row, role, relation);
        if (fresh && row.thing) await site.clear();
        const is = await verdictOf(row, who, fresh || !shared ? await thingOf(row, who, role, relation) : shared);
        line[at] = `${role ?? 'nobody'}, ${relation}: ${ought} | ${is}`;
        if (is !== ought) differing.push(`${row.route}: ${role ?? 'nobody'}, ${relation}: ought “${ought}”, is “${is}”`);
      }
      if (row.thing) await site.clear();
      if (print) test.diagnostic(`${row.route} (${row.permission})\n    ${line.join('\n    ')}`);
    }
    test.diagnostic(`${authorisation.length} routes, ${cells} cells, ${differing.length} differing`);
    assert.deepEqual(differing, []);
  });
}); // prettier-ignore

interface Cell {
  readonly who: Visitor | null;
  readonly role: Role | null;
  readonly relation: Relation;
}

/** Who asks: nobody, and each role for itself, as a colleague and from another organisation. */
async function cellsOf(row: Row): Promise<Cell[]> {
  const cells: Cell[] = [{ who: null, role: null, relation: 'own' }];
  for (const role of roles) {
    for (const relation of row.thing ? relations : relations.filter((one) => one !== 'colleague’s')) {
      const { own, other } = organisationsOf(role);
      const organisation = relation === 'other organisation’s' ? other : own;
      const who = await (leavesNothing(row, role) ? standing(role, organisation) : site.visitor(role, organisation));
      cells.push({ who, role, relation });
    }
  }
  return cells;
}

/** Where nothing is done to it, one thing that is somebody else's will do for all who ask. */
function needsItsOwn(row: Row, { role, relation }: Cell): boolean {
  const ought = expected(row, role, relation);
  if (ought !== 'yes' && !ought.startsWith('answers')) return false;
  return !row.route.startsWith('GET') || (relation === 'own' && row.whose === 'the person’s own');
}

/** Of a role that may not, and of whoever reads what everybody may, nothing is counted or kept that a later cell could see. */
function leavesNothing(row: Row, role: Role): boolean {
  return row.permission === 'public' ? row.route.startsWith('GET') : !row.who.includes(role);
}

/** One of a role and organisation for all such cells: signing in costs more than being turned away. */
async function standing(role: Role, organisation: string): Promise<Visitor> {
  const key = `${role} ${organisation}`;
  const who = standingVisitors.get(key) ?? (await site.visitor(role, organisation));
  standingVisitors.set(key, who);
  return who;
}

async function thingOf(row: Row, who: Visitor | null, role: Role | null, relation: Relation): Promise<string> {
  return row.thing ? things.make(row.thing, await ownerOf(row, who, role, relation)) : randomUUID();
}

async function verdictOf(row: Row, who: Visitor | null, id: string): Promise<Verdict> {
  const asked = await ask(row, who, id);
  const verdict = judge(row, asked);
  if (!row.thing || row.shows !== undefined || !/^answers|^not there/.test(verdict)) return verdict;
  if (row.answers === asked.status) return verdict;
  // Whoever is told that it is not there must not learn from how it is said.
  const unknown = /^\d+$/.test(id) ? '987654321' : randomUUID();
  const never = await ask(row, who, unknown);
  const alike = asked.status === never.status && withoutIds(asked.text) === withoutIds(never.text);
  return alike ? 'not there' : `answers ${asked.status}`;
}

/** The thing is the caller's own, or somebody else's of the same role where the role could have made one. */
async function ownerOf(row: Row, who: Visitor | null, role: Role | null, relation: Relation): Promise<Visitor> {
  const [first] = row.who;
  if (who && role && relation === 'own' && row.who.includes(role)) return who;
  const maker = role && row.who.includes(role) ? role : first;
  if (!maker) throw new TypeError(`${row.route} names something and nobody may`);
  return site.visitor(maker, organisationsOf(maker).own);
}

function ask(row: Row, who: Visitor | null, id: string): Promise<Asked> {
  const [method = '', path = ''] = row.route.split(' ');
  const fill = (text: string): string => text.replace('{id}', id).replace('{new}', randomUUID());
  const form = Object.fromEntries(Object.entries(row.form ?? {}).map(([name, value]) => [name, fill(value)]));
  return site.ask(who, path.replace(/:\w+|\*/g, id), method === 'POST' ? form : null, row.stream);
}

function judge(row: Row, { status, location, text }: Asked): Verdict {
  if (row.answers !== undefined && status === row.answers) return `answers ${row.answers}`;
  if (status === 401 || (status === 303 && /^\/((provider\/)?sign-in|signed-out)\b/.test(location) && row.permission !== 'public' && row.route !== 'POST /sign-out')) return 'sign in'; // prettier-ignore
  if (status === 403) return 'refused';
  if (status === 404 || status === 410) return 'not there';
  if (status !== 200 && status !== 303) return `answers ${status}`;
  return row.shows === undefined || text.includes(row.shows) ? 'yes' : 'nothing of it';
}

/** A page without what differs from request to request; an error's page never holds the id that was asked for. */
function withoutIds(text: string): string {
  return text.replace(/nonce="[^"]*"/g, '').replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '');
}
