/** The commands of the hospital's interfaces: how they stand, replaying what was set aside, sending again. */
import type { Caller } from '../domain/caller.ts';
import { formatInstant } from '../domain/dates.ts';
import { HomewardError } from '../domain/error.ts';
import { alarmsOf } from '../services/interface-alarms.ts';
import { recordSeen, seeInterfaces } from '../services/interface-status.ts';
import type { InterfaceDeps, InterfaceStatus, SetAsideGroup } from '../services/interface-status.ts';
import { listDeadLetters, replayDeadLetters, settleDeadLetters } from '../services/outbound.ts';
import type { OutboundDeps } from '../services/outbound.ts';
import { listSetAside, replayMessages } from '../services/set-aside.ts';
import type { SetAsideDeps } from '../services/set-aside.ts';
import type { CommandResult } from './bundles.ts';
import { textTable } from './text-table.ts';

export const hl7Help = `The hospital's interfaces: messages that come from its system, and hints that go back.

Usage: homeward hl7 status
       homeward hl7 replay [MESSAGE | --feed FEED --reason CODE | --feed FEED --from TIME --until TIME]
       homeward hl7 dead-letters [--replay DESTINATION [NUMBER …] | --settled DESTINATION [NUMBER …]]

  status                             how feeds and destinations stand, what was set aside, what needs somebody
  replay                             lists messages that are set aside, with their numbers
  replay MESSAGE                     reads one again, by the feed file as it is now
  replay --feed FEED --reason CODE   reads all again that were set aside with this reason
  replay --feed FEED --from TIME --until TIME
                                     reads all again that came in this time, also what was applied: for a mapping
                                     that was wrong and is mended; TIME as 2026-03-02 or 2026-03-02T14:30
  dead-letters                       lists hints that were given up
  dead-letters --replay DESTINATION  sends all of a destination again, or only those whose numbers are given
  dead-letters --settled DESTINATION NUMBER …
                                     retractions that need not be sent: their hints were taken back by hand there
  dead-letters --settled DESTINATION all that may stand at a destination that no enabled feed file names any more

Options
  --help                             this text

A running Homeward takes up at once what was replayed. The embedded database of the demo belongs to one
process: while the demo runs, use its page Interfaces (as Owen Sample, operator).

Exit status: 0 all well or done; 1 something needs somebody, or it failed; 2 the command was not understood.`;

/** What the commands are made of. */
export interface Hl7CommandDeps
  extends InterfaceDeps, Omit<SetAsideDeps, 'mask' | 'wakeAppliers'>, Omit<OutboundDeps, 'queue'> {
  readonly reason: (code: string) => string;
  readonly fault: (code: string) => string;
}

/** Somebody with access to the machine acts as an operator, under the machine's user name. */
export function commandLineOperator(user: string, organisation: string, now: Date): Caller {
  return {
    userId: `command-line|${user}`,
    name: `${user} (command line)`,
    role: 'operator',
    organisation,
    team: 'command line',
    authenticatedBy: 'command-line',
    authenticatedAt: now,
    session: `command-line|${user}`,
  };
}

const number = new Intl.NumberFormat('en-GB');
const noneKept = 'none kept';

/** `homeward hl7 status`. Exit status 1 when something needs somebody. */
export async function statusCommand(deps: Hl7CommandDeps, caller: Caller): Promise<CommandResult> {
  const status = await seeInterfaces(deps, caller);
  // Who listens, and how many are connected, only the process that listens knows.
  const alarms = alarmsOf(status, null);
  const text = [
    `Interfaces as they are ${formatInstant(status.at, status.at)}`,
    '',
    ...(alarms.length > 0 ? ['Needs somebody now', ...alarms.map((one) => `  ${one}`)] : ['All well.']),
    '',
    'Feeds',
    ...feedLines(status),
    '',
    'Destinations',
    ...destinationLines(status, deps),
    '',
    'Set aside or refused',
    ...groupLines(status.setAside, status.at),
    ...status.expired.map(
      ({ feed, code, count }) =>
        `  expired unread in the last 30 days: ${number.format(count)} of ${feed} with ${code}`,
    ),
    '',
    'Connections are known to the process that listens: see its page /interfaces.',
  ].join('\n');
  return { text, exitStatus: alarms.length > 0 ? 1 : 0 };
}

function feedLines({ at, feeds, arrivals }: InterfaceStatus): string[] {
  if (feeds.length === 0) return ['  none: there is no file in the folder feeds of the configuration'];
  return textTable(
    [
      { name: 'feed' }, { name: 'state' }, { name: 'last message' }, { name: 'last minute', right: true },
      { name: 'waiting', right: true }, { name: 'applied', right: true }, { name: 'set aside', right: true },
      { name: 'in hospital', right: true },
    ],
    feeds.map(({ feed, enabled, lastReceivedAt, silentSince, lastMinute, states }) => [
      feed,
      !enabled ? 'switched off' : lastReceivedAt === null ? 'never heard' : silentSince === null ? 'heard' : 'SILENT',
      lastReceivedAt === null ? noneKept : formatInstant(lastReceivedAt, at),
      number.format(lastMinute),
      number.format(states['waiting'] ?? 0),
      number.format(states['applied'] ?? 0),
      number.format(states['quarantined'] ?? 0),
      number.format(arrivals.openStays[feed] ?? 0),
    ]),
  ); // prettier-ignore
}

function destinationLines({ at, destinations }: InterfaceStatus, { fault }: Hl7CommandDeps): string[] {
  if (destinations.length === 0) return ['  none: no enabled feed file has hints'];
  const faults = new Set(destinations.flatMap(({ lastFault }) => lastFault ?? []));
  return [
    ...textTable(
      [
        { name: 'destination' }, { name: 'waiting', right: true }, { name: 'oldest' }, { name: 'last acknowledged' },
        { name: 'last fault' }, { name: 'given up', right: true },
      ],
      destinations.map(({ destination, waiting, oldestWaiting, lastAcknowledged, lastFault, dead }) => [
        destination,
        number.format(waiting),
        oldestWaiting === null ? '-' : formatInstant(oldestWaiting, at),
        lastAcknowledged === null ? noneKept : formatInstant(lastAcknowledged, at),
        lastFault ?? '-',
        number.format(dead),
      ]),
    ),
    ...[...faults].map((code) => `  ${code}: ${fault(code)}`),
  ]; // prettier-ignore
}

function groupLines(groups: readonly SetAsideGroup[], at: Date): string[] {
  if (groups.length === 0) return ['  none'];
  return textTable(
    [
      { name: 'messages', right: true }, { name: 'state' }, { name: 'reason' }, { name: 'feed' }, { name: 'field' },
      { name: 'value' }, { name: 'latest of the reason' },
    ],
    groups.flatMap(({ state, code, feed, latestAt, places }) =>
      places.map(({ field, value, count }) => [
        number.format(count),
        state,
        code,
        feed ?? 'none',
        field ?? '-',
        value ?? '-',
        formatInstant(latestAt, at),
      ]),
    ),
  ); // prettier-ignore
}

/** `homeward hl7 replay`: what could be replayed. */
export async function listReplayCommand(deps: Hl7CommandDeps, caller: Caller): Promise<CommandResult> {
  await recordSeen(deps, caller, 'set-aside');
  const now = deps.clock.now();
  const all = await listSetAside(deps, caller, {}, 1000);
  const own = all.filter(({ state }) => state === 'quarantined');
  if (own.length === 0) return { text: 'No message is set aside.', exitStatus: 0 };
  const shown = own.slice(0, 50);
  const codes = [...new Set(shown.map(({ code }) => code ?? ''))];
  const lines = textTable(
    [
      { name: 'message', right: true }, { name: 'received' }, { name: 'event' }, { name: 'feed' }, { name: 'reason' },
      { name: 'field' }, { name: 'value' }, { name: 'replays', right: true },
    ],
    shown.map(({ messageId, receivedAt, event, feed, code, field, value, replays }) => [
      messageId, formatInstant(receivedAt, now), event, feed ?? '', code ?? '', field ?? '-', value ?? '-',
      number.format(replays),
    ]),
  ); // prettier-ignore
  return {
    text: [
      'Messages set aside, the latest first',
      ...lines,
      ...(own.length > shown.length ? [`  and ${number.format(own.length - shown.length)} more`] : []),
      '',
      ...codes.map((code) => `  ${code}: ${deps.reason(code)}`),
      '',
      'Mend the feed file, start Homeward again, then: homeward hl7 replay MESSAGE, or --feed FEED --reason CODE.',
    ].join('\n'),
    exitStatus: 0,
  };
}

/** `homeward hl7 replay MESSAGE`, `--feed FEED --reason CODE` or `--feed FEED --from TIME --until TIME`. @throws HomewardError MESSAGE_GONE */
export async function replayCommand(
  deps: Hl7CommandDeps,
  caller: Caller,
  which: Parameters<typeof replayMessages>[2],
): Promise<CommandResult> {
  // Whoever applies looks for what waits twice a second.
  const waiting = await replayMessages({ ...deps, wakeAppliers: () => undefined }, caller, which).catch(
    saying(
      'messageId' in which
        ? `Message ${which.messageId} is not set aside`
        : 'code' in which
          ? `Nothing of feed ${which.feed} is set aside with ${which.code}`
          : `Nothing of feed ${which.feed} that came in this time is kept and can be read again`,
      'homeward hl7 replay',
    ),
  );
  return { text: `${messages(waiting)} will be read again, as soon as Homeward runs.`, exitStatus: 0 };
}

/** `homeward hl7 dead-letters`. Exit status 1 when there are any. */
export async function deadLettersCommand(deps: Hl7CommandDeps, caller: Caller): Promise<CommandResult> {
  await recordSeen(deps, caller, 'dead-letters');
  const letters = await listDeadLetters(deps, caller);
  if (letters.length === 0) return { text: 'No hint was given up.', exitStatus: 0 };
  const now = deps.clock.now();
  const codes = [...new Set(letters.flatMap(({ fault }) => fault ?? []))];
  const lines = textTable(
    [
      { name: 'number', right: true }, { name: 'destination' }, { name: 'kind' }, { name: 'queued' },
      { name: 'visit' }, { name: 'control id' }, { name: 'attempts', right: true }, { name: 'last fault' },
      { name: 'may have arrived' },
    ],
    letters.map(({ id, destination, kind, createdAt, visit, controlId, attempts, fault, mayHaveArrived }) => [
      id, destination, kind, formatInstant(createdAt, now), visit ?? 'sealed', controlId, number.format(attempts),
      fault ?? '-', mayHaveArrived ? 'yes' : 'no',
    ]),
  ); // prettier-ignore
  return {
    text: [
      'Hints that were given up',
      ...lines,
      '',
      ...codes.map((code) => `  ${code}: ${deps.fault(code)}`),
      '',
      'Send them again: homeward hl7 dead-letters --replay DESTINATION [NUMBER …]',
      'A hint was taken back by hand there: homeward hl7 dead-letters --settled DESTINATION NUMBER …',
    ].join('\n'),
    exitStatus: 1,
  };
}

/** `homeward hl7 dead-letters --replay DESTINATION [NUMBER …]`. @throws HomewardError MESSAGE_GONE */
export async function resendCommand(
  deps: Hl7CommandDeps,
  caller: Caller,
  destination: string,
  ids: readonly string[],
): Promise<CommandResult> {
  // Whoever sends looks at the queue every second.
  const queue = { wake: (): void => undefined };
  const { waiting, withdrawn } = await replayDeadLetters({ ...deps, queue }, caller, destination, ids.length > 0 ? ids : null).catch(
    saying(`Nothing of it to ${destination} was given up`, 'homeward hl7 dead-letters'),
  ); // prettier-ignore
  const gone = withdrawn > 0 ? ` ${messages(withdrawn)} will not be: something else was meant for the stay since.` : '';
  return { text: `${messages(waiting)} will be sent again, as soon as Homeward runs.${gone}`, exitStatus: 0 };
}

/** `homeward hl7 dead-letters --settled DESTINATION [NUMBER …]`. @throws HomewardError MESSAGE_GONE */
export async function settledCommand(
  deps: Hl7CommandDeps,
  caller: Caller,
  destination: string,
  ids: readonly string[],
): Promise<CommandResult> {
  const queue = { wake: (): void => undefined };
  const settled = await settleDeadLetters({ ...deps, queue }, caller, destination, ids.length > 0 ? ids : null).catch(
    saying(
      ids.length > 0
        ? `No retraction of it to ${destination} was given up`
        : `Nothing is to be settled at ${destination}, or an enabled feed file names it and numbers must be given`,
      'homeward hl7 dead-letters',
    ),
  );
  return { text: `${messages(settled)} ${settled === 1 ? 'is' : 'are'} settled, and will not be sent.`, exitStatus: 0 };
}

// The catalogue's sentence alone would not say what was looked for, and where it is listed.
function saying(what: string, list: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof HomewardError && error.code === 'MESSAGE_GONE')) throw error;
    throw new HomewardError('MESSAGE_GONE', `${what}: see ${list}.`, { cause: error });
  };
}

function messages(count: number): string {
  return count === 1 ? '1 message' : `${number.format(count)} messages`;
}
