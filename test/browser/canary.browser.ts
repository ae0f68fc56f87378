/** The watchers themselves: each must see the fault that is planted for it, or the other files prove nothing. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { openSite } from '../support/browser.ts';
import { axeFaults, ink, layoutFaults, phone } from '../support/inspect.ts';

const site = await openSite();
after(() => site.close());

const html = (style: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width"><title>Canary</title><style>${style}</style></head><body><main><h1>Canary</h1>${body}</main></body></html>`;

describe('the canary page', () => {
  it('is drawn with real letters: words have ink, and each letter its own shape', async () => {
    const visitor = await site.visit();
    const { page } = visitor;
    await page.setContent(
      html(
        'p { font: 40px Arial, sans-serif; width: 300px } #none { color: transparent }',
        '<p id="i">iiii</p><p id="w">WWWW</p><p id="none">WWWW</p>',
      ),
    );
    const [thin, wide, none] = [await ink(page, '#i'), await ink(page, '#w'), await ink(page, '#none')];
    assert.equal(none, 0);
    assert.ok(thin > 0.005, `letters without ink: ${thin}`);
    assert.ok(wide > 2 * thin, `W is not broader than i: ${wide}, ${thin}`);
    await visitor.leave();
  });

  it('has a contrast, a label and a picture that axe finds, and nothing once they are mended', async () => {
    const visitor = await site.visit();
    await visitor.page.setContent(
      html('p { color: #999; background: #fff }', '<p>Hard to read</p><input id="box"><img src="data:,">'),
    );
    const faults = (await axeFaults(visitor.page)).map((fault) => fault.split(':')[0]);
    assert.deepEqual(faults.sort(), ['color-contrast', 'image-alt', 'label']);
    await visitor.page.setContent(
      html('p { color: #222; background: #fff }', '<p>Easy to read</p><label for="box">Box</label><input id="box">'),
    );
    assert.deepEqual(await axeFaults(visitor.page), []);
    await visitor.leave();
  });

  it('runs off a narrow screen, is cut off and spills over, and the layout check sees each', async () => {
    const visitor = await site.visit();
    const { page } = visitor;
    await page.setViewportSize(phone);
    const faultsOf = async (style: string): Promise<string> => {
      await page.setContent(html(style, '<p class="it">Amalgamated-Friendly-Society-Incorporated</p>'));
      return (await layoutFaults(page)).join('\n');
    };
    assert.match(
      await faultsOf('.it { width: 500px }'),
      /the page is \d+ px wide in 320[\s\S]*runs off the screen: p\.it/,
    );
    assert.match(await faultsOf('.it { width: 90px; overflow: hidden; white-space: nowrap }'), /is cut off: p\.it/);
    assert.match(await faultsOf('.it { width: 90px; white-space: nowrap }'), /is wider than its box: p\.it/);
    assert.equal(await faultsOf('.it { overflow-wrap: anywhere }'), '');
    await visitor.leave();
  });

  it('is noticed when it asks another computer, breaks the policy, throws, or tells a patient’s number', async () => {
    const visitor = await site.visit();
    const { page } = visitor;
    await page.evaluate("fetch('http://elsewhere.example/').catch(() => undefined)");
    await visitor.open('/phone-numbers?999-000-0018');
    await page.evaluate(
      "document.head.append(Object.assign(document.createElement('style'), { textContent: 'p { color: red }' }))",
    );
    await page.evaluate("document.title = 'HOLMES, Barbara'");
    await page.evaluate("setTimeout(() => { throw new Error('planted') })");
    await visitor.inspect();
    await page.waitForTimeout(50);
    const seen = visitor.faults.join('\n');
    for (const fault of [
      /asked elsewhere\.example/,
      /the address tells 9990000018/,
      /Content Security Policy/,
      /script: planted/,
      /the title tells HOLMES/,
    ]) {
      assert.match(seen, fault);
    }
    await assert.rejects(visitor.leave());
  });
});
