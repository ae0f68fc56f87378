/** The whole application over HTTP, without a browser: every answer's words, and what must never leak. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { may } from '../src/domain/caller.ts';
import { demoPeople } from '../src/demo/people.ts';
import type { DemoPerson } from '../src/demo/people.ts';
import { answerTexts, notShownText } from '../src/web/pages/answer-texts.ts';
import { mountedRoutes } from '../src/web/mount.ts';
import { findForm } from './support/demo-asking.ts';
import { bankHolidayNight, startApp } from './support/running.ts';
import type { RunningApp } from './support/running.ts';
import { signIn } from './support/web.ts';
import type { SignedIn } from './support/web.ts';

let app: RunningApp;
let nurse: SignedIn;

before(async () => {
  app = await startApp(bankHolidayNight);
  nurse = await signIn(app.baseUrl, 'nia');
});
after(() => app.stop());

async function ask(
  who: SignedIn,
  person: DemoPerson,
  changes: Record<string, string> = {},
): Promise<{ path: string; text: string; status: number }> {
  const asked = await who.post('/find', { ...findForm(person), ...changes });
  const path = asked.headers.get('location') ?? '';
  if (path === '') return { path, text: asked.text, status: asked.status };
  const page = await who.get(path);
  return { path, text: page.text.replace(/\s+/g, ' '), status: page.status };
}

describe('the answers of the demo', () => {
  it('H02: have thirteen headings, all different', () => {
    const headings = Object.values(answerTexts).map(({ heading }) => heading);
    assert.equal(new Set(headings).size, headings.length);
    assert.equal(headings.length, 13);
  });

  it('say to each person of the list what the list promises, with the caveats and the council’s number', async () => {
    // Few misses and people at a time, so that the look-up limit does not answer instead.
    for (const [index, person] of demoPeople(app.clock.now()).entries()) {
      if (index % 4 === 0) app.clock.advance(31);
      const who = await signIn(app.baseUrl, index % 2 ? 'nia' : 'omar');
      const { text, path } = await ask(who, person);
      const { heading } = answerTexts[person.answer];
      const shown = /<h1[^>]*>(.*?)<\/h1>/.exec(text)?.[1] ?? '';
      const planned = person.answer === 'care' && shown === 'Council care is planned but has not started';
      assert.ok(planned || shown.trim() === heading, `${person.name}: “${shown}” instead of “${heading}”`);
      assert.ok(text.includes(notShownText), `${person.name}: private care is not mentioned`);
      assert.match(text, /href="tel:0163296020[01]"|href="tel:0163296021[01]"/, `${person.name}: no council number`);
      assert.ok(!path.includes(person.nhsNumber), 'the address holds the NHS number');
      assert.ok(!/<title>[^<]*(\d{3}[ \u00a0]?\d{3}[ \u00a0]?\d{4}|HOLMES)/.test(text), 'the title holds a patient');
    }
  });

  it('H25: say that they do not decide whether the patient can go home', async () => {
    app.clock.advance(31);
    const barbara = demoPeople(app.clock.now())[0] as DemoPerson;
    const { text } = await ask(await signIn(app.baseUrl, 'nia'), barbara);
    assert.match(text, /does not decide whether the patient can go home/);
  });

  it('permission refused stops the look-up before any council is asked', async () => {
    const barbara = demoPeople(app.clock.now())[0] as DemoPerson;
    const { text } = await ask(await signIn(app.baseUrl, 'nia'), barbara, { permission: 'refused' });
    assert.ok(text.includes(answerTexts['permission-refused'].heading));
    assert.ok(!text.includes('HOLMES'));
  });

  it('H17: give only phone numbers when the audit row cannot be written', async () => {
    const barbara = demoPeople(app.clock.now())[0] as DemoPerson;
    const who = await signIn(app.baseUrl, 'nia');
    const before = await app.audited('look-up');
    app.breakDatabase(/insert into "?audit_event/);
    const { text, status } = await ask(who, barbara);
    app.breakDatabase(null);
    assert.equal(status, 503);
    assert.match(text, /AUDIT_NOT_WRITTEN/);
    assert.match(text, /href="tel:0163296020[01]"/);
    assert.ok(!/HOLMES|Larkfield/.test(text));
    assert.equal(await app.audited('look-up'), before);
  });

  it('H15: loading the same extract again changes no answer', async () => {
    const barbara = demoPeople(app.clock.now())[0] as DemoPerson;
    const cards = (text: string): number => text.split('class="hw-package"').length;
    const first = await ask(await signIn(app.baseUrl, 'nia'), barbara);
    await app.app.refreshDemo();
    await app.app.refreshDemo();
    const second = await ask(await signIn(app.baseUrl, 'nia'), barbara);
    assert.equal(cards(second.text), cards(first.text));
    assert.ok(cards(first.text) >= 3, 'Barbara’s two packages are not shown');
  });
});

describe('what never leaks', () => {
  it('S1: a page whose permission a role lacks is refused, for every route and every persona', async () => {
    const roles = {
      nia: 'emergency-nurse',
      carol: 'council-duty-worker',
      stefan: 'council-data-steward',
      priya: 'privacy-officer',
      owen: 'operator',
    } as const;
    const open = new Set<string>();
    for (const [persona, role] of Object.entries(roles)) {
      const who = await signIn(app.baseUrl, persona);
      for (const route of mountedRoutes(app.app.server)) {
        if (route.permission === 'public') continue;
        if (may(role, route.permission)) {
          open.add(route.permission);
          continue;
        }
        const path = route.path.replace(':id', '00000000-0000-4000-8000-000000000000');
        const reply = route.method === 'GET' ? await who.get(path) : await who.post(path);
        assert.equal(reply.status, 403, `${persona} on ${route.method} ${route.path}`);
      }
    }
    assert.ok(open.has('look-up') && open.has('run-interfaces'), 'no page was open to anybody');
  });

  it('S1: without a session no page of a permission answers', async () => {
    for (const route of mountedRoutes(app.app.server)) {
      if (route.permission === 'public' || route.method !== 'GET') continue;
      const reply = await fetch(app.baseUrl + route.path.replace(':id', '1'), { redirect: 'manual' });
      assert.ok([302, 303, 401].includes(reply.status), `${route.path} answered ${reply.status}`);
    }
  });

  it('leaves nothing of an extract in the working folder', async () => {
    await nurse.get('/find');
    const walk = (folder: string): string[] =>
      readdirSync(folder).flatMap((name) => {
        const path = join(folder, name);
        return statSync(path).isDirectory() ? walk(path) : [path];
      });
    const files = walk(app.dataDir).filter((path) => readFileSync(path, 'latin1').includes('HOLMES'));
    assert.deepEqual(files, []);
  });
});
