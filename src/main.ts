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
import { checkConfigCommand, problemsText } from './commands/check-config.ts';
import { chooseCouncil, councilOfBundle } from './commands/choose-council.ts';
import { NotUnderstood, commandHelp, generalHelp, isCommand, noSuchCommand } from './commands/help.ts';
import type { CommandName } from './commands/help.ts';
import {
  commandLineOperator,
  deadLettersCommand,
  listReplayCommand,
  replayCommand,
  resendCommand,
  settledCommand,
  statusCommand,
} from './commands/hl7.ts';
import type { Hl7CommandDeps } from './commands/hl7.ts';
import { progressBar } from './commands/progress-bar.ts';
import { inviteProviderCommand } from './commands/providers.ts';
import { loadConfig, quietOnTerminal } from './config.ts';
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

const clock = { now: (): Date => new Date() };
const asksForHelp = (one: string | undefined): boolean => one === '--help' || one === '-h';

async function main(command: string | undefined, args: string[]): Promise<number> {
  if (command === undefined) {
    console.error(generalHelp);
    return 2;
  }
  const about = command === 'help' || asksForHelp(command) ? args[0] : args.some(asksForHelp) ? command : null;
  if (about === undefined || asksForHelp(about ?? '')) {
    console.log(generalHelp);
    return 0;
  }
  if (!isCommand(about ?? command)) throw noSuchCommand(about ?? command);
  if (about !== null && isCommand(about)) {
    console.log(commandHelp[about]);
    return 0;
  }
  return isCommand(command) ? runCommand(command, args) : 2;
}

async function runCommand(command: CommandName, args: string[]): Promise<number> {
  switch (command) {
    case 'start':
    case 'check-config':
      parseArgs({ args, options: {} });
      return command === 'start' ? start() : checkConfig();
    case 'invite-provider':
      return runInviteCommand(args);
    case 'hl7':
      return runHl7Command(args);
    default:
      return runBundleCommand(command, args);
  }
}

async function start(): Promise<number> {
  const { checkStart } = await import('./app-check.ts');
  const { problems, settings, site } = checkStart();
  if (problems.length > 0 || !site) {
    console.error(problemsText(problems));
    return 1;
  }
  const { serve } = await import('./app-serve.ts');
  const shown = quietOnTerminal({ settings, site }, process.stdout.isTTY);
  await serve({ settings: shown, site, clock, say: (line) => console.log(line) });
  return 0;
}

async function checkConfig(): Promise<number> {
  const { checkStart } = await import('./app-check.ts');
  const found = checkStart();
  const { text, exitStatus } = checkConfigCommand({ ...found, folder: found.settings.configDir });
  console.log(text);
  return exitStatus;
}

type BundleCommand = 'check' | 'import' | 'release' | 'discard' | 'rollback';

async function runBundleCommand(command: BundleCommand, args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { council: { type: 'string' } } });
  const [argument = '', ...rest] = positionals;
  const wanted = command === 'rollback' ? 0 : 1;
  if (positionals.length < wanted) {
    const what = command === 'check' || command === 'import' ? 'BUNDLE, a folder or zip file' : 'ID of a held bundle';
    throw new NotUnderstood(`${command} needs ${what}.`, commandHelp[command]);
  }
  if (positionals.length > wanted)
    throw new NotUnderstood(`${[argument, ...rest][wanted]} is one word too many.`, commandHelp[command]);
  const { settings, site } = loadConfig(undefined, command === 'check' ? 'files' : 'database');
  const memory = command === 'check' && settings.databaseUrl === null;
  const workDir = takeWorkDir(settings.dataDir);
  const open = (path: string): ReturnType<typeof openBundle> => openBundle(path, { workDir, now: clock.now() });
  const council =
    values.council === undefined && (command === 'check' || command === 'import')
      ? await bundlesCouncil(site.councils, argument, open)
      : chooseCouncil(site.councils, values.council);
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

// A bundle says itself whose it is.
async function bundlesCouncil(
  councils: readonly Council[],
  path: string,
  open: (path: string) => ReturnType<typeof openBundle>,
): Promise<Council> {
  const bundle = await open(path);
  try {
    return councilOfBundle(councils, bundle.manifest.council);
  } finally {
    await bundle.close();
  }
}

async function runInviteCommand(args: string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args, options: { council: text, provider: text, email: text } });
  const { settings, site } = loadConfig(undefined, 'database');
  const council = chooseCouncil(site.councils, values.council);
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
    },
  });
  const [command, ...rest] = positionals;
  if (command === 'help') {
    console.log(commandHelp.hl7);
    return 0;
  }
  const asked = hl7CommandOf(command, rest, values);
  if (!asked)
    throw new NotUnderstood(
      command === undefined ? 'hl7 needs a word after it.' : 'hl7 does not understand this.',
      commandHelp.hl7,
    );
  const { settings, site } = loadConfig(undefined, 'feeds');
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

const [named, ...words] = process.argv.slice(2);
try {
  process.exitCode = await main(named, words);
} catch (error) {
  const notUnderstood = asNotUnderstood(error);
  // A coded error says what to do; anything else is a fault of ours and keeps its trace.
  if (notUnderstood) console.error([notUnderstood.message, notUnderstood.help ?? []].flat().join('\n\n'));
  else if (error instanceof HomewardError) console.error(`${error.code}: ${error.message}`);
  else console.error(error);
  process.exitCode = notUnderstood ? 2 : 1;
  // A start that failed halfway may have left something open, and whoever waits for its end would wait for ever.
  setTimeout(() => process.exit(), 1000).unref();
}

function asNotUnderstood(error: unknown): NotUnderstood | null {
  if (error instanceof NotUnderstood) return error;
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code !== 'string' || !code.startsWith('ERR_PARSE_ARGS')) return null;
  // Node's first sentence says what; the others are about something that no command here takes.
  const said = `${String(message).split(/\.(?:\s|$)/)[0]}.`;
  return new NotUnderstood(said, named !== undefined && isCommand(named) ? commandHelp[named] : generalHelp);
}
