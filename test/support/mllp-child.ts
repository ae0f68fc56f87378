/**
 * An MLLP server in a process of its own, so that its memory can be measured apart from that of the peers that
 * attack it. Speaks to the test by messages: its port once, and its memory whenever it is asked.
 */
import { buildAck } from '../../src/hl7/ack.ts';
import { messageFaults, parseHeader, parseMessage } from '../../src/hl7/message.ts';
import { MllpServer } from '../../src/hl7/mllp-server.ts';
import { accept, clock } from './mllp.ts';

/** What the test is told when it asks: bytes now, and the most since it last asked. */
export interface MemoryReport {
  readonly now: number;
  readonly peak: number;
}

let peak = 0;
const limits = { frameMs: 1500, idleMs: 60_000, maxConnections: 700, maxConnectionsPerAddress: 700 };
const server = new MllpServer({
  clock,
  limits,
  handler: (content, peer) => {
    const parsed = parseMessage(content);
    if (!parsed.ok) {
      const header = parseHeader(content);
      const fault = { code: parsed.fault, text: messageFaults[parsed.fault], condition: 102 } as const;
      return Promise.resolve(header && buildAck(header, { code: 'AE', at: clock.now(), controlId: 'T', fault }));
    }
    // What is asked of an event: who, where, and what the other segments of those names say.
    for (const name of ['EVN', 'PID', 'PV1', 'PV2', 'MRG', 'NTE']) {
      for (const segment of parsed.message.segments(name)) segment.field(3).repetitions.forEach((one) => one.text);
    }
    return accept(content, peer);
  },
});

setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 10).unref();

process.on('message', () => {
  const now = process.memoryUsage.rss();
  const report: MemoryReport = { now, peak: Math.max(peak, now) };
  peak = now;
  process.send?.(report);
});
process.on('disconnect', () => process.exit());

process.send?.(await server.listen(0, '127.0.0.1'));
