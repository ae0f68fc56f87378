/** Somebody at a browser: signs in, looks people up, and notices whatever no page may do. */
import assert from 'node:assert/strict';
import type { Browser, BrowserContext, BrowserContextOptions, Page, Response } from 'playwright-core';
import { demoPeople } from '../../src/demo/people.ts';
import { launchChromium } from './chromium.ts';
import { desktop, inspect } from './inspect.ts';
import { namedIn } from './named-in.ts';
import { startApp } from './running.ts';
import type { RunningApp } from './running.ts';

export interface LookUp {
  readonly nhsNumber: string;
  readonly birthDate: string;
  readonly familyName?: string;
  /** LA code; the first of the list when not given. */
  readonly council?: string;
  readonly permission?: 'given' | 'refused' | 'cannot-ask';
}

export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Faults noticed so far; those of pages that are meant to fail are not among them. */
  readonly faults: readonly string[];
  open(path: string): Promise<Response | null>;
  signIn(persona: string): Promise<void>;
  /** Fills the find page in and sends it; ends on the answer, or on the form with its errors. */
  lookUp(asked: LookUp): Promise<void>;
  /** Clicks what leads to another page, and waits until that is there. */
  press(selector: string): Promise<void>;
  /** {@link inspect} of the page as it is, and of its title. */
  inspect(name?: string, axeAt?: Parameters<typeof inspect>[2]): Promise<void>;
  /** Text of the main part, spaces as one. */
  text(selector?: string): Promise<string>;
  /** Leaves, and fails if anything was noticed. */
  leave(): Promise<void>;
}

export interface Site {
  readonly app: RunningApp;
  /** A window of its own, with no cookies. */
  visit(options?: BrowserContextOptions): Promise<Visitor>;
  /** The same, signed in as a persona of the demo. */
  visitAs(persona: string, options?: BrowserContextOptions): Promise<Visitor>;
  close(): Promise<void>;
}

/** For what a page is told while it is open: told of nothing, it would ask by itself after half a minute. */
export const live = { timeout: 25_000 } as const;

/** The demo and a browser, for one test file. */
export async function openSite(at?: string): Promise<Site> {
  const [app, browser] = await Promise.all([startApp(at), launchChromium()]);
  return {
    app,
    visit: (options) => visit(browser, app, options),
    async visitAs(persona, options) {
      const visitor = await visit(browser, app, options);
      await visitor.signIn(persona);
      return visitor;
    },
    async close() {
      await browser.close();
      await app.stop();
    },
  };
}

async function visit(browser: Browser, app: RunningApp, options: BrowserContextOptions = {}): Promise<Visitor> {
  const context = await browser.newContext({ baseURL: app.baseUrl, viewport: desktop, locale: 'en-GB', ...options });
  const faults: string[] = [];
  // Nothing is said to have failed for being slow: two test files and their browsers may share one slow processor.
  context.setDefaultTimeout(60_000);
  watch(context, app, faults);
  const page = await context.newPage();
  const visitor: Visitor = {
    page,
    context,
    faults,
    open: (path) => page.goto(path),
    async signIn(persona) {
      await page.goto('/sign-in/demo');
      await visitor.press(`button[value="${persona}"]`);
      assert.match(await visitor.text('.nhsuk-header__account'), /Sign out/);
    },
    async lookUp(asked) {
      await page.goto('/find');
      await fillFind(page, asked);
      await visitor.press('main button[type="submit"]');
    },
    async press(selector) {
      await Promise.all([page.waitForEvent('load'), page.click(selector)]);
    },
    async inspect(name, axeAt) {
      await inspect(page, name, axeAt);
      for (const fault of tells(await page.title(), app)) faults.push(`the title ${fault}`);
    },
    async text(selector = 'main') {
      return (await page.innerText(selector)).replace(/\s+/g, ' ').trim();
    },
    async leave() {
      await context.close();
      assert.deepEqual(faults, []);
    },
  };
  return visitor;
}

/** Types and chooses on the find page what is given. */
export async function fillFind(page: Page, asked: LookUp): Promise<void> {
  const [year = '', month = '', day = ''] = asked.birthDate.split('-');
  await page.fill('#nhsNumber', asked.nhsNumber);
  await page.fill('#birth-day', String(Number(day)));
  await page.fill('#birth-month', String(Number(month)));
  await page.fill('#birth-year', year);
  if (asked.familyName !== undefined) await page.fill('#familyName', asked.familyName);
  if (asked.council !== undefined) await page.check(`input[name="council"][value="${asked.council}"]`);
  await page.check('input[name="reason"][value="decide-admission"]');
  const { permission = 'given' } = asked;
  await page.check(`input[name="permission"][value="${permission}"]`);
  if (permission === 'cannot-ask') await page.check('input[name="cannotAskReason"][value="unconscious"]');
}

function watch(context: BrowserContext, app: RunningApp, faults: string[]): void {
  const own = new URL(app.baseUrl).host;
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'data:' && url.host !== own) faults.push(`asked ${url.host} for something`);
    for (const fault of tells(decodeURIComponent(request.url()), app)) faults.push(`the address ${fault}`);
  });
  context.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    // Chromium's own note that a page answered 4xx or 5xx; of styles and scripts it would be a fault.
    const ofPage = message.text().startsWith('Failed to load resource: the server responded with a status of');
    if (ofPage && !message.location().url.includes('/assets/')) return;
    faults.push(`console on ${message.page()?.url()}: ${message.text()}`);
  });
  context.on('weberror', (error) => void faults.push(`script: ${error.error().message}`));
}

function tells(text: string, app: RunningApp): string[] {
  const words = demoPeople(app.clock.now()).flatMap(({ name, nhsNumber }) =>
    name.includes(', ') ? [nhsNumber, ...name.split(', ')] : [nhsNumber],
  );
  return namedIn(text, words).map((word) => `tells ${word}: ${text}`);
}
