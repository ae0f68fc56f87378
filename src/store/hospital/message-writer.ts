/**
 * Keeps messages. Those that wait at the same moment share one statement and so one commit; each sender
 * is answered only when its own row is durable.
 */
import type { Database } from '../database.ts';
import { isConnectionFault } from '../connection-fault.ts';
import { reading, writing } from '../statement.ts';
import type { MessageFinding, RefusedState, TakenState } from './messages.ts';

export interface MessageToKeep extends MessageFinding {
  /** Null: of a sender that nobody knows. */
  readonly feed: string | null;
  /** MSH-3 and MSH-4. */
  readonly sender: string;
  readonly controlId: string;
  readonly event: string;
  readonly receivedAt: Date;
  readonly state: TakenState | RefusedState;
  readonly remarks: readonly string[];
  readonly mac: Buffer;
  readonly sealed: Buffer;
  readonly expiresAt: Date;
}

/**
 * What became of it. `seen`: its id is that of another row, of this fingerprint, and nothing was kept.
 * `refused-before`: the same message was refused before, and is on the list.
 */
export type KeptAs =
  | { readonly kind: 'kept' }
  | { readonly kind: 'refused-before' }
  | { readonly kind: 'seen'; readonly mac: Uint8Array; readonly state: string };

// Bodies travel in one parameter of bytes, cut up there: written into the JSON they would be twice as long.
// In one order by everybody, so that two processes that are sent the same messages never wait in a circle.
const insertion = `insert into hl7_message (feed, sender, control_id, body_mac, event, received_at, state, code, field, value,
     remarks, settled_at, sealed, expires_at)
   select feed, sender, control_id, substring($2::bytea from start for 32), event, received, state, code, field, value,
     coalesce(remarks, '{}'), case when state <> 'waiting' then received end,
     substring($2::bytea from start + 32 for length), to_timestamp(expires_at / 1000)
   from json_to_recordset($1) as m (feed text, sender text, control_id text, event text, received_at double precision,
     state text, code text, field text, value text, remarks text[], start integer, length integer,
     expires_at double precision), to_timestamp(received_at / 1000) as received
   order by feed, sender, control_id`;

/** Keeps them all, or fails with `known` and keeps none: a seventh less work for the server than being ready for either. */
const keepNew = writing('keep-new-hl7-messages', insertion);

/** Keeps those that are not known. */
const keep = writing('keep-hl7-messages', `${insertion} on conflict do nothing returning feed, sender, control_id`);

const known = '23505';
/** After one that was known, so many statements are ready for the next: whoever repeats one message may repeat a day. */
const carefulFor = 100;

const look = reading(
  'look-for-hl7-message',
  `select body_mac, state from hl7_message
   where feed = $1 and sender = $2 and control_id = $3 and state not in ('conflict', 'faulty', 'rejected')`,
);

const asKept: KeptAs = { kind: 'kept' };

/** Messages, and bytes of them, in one statement at most. */
const mostAtOnce = 256;
const mostBytes = 4 * 1024 * 1024;
/** Statements on their way at once: while one commits, the next gathers. */
const onTheWay = 2;

interface Waiting {
  readonly message: MessageToKeep;
  readonly id: string;
  readonly resolve: (kept: KeptAs) => void;
  readonly reject: (error: unknown) => void;
}

export class MessageWriter {
  readonly #db: Database;
  #waiting: Waiting[] = [];
  #running = 0;
  #due = false;
  #careful = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Keeps a message. @returns once that is durable; @throws the error of the database, and nothing was kept */
  write(message: MessageToKeep): Promise<KeptAs> {
    return new Promise((resolve, reject) => {
      const { feed, sender, controlId } = message;
      this.#waiting.push({ message, id: idOf({ feed, sender, control_id: controlId }), resolve, reject });
      this.#later();
    });
  }

  // What is read from sockets in one turn of the event loop goes into one statement.
  #later(): void {
    if (this.#due || this.#running >= onTheWay) return;
    this.#due = true;
    setImmediate(() => {
      this.#due = false;
      this.#next();
    });
  }

  #next(): void {
    if (this.#running >= onTheWay || this.#waiting.length === 0) return;
    this.#running++;
    void this.#run(this.#gather()).finally(() => {
      this.#running--;
      this.#next();
    });
  }

  // One id stands in a statement once: the second of two waits, and finds the first.
  #gather(): Waiting[] {
    const batch: Waiting[] = [];
    const left: Waiting[] = [];
    const ids = new Set<string>();
    let bytes = 0;
    for (const one of this.#waiting) {
      const fits = batch.length === 0 || (batch.length < mostAtOnce && bytes + one.message.sealed.length <= mostBytes);
      if (!fits || ids.has(one.id)) {
        left.push(one);
        continue;
      }
      ids.add(one.id);
      bytes += one.message.sealed.length;
      batch.push(one);
    }
    this.#waiting = left;
    return batch;
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    try {
      const parameters = parametersOf(batch);
      if (await this.#keepNew(parameters)) {
        for (const { resolve } of batch) resolve(asKept);
        return;
      }
      const rows = await this.#db.ask<Id>(keep, parameters);
      const kept = new Set(rows.map(idOf));
      for (const one of batch) {
        if (kept.has(one.id)) one.resolve(asKept);
        else await this.#seen(one);
      }
    } catch (error) {
      // A text that the database refuses must not cost the others their answers.
      if (batch.length > 1 && !isConnectionFault(error)) for (const one of batch) await this.#run([one]);
      else for (const one of batch) one.reject(error);
    }
  }

  /** @returns whether they were all new, and are kept; none is kept otherwise */
  async #keepNew(parameters: readonly unknown[]): Promise<boolean> {
    if (this.#careful > 0) {
      this.#careful--;
      return false;
    }
    try {
      await this.#db.ask(keepNew, parameters);
      return true;
    } catch (error) {
      if ((error as { code?: unknown }).code !== known) throw error;
      this.#careful = carefulFor;
      return false;
    }
  }

  async #seen(one: Waiting): Promise<void> {
    const { feed, sender, controlId, state } = one.message;
    if (state === 'conflict' || state === 'faulty' || state === 'rejected')
      return one.resolve({ kind: 'refused-before' });
    try {
      const [row] = await this.#db.ask<{ body_mac: Uint8Array; state: string }>(look, [feed, sender, controlId]);
      // It expired between the two statements: there is room for this one now.
      if (!row) this.#waiting.push(one);
      else one.resolve({ kind: 'seen', mac: row.body_mac, state: row.state });
    } catch (error) {
      one.reject(error);
    }
  }
}

function parametersOf(batch: readonly Waiting[]): [string, Buffer] {
  let start = 1;
  const parts: Buffer[] = [];
  const rows = batch.map(({ message }) => {
    const { feed, sender, controlId, event, receivedAt, state, code, field, value, remarks, mac, sealed, expiresAt } =
      message;
    const row = {
      feed, sender, control_id: controlId, event, received_at: receivedAt.getTime(), state, start, length: sealed.length,
      expires_at: expiresAt.getTime(),
    }; // prettier-ignore
    parts.push(mac, sealed);
    start += mac.length + sealed.length;
    // Most messages have no more to say.
    return code === null && remarks.length === 0 ? row : { ...row, code, field, value, remarks };
  });
  return [JSON.stringify(rows), Buffer.concat(parts)];
}

interface Id {
  readonly feed: string | null;
  readonly sender: string;
  readonly control_id: string;
}

// No text of a row holds a NUL.
function idOf({ feed, sender, control_id: controlId }: Id): string {
  return `${feed ?? ''}\0${sender}\0${controlId}`;
}
