/** Nurses at their browsers: the answer page asked for over kept-alive connections, closed loop or at fixed times. */
import { Agent, request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { sessionsOn } from '../../src/services/sessions.ts';
import type { Database } from '../../src/store/database.ts';
import { nurse } from './callers.ts';
import { percentile } from './figure.ts';
import { baseUrl } from './site-folder.ts';
import { birthDateOf, council, numberAt, personAt } from './world.ts';

/** Somebody signed in: what their browser sends along. */
export interface Visitor {
  readonly cookie: string;
  readonly token: string;
}

/** Signs so many nurses in, as the sign-in pages do once a provider has vouched for them. */
export async function signInNurses(db: Database, count: number): Promise<Visitor[]> {
  const sessions = sessionsOn(db, { now: () => new Date() });
  const visitors: Visitor[] = [];
  for (let n = 0; n < count; n++) {
    const id = await sessions.begin({ ...nurse(n), authenticatedAt: new Date(), providerSession: null }, null);
    const state = await sessions.find(id);
    if (state.is !== 'live') throw new Error('A session that has just begun is not there');
    visitors.push({ cookie: `__Host-homeward=${id}`, token: state.session.formToken });
  }
  return visitors;
}

export interface Target {
  readonly port: number;
  /** How many people there are to ask about. */
  readonly stems: number;
  readonly visitors: readonly Visitor[];
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

const host = new URL(baseUrl).host;

function send(agent: Agent, port: number, path: string, visitor: Visitor, form: string | null): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = {
      host,
      cookie: visitor.cookie,
      ...(form === null
        ? {}
        : {
            origin: baseUrl,
            'content-type': 'application/x-www-form-urlencoded',
            'content-length': Buffer.byteLength(form),
          }),
    };
    const method = form === null ? 'GET' : 'POST';
    const asking = request({ host: '127.0.0.1', port, path, method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    asking.once('error', reject);
    asking.end(form ?? undefined);
  });
}

/** One in a thousand has objected; every other person's page is care. */
const kinds = ['>Council care is in place<', '>This cannot be shown here<'];

/** The answer page of one person, anew: the question, then the page it leads to. @returns that page's path */
async function answerPage(
  agent: Agent,
  { port, stems, visitors }: Target,
): Promise<{ path: string; visitor: Visitor }> {
  const visitor = visitors[Math.floor(Math.random() * visitors.length)];
  if (!visitor) throw new Error('Nobody is signed in');
  const stem = Math.floor(Math.random() * stems);
  const [year = '', month = '', day = ''] = birthDateOf(personAt(stem)).split('-');
  const form = new URLSearchParams({
    _token: visitor.token,
    nhsNumber: numberAt(stem),
    'birth-day': day,
    'birth-month': month,
    'birth-year': year,
    familyName: `Family${personAt(stem)}`,
    council,
    reason: 'decide-admission',
    permission: 'given',
  });
  const asked = await send(agent, port, '/find', visitor, form.toString());
  const path = asked.headers.location;
  if (asked.status !== 303 || !path?.startsWith('/answers/'))
    throw new Error(`A question was answered ${asked.status}`);
  await seeAnswer(agent, port, path, visitor, `Family${personAt(stem)}`);
  return { path, visitor };
}

async function seeAnswer(agent: Agent, port: number, path: string, visitor: Visitor, family: string): Promise<void> {
  const { status, text } = await send(agent, port, path, visitor, null);
  const kind = kinds.findIndex((heading) => text.includes(heading));
  const named = text.includes(family.toUpperCase());
  if (status === 200 && kind >= 0 && named === (kind === 0)) return;
  const heading = /<h1[^>]*>([^<]*)/.exec(text)?.[1] ?? 'no heading';
  throw new Error(`An answer's page is not what was expected: ${status}, “${heading.trim()}”`);
}

export interface PageRun {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** What was wrong with each that was not answered as it should be; none of them is in the figures above. */
  readonly failures: readonly string[];
}

/** The run, when nobody was answered otherwise than they should be. @throws Error with the first reason */
export function withoutFailure(run: PageRun): PageRun {
  const [first] = run.failures;
  if (first !== undefined) throw new Error(`${run.failures.length} requests failed; the first: ${first}`);
  return run;
}

/** Keeps times, and failures beside them: nobody's failure ends the run of the others. */
class Asking {
  readonly #start = performance.now();
  readonly #times: number[] = [];
  readonly #failures: string[] = [];

  /** @param since from when on the wait counts. @returns whether it was answered as it should be */
  async answered(asking: Promise<unknown>, since: number): Promise<boolean> {
    try {
      await asking;
      this.#times.push(performance.now() - since);
      return true;
    } catch (error) {
      this.#failures.push(error instanceof Error ? error.message : String(error));
      return false;
    }
  }

  end(): PageRun {
    const seconds = (performance.now() - this.#start) / 1_000;
    return {
      perSecond: this.#times.length / seconds,
      p50: percentile(this.#times, 0.5),
      p99: percentile(this.#times, 0.99),
      failures: this.#failures,
    };
  }
}

const connection = (): Agent => new Agent({ keepAlive: true, maxSockets: 1 });

/** Milliseconds that somebody whose request failed waits before the next. */
const afterFailure = 100;

/** Says for so many seconds from now that it goes on. */
export function lasting(seconds: number): () => boolean {
  const end = performance.now() + seconds * 1_000;
  return () => performance.now() < end;
}

/** So many people, each asking the next question when the last page is there, while `going` says so. */
export async function askPages(
  target: Target,
  { connections, going }: { connections: number; going: () => boolean },
): Promise<PageRun> {
  const run = new Asking();
  const ask = async (): Promise<void> => {
    const agent = connection();
    while (going()) {
      if (!(await run.answered(answerPage(agent, target), performance.now()))) await sleep(afterFailure);
    }
    agent.destroy();
  };
  await Promise.all(Array.from({ length: connections }, ask));
  return run.end();
}

/** The same page seen over and over by whoever asked for it: GET alone. */
export async function seePages(target: Target, options: { connections: number; seconds: number }): Promise<PageRun> {
  const answers = await Promise.all(
    Array.from({ length: options.connections }, async () => {
      const agent = connection();
      return { agent, ...(await answerPage(agent, target)) };
    }),
  );
  const run = new Asking();
  const going = lasting(options.seconds);
  const view = async ({ agent, path, visitor }: (typeof answers)[number]): Promise<void> => {
    const { status } = await send(agent, target.port, path, visitor, null);
    if (status !== 200) throw new Error(`An answer's page was answered ${status}`);
  };
  const see = async (answer: (typeof answers)[number]): Promise<void> => {
    while (going()) {
      if (!(await run.answered(view(answer), performance.now()))) await sleep(afterFailure);
    }
    answer.agent.destroy();
  };
  await Promise.all(answers.map(see));
  return run.end();
}

/**
 * Questions at fixed times, whether or not those before are answered, each waiting for both its
 * pages: a wait counts from the time the question was due, so that a slow moment is felt by all
 * whom it keeps waiting (no coordinated omission).
 */
export async function askAtRate(target: Target, options: { perSecond: number; seconds: number }): Promise<PageRun> {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 256 });
  const count = options.perSecond * options.seconds;
  const run = new Asking();
  const start = performance.now();
  const asked: Promise<boolean>[] = [];
  for (let n = 0; n < count; n++) {
    const due = start + (n * 1_000) / options.perSecond;
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    asked.push(run.answered(answerPage(agent, target), due));
  }
  await Promise.all(asked);
  agent.destroy();
  return run.end();
}
