/** The command line. The only place that prints, and with app.ts the only one that knows the time. */
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  checkCommand,
  commandLineCaller,
  discardCommand,
  importCommand,
  releaseCommand,
  rollbackCommand,
} from './commands/bundles.ts';
import type { CommandResult } from './commands/bundles.ts';
import {
  commandLineOperator,
  deadLettersCommand,
  hl7Help,
  listReplayCommand,
  replayCommand,
  resendCommand,
  settledCommand,
  statusCommand,
} from './commands/hl7.ts';
import type { Hl7CommandDeps } from './commands/hl7.ts';
import { progressBar } from './commands/progress-bar.ts';
import { inviteProviderCommand } from './commands/providers.ts';
import { loadSettings, loadSite } from './config.ts';
import type { Settings, Site } from './config.ts';
import type { Caller } from './domain/caller.ts';
import { parseLondonTime } from './domain/dates.ts';
import { HomewardError } from './domain/error.ts';
import type { Council } from './domain/organisation.ts';
import { hintDestinations } from './hl7/hint-message.ts';
import { reasonText, sendFaultText } from './hl7/reason-text.ts';
import type { BundleDeps } from './services/manage-bundles.ts';
import { sealerOf } from './services/sealing.ts';
import { sessionsOn } from './services/sessions.ts';
import { openBundle } from './sources/extract-bundle.ts';
import { demoKey } from './store/key-file.ts';
import { openInMemory, openStore } from './store/open.ts';
import { takeWorkDir } from './store/work-dir.ts';

const help = `Homeward: which care does the council arrange for this person, and who to phone now.

Usage: homeward COMMAND

  start                  serve; the demo if CONFIG_DIR is not set
  check BUNDLE           dry run of a council's extract (folder or zip): what would happen, nothing changed
  import BUNDLE          take a council's extract in
  release ID             let a held bundle in
  discard ID             throw a held bundle away
  rollback               go back to how the facts stood before the newest bundle
  invite-provider        whom a council could invite; with --provider ID and --email ADDRESS: invite its manager
  hl7 status             how the hospital's feeds and destinations stand; more: hl7 --help

Options
  --council CODE         which council; needed for release, discard, rollback and invite-provider when several are configured
  --help                 this text

Settings come from the environment: see the README.`;

const clock = { now: (): Date => new Date() };

async function main(): Promise<number> {
  const [first, ...others] = process.argv.slice(2);
  if (first === 'hl7') return runHl7Command(others);
  if (first === 'invite-provider') return runInviteCommand(others);
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { council: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  const [command, argument, ...rest] = positionals;
  if (values.help || command === undefined || command === 'help') {
    console.log(help);
    return command === undefined && !values.help ? 2 : 0;
  }
  const takesArgument = ['check', 'import', 'release', 'discard'].includes(command);
  if (
    rest.length > 0 ||
    takesArgument !== (argument !== undefined) ||
    !['start', 'rollback'].concat(takesArgument ? [command] : []).includes(command)
  ) {
    console.error(help);
    return 2;
  }
  const settings = loadSettings();
  const site = loadSite(settings);
  if (command === 'start') {
    const { serve } = await import('./app.ts');
    await serve({ settings, site, clock, say: (line) => console.log(line) });
    return 0;
  }
  return runBundleCommand(command, argument ?? '', values.council, settings, site);
}

async function runBundleCommand(
  command: string,
  argument: string,
  code: string | undefined,
  settings: Settings,
  site: Site,
): Promise<number> {
  const memory = command === 'check' && settings.databaseUrl === null;
  const workDir = takeWorkDir(settings.dataDir);
  const open = (path: string): ReturnType<typeof openBundle> => openBundle(path, { workDir, now: clock.now() });
  const council = await chooseCouncil(
    site.councils,
    code,
    command === 'check' || command === 'import' ? argument : null,
    open,
  );
  const store = memory
    ? await openInMemory()
    : await openStore({
        databaseUrl: settings.databaseUrl,
        ownerUrl: settings.databaseOwnerUrl,
        dataDir: settings.dataDir,
      });
  try {
    const caller = commandLineCaller(userInfo().username, council.id, clock.now());
    const deps: BundleDeps = {
      db: store,
      clock,
      council,
      agreements: site.agreements.filter((one) => one.council === council.id),
      open,
      heldFolder: memory ? null : join(settings.dataDir, 'held'),
    };
    const { text, exitStatus } = await run(command, deps, caller, argument);
    console.log(text);
    return exitStatus;
  } finally {
    await store.close();
  }
}

async function runInviteCommand(args: string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args, options: { council: text, provider: text, email: text } });
  const settings = loadSettings();
  const site = loadSite(settings);
  const council = await chooseCouncil(site.councils, values.council, null, openBundleNever);
  const { databaseUrl, databaseOwnerUrl: ownerUrl, dataDir } = settings;
  const db = await openStore({ databaseUrl, ownerUrl, dataDir });
  const nothing = (): void => undefined;
  try {
    const { text: said, exitStatus } = await inviteProviderCommand(
      {
        db,
        clock,
        sessions: sessionsOn(db, clock),
        holidays: site.holidays,
        councils: site.councils,
        secret: site.sealingSecret(),
        wake: nothing,
        onContact: nothing,
      },
      commandLineCaller(userInfo().username, council.id, clock.now()),
      { provider: values.provider, email: values.email },
    );
    console.log(said);
    return exitStatus;
  } finally {
    await db.close();
  }
}

const openBundleNever = (): never => {
  throw new Error('No bundle is opened to invite somebody');
};

async function runHl7Command(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      feed: { type: 'string' },
      reason: { type: 'string' },
      from: { type: 'string' },
      until: { type: 'string' },
      replay: { type: 'string' },
      settled: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [command, ...rest] = positionals;
  const asked = values.help || command === 'help' ? null : hl7CommandOf(command, rest, values);
  if (!asked) {
    const helped = values.help || command === 'help';
    (helped ? console.log : console.error)(hl7Help);
    return helped ? 0 : 2;
  }
  const settings = loadSettings();
  const site = loadSite(settings);
  const { databaseUrl, databaseOwnerUrl: ownerUrl, dataDir } = settings;
  const db = await openStore({ databaseUrl, ownerUrl, dataDir });
  try {
    const [key = Buffer.alloc(32), ...old] = settings.feedKeys() ?? (site.demo ? [demoKey(dataDir)] : []);
    const deps: Hl7CommandDeps = {
      db,
      clock,
      feeds: site.feeds,
      destinations: hintDestinations(site.feeds.filter(({ enabled }) => enabled)),
      seal: sealerOf(key, old),
      reason: reasonText,
      fault: sendFaultText,
    };
    const organisation = site.feeds[0]?.hospital ?? site.hospitals[0]?.id ?? '';
    const { text, exitStatus } = await asked(deps, commandLineOperator(userInfo().username, organisation, clock.now()));
    console.log(text);
    return exitStatus;
  } finally {
    await db.close();
  }
}

type Hl7Command = (deps: Hl7CommandDeps, caller: Caller) => Promise<CommandResult>;

/** Null for what was not understood: nothing is done then. */
function hl7CommandOf(
  command: string | undefined,
  rest: readonly string[],
  {
    feed,
    reason,
    from,
    until,
    replay,
    settled,
  }: Partial<Record<'feed' | 'reason' | 'from' | 'until' | 'replay' | 'settled', string | undefined>>,
): Hl7Command | null {
  const [message, ...more] = rest;
  const byReason = [feed, reason, from, until].some((one) => one !== undefined);
  if (settled !== undefined) {
    if (command !== 'dead-letters' || byReason || replay !== undefined) return null;
    return (deps, caller) => settledCommand(deps, caller, settled, rest);
  }
  if (command === 'status') return message === undefined && !byReason && replay === undefined ? statusCommand : null;
  if (command === 'replay' && replay === undefined && more.length === 0) {
    const byTime = from !== undefined || until !== undefined;
    if (feed !== undefined && reason !== undefined && message === undefined && !byTime)
      return (deps, caller) => replayCommand(deps, caller, { feed, code: reason });
    const [since, before] = [parseLondonTime(from ?? ''), parseLondonTime(until ?? '')];
    if (feed !== undefined && since && before && message === undefined && reason === undefined)
      return (deps, caller) => replayCommand(deps, caller, { feed, from: since, until: before });
    if (byReason) return null;
    return message === undefined
      ? listReplayCommand
      : (deps, caller) => replayCommand(deps, caller, { messageId: message });
  }
  if (command === 'dead-letters' && !byReason) {
    if (replay !== undefined) return (deps, caller) => resendCommand(deps, caller, replay, rest);
    return message === undefined ? deadLettersCommand : null;
  }
  return null;
}

function run(command: string, deps: BundleDeps, caller: Caller, argument: string): Promise<CommandResult> {
  switch (command) {
    case 'check':
      return checkCommand(deps, caller, argument, progressBar());
    case 'import':
      return importCommand(deps, caller, argument, progressBar());
    case 'release':
      return releaseCommand(deps, caller, argument);
    case 'discard':
      return discardCommand(deps, caller, argument);
    default:
      return rollbackCommand(deps, caller);
  }
}

// A bundle says itself whose it is; the other commands must be told when there is a choice.
async function chooseCouncil(
  councils: readonly Council[],
  code: string | undefined,
  path: string | null,
  open: (path: string) => ReturnType<typeof openBundle>,
): Promise<Council> {
  let wanted = code;
  if (path !== null) {
    const bundle = await open(path);
    wanted ??= bundle.manifest.council;
    await bundle.close();
  }
  const found = councils.find((one) => one.id === (wanted ?? councils[0]?.id));
  if (!found || (wanted === undefined && councils.length > 1)) {
    throw new HomewardError(
      'BUNDLE_COUNCIL',
      `Configured here: ${councils.map((one) => `${one.id} (${one.name})`).join(', ')}.${wanted === undefined ? ' Choose with --council.' : ''}`,
    );
  }
  return found;
}

try {
  process.exitCode = await main();
} catch (error) {
  const notUnderstood = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') ?? false;
  // A coded error says what to do; anything else is a fault of ours and keeps its trace.
  if (error instanceof HomewardError) console.error(`${error.code}: ${error.message}`);
  else if (notUnderstood) console.error(`${(error as Error).message}\n\n${process.argv[2] === 'hl7' ? hl7Help : help}`);
  else console.error(error);
  process.exitCode = notUnderstood ? 2 : 1;
}
