/** A hospital's engine that never gives up: what was not acknowledged is sent again, to whoever listens next. */
import { parseMessage } from '../../src/hl7/message.ts';
import { frame } from '../../src/hl7/mllp-frames.ts';
import { adt } from './adt.ts';
import { RawPeer, verdict } from './mllp.ts';

/** Courses of visits: each its arrival, admission, move and discharge, a minute apart. */
export class FeedSender {
  readonly acknowledged = new Set<string>();
  /** Every message that was ever sent, by its id. */
  readonly sent = new Map<string, Buffer>();
  readonly #base: number;
  readonly #again: string[] = [];
  #made = 0;

  /** @param base when the first visit began: long enough ago that no message tells of the future */
  constructor(base: Date) {
    this.#base = base.getTime();
  }

  /**
   * Sends on one connection, so many ahead of their answers, until the other side is gone or it is told to end.
   * @param goesOn asked before each message
   */
  async run(port: number, ahead: number, goesOn: () => boolean): Promise<void> {
    const peer = await RawPeer.connect(port);
    const onTheWay: string[] = [];
    for (;;) {
      while (onTheWay.length < ahead && goesOn()) onTheWay.push(this.#next(peer));
      if (onTheWay.length === 0) break;
      const answer = await peer.answer();
      if (answer === null) break;
      const id = onTheWay.shift() ?? '';
      if (verdict(answer) === `AA ${id}`) this.acknowledged.add(id);
      else if (verdict(answer) === `AE ${id}`) this.#again.push(id);
      else throw new Error(`Asked about ${id}, it answered ${verdict(answer)}`);
    }
    // Whether they arrived, nobody knows: they are sent again, with the same bytes.
    this.#again.push(...onTheWay);
    peer.destroy();
  }

  /** Whether anything is still to be sent again. */
  get owes(): number {
    return this.#again.length;
  }

  #next(peer: RawPeer): string {
    const id = this.#again.shift() ?? this.#make();
    peer.write(frame(this.sent.get(id) ?? Buffer.alloc(0)));
    return id;
  }

  #make(): string {
    const number = this.#made++;
    const id = `M${number}`;
    // Four visits at a time, their messages mixed.
    const [visit, step] = [Math.floor(number / 16) * 4 + (number % 4), Math.floor((number % 16) / 4)];
    const at = stamp(new Date(this.#base + (visit % 3600) * 1000 + step * 60_000));
    const [trigger = 'A04', patientClass = 'E', place = 'ED'] = steps[step] ?? [];
    const text = adt(trigger, {
      'MSH-7': at,
      'MSH-10': id,
      'EVN-2': at,
      'PID-3': `K${visit}^^^KVH^MR`,
      'PV1-2': patientClass,
      'PV1-3': place,
      'PV1-19': `V${visit}`,
    }).serialise();
    this.sent.set(id, Buffer.from(text));
    return id;
  }
}

const steps = [['A04', 'E', 'ED'], ['A01', 'I', 'WARD12'], ['A02', 'I', 'WARD9'], ['A03', 'I', 'WARD9']]; // prettier-ignore

function stamp(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace(/[-:T]/g, '')}+0000`;
}

/** A message as read; fails when it cannot be. */
export function readBack(bytes: Buffer): ReturnType<typeof parseMessage> & { ok: true } {
  const parsed = parseMessage(bytes);
  if (!parsed.ok) throw new Error(parsed.fault);
  return parsed;
}
