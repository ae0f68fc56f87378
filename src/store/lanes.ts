/**
 * Connections on which prepared statements are sent one behind the other, without waiting for the
 * answers of those before: a few carry what a connection a caller would, with far fewer wake-ups.
 */
import type { Writable } from 'node:stream';
import type pg from 'pg';
import { isConnectionFault } from './connection-fault.ts';
import type { Statement } from './statement.ts';

interface Lane {
  readonly client: pg.Client;
  readonly ready: Promise<unknown>;
  waiting: number;
}

/** How long, in milliseconds, a statement may go unanswered: a server gone silent must not hold a nurse up. */
const patience = 10_000;

/** A lane with fewer than so many before it is taken first: what goes out together wakes the server once. */
const roomy = 16;

export class Lanes {
  readonly #connect: () => pg.Client;
  readonly #lanes: (Lane | null)[];

  /** @param connect makes a client, not connected yet, that can send before earlier answers are in */
  constructor(connect: () => pg.Client, count: number) {
    this.#connect = connect;
    this.#lanes = Array.from({ length: count }, () => null);
  }

  /** Runs a statement on the first lane with room, or else on the one with the fewest before it. */
  async query(statement: Statement, values: readonly unknown[]): Promise<pg.QueryResult> {
    const lane = this.#choose();
    lane.waiting++;
    try {
      await lane.ready;
      this.#gather(lane.client);
      return await lane.client.query({
        ...statement,
        values: values as unknown[],
        query_timeout: patience,
      } as pg.QueryConfig);
    } catch (error) {
      // Its end is announced a moment later: nobody else may be sent down it.
      if (isConnectionFault(error)) this.#leave(lane);
      throw error;
    } finally {
      lane.waiting--;
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane?.client.end()));
  }

  #leave(lane: Lane): void {
    const at = this.#lanes.indexOf(lane);
    if (at < 0) return;
    this.#lanes[at] = null;
    lane.client.end().catch(() => undefined);
  }

  // What is asked in one turn of the event loop goes out in one write: each wakes a process of the server.
  #gather(client: pg.Client): void {
    const { stream } = (client as unknown as { connection: { stream: Writable } }).connection;
    if (stream.writableCorked > 0) return;
    stream.cork();
    process.nextTick(() => stream.uncork());
  }

  #choose(): Lane {
    const room = this.#lanes.findIndex((lane) => (lane?.waiting ?? 0) < roomy);
    if (room >= 0) return this.#lanes[room] ?? this.#open(room);
    let at = 0;
    for (const [place, lane] of this.#lanes.entries()) {
      if ((lane?.waiting ?? 0) < (this.#lanes[at]?.waiting ?? 0)) at = place;
    }
    return this.#lanes[at] ?? this.#open(at);
  }

  #open(at: number): Lane {
    const client = this.#connect();
    const lane: Lane = { client, ready: client.connect(), waiting: 0 };
    const gone = (): void => this.#leave(lane);
    // What waits on a connection that is lost is rejected; the next statement opens another.
    client.on('error', gone);
    client.on('end', gone);
    lane.ready.catch(gone);
    this.#lanes[at] = lane;
    return lane;
  }
}
