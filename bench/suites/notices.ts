/** Notices and questions: how soon an answer stands on the sender's screen, and how soon a provider at the door knows. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerNotice } from '../../src/services/notices/answer.ts';
import type { Notices } from '../../src/services/notices/compose.ts';
import { tellingsOf, tellingsVersion } from '../../src/services/notices/view.ts';
import { askWhereabouts } from '../../src/services/whereabouts/ask.ts';
import { whereaboutsAnswer } from '../../src/services/whereabouts/questions.ts';
import type { Database } from '../../src/store/database.ts';
import { LiveStreams } from '../../src/web/live.ts';
import { percentile } from '../support/figure.ts';
import type { Bench, Suite } from '../support/figure.ts';
import { fillNotices, fillStays, noticeWorld, person, personOfStem, providerOf } from '../support/notice-world.ts';
import type { NoticeWorld } from '../support/notice-world.ts';
import { council, createDatabase, fillWorld, openBench, settle } from '../support/world.ts';

export const suite: Suite = {
  about:
    'a hundred providers answer in the same moment while ten thousand notices are open, and each sender’s page is told and read again; and providers ask where a client is, open-loop, among a million stays',
  run,
};

async function run(bench: Bench): Promise<void> {
  const people = bench.trial ? 12_000 : 100_000;
  const open = bench.trial ? 1_000 : 10_000;
  const stays = bench.trial ? 2_000 : 1_000_000;
  bench.say(`filling a council of ${people} people, ${open} open notices and ${stays} stays`);
  const url = await createDatabase(bench.server, 'bench_notices');
  const db = await openBench(url);
  const other = await openBench(url);
  try {
    await fillWorld(url, people);
    const world = noticeWorld(db);
    const all = await fillNotices(url, world, open);
    await settle(url);
    await answering(bench, world, other, all);
    await fillStays(url, stays, people);
    await settle(url);
    await asking(bench, world, people);
  } finally {
    await db.close();
    await other.close();
  }
}

interface Open {
  readonly notice: string;
  readonly telling: string;
  readonly provider: string;
}

/** Answers a moment: of each of a hundred providers one. */
const atOnce = 100;

/** How the process that serves the senders’ pages hears of an answer. */
type Hears = 'itself' | 'bell' | 'looks';

async function answering(bench: Bench, world: NoticeWorld, other: Database, all: readonly Open[]): Promise<void> {
  const byProvider = Map.groupBy(all, ({ provider }) => provider);
  const bursts = bench.trial ? 1 : 3;
  const choose = (): Open[] => {
    const chosen = [...byProvider.values()].slice(0, atOnce).flatMap((of) => of.splice(0, 1));
    if (chosen.length < atOnce) throw new Error(`Only ${chosen.length} of ${atOnce} providers have a notice left to answer`);
    return chosen;
  };
  const { signal } = world.notices;
  // Pages of the other process, on connections of its own; it hears by them as `app-sender.ts` has it.
  const far = noticeWorld(other);
  const bells = [other.bell(() => far.notices.signal.wake()), world.notices.deps.db.bell(() => undefined)];
  signal.on(() => bells[1]?.ring());
  const deaf = (): (() => void) => () => undefined;
  const pagesOf = {
    itself: { notices: world.notices, on: (listener: () => void) => signal.on(listener) },
    bell: { notices: far.notices, on: (listener: () => void) => far.notices.signal.on(listener) },
    looks: { notices: far.notices, on: deaf },
  } as const;
  const times: Record<Hears, number[]> = { itself: [], bell: [], looks: [] };
  const kinds = Object.keys(times) as Hears[];
  // Once before, to warm up.
  for (const hears of kinds) await answeredTogether(world, pagesOf[hears], choose());
  for (let at = 0; at < bench.runs; at++) {
    for (const hears of kinds) {
      const waits: number[] = [];
      for (let burst = 0; burst < bursts; burst++) waits.push(...(await answeredTogether(world, pagesOf[hears], choose()))); // prettier-ignore
      times[hears].push(percentile(waits, 0.99));
    }
  }
  for (const bell of bells) await bell.close();
  const held = { unit: 'ms', most: 1_000, smaller: true } as const;
  bench.report({
    name: 'answer-visible',
    about: '99th percentile of the time from a provider’s press until the sender’s open page has read the answer',
    ours: times.itself,
    ...held,
  });
  bench.report({
    name: 'answer-visible-other-process',
    about: 'the same where another process than the one that took the answer serves the sender’s page, and is told of it by way of the database',
    ours: times.bell,
    ...held,
  });
  bench.report({
    name: 'answer-visible-by-looking',
    about: 'the same where that word is lost on its way, and the page finds the answer by looking',
    ours: times.looks,
    ...held,
  });
} // prettier-ignore

/** Between a page's looks by itself. */
const looksEvery = 500;

/** So many senders look at their page when all their providers answer. @returns for each the milliseconds until it stands there */
async function answeredTogether(
  { notices, nurse }: NoticeWorld,
  pages: { readonly notices: Notices; readonly on: (listener: () => void) => () => void },
  chosen: readonly Open[],
): Promise<number[]> {
  const { deps } = pages.notices;
  const live = new LiveStreams(pages.on);
  const open = await Promise.all(
    chosen.map(async ({ telling, notice, provider }, n) => {
      const about = { telling };
      const version = (): Promise<string> => tellingsVersion(deps, nurse, about);
      const from = await version();
      // Pages are opened whenever somebody opens them: the looking of one is not in step with another's.
      await sleep(Math.random() * looksEvery);
      return { notice, about, stream: live.open({ what: telling, session: String(n), version, from }), carer: person('provider-coordinator', provider, n) };
    }),
  );
  await sleep(300);
  const pressed = performance.now();
  const answered = Promise.all(open.map(({ notice, carer }) => answerNotice(notices.deps, carer, notice, { kind: 'accepted', firstVisit: null })));
  const times = await Promise.all(
    open.map(async ({ notice, about, stream }) => {
      for await (const chunk of stream) if (String(chunk).includes('changed')) break;
      const { notices: shown } = await tellingsOf(deps, nurse, about);
      if (shown.find(({ id }) => id === notice)?.reply === null) throw new Error('The page was told before the answer was there');
      return performance.now() - pressed;
    }),
  );
  await answered;
  live.stop();
  return times;
} // prettier-ignore

const perSecond = 50;

async function asking(bench: Bench, world: NoticeWorld, people: number): Promise<void> {
  const seconds = bench.trial ? 2 : 8;
  const { deps } = world.whereabouts;
  const runs: number[] = [];
  const kinds = new Map<string, number>();
  let stem = 1_000;
  // The first seconds warm up.
  for (let at = 0; at <= bench.runs; at++) {
    const many = (at === 0 ? 3 : seconds) * perSecond;
    const start = performance.now() + 50;
    const waits = await Promise.all(
      Array.from({ length: many }, async (_, n) => {
        const due = start + (n * 1000) / perSecond;
        const who = (stem = (stem + 7) % (people - 100));
        await sleep(due - performance.now());
        const caller = person('provider-coordinator', providerOf(who), who % 7);
        const { nhsNumber, birthDate } = personOfStem(who);
        const asked = await askWhereabouts(deps, caller, { council, nhsNumber, birthDate: birthDate as never, token: randomUUID() });
        if (asked.is !== 'asked') throw new Error('Asked too often');
        const { answer } = await whereaboutsAnswer(deps, caller, asked.id);
        kinds.set(answer.kind, (kinds.get(answer.kind) ?? 0) + 1);
        return performance.now() - due;
      }),
    );
    if (at > 0) runs.push(percentile(waits, 0.99));
  }
  if (!kinds.has('with-us') || !kinds.has('not-with-us')) bench.say('not every kind of answer was given');
  bench.say(`answers: ${[...kinds].map(([kind, n]) => `${n} ${kind}`).join(', ')}`);
  bench.report({
    name: 'with-you-99',
    about: '99th percentile of “is my client with you?” until the answer is read, fifty a second at fixed times whatever is still under way',
    unit: 'ms',
    ours: runs,
    most: 50,
    smaller: true,
  });
} // prettier-ignore
