/** What the question takes: nothing that the database would refuse, and with it the look-ups of others. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { demoPeople } from '../src/demo/people.ts';
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

function ask(changes: Record<string, string>): ReturnType<SignedIn['post']> {
  const person = demoPeople(app.clock.now())[0] ?? assert.fail('The demo has nobody');
  return nurse.post('/find', { ...findForm(person), ...changes });
}

describe('the question', () => {
  it('is for a council of this site and no other, whatever is sent', async () => {
    const before = await app.audited('look-up');
    for (const council of ['', '\0', '999\0', '000', 'x'.repeat(10_000), '__proto__']) {
      const reply = await ask({ council });
      assert.equal(reply.status, 422, JSON.stringify(council.slice(0, 20)));
      assert.match(reply.text, /Choose a council/);
    }
    assert.equal(await app.audited('look-up'), before);
  });

  it('has no control characters in what is typed', async () => {
    const before = await app.audited('look-up');
    for (const field of ['nhsNumber', 'familyName', 'birth-day', 'birth-month', 'birth-year']) {
      for (const bad of ['\0', '\u0007', '\u001b', '\u007f', '\u0085']) {
        const reply = await ask({ [field]: `1${bad}1` });
        assert.equal(reply.status, 422, `${field} ${JSON.stringify(bad)}`);
        assert.match(reply.text, /There is a problem/);
      }
    }
    assert.equal(await app.audited('look-up'), before);
  });

  it('may be pasted from a spreadsheet, tab and line break at the end and all', async () => {
    const [person] = demoPeople(app.clock.now());
    const reply = await ask({ nhsNumber: `${person?.nhsNumber}\t\r\n`, familyName: '\tExample\t' });
    assert.equal(reply.status, 303);
    assert.match((await nurse.get(reply.headers.get('location') ?? '')).text, /HOLMES/);
  });
});
