/** The part of the composition root that runs the application: listens, starts what goes by itself, and stops in order. */
import { buildApp } from './app.ts';
import type { App, AppDeps } from './app.ts';
import type { Settings, Site } from './config.ts';
import { demoPeople } from './demo/people.ts';
import type { Clock } from './domain/clock.ts';
import { formatDate } from './domain/dates.ts';
import { HomewardError } from './domain/error.ts';
import { formatNhsNumber } from './domain/nhs-number.ts';

const demoRefreshEvery = 30 * 60_000;

/** Serves until SIGTERM or SIGINT. @param say told where to look */
export async function serve(deps: AppDeps & { readonly say: (line: string) => void }): Promise<void> {
  const { settings, site, say } = deps;
  const app = await buildApp(deps);
  // Asked for before the long part, so that a SIGTERM during the start is not missed.
  const asked = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
  });
  let refresh: NodeJS.Timeout | undefined;
  try {
    // Listening first: what the last start loaded can be asked at once, and /health says when the new is in.
    await listen(app, settings);
    app.feeds.start();
    app.notices.start();
    app.delivery.sender.start();
    app.providers.post.start();
    for (const line of await listenForFeeds(app, deps)) say(line);
    await app.refreshDemo();
    refresh = setInterval(() => void app.refreshDemo(), demoRefreshEvery);
    for (const line of greeting(settings, site, deps.clock)) say(line);
    // Whoever stands at the keyboard waits for nothing. A service manager stops one process of several:
    // a balancer has sent people here that have not come through the door yet.
    if ((await asked) === 'SIGTERM') await drain(app, settings);
  } finally {
    clearInterval(refresh);
    await app.stop();
  }
}

async function drain(app: App, { drainMs }: Settings): Promise<void> {
  app.sendNoMore();
  await new Promise((resolve) => setTimeout(resolve, drainMs));
}

async function listen({ server }: App, { port, host }: Settings): Promise<void> {
  try {
    await server.listen({ port, host });
  } catch (cause) {
    const { code } = cause as { code?: string };
    if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') throw cause;
    throw new HomewardError('SETTINGS_INVALID', `Cannot listen on ${host}:${port} (${code}): set PORT or HOST.`, {
      cause,
    });
  }
}

// A demo goes on without its feed, and says so; a hospital's engine must not find a closed door unnoticed.
async function listenForFeeds({ feeds }: App, { settings, site }: AppDeps): Promise<string[]> {
  try {
    const port = await feeds.listen();
    return port === null ? [] : [`Hospital feeds: HL7 over MLLP on ${settings.mllpHost}:${port}`];
  } catch (error) {
    if (!site.demo || !(error instanceof HomewardError) || error.code !== 'FEED_PORT') throw error;
    return [`${error.code}: ${error.message} The demo goes on without the hospital’s feed.`];
  }
}

/** What whoever starts it reads: where to look, and in the demo who to be and whom to look up. */
export function greeting(settings: Settings, site: Site, clock: Clock): string[] {
  if (!site.demo) return [`Homeward serves ${settings.baseUrl}`];
  const barbara = demoPeople(clock.now())[0];
  return [
    '',
    `Homeward, the demo: open ${settings.baseUrl}`,
    '',
    'Sign in as',
    ...site.personas.map((persona) => `  ${persona.name.padEnd(20)} ${persona.about}`),
    '',
    ...(barbara
      ? [
          `Look up Barbara: NHS number ${plainSpaces(formatNhsNumber(barbara.nhsNumber))}, born ${formatDate(barbara.birthDate)}. The start page lists everybody else.`,
        ]
      : []),
    'Everybody in the demo is fictional. Stop with Ctrl+C.',
  ];
}

// A page keeps a number on one line by no-break spaces; from a terminal it is copied.
function plainSpaces(text: string): string {
  return text.replaceAll('\u00a0', ' ');
}
