/**
 * How processes on one database tell each other that something has changed: a word without content, said after the
 * commit that it is about. It may be lost (a connection pooler, a connection that died quietly), so that nothing rests
 * on it alone: whoever must know looks as well, only later.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';

export interface Bell {
  /** Tells the other processes, soon. Never throws. */
  ring(): void;
  /** Neither rings nor hears from now on. */
  close(): Promise<void>;
}

/** Of a database that has one process only. */
export const noBell: Bell = { ring: () => undefined, close: () => Promise.resolve() };

// Nothing is kept by ringing: without a wait for the disk, nobody’s commit waits behind it either.
const listen = 'set synchronous_commit = off; listen homeward_changed';
const ring = 'notify homeward_changed';

/** A hundred commits at once are a few words: the server says them one after the other, to every process. */
const restFor = 50;
/** A server that starts again is not pressed. */
const againAfter = 2_000;
const patience = 5_000;

/** Rings and hears on a connection of its own, opened again whenever it is lost. */
export class ServerBell implements Bell {
  readonly #make: () => pg.Client;
  readonly #heard: () => void;
  #client: pg.Client | null = null;
  #again: NodeJS.Timeout | undefined;
  #open = false;
  #ringing = false;
  #due = false;
  #closed = false;

  /** @param make makes a client, not connected yet; @param heard another process has rung, or may have. Must not throw */
  constructor(make: () => pg.Client, heard: () => void) {
    this.#make = make;
    this.#heard = heard;
    void this.#connect();
  }

  ring(): void {
    this.#due = true;
    void this.#say();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#again);
    const client = this.#client;
    this.#leave(client);
    await client?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const client = this.#make();
    this.#client = client;
    const lost = (): void => this.#lost(client);
    client.on('error', lost);
    client.on('end', lost);
    client.on('notification', ({ processId }) => {
      // Whoever rang has told its own process already.
      if (processId !== (client as unknown as { processID: number | null }).processID) this.#heard();
    });
    try {
      await client.connect();
      await client.query(listen);
    } catch {
      return lost();
    }
    if (this.#client !== client) return;
    this.#open = true;
    // Who rang while nobody listened was not heard.
    this.#heard();
    void this.#say();
  }

  async #say(): Promise<void> {
    const client = this.#client;
    if (!client || !this.#open || this.#ringing) return;
    this.#ringing = true;
    try {
      while (this.#due && this.#client === client) {
        this.#due = false;
        await client.query({ text: ring, query_timeout: patience } as pg.QueryConfig);
        await sleep(restFor, undefined, { ref: false });
      }
    } catch {
      this.#due = true;
      this.#lost(client);
    } finally {
      this.#ringing = false;
    }
    // A new connection may have been opened while the old one was given up.
    if (this.#due && this.#client !== client) void this.#say();
  }

  #lost(client: pg.Client): void {
    if (!this.#leave(client)) return;
    client.end().catch(() => undefined);
    if (!this.#closed) this.#again = setTimeout(() => void this.#connect(), againAfter).unref();
  }

  #leave(client: pg.Client | null): boolean {
    if (client === null || this.#client !== client) return false;
    this.#client = null;
    this.#open = false;
    return true;
  }
}
