/** Services of hospitals and providers' lists in the configuration folder: what must agree, and where it is said. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readSiteFiles } from '../src/config/site.ts';

const demo = join(import.meta.dirname, '../config/demo');
const scratch = mkdtempSync(join(tmpdir(), 'homeward-test-'));
after(() => rmSync(scratch, { recursive: true, force: true }));
let folders = 0;

function faultOf(file: string, from: string, to: string, more: Record<string, string> = {}): string {
  const folder = join(scratch, String(++folders));
  mkdirSync(folder, { recursive: true });
  cpSync(demo, folder, { recursive: true });
  const text = readFileSync(join(folder, file), 'utf8');
  assert.ok(text.includes(from));
  writeFileSync(join(folder, file), text.replace(from, to));
  for (const [name, other] of Object.entries(more)) writeFileSync(join(folder, name), other);
  try {
    readSiteFiles(folder);
  } catch (error) {
    return (error as Error).message;
  }
  return 'none';
}

const list = 'rosters/larkfield.yaml';

describe('the configuration of questions and lists', () => {
  it('of the demo is read', () => {
    const { rosters, hospitals } = readSiteFiles(demo);
    assert.deepEqual(rosters.map(({ provider, fallLimitPercent }) => [provider, fallLimitPercent]), [['cqc:1-000000001', 20]]); // prettier-ignore
    assert.deepEqual(hospitals[0]?.services.map(({ feed, complete }) => [feed, complete]), [['kings-vale-adt', true], ['kings-vale-adt', true]]); // prettier-ignore
  });

  it('refuses a service whose feed is not there, and a hospital without a phone where providers may ask', () => {
    assert.match(faultOf('organisations.yaml', 'feed: kings-vale-adt', 'feed: kings-wale-adt'), /Emergency department.*kings-wale-adt.*not in feeds/); // prettier-ignore
    assert.match(faultOf('organisations.yaml', "    phone: '01632 960300'\n", ''), /no phone in organisations\.yaml/);
  });

  it('refuses a list of a provider that is none, of a council that is not here, or of one that has a list', () => {
    assert.match(faultOf(list, 'cqc:1-000000001', 'larkfield'), /larkfield\.yaml:\d+ .*cqc:LOCATION/);
    assert.match(faultOf(list, "council: '999'", "council: '111'"), /no council “111”/);
    assert.match(faultOf(list, 'cqc:1-000000001', 'local:998:ORG-1'), /named by council “998”/);
    const again = readFileSync(join(demo, list), 'utf8').replace('larkfield-clients', 'other');
    assert.match(faultOf(list, 'version: 1', 'version: 2', { 'rosters/z.yaml': again }), /z\.yaml:\d+ has a file/);
    assert.match(faultOf(list, "from: '2026-01-01'", "from: '2031-01-01'"), /must not be after until/);
    assert.match(
      faultOf(list, 'shownToHospital: true', 'shownToHospital: false'),
      /larkfield\.yaml:\d+ needs shownToHospital/,
    );
  });
});
