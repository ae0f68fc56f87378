/**
 * A message of our own through our own listener, to see that it still listens, keeps and answers (hazard H09).
 * It says nothing of anybody, and is never applied.
 */
import { X509Certificate, randomBytes } from 'node:crypto';
import type { Clock } from '../domain/clock.ts';
import type { FeedParty } from '../domain/hospital-feed.ts';
import { buildMessage, components } from './build.ts';
import { parseHeader, parseMessage } from './message.ts';
import { MllpClient } from './mllp-client.ts';
import { formatTimestamp } from './timestamp.ts';

export interface CanaryOptions {
  readonly clock: Clock;
  readonly ours: FeedParty;
  readonly host: string;
  readonly port: number;
  /** The listener's own: it must be one that the listener lets in, too. */
  readonly tls: { readonly key: Buffer; readonly cert: Buffer } | null;
  /** Milliseconds in which it must be answered. */
  readonly within?: number;
}

/** Control ids of canaries on their way. */
export class CanaryIds {
  readonly #ids = new Set<string>();

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Knows an id for as long as some work takes. */
  async during<T>(id: string, work: () => Promise<T>): Promise<T> {
    this.#ids.add(id);
    try {
      return await work();
    } finally {
      this.#ids.delete(id);
    }
  }
}

/** Sends one. @returns whether it was answered as taken, in time; never throws */
export async function sendCanary(ids: CanaryIds, options: CanaryOptions): Promise<boolean> {
  const { clock, ours, host, port, tls, within = 10_000 } = options;
  const id = `HWC${randomBytes(8).toString('hex')}`;
  const { application, facility } = ours;
  const text = buildMessage({
    3: application, 4: facility, 5: application, 6: facility, 7: formatTimestamp(clock.now()),
    9: components('NMD', 'N02'), 10: id, 11: 'P', 12: '2.4',
  }, []); // prettier-ignore
  const client = new MllpClient({
    host,
    port,
    connectMs: within,
    ...(tls && { tls: { ...tls, pin: fingerprintOf(tls.cert) } }),
  });
  try {
    return await ids.during(id, async () => {
      const answer = await client.send(Buffer.from(text, 'latin1'), {
        timeout: within,
        isAnswer: (bytes) => parseMessageOf(bytes, 2) === id,
      });
      return ['AA', 'CA'].includes(parseMessageOf(answer, 1));
    });
  } catch {
    return false;
  } finally {
    client.close();
  }
}

function fingerprintOf(cert: Buffer): string {
  return new X509Certificate(cert).fingerprint256.replaceAll(':', '').toLowerCase();
}

function parseMessageOf(bytes: Buffer, field: 1 | 2): string {
  const parsed = parseHeader(bytes) && parseMessage(bytes);
  return parsed?.ok ? parsed.message.value('MSA', field) : '';
}
