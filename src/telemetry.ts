/**
 * Log and metrics. What could name a patient never leaves the process by either: the log hides
 * anything shaped like an NHS number and every field that holds what people typed, and metrics
 * count by route pattern only. The only home of `pino` and `prom-client`.
 */
import { pino } from 'pino';
import type { DestinationStream } from 'pino';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export interface Log {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/**
 * A log of one JSON object a line.
 * @param destination standard output when not given
 */
export function makeLog(level: string, destination?: DestinationStream): Log {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  const log = destination ? pino(options, destination) : pino(options);
  return {
    info: (facts, message) => log.info(redact(facts), redactText(message)),
    warn: (facts, message) => log.warn(redact(facts), redactText(message)),
    error: (facts, message) => log.error(redact(facts), redactText(message)),
  };
}

// Ten digits, also in groups of 3 3 4 with a space or dash of any kind between them.
const nhsNumberLike =
  /(?<!\d)\d{3}[\s\u00a0\u2007\u202f\u2010-\u2015-]{0,2}\d{3}[\s\u00a0\u2007\u202f\u2010-\u2015-]{0,2}\d{4}(?!\d)/g;
const hidden = '[hidden]';

// Fields that hold what people typed, or who they are, whatever their value.
const neverLogged =
  /^(body|form|query|querystring|search|url|originalurl|href|headers?|cookies?|params|given|family|.*names?|.*token|.*secret|password|birth.*|nhs.*)$/i;

/** Replaces everything in a text that looks like an NHS number. */
export function redactText(text: string): string {
  return text.replace(nhsNumberLike, hidden);
}

/** A copy of a value that may be logged. */
export function redact<T extends object>(value: T): object {
  return clean(value, 0) as object;
}

function clean(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'number' || typeof value === 'bigint') return /^\d{10}$/.test(String(value)) ? hidden : value;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value.toISOString();
  // An error's message may repeat what was typed, and its stack repeats the message.
  if (value instanceof Error)
    return { error: value.constructor.name, code: clean((value as { code?: unknown }).code, depth + 1) };
  if (depth > 5) return hidden;
  if (Array.isArray(value)) return value.map((one) => clean(one, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      redactText(key),
      neverLogged.test(key) ? hidden : clean(inner, depth + 1),
    ]),
  );
}

/** What is counted of the hospital's own events. Labels are names of the configuration and fixed words only. */
export interface HospitalMetrics {
  /** A message came and was answered for. */
  message(outcome: { feed: string | null; state: string; seconds: number }): void;
  /** A batch of messages was applied. */
  applied(feed: string, messages: number, seconds: number): void;
  /** Arrivals were settled; null: that failed. */
  settled(stays: number | null, seconds: number): void;
  /** An arrival's question was answered: of this person in this stay for the first time, or again. */
  answered(hospital: string, result: 'yes' | 'no' | 'cannot-say', asked: 'first' | 'again'): void;
  /** A message of ours was sent, or was not. */
  sent(destination: string, outcome: 'acknowledged' | 'failed' | 'dead' | 'troubled', attempts?: number): void;
}

export interface Metrics {
  /** Counts a finished request by route pattern. */
  observe(request: { method: string; route: string; status: number; seconds: number }): void;
  readonly hospital: HospitalMetrics;
  /** A message to a provider or council was handed over, or was not. */
  delivered(channel: string, outcome: string): void;
  /** Has what stands somewhere read each time that everything is asked for. */
  gauge(read: () => Promise<readonly GaugeValue[]>): void;
  /** Everything counted, as Prometheus reads it. */
  text(): Promise<string>;
}

/** One figure of what stands somewhere at the moment. */
export interface GaugeValue {
  readonly name: string;
  readonly help: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Metrics of one process, in a registry of their own. */
export function makeMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from a request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    registers: [registry],
  });
  const delivered = new Counter({
    name: 'homeward_delivery_attempts_total',
    help: 'Attempts to send a message: delivered, accepted by somebody who says later what became of it, later, or refused',
    labelNames: ['channel', 'outcome'],
    registers: [registry],
  });
  const gauges = new Map<string, Gauge>();
  let read: () => Promise<readonly GaugeValue[]> = async () => [];
  return {
    observe: ({ method, route, status, seconds }) =>
      duration.observe({ method, route, status: String(status) }, seconds),
    hospital: hospitalMetrics(registry),
    delivered: (channel, outcome) => delivered.inc({ channel, outcome }),
    gauge: (from) => void (read = from),
    async text() {
      // What cannot be read now is left out: an old figure would look like a new one.
      const values = await read().then(
        (all) => [...all, readable(1)],
        () => [readable(0)],
      );
      for (const gauge of gauges.values()) gauge.reset();
      for (const { name, help, labels, value } of values) {
        const known =
          gauges.get(name) ?? new Gauge({ name, help, labelNames: Object.keys(labels), registers: [registry] });
        gauges.set(name, known);
        known.set({ ...labels }, value);
      }
      return registry.metrics();
    },
  };
}

const readable = (value: number): GaugeValue => ({
  name: 'homeward_store_readable',
  help: '1 when the gauges of feeds and hints could be read from the database',
  labels: {},
  value,
});

function hospitalMetrics(registry: Registry): HospitalMetrics {
  const registers = [registry];
  const quick = [0.001, 0.003, 0.01, 0.02, 0.05, 0.1, 0.3, 1, 3];
  const messages = new Counter({
    name: 'homeward_feed_messages_total',
    help: 'Messages that came, by what became of them: waiting is taken, not-kept was answered with an error',
    labelNames: ['feed', 'outcome'],
    registers,
  });
  const taking = new Histogram({
    name: 'homeward_feed_take_seconds',
    help: 'Time from a message to its being durable, after which it is acknowledged',
    labelNames: ['feed'],
    buckets: quick,
    registers,
  });
  const applied = new Counter({
    name: 'homeward_feed_applied_total',
    help: 'Messages taken up by the applier, those set aside by it included',
    labelNames: ['feed'],
    registers,
  });
  const applying = new Histogram({
    name: 'homeward_feed_apply_seconds',
    help: 'Time of one transaction of the applier',
    labelNames: ['feed'],
    buckets: [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    registers,
  });
  const settled = new Counter({
    name: 'homeward_arrivals_settled_total',
    help: 'Stays whose background question, hint and lists were settled',
    registers,
  });
  const settling = new Histogram({
    name: 'homeward_arrivals_settle_seconds',
    help: 'Time in which all stays that had changed were settled',
    buckets: [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    registers,
  });
  const failures = new Counter({
    name: 'homeward_arrivals_failed_total',
    help: 'Times that settling an arrival failed; it is tried again',
    registers,
  });
  const answered = new Counter({
    name: 'homeward_arrivals_answered_total',
    help: 'Answers to arrivals’ questions, one for each council asked, by what was learnt; first: about this person of this stay',
    labelNames: ['hospital', 'result', 'asked'],
    registers,
  });
  const sent = new Counter({
    name: 'homeward_hint_attempts_total',
    help: 'Attempts to send a hint or to take one back: acknowledged, failed and to be tried again, dead, or troubled by our own database',
    labelNames: ['destination', 'outcome'],
    registers,
  });
  const attempts = new Histogram({
    name: 'homeward_hint_attempts',
    help: 'Attempts that a message took until it was acknowledged',
    labelNames: ['destination'],
    buckets: [1, 2, 3, 5, 10, 30, 100],
    registers,
  });
  return {
    message({ feed, state, seconds }) {
      messages.inc({ feed: feed ?? 'unknown', outcome: state });
      taking.observe({ feed: feed ?? 'unknown' }, seconds);
    },
    applied(feed, count, seconds) {
      applied.inc({ feed }, count);
      applying.observe({ feed }, seconds);
    },
    settled(stays, seconds) {
      if (stays === null) failures.inc();
      else {
        settled.inc(stays);
        settling.observe(seconds);
      }
    },
    answered: (hospital, result, asked) => answered.inc({ hospital, result, asked }),
    sent(destination, outcome, tries) {
      sent.inc({ destination, outcome });
      if (tries !== undefined) attempts.observe({ destination }, tries);
    },
  };
}
