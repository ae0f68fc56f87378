/** What must hold for every page that a browser test sees, and its pictures. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

export const desktop = { width: 1366, height: 768 };
export const phone = { width: 320, height: 800 };
const screens = join(import.meta.dirname, '../../test-results/screens');

/** Every fault that axe finds on the page, by WCAG 2.2 A and AA and by good practice. */
export async function axeFaults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'])
    .setLegacyMode(true)
    .analyze();
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(' ')}: ${failureSummary ?? ''}`),
  );
}

// Runs in the page. A region of its own that scrolls sideways (a wide table) is no fault.
const layoutScript = `(() => {
  const root = document.documentElement;
  const name = (e) => e.tagName.toLowerCase() + '.' + String(e.className).trim().replace(/\\s+/g, '.') + ' “' + (e.textContent || '').trim().replace(/\\s+/g, ' ').slice(0, 40) + '”';
  const hidden = (e) => {
    for (let at = e; at; at = at.parentElement) {
      const box = at.getBoundingClientRect();
      if (at.matches('.hw-scroll, dialog:not([open])') || (box.width <= 1 && box.height <= 1)) return true;
    }
    return !e.checkVisibility();
  };
  const seen = (e) => !hidden(e);
  const all = [...document.body.querySelectorAll('*')].filter(seen);
  const outside = root.scrollWidth > root.clientWidth
    ? ['the page is ' + root.scrollWidth + ' px wide in ' + root.clientWidth] : [];
  const beyond = all.filter((e) => { const { left, right } = e.getBoundingClientRect(); return right > root.clientWidth + 1 || left < -1; })
    .map((e) => 'runs off the screen: ' + name(e));
  const clipped = all.filter((e) => {
    const style = getComputedStyle(e);
    const hides = [style.overflowX, style.overflowY].some((one) => one === 'hidden' || one === 'clip') || style.textOverflow === 'ellipsis';
    return hides && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
  }).map((e) => 'is cut off: ' + name(e));
  // Words wider than the box they stand in lie over what stands beside it.
  const spilt = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT, (node) => node.textContent.trim() && seen(node.parentElement) ? 1 : 2);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    let box = node.parentElement;
    while (/^(inline|contents)$/.test(getComputedStyle(box).display)) box = box.parentElement;
    const range = document.createRange();
    range.selectNodeContents(node);
    const { left, right } = box.getBoundingClientRect();
    if ([...range.getClientRects()].some((one) => one.right > right + 1 || one.left < left - 1)) spilt.push('is wider than its box: ' + name(box));
  }
  return [...outside, ...beyond, ...clipped, ...spilt].slice(0, 8);
})()`;

/** What runs off the screen, is cut off or lies over something else. */
export function layoutFaults(page: Page): Promise<string[]> {
  return page.evaluate(layoutScript) as Promise<string[]>;
}

/**
 * Checks a page at both sizes and takes its pictures.
 * @param name of the two pictures; none are taken without it
 * @param axeAt sizes at which axe reads the page; it takes a second each time
 */
export async function inspect(page: Page, name?: string, axeAt = [phone, desktop]): Promise<void> {
  const where = `${name ?? ''} ${new URL(page.url()).pathname}`;
  mkdirSync(screens, { recursive: true });
  for (const size of [phone, desktop]) {
    await page.setViewportSize(size);
    assert.deepEqual(await layoutFaults(page), [], `layout at ${size.width} px of ${where}`);
    if (name !== undefined) {
      const path = join(screens, `${name}-${size.width}.png`);
      await page.screenshot({ path, fullPage: size === phone, animations: 'disabled' });
    }
    if (axeAt.includes(size)) assert.deepEqual(await axeFaults(page), [], `axe at ${size.width} px on ${where}`);
  }
}

/** Which share of an element's picture is drawn dark, from 0 to 1: words that are not drawn have none. */
export async function ink(page: Page, selector: string): Promise<number> {
  const picture = (await page.locator(selector).first().screenshot()).toString('base64');
  const blank = await page.context().newPage();
  try {
    return (await blank.evaluate(`(async () => {
      const image = new Image();
      image.src = 'data:image/png;base64,${picture}';
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, image.width, image.height);
      let dark = 0;
      for (let at = 0; at < data.length; at += 4) if (data[at] + data[at + 1] + data[at + 2] < 384) dark++;
      return dark / (data.length / 4);
    })()`)) as number;
  } finally {
    await blank.close();
  }
}
