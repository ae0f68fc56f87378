/** A nurse closes a stay of which nothing has been heard for days, and takes it back. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openSite } from '../support/browser.ts';
import type { Visitor } from '../support/browser.ts';
import { feedHands } from '../support/interfaces.ts';

const site = await openSite('2026-03-02T10:00:00Z');
after(() => site.close());
const { app } = site;
const hands = feedHands(app.app);

describe('stays that may be over', () => {
  let visitor: Visitor;
  before(async () => {
    for (const [n, name] of ['HOLMES^Barbara', 'FEATHERSTONEHAUGH-WARBURTON^Maximilian', 'OKAFOR^Ada'].entries())
      await hands.send('A04', { 'PID-3': `K10${n}^^^KVH^MR`, 'PV1-19': `V${n}`, 'PID-5': name });
    await hands.apply();
    app.clock.set('2026-03-08T10:00:00Z');
    await app.app.feeds.forget();
    visitor = await site.visitAs('nia');
  });
  after(() => visitor.leave());

  it('are listed by the hospital’s own number, without a name when they are on no other list, and closed with one press', async () => {
    await visitor.open('/board/stale');
    assert.equal(await visitor.text('h1'), 'Stays that may be over');
    assert.match(await visitor.text(), /hospital number K100/);
    assert.doesNotMatch(await visitor.text(), /HOLMES|Barbara/);
    await visitor.inspect('stale-stays');
    await visitor.press('main tbody tr:has-text("K100") button');
    assert.equal(await visitor.text('h1'), 'The stay is closed');
    await visitor.open('/board/stale');
    assert.doesNotMatch(await visitor.text(), /K100/);
  });
});
