/** Servers for the feed's benchmarks: a child process each, and the whole service with a feed of its hospital. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { freePort } from '../../scripts/free-port.ts';
import { agreements } from './callers.ts';
import type { ServerOrder } from './hl7-server.ts';
import { startService } from './process.ts';
import { writeSite } from './site-folder.ts';

export interface Listening {
  readonly port: number;
  stop(): Promise<void>;
}

async function startServer(order: ServerOrder): Promise<Listening> {
  const child = fork(join(import.meta.dirname, 'hl7-server.ts'), [JSON.stringify(order)]);
  const ended = once(child, 'exit');
  const said = await Promise.race([once(child, 'message'), ended.then(() => null)]);
  const port = (said?.[0] as { port?: number } | undefined)?.port;
  if (port === undefined) throw new Error(`The server ${order.name} did not start`);
  return {
    port,
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

/** Starts servers, all at once. @returns them by their names, in the same order. @throws Error when one does not start */
export async function startServers(orders: readonly ServerOrder[]): Promise<Map<string, Listening>> {
  const starting = await Promise.allSettled(orders.map(startServer));
  const failed = starting.find((one) => one.status === 'rejected');
  const started = starting.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  if (failed) {
    for (const one of started) await one.stop();
    throw failed.reason;
  }
  return new Map(started.map((one, at) => [orders[at]?.name ?? '', one]));
}

/** Starts the whole service on a database, as a site does, with the demo's feed for its first hospital. */
export async function startWithFeed(url: string): Promise<Listening> {
  const folder = mkdtempSync(join(tmpdir(), 'homeward-site-'));
  try {
    const environment = writeSite(folder);
    const hospital = agreements[0]?.hospital ?? '';
    mkdirSync(join(folder, 'feeds'));
    writeFileSync(join(folder, 'feeds/bench.yaml'), JSON.stringify(feedOf(hospital)));
    const port = await freePort();
    const service = await startService({
      ...environment,
      DATABASE_URL: url,
      MLLP_PORT: String(port),
      FEED_KEY: Buffer.alloc(32, 1).toString('base64'),
    });
    return {
      port,
      async stop() {
        await service.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function feedOf(hospital: string): object {
  const file = join(import.meta.dirname, '../../config/demo/feeds/kings-vale-adt.yaml');
  const feed = parse(readFileSync(file, 'utf8')) as object;
  return { ...feed, hospital, sites: [{ when: {}, organisation: hospital }], hints: [] };
}
