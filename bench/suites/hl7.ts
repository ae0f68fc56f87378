/** A hospital's messages: taken and answered beside servers that keep nothing, made into stays, and read beside other readers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { parseMessage } from '../../src/hl7/message.ts';
import { median, percentile } from '../support/figure.ts';
import type { Bench, Figure, Suite } from '../support/figure.ts';
import { sendAll, sendSteadily } from '../support/hl7-client.ts';
import type { Sent } from '../support/hl7-client.ts';
import { bodyOf, hospitalDay, messagesOfStay } from '../support/hl7-messages.ts';
import type { Framed } from '../support/hl7-messages.ts';
import { readers, servers } from '../support/hl7-peers.ts';
import type { Read } from '../support/hl7-peers.ts';
import { startServers, startWithFeed } from '../support/hl7-service.ts';
import type { Listening } from '../support/hl7-service.ts';
import { asOwner, createDatabase, openBench } from '../support/world.ts';

export const suite: Suite = {
  about:
    'ADT messages of whole stays over MLLP. Ours seals each message, commits it to PostgreSQL and only then answers; the peers answer at once and keep nothing. One client for all, in a process of its own',
  run,
};

async function run(bench: Bench): Promise<void> {
  await parsing(bench);
  const url = await createDatabase(bench.server, 'bench_hl7');
  await (await openBench(url, 1)).close();
  const people = peopleOf();
  const orders = [{ name: 'ours', url, applies: false } as const, ...servers.map((name) => ({ name }))];
  const started = await startServers(orders);
  try {
    await answering(
      bench,
      url,
      { started, people },
      {
        name: 'hl7-ack-10',
        about: 'messages a second answered, ten connections with one in flight each',
        load: { connections: 10, inFlight: 1 },
        floor: 0.5,
      },
    );
    await answering(
      bench,
      url,
      { started, people },
      {
        name: 'hl7-ack-pipelined',
        about: 'messages a second answered, one connection with 32 in flight',
        load: { connections: 1, inFlight: 32 },
        floor: 1.5,
      },
    );
  } finally {
    for (const server of started.values()) await server.stop();
  }
  await whole(bench, people);
}

/** Ours answers each message, however slow the disk: so many milliseconds it is waited for that before it counts as lost. */
const patience = 30_000;

/** Stays of new people each time. */
function peopleOf(): (messages: number) => Framed[] {
  let from = 0;
  return (messages) => {
    const stays = Math.ceil(messages / messagesOfStay);
    from += stays;
    return hospitalDay(stays, { from: from - stays, now: new Date() });
  };
}

interface Answering {
  readonly name: string;
  readonly about: string;
  readonly load: { readonly connections: number; readonly inFlight: number };
  readonly floor: number;
}

async function answering(
  bench: Bench,
  url: string,
  { started, people }: { started: ReadonlyMap<string, Listening>; people: (messages: number) => Framed[] },
  { name, about, load, floor }: Answering,
): Promise<void> {
  const many = bench.trial ? 200 : 20_000;
  const rates = new Map<string, number[]>();
  const faulty = new Map<string, Sent>();
  // The first round warms up; a peer that answers wrongly in one is asked no more.
  for (let at = 0; at <= bench.runs; at++) {
    for (const [server, { port }] of started) {
      if (faulty.has(server)) continue;
      if (server === 'ours') await asOwner(url, 'checkpoint');
      const sent = await sendAll(port, people(many), server === 'ours' ? { ...load, patience } : load);
      if (sent.wrong + sent.unanswered > 0) faulty.set(server, sent);
      else if (at > 0) rates.set(server, [...(rates.get(server) ?? []), sent.perSecond]);
    }
  }
  for (const [server, { answered, wrong, unanswered }] of faulty) {
    const said = `${server}: ${answered} answered, ${wrong} answered wrongly, ${unanswered} never`;
    if (server === 'ours') throw new Error(said);
    bench.say(`${name}: ${said}: not taken`);
  }
  for (const peer of faulty.keys()) rates.delete(peer);
  const ours = rates.get('ours') ?? [];
  rates.delete('ours');
  besideAll(bench, { name, about, unit: 'a second', ours, floor }, rates);
}

/** A figure for each peer; what ours is held to is the fastest. */
function besideAll(
  bench: Bench,
  { name, floor, ...figure }: Omit<Figure, 'peer'> & { readonly floor: number },
  peers: ReadonlyMap<string, readonly number[]>,
): void {
  const fastestFirst = [...peers].sort(([, a], [, b]) => median(b) - median(a));
  for (const [at, [peer, runs]] of fastestFirst.entries()) {
    const of = { ...figure, peer: { name: peer, runs } };
    if (at === 0) bench.report({ ...of, name, floor });
    else bench.report({ ...of, name: `${name}-${peer.replace(/\W+/g, '-').replace(/^-/, '')}` });
  }
}

async function whole(bench: Bench, people: (messages: number) => Framed[]): Promise<void> {
  const url = await createDatabase(bench.server, 'bench_hl7_whole');
  const service = await startWithFeed(url);
  try {
    await toStays(bench, url, service.port, people);
    await waiting(bench, service.port, people);
  } finally {
    await service.stop();
  }
}

async function toStays(bench: Bench, url: string, port: number, people: (messages: number) => Framed[]): Promise<void> {
  const many = bench.trial ? 200 : 10_000;
  const each: number[] = [];
  const backlog: number[] = [];
  const answered: number[] = [];
  for (let at = 0; at <= bench.runs; at++) {
    const messages = people(many);
    await asOwner(url, 'truncate hl7_message', 'checkpoint');
    const start = performance.now();
    const sent = await sendAll(port, messages, { connections: 4, inFlight: 8, patience });
    mustBeRight(sent);
    const left = await waitingAt(url);
    await drained(url);
    const took = performance.now() - start;
    await mustBeInOrder(url, many);
    if (at === 0) continue;
    each.push((took * 1_000) / many);
    backlog.push(left);
    answered.push(sent.perSecond);
  }
  bench.report({
    name: 'hl7-applied',
    about: `from the first of ${many.toLocaleString('en-GB')} messages, sent as fast as they are answered, until the last is part of its stay: time for each thousand, the backlog applied in the order in which it was answered`,
    unit: 'ms',
    ours: each,
    most: 1_000,
  });
  bench.report({
    name: 'hl7-applied-answered',
    about: 'messages a second answered meanwhile',
    unit: 'a second',
    ours: answered,
  });
  bench.report({
    name: 'hl7-applied-backlog',
    about: 'messages that waited when the last was answered',
    unit: 'messages',
    ours: backlog,
  });
}

function mustBeRight({ wrong, unanswered }: Sent): void {
  if (wrong + unanswered > 0) throw new Error(`${wrong} messages were answered wrongly and ${unanswered} never`);
}

async function waitingAt(url: string): Promise<number> {
  const [found] = await asOwner(url, `select count(*)::int as n from hl7_message where state = 'waiting'`);
  return found?.rows[0]?.n as number;
}

async function drained(url: string): Promise<void> {
  while ((await waitingAt(url)) > 0) await sleep(20);
}

// Also that each was applied, and that the stays are there and have ended.
async function mustBeInOrder(url: string, many: number): Promise<void> {
  const [found] = await asOwner(
    url,
    `select count(*)::int as messages, count(*) filter (where state = 'applied')::int as applied,
       count(*) filter (where settled_at < before)::int as early
     from (select state, settled_at, lag(settled_at) over (order by message_id) as before from hl7_message) m`,
  );
  const [stays] = await asOwner(url, `select count(*) filter (where status <> 'discharged')::int as open from stay`);
  const counts = { ...found?.rows[0], ...stays?.rows[0] } as Record<'messages' | 'applied' | 'early' | 'open', number>;
  const right = { messages: many, applied: many, early: 0, open: 0 };
  if (!isDeepStrictEqual(counts, right)) throw new Error(`Not ${JSON.stringify(right)}: ${JSON.stringify(counts)}`);
}

async function waiting(bench: Bench, port: number, people: (messages: number) => Framed[]): Promise<void> {
  const p50: number[] = [];
  const p99: number[] = [];
  for (let at = 0; at <= bench.runs; at++) {
    const seconds = bench.trial || at === 0 ? 1 : 8;
    const sent = await sendSteadily(port, people(seconds * 100), { connections: 4, perSecond: 100, patience });
    mustBeRight(sent);
    if (at === 0) continue;
    p50.push(percentile(sent.times, 0.5));
    p99.push(percentile(sent.times, 0.99));
  }
  const about =
    'from when a message was due to its answer, at a fixed 100 a second on four connections, all of them applied meanwhile';
  bench.report({ name: 'hl7-ack-p99', about: `${about}: 99 in 100`, unit: 'ms', ours: p99, most: 20 });
  bench.report({ name: 'hl7-ack-p50', about: `${about}: half of them`, unit: 'ms', ours: p50 });
}

async function parsing(bench: Bench): Promise<void> {
  const bodies = hospitalDay(bench.trial ? 20 : 200, { from: 0, now: new Date() }).map(bodyOf);
  const texts = bodies.map((body) => body.toString('latin1'));
  const rounds = bench.trial ? 1 : 100;
  const all = Object.entries(readers).map(([name, make]) => ({ name, read: make() }));
  for (const { name, read } of all) await mustRead(name, read, texts);
  const ours: number[] = [];
  const peers = new Map(all.map(({ name }) => [name, [] as number[]]));
  for (let at = 0; at <= bench.runs; at++) {
    const rate = readOurs(bodies, rounds);
    if (at > 0) ours.push(rate);
    for (const { name, read } of all) {
      // One of the slowest takes as long as seventy of ours.
      const perSecond = await readTheirs(read, texts, Math.ceil(rounds / 10));
      if (at > 0) peers.get(name)?.push(perSecond);
    }
  }
  const about =
    'messages a second read as far as PID-3, PID-5 and PV1-2: ours from the bytes of the line, the peers from a text that was decoded before';
  besideAll(bench, { name: 'hl7-parse', about, unit: 'a second', ours, floor: 2 }, peers);
}

// A reader that finds nothing would be fast.
async function mustRead(name: string, read: Read, texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    const [, number = '?', family = '?', patientClass] =
      /\|(K\d+)\^.*\|(HOLMES\d+)\^[^]*\rPV1\|1\|(.)/.exec(text) ?? [];
    const found = await read(text);
    if (!found[0]?.startsWith(number) || !found[1]?.startsWith(family) || found[2] !== patientClass)
      throw new Error(`${name} has not read what a message says`);
  }
}

function readOurs(bodies: readonly Buffer[], rounds: number): number {
  const start = performance.now();
  let found = 0;
  for (let round = 0; round < rounds; round++) {
    for (const body of bodies) {
      const parsed = parseMessage(body);
      if (!parsed.ok) throw new Error('A message of the bench is not valid');
      const { message } = parsed;
      const read = [message.value('PID', 3), message.value('PID', 5), message.value('PV1', 2)];
      if (read[2] !== '') found++;
    }
  }
  return rateOf(found, rounds * bodies.length, start);
}

async function readTheirs(read: Read, texts: readonly string[], rounds: number): Promise<number> {
  const start = performance.now();
  let found = 0;
  for (let round = 0; round < rounds; round++) {
    for (const text of texts) {
      const reading = read(text);
      const values = reading instanceof Promise ? await reading : reading;
      if (values[2] !== '') found++;
    }
  }
  return rateOf(found, rounds * texts.length, start);
}

function rateOf(found: number, messages: number, start: number): number {
  if (found !== messages) throw new Error(`Only ${found} of ${messages} messages were read`);
  return (messages * 1_000) / (performance.now() - start);
}
