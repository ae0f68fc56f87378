/**
 * Log and metrics. What could name a patient never leaves the process by either: the log hides
 * anything shaped like an NHS number and every field that holds what people typed, and metrics
 * count by route pattern only. The only home of `pino` and `prom-client`.
 */
import { pino } from 'pino';
import type { DestinationStream } from 'pino';
import { Histogram, Registry, collectDefaultMetrics } from 'prom-client';

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

export interface Metrics {
  /** Counts a finished request by route pattern. */
  observe(request: { method: string; route: string; status: number; seconds: number }): void;
  /** Everything counted, as Prometheus reads it. */
  text(): Promise<string>;
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
  return {
    observe: ({ method, route, status, seconds }) =>
      duration.observe({ method, route, status: String(status) }, seconds),
    text: () => registry.metrics(),
  };
}
