/**
 * Sends one destination's messages: strictly in the order in which they were queued, one on its way at a time,
 * acknowledged only by an answer whose MSA-2 is the message's own MSH-10. Nothing is kept in memory: whoever
 * has the turn reads the queue, so a process that ends leaves all to the next one.
 */
import { HomewardError } from '../domain/error.ts';
import type { FeedHint } from '../domain/hospital-feed.ts';
import { takeSendTurn } from '../services/send-outbound.ts';
import type { NextMessage, SendDeps, SendFailure, SendTurn } from '../services/send-outbound.ts';
import { Sleeper } from '../services/sleeper.ts';
import { MllpClient } from './mllp-client.ts';
import type { MllpClientTls } from './mllp-client.ts';
import { MllpSendError } from './mllp-send-error.ts';
import type { SendFault } from './mllp-send-error.ts';
import { codeFor } from './own-answer.ts';

/** Told what goes on, for the log and the counters. Never anything of a message. */
export interface SenderObserver {
  acknowledged?(destination: string, attempts: number): void;
  failed?(destination: string, failure: SendFailure & { readonly dead: boolean }): void;
  /** The database failed, or something else that is no fault of the destination; it is tried again. */
  troubled?(destination: string, error: unknown): void;
}

export interface SenderOptions {
  /** As the queue names it: `feed/hint`. */
  readonly destination: string;
  readonly hint: Pick<FeedHint, 'host' | 'port' | 'connection' | 'timing'>;
  /** Who signs the destination's certificate, and our own certificate: for a destination with TLS. */
  readonly tls?: Pick<MllpClientTls, 'authorities' | 'key' | 'cert' | 'serverName'>;
  readonly observer?: SenderObserver;
  /** Milliseconds after which the queue is looked at without having been woken; 1 second when not given. */
  readonly lookEvery?: number;
  /** Milliseconds after which another process's turn, or a failed database, is tried again; 2 seconds. */
  readonly turnEvery?: number;
}

/** What the interface page shows of a sender in this process. */
export interface SenderState {
  readonly destination: string;
  /** This process is the one that sends there. */
  readonly hasTurn: boolean;
  readonly connected: boolean;
}

/** Not sent for certain: there was no connection to send it on, or it cannot be sent at all. */
const neverLeft: ReadonlySet<SendFault> = new Set(['REFUSED', 'UNREACHABLE', 'NOT_SENDABLE']);

export class OutboundSender {
  readonly #deps: SendDeps;
  readonly #options: SenderOptions;
  readonly #client: MllpClient;
  readonly #sleeper = new Sleeper();
  #hasTurn = false;
  #running: Promise<void> | null = null;

  constructor(deps: SendDeps, options: SenderOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#client = new MllpClient(clientOptions(options));
  }

  get state(): SenderState {
    const { destination } = this.#options;
    return { destination, hasTurn: this.#hasTurn, connected: this.#client.connected };
  }

  /** Begins to send, as soon as no other process does. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Has the queue looked at now. */
  wake(): void {
    this.#sleeper.wake();
  }

  /**
   * Ends sending. A message that is on its way may still be answered; unanswered after that, it is sent again
   * by whoever comes next.
   * @param grace milliseconds for that
   */
  async stop(grace = 2000): Promise<void> {
    this.#sleeper.end();
    const timer = setTimeout(() => this.#client.close(), grace);
    await this.#running;
    clearTimeout(timer);
    this.#client.close();
  }

  async #run(): Promise<void> {
    const { destination, hint, observer, turnEvery = 2000 } = this.#options;
    while (!this.#sleeper.ended) {
      try {
        await takeSendTurn(this.#deps, destination, hint.timing, async (turn) => {
          this.#hasTurn = true;
          await this.#drain(turn);
        });
      } catch (error) {
        observer?.troubled?.(destination, error);
      } finally {
        this.#hasTurn = false;
        // Whoever has the turn next opens a connection of its own: an answer on this one is nobody's.
        this.#client.drop();
      }
      this.#sleeper.listen();
      await this.#sleeper.sleep(turnEvery);
    }
  }

  async #drain(turn: SendTurn): Promise<void> {
    const { lookEvery = 1000 } = this.#options;
    while (!this.#sleeper.ended) {
      this.#sleeper.listen();
      const next = await turn.next();
      if (next === null) await this.#sleeper.sleep(lookEvery);
      else if (next.pause > 0) await this.#sleeper.sleep(Math.min(next.pause, lookEvery));
      else await this.#attempt(turn, next.message);
    }
  }

  async #attempt(turn: SendTurn, message: NextMessage): Promise<void> {
    const { destination, observer } = this.#options;
    const failure = await this.#send(turn, message);
    if (failure === 'withdrawn' || failure === 'stopped') return;
    if (failure === null) {
      await turn.acknowledged(message);
      observer?.acknowledged?.(destination, message.attempts + 1);
    } else {
      const dead = await turn.failed(message, failure);
      observer?.failed?.(destination, { ...failure, dead });
    }
  }

  async #send(turn: SendTurn, message: NextMessage): Promise<SendFailure | 'withdrawn' | 'stopped' | null> {
    let bytes: Buffer | null;
    try {
      bytes = await turn.begin(message);
    } catch (error) {
      // With the key that is missing it could be sent: not a reason to give it up at once.
      if (!(error instanceof HomewardError && error.code === 'SEAL_BROKEN')) throw error;
      return { fault: 'SEAL_BROKEN', arrived: false, final: false };
    }
    if (bytes === null) return 'withdrawn';
    let foreign = false;
    const isAnswer = (answer: Buffer): boolean => {
      const own = codeFor(answer, message.controlId) !== null;
      foreign ||= !own;
      return own;
    };
    try {
      const timeout = this.#options.hint.timing.acknowledgedWithin;
      return verdict(codeFor(await this.#client.send(bytes, { timeout, isAnswer }), message.controlId));
    } catch (error) {
      if (!(error instanceof MllpSendError)) throw error;
      if (error.code === 'STOPPED') return 'stopped';
      const fault = foreign && error.code === 'TIMEOUT' ? 'OTHER_ANSWER' : error.code;
      return { fault, arrived: !neverLeft.has(error.code), final: error.code === 'NOT_SENDABLE' };
    }
  }
}

/**
 * What an answer means. A reject is of the message's kind, and sending it again changes nothing: so the standard
 * has it for CR (HL7 v2.5.1, 2.9.3: type, version or processing id), and so engines here use AR, although 2.9.2
 * would also let it mean "later". An error may pass: AE is what an engine answers while a system behind it is down.
 */
function verdict(code: string | null): SendFailure | null {
  if (code === 'AA' || code === 'CA') return null;
  if (code === 'AR' || code === 'CR') return { fault: code, arrived: false, final: true };
  if (code === 'AE' || code === 'CE') return { fault: code, arrived: true, final: false };
  return { fault: 'ANSWER_NOT_READ', arrived: true, final: false };
}

function clientOptions({ hint: { host, port, connection }, tls = {} }: SenderOptions): {
  host: string;
  port: number;
  tls?: MllpClientTls;
} {
  if (connection.security === 'plain-text') return { host, port };
  const { serverCertificate: pin } = connection;
  return { host, port, tls: { ...tls, ...(pin === undefined ? {} : { pin }) } };
}
