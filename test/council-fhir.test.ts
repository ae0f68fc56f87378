/** A council's lists as FHIR: by its token alone, the rows that its JSON has and nothing beside them, in the trail first. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { CouncilTable } from '../src/services/council/export.ts';
import { councilFields } from '../src/services/council/fields.ts';
import { councilLists } from '../src/services/council/lists.ts';
import type { CouncilList } from '../src/services/council/lists.ts';
import { listBundle } from '../src/web/fhir/council-bundle.ts';
import { councilApi } from '../src/web/pages/council-api.ts';
import { councilFhir } from '../src/web/pages/council-fhir.ts';
import { councilTokens, startTwoCouncils, withoutTrail } from './support/council-web.ts';
import type { CouncilSite } from './support/council.ts';
import { nhs } from './support/import-lines.ts';
import { auditOf } from './support/import-site.ts';
import type { RunningWeb } from './support/web.ts';

const base = 'https://homeward.example';
const { token, otherToken } = councilTokens;
let web: RunningWeb;
let one: CouncilSite;

before(async () => {
  ({ web, one } = await startTwoCouncils(({ council, systems }) => [
    ...councilApi({ council }, systems),
    ...councilFhir({ council, baseUrl: base, nameOf: (id) => id }, systems),
  ]));
});
after(() => web.close());

type Json = Record<string, unknown>;
interface Bundle extends Json {
  readonly total: number;
  readonly link: readonly { readonly relation: string; readonly url: string }[];
  readonly entry?: readonly { readonly fullUrl: string; readonly resource: Json; readonly search: { readonly mode: string } }[]; // prettier-ignore
}

async function ask(path: string, shown: string | null = token, form?: string): Promise<{ status: number; type: string; text: string; json: Bundle }> {
  const headers: Record<string, string> = { ...(shown === null ? {} : { authorization: `Bearer ${shown}` }), ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }) };
  const reply = await fetch(`${web.baseUrl}${path}`, { headers, redirect: 'manual', ...(form === undefined ? {} : { method: 'POST', body: form }) });
  const text = await reply.text();
  return { status: reply.status, type: reply.headers.get('content-type') ?? '', text, json: JSON.parse(text) as Bundle };
} // prettier-ignore

const fhir = (path: string, shown?: string | null): ReturnType<typeof ask> => ask(`/fhir/council/${path}`, shown);
const accesses = (form: string, shown?: string | null): ReturnType<typeof ask> => ask('/fhir/council/accesses/_search', shown, form); // prettier-ignore
const resources = ({ entry = [] }: Bundle, mode = 'match'): Json[] => entry.filter(({ search }) => search.mode === mode).map(({ resource }) => resource); // prettier-ignore
const trail = async (action: string): Promise<Json[]> =>
  (await auditOf(web.db, one.site.council.id)).filter((row) => row['action'] === action);

/** A list as it is when everything in it is known. */
function table(list: CouncilList, row: Json, change: Partial<CouncilTable> = {}): CouncilTable {
  const columns = councilFields[list].map(({ key, name }) => ({ key, name }));
  const cells = columns.map(({ key }) => (row[key] ?? null) as never);
  return { list, show: councilLists[list].shows[0] ?? '', columns, rows: [cells], total: 1, gaps: [], off: false, asAt: new Date('2026-03-02T09:00:00Z'), ...change }; // prettier-ignore
}

const page = { baseUrl: base, council: '999', page: 1, size: 100, hospital: null };
const first = (made: object): Json => resources(made as Bundle)[0] ?? assert.fail();
const barbara = { nhsNumber: '9990000018', councilId: 'M1', person: 'HOLMES, Barbara', birthDate: '1941-03-14', hospital: 'Kings Vale Hospital', since: new Date('2026-03-01T09:10:00Z'), onLeave: false, expectedToLeave: '2026-03-05', lastHeardAt: new Date('2026-03-02T08:00:00Z'), mayHaveLeft: false }; // prettier-ignore

describe('somebody in hospital, as an Encounter', () => {
  it('says where, since when and until when, by NHS number, and not what kind of stay it is', () => {
    const { contained, ...encounter } = first(listBundle(table('in-hospital', barbara), page));
    assert.deepEqual(encounter, {
      resourceType: 'Encounter',
      meta: { profile: ['https://fhir.hl7.org.uk/StructureDefinition/UKCore-Encounter'], lastUpdated: '2026-03-02T08:00:00.000Z' },
      extension: [{ url: 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Encounter.plannedEndDate', valueDateTime: '2026-03-05' }],
      status: 'in-progress',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', code: 'MSK', display: 'masked' },
      subject: { reference: '#patient' },
      period: { start: '2026-03-01T09:10:00.000Z' },
      serviceProvider: { display: 'Kings Vale Hospital' },
    }); // prettier-ignore
    const [patient] = contained as Json[];
    const [number, own] = (patient?.['identifier'] ?? []) as Json[];
    assert.deepEqual([number?.['system'], number?.['value']], ['https://fhir.nhs.uk/Id/nhs-number', '9990000018']);
    assert.match(JSON.stringify(number?.['extension']), /NHSNumberVerificationStatusEngland","code":"02"/);
    assert.deepEqual(own, { system: `${base}/fhir/Id/council-999-person`, value: 'M1' });
    assert.deepEqual([patient?.['name'], patient?.['birthDate']], [[{ text: 'HOLMES, Barbara' }], '1941-03-14']);
  });

  it('is of unknown state when nothing was heard for too long, and leaves out what is not known', () => {
    const state = (change: Json): unknown => first(listBundle(table('in-hospital', { ...barbara, ...change }), page))['status']; // prettier-ignore
    assert.equal(state({ mayHaveLeft: true, onLeave: true }), 'unknown');
    assert.equal(state({ onLeave: true }), 'onleave');
    const made = first(listBundle(table('in-hospital', { ...barbara, expectedToLeave: null, nhsNumber: null, councilId: null, person: null, birthDate: null }), page)); // prettier-ignore
    for (const gone of ['extension', 'contained', 'subject']) assert.ok(!(gone in made), gone);
  });
});

describe('what waits, as a Task', () => {
  it('has its elements from the row, everything else as an input, and “not known” said', () => {
    const row = { id: 'N1', nhsNumber: '9990000018', person: 'HOLMES, Barbara', birthDate: '1941-03-14', kind: 'Going home, please restart', hospital: 'Kings Vale Hospital', to: 'Larkfield Home Care', sentAt: new Date('2026-03-02T09:00:00Z'), answerBy: new Date('2026-03-02T09:15:00Z'), status: 'delivered', waits: false, answeredBy: '', firstVisit: '', with: 'recipient', expectedHome: null }; // prettier-ignore
    const made = first(listBundle(table('notices', row), page));
    assert.deepEqual(
      [made['status'], made['intent'], made['authoredOn'], made['requester'], made['owner'], made['restriction']],
      ['received', 'order', '2026-03-02T09:00:00.000Z', { display: 'Kings Vale Hospital' }, { display: 'Larkfield Home Care' }, { period: { end: '2026-03-02T09:15:00.000Z' } }],
    ); // prettier-ignore
    assert.deepEqual(made['code'], { coding: [{ system: `${base}/fhir/CodeSystem/council-list`, code: 'notices' }], text: 'Going home, please restart' }); // prettier-ignore
    assert.deepEqual(made['for'], { reference: '#patient', display: 'HOLMES, Barbara' });
    const inputs = Object.fromEntries((made['input'] as { type: { coding: { code: string }[] } }[]).map(({ type, ...value }) => [type.coding[0]?.code, Object.values(value)[0]])); // prettier-ignore
    assert.deepEqual(inputs, {
      status: 'delivered',
      waits: false,
      with: 'recipient',
      expectedHome: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason', code: 'unknown' }],
      },
    });
  });

  it('is accepted or done only when a person has said so', () => {
    const state = (list: CouncilList, row: Json): unknown => first(listBundle(table(list, row), page))['status'];
    for (const status of ['waiting', 'queued', 'bounced', 'delivered', 'seen', 'call-me'])
      assert.ok(!['accepted', 'completed'].includes(String(state('messages', { status }))), status);
    assert.deepEqual(['accepted', 'cannot', 'settled', 'stopped'].map((status) => state('notices', { status })), ['accepted', 'rejected', 'completed', 'cancelled']); // prettier-ignore
    assert.deepEqual([state('holds', {}), state('holds', { accepted: true }), state('holds', { visit: 'took place' })], ['requested', 'accepted', 'completed']); // prettier-ignore
    assert.equal(state('wrong-numbers', { closedAt: '' }), 'requested');
  });
});

describe('the address of a council’s lists as FHIR', () => {
  it('gives each list as a searchset of what its JSON holds and of nothing else', async () => {
    for (const list of Object.keys(councilLists) as CouncilList[]) {
      const { status, type, json } = await fhir(`${list}?_count=5`);
      assert.equal(status, 200, list);
      assert.match(type, /^application\/fhir\+json/);
      assert.deepEqual([json['resourceType'], json['type']], ['Bundle', 'searchset']);
      const asJson = (await ask(`/api/council/lists/${list}?size=5`)).json as unknown as {
        total: number;
        rows: Json[];
      };
      const found = resources(json);
      assert.deepEqual([json.total, found.length], [asJson.total, asJson.rows.length], list);
      const urls = (json.entry ?? []).map(({ fullUrl }) => fullUrl);
      assert.equal(new Set(urls).size, urls.length);
      for (const [index, resource] of found.entries()) {
        const shown = new Set(Object.values(asJson.rows[index] ?? {}).map(String));
        for (const text of freeTexts(resource)) assert.ok(shown.has(text), `${list}: ${text}`);
      }
    }
  });

  it('gives each council its own alone, and names whoever reads it in the trail before it is given', async () => {
    const before = (await trail('export-council-list')).length;
    for (const list of ['holds', 'messages', 'notices', 'questions']) {
      assert.doesNotMatch((await fhir(`${list}?show=all`)).text, new RegExp(`watson|${nhs(2)}`, 'i'));
      const theirs = (await fhir(`${list}?show=all`, otherToken)).text;
      assert.doesNotMatch(theirs, new RegExp(`holmes|${nhs(1)}`, 'i'));
    }
    const rows = await trail('export-council-list');
    assert.equal(rows.length, before + 4);
    assert.deepEqual([rows.at(-1)?.['user_id'], rows.at(-1)?.['outcome']], [`system|council-${one.site.council.id}`, 'system']); // prettier-ignore
  });

  it('says of a list that may be incomplete that it may be, above all when it is empty', async () => {
    const { json } = await fhir('in-hospital');
    const issues = resources(json, 'outcome').flatMap(({ issue }) => issue as Json[]);
    assert.ok(issues.length > 0);
    assert.ok(issues.every(({ severity, code }) => severity === 'warning' && code === 'incomplete')); // prettier-ignore
    const off = listBundle(table('in-hospital', {}, { rows: [], total: 0, off: true }), page) as Bundle;
    assert.match(JSON.stringify(resources(off, 'outcome')), /suppressed.*No agreement/);
  });

  it('leads on page by page, with nothing of a person and nothing that was merely typed in an address', async () => {
    const rows = [1, 2].map(() => table('holds', { nhsNumber: nhs(1) }).rows[0] ?? []);
    const middle = listBundle(table('holds', {}, { rows, total: 9, show: 'all' }), { ...page, page: 2, size: 2, hospital: 'KVH' }) as Bundle; // prettier-ignore
    assert.deepEqual(middle.link, [
      { relation: 'self', url: `${base}/fhir/council/holds?show=all&hospital=KVH&_count=2&page=2` },
      { relation: 'next', url: `${base}/fhir/council/holds?show=all&hospital=KVH&_count=2&page=3` },
    ]);
    const typed = await fhir(`holds?hospital=${nhs(1)}&show=${nhs(1)}&_count=1`);
    assert.doesNotMatch(JSON.stringify(typed.json.link), new RegExp(nhs(1)));
    const { json } = await fhir('holds?_count=1');
    assert.deepEqual(json.link.map(({ relation }) => relation), ['self']); // prettier-ignore
    assert.equal(resources((await fhir('holds?_count=1&page=2')).json).length, 0);
  });

  it('lets nobody in without a token that is right, before it reads what was asked, and says so as an OperationOutcome', async () => {
    const before = await auditOf(web.db, one.site.council.id);
    for (const shown of [null, '', 'wrong', `${token}x`])
      for (const asking of [fhir('holds', shown), fhir('no-such-list', shown), fhir('holds?page=-1', shown), accesses(`patient.identifier=${nhs(1)}`, shown), accesses('', shown)]) {
        const { status, type, json, text } = await asking;
        assert.equal(status, 401);
        assert.match(type, /^application\/fhir\+json/);
        assert.equal(json['resourceType'], 'OperationOutcome');
        assert.match(text, /"code":"login".*"code":"NOT_SIGNED_IN".*"code":"ACCESS_DENIED"/);
      } // prettier-ignore
    assert.equal((await auditOf(web.db, one.site.council.id)).length, before.length);
  });

  it('refuses what it does not understand, by our own codes', async () => {
    for (const [path, status, code] of [['no-such-list', 404, 'PAGE_NOT_FOUND'], ['toString', 404, 'PAGE_NOT_FOUND'], ['holds?page=0', 400, 'REQUEST_INVALID'], ['holds?_count=501', 400, 'REQUEST_INVALID'], ['holds?page=1&page=2', 400, 'REQUEST_INVALID']] as const) {
      const reply = await fhir(path);
      assert.equal(reply.status, status, path);
      assert.match(reply.text, new RegExp(`^{"resourceType":"OperationOutcome".*"code":"${code}"`));
    } // prettier-ignore
  });

  it('H24: gives nothing while the trail cannot be written', async () => {
    await withoutTrail(web, async () => {
      for (const { status, text } of [await fhir('holds'), await accesses(`patient.identifier=${nhs(1)}`)]) {
        assert.ok(status >= 500, String(status));
        assert.match(text, /OperationOutcome/);
        // Our own codes are named after our address, whose port may hold any digits.
        assert.doesNotMatch(text.replaceAll(web.baseUrl, ''), /HOLMES|999/);
      }
    });
    assert.equal((await fhir('holds')).status, 200);
  });
});

describe('who looked at a person, as AuditEvents', () => {
  it('is asked for by NHS number or the council’s own id in the body, and is in the trail', async () => {
    const before = (await trail('see-council-accesses')).length;
    const { status, json } = await accesses(`patient.identifier=${encodeURIComponent(`https://fhir.nhs.uk/Id/nhs-number|${nhs(1)}`)}`); // prettier-ignore
    assert.equal(status, 200);
    const found = resources(json);
    assert.ok(found.length > 0);
    assert.equal(json.total, found.length);
    assert.match(JSON.stringify(found[0]), /"purposeOfEvent":\[\{"text":"[^"]+"\}\]/);
    assert.doesNotMatch(JSON.stringify(json.link), /\d{10}/);
    const own = `${base}/fhir/Id/council-${one.site.council.id}-person|M1`;
    assert.equal(
      (await accesses(new URLSearchParams({ 'patient.identifier': own }).toString())).json.total,
      json.total,
    );
    const rows = await trail('see-council-accesses');
    assert.equal(rows.length, before + 2);
    assert.equal(rows.at(-1)?.['user_id'], `system|council-${one.site.council.id}`);
  });

  it('says what was told of the person, to whom, and who read it (H22)', async () => {
    const { json } = await accesses(`patient.identifier=${encodeURIComponent(`https://fhir.nhs.uk/Id/nhs-number|${nhs(1)}`)}`); // prettier-ignore
    const said = resources(json).map((event) => {
      const [who] = event['agent'] as Json[];
      const [entity] = event['entity'] as Json[];
      const of = (type: string) => ((entity?.['detail'] ?? []) as Json[]).find((one) => one['type'] === type)?.['valueString']; // prettier-ignore
      return [(event['purposeOfEvent'] as Json[])[0]?.['text'], who?.['name'], of('saw') ?? of('list')].join(' | ');
    });
    const sent = said.find((one) => one.startsWith('Sent a message'));
    assert.match(sent ?? '', /^Sent a message \| Nia Example \| Told: .*, .+/);
    assert.ok(
      said.some((one) => one.startsWith('Asked if its client is in hospital | Cora Example')),
      said.join('\n'),
    );
    assert.ok(said.some((one) => one === 'Saw the person on a list | carer Example | Messages received'));
  });

  it('shows a council nothing of look-ups at another’s record', async () => {
    const { json } = await accesses(`patient.identifier=${nhs(2)}`);
    assert.deepEqual([json.total, resources(json, 'outcome').length], [0, 1]);
  });

  it('is refused for an identifier of another kind', async () => {
    for (const form of ['', 'patient=1', 'patient.identifier=', 'patient.identifier=https%3A%2F%2Fexample%7C1', 'patient.identifier=a%7Cb%7Cc'])
      assert.equal((await accesses(form)).status, 400, form); // prettier-ignore
  });
});

const oracle = join(import.meta.dirname, '../../shared/fhir/check');

describe('every bundle', () => {
  it('is clean by an independent check against FHIR R4 and UK Core', { skip: !existsSync(oracle) }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'homeward-fhir-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const bundles: Bundle[] = [listBundle(table('in-hospital', barbara), page) as Bundle];
    for (const [list, { shows }] of Object.entries(councilLists)) bundles.push((await fhir(`${list}?show=${shows.at(-1)}`)).json); // prettier-ignore
    bundles.push((await accesses(`patient.identifier=${nhs(1)}`)).json, (await fhir('no-such-list')).json);
    for (const [index, bundle] of bundles.entries()) {
      // What is contained is no entry, so that the check would pass it over.
      const inner = resources(bundle).flatMap(({ contained = [] }) => contained as Json[]);
      for (const [place, one] of [bundle, ...inner].entries())
        writeFileSync(join(folder, `${index}-${place}.json`), JSON.stringify(one));
    }
    const { status, stdout, stderr } = spawnSync(oracle, [folder], { encoding: 'utf8', timeout: 240_000 });
    // 2: it could not be installed here.
    if (status === 2) return t.skip(stderr.slice(0, 200));
    assert.equal(status, 0, stdout);
    assert.match(stdout, /[1-9]\d* clean, 0 not/);
  });
});

/** Texts and moments of a resource that are no code, name or address of FHIR's or ours. */
function freeTexts(value: unknown, key = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => freeTexts(one, key));
  if (typeof value === 'object' && value !== null) {
    const { coding: _coding, ...rest } = value as Json;
    return Object.entries(rest).flatMap(([name, one]) => freeTexts(one, name));
  }
  const fixed = ['resourceType', 'id', 'profile', 'system', 'code', 'status', 'intent', 'reference', 'url'].includes(
    key,
  );
  const named = ['Care on hold', 'Care on hold: a task', 'Phone number that may be wrong', 'Messages that do not arrive', 'Question where a client is', 'masked', one.site.council.id]; // prettier-ignore
  return fixed || named.includes(String(value)) ? [] : [String(value)];
}
