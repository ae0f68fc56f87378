/**
 * A server in a process of its own, told by its parent which: a peer's, or our own listener with all that stands
 * between a message and its answer. Says its port when it listens, and ends with its parent.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { freePort } from '../../scripts/free-port.ts';
import { readSiteFiles } from '../../src/config/site.ts';
import { HospitalFeeds } from '../../src/hl7/feeds.ts';
import { sealerOf } from '../../src/services/sealing.ts';
import { Database } from '../../src/store/database.ts';
import { postgresEngine } from '../../src/store/engine.ts';
import { serveAs } from './hl7-peers.ts';
import type { ServerName } from './hl7-peers.ts';

/** What the parent asks for. `url`: of the database of ours; `applies`: what is answered is made into stays as well. */
export type ServerOrder =
  { readonly name: ServerName } | { readonly name: 'ours'; readonly url: string; readonly applies: boolean };

const order = JSON.parse(process.argv[2] ?? '{}') as ServerOrder;
process.send?.({ port: order.name === 'ours' ? await serveOurs(order) : await servePeer(order.name) });
process.once('disconnect', () => process.exit());

async function servePeer(name: ServerName): Promise<number> {
  const port = await freePort();
  await serveAs(name, port);
  return port;
}

async function serveOurs({ url, applies }: { url: string; applies: boolean }): Promise<number> {
  const site = readSiteFiles(join(import.meta.dirname, '../../config/demo'));
  const listening = site.feeds.map((feed) => ({ ...feed, hints: [], canary: false }));
  const fail = (facts: object, message: string): void => {
    process.stderr.write(`${message} ${JSON.stringify(facts)}\n`);
  };
  const feeds = new HospitalFeeds(
    {
      db: new Database(postgresEngine(url, false, 8)),
      clock: { now: () => new Date() },
      feeds: listening,
      agreements: [],
      councils: site.councils,
      hospitals: site.hospitals,
      seal: sealerOf(randomBytes(32)),
    },
    {
      feeds: listening,
      host: '127.0.0.1',
      port: 0,
      tls: null,
      log: { info: () => undefined, warn: fail, error: fail },
    },
  );
  if (applies) feeds.start();
  const port = await feeds.listen();
  if (port === null) throw new Error('The demo has lost its feed');
  return port;
}
