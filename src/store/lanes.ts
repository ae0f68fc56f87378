/**
 * Connections on which prepared statements are sent one behind the other, without waiting for the
 * answers of those before: a few carry what a connection a caller would, with far fewer wake-ups.
 */
import type { Writable } from 'node:stream';
import type pg from 'pg';
import { isConnectionFault, isOutwornStatement } from './connection-fault.ts';
import type { Statement } from './statement.ts';

interface Lane {
  readonly client: pg.Client;
  readonly ready: Promise<unknown>;
  /** Runs from when nothing was on its way any more. */
  readonly idle: NodeJS.Timeout;
  waiting: number;
  opened: boolean;
  /** A statement went unanswered for as long as anybody waits. */
  silent: boolean;
  hungUp: boolean;
}

/** How long, in milliseconds, a statement may go unanswered: a server gone silent must not hold a nurse up. */
const patience = 10_000;

/**
 * How long, in milliseconds, a lane is kept that nobody uses. Firewalls forget a quiet connection
 * without telling either end: whoever asks first after that would wait for nothing.
 */
const usualIdle = 30_000;

/** A lane with fewer than so many before it is taken first: what goes out together wakes the server once. */
const roomy = 16;

export interface LaneOptions {
  /** Milliseconds. */
  readonly idle?: number;
  /** Sets a new connection up, before anything is asked on it. */
  readonly greet?: (client: pg.Client) => Promise<unknown>;
}

export class Lanes {
  readonly #connect: () => pg.Client;
  readonly #lanes: (Lane | null)[];
  readonly #idle: number;
  readonly #greet: (client: pg.Client) => Promise<unknown>;

  /** @param connect makes a client, not connected yet, that can send before earlier answers are in */
  constructor(connect: () => pg.Client, count: number, { idle = usualIdle, greet }: LaneOptions = {}) {
    this.#connect = connect;
    this.#lanes = Array.from({ length: count }, () => null);
    this.#idle = idle;
    this.#greet = greet ?? (() => Promise.resolve());
  }

  /**
   * Runs a statement on the first lane with room, or else on the one with the fewest before it. A
   * reading that a lost connection swallowed is sent once more, on a new one; what writes never is.
   */
  async query(statement: Statement, values: readonly unknown[]): Promise<pg.QueryResult> {
    const lane = this.#choose();
    try {
      return await this.#send(lane, statement, values);
    } catch (error) {
      const lost = isConnectionFault(error) || isOutwornStatement(error);
      // Where none could be opened, the next would not be either; and silence has cost a nurse her patience.
      if (statement.does === 'write' || !lost || !lane.opened || lane.silent) throw error;
      return this.#send(this.#choose(), statement, values);
    }
  }

  async #send(lane: Lane, statement: Statement, values: readonly unknown[]): Promise<pg.QueryResult> {
    lane.waiting++;
    try {
      await lane.ready;
      lane.opened = true;
      this.#gather(lane.client);
      return await lane.client.query({
        ...statement,
        values: values as unknown[],
        query_timeout: patience,
      } as pg.QueryConfig);
    } catch (error) {
      if ((error as Error).message === 'Query read timeout') lane.silent = true;
      // Its end is announced a moment later: nobody else may be sent down it.
      if (isConnectionFault(error)) this.#leave(lane);
      // What it takes for prepared is wrong for as long as it lives.
      else if (isOutwornStatement(error)) this.#forget(lane);
      throw error;
    } finally {
      lane.waiting--;
      if (this.#lanes.includes(lane)) lane.idle.refresh();
      else if (lane.waiting === 0) this.#hangUp(lane);
    }
  }

  async end(): Promise<void> {
    await Promise.all(
      this.#lanes.map((lane) => {
        clearTimeout(lane?.idle);
        return lane?.client.end();
      }),
    );
  }

  #leave(lane: Lane): void {
    this.#forget(lane);
    this.#hangUp(lane);
  }

  // Nothing more is sent down it; what was sent finishes.
  #forget(lane: Lane): void {
    const at = this.#lanes.indexOf(lane);
    if (at >= 0) this.#lanes[at] = null;
    clearTimeout(lane.idle);
  }

  #hangUp(lane: Lane): void {
    if (lane.hungUp) return;
    lane.hungUp = true;
    lane.client.end().catch(() => undefined);
    // Where nobody hears the goodbye any more, the process need not wait for that.
    (lane.client as unknown as { unref(): void }).unref();
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
    const ready = client.connect().then(() => this.#greet(client));
    const idle = setTimeout(() => {
      if (lane.waiting === 0) this.#leave(lane);
    }, this.#idle);
    idle.unref();
    const lane: Lane = { client, ready, idle, waiting: 0, opened: false, silent: false, hungUp: false };
    const gone = (): void => this.#leave(lane);
    // What waits on a connection that is lost is rejected; the next statement opens another.
    client.on('error', gone);
    client.on('end', gone);
    ready.catch(gone);
    this.#lanes[at] = lane;
    return lane;
  }
}
