/** What a hospital's patient administration system sends, made up: whole stays of fictional people, in the demo feed's form. */
import { numberAt } from './world.ts';

export interface Framed {
  /** MSH-10. */
  readonly id: string;
  /** The message between MLLP's start and end blocks. */
  readonly bytes: Buffer;
}

/** Messages of one stay: it begins in the emergency department, and ends. */
export const messagesOfStay = 5;

const hour = 3_600_000;
const start = '\x0b';
const end = '\x1c\r';

/**
 * Messages of so many stays, side by side as they happen: each person's are in order, and between two of them
 * stand those of up to a hundred others.
 * @param from the first person's number: no other run may have the same people
 * @param now the last of them happened an hour before
 */
export function hospitalDay(stays: number, { from, now }: { from: number; now: Date }): Framed[] {
  const messages: Framed[] = [];
  const begun = now.getTime() - (messagesOfStay + 1) * hour;
  for (let first = from; first < from + stays; first += 100) {
    for (let at = 0; at < messagesOfStay; at++) {
      for (let n = first; n < Math.min(from + stays, first + 100); n++) {
        const id = `KV${n}-${at}`;
        const text = messageOf(n, at, { id, visit: `V${n}`, begun });
        messages.push({ id, bytes: Buffer.from(start + text + end, 'latin1') });
      }
    }
  }
  return messages;
}

/** The message itself, without its frame. */
export function bodyOf({ bytes }: Framed): Buffer {
  return bytes.subarray(1, -2);
}

const steps = [
  { trigger: 'A04', class: 'E', place: 'ED^MAJ^4^KVH' },
  { trigger: 'A08', class: 'E', place: 'ED^RESUS^1^KVH' },
  { trigger: 'A01', class: 'I', place: 'WARD12^BAY2^7^KVH' },
  { trigger: 'A02', class: 'I', place: 'WARD7^BAY1^3^KVH' },
  { trigger: 'A03', class: 'I', place: 'WARD7^BAY1^3^KVH' },
] as const;

function messageOf(n: number, at: number, { id, visit, begun }: { id: string; visit: string; begun: number }): string {
  const step = steps[at] ?? steps[0];
  const happened = stamp(begun + at * hour);
  const ended = step.trigger === 'A03' ? happened : '';
  const phone = `01632 960${String(n % 1000).padStart(3, '0')}`;
  return [
    `MSH|^~\\&|KVPAS|KVH|HOMEWARD|KVH|${happened}||ADT^${step.trigger}^ADT_A01|${id}|P|2.4|||AL|NE|GBR|8859/1`,
    `EVN|${step.trigger}|${happened}||||${happened}`,
    `PID|1||K${n}^^^KVH^MR${numberOf(n)}||HOLMES${n}^Barbara^Jean^^Mrs||19410314|2|||` +
      `${(n % 90) + 1} Mill Lane^^Sutton-in-Ashfield^^NG17 4AA^GBR||${phone}|||W|||||||||||||||N`,
    'PD1|||King Street Surgery^^C84000|G8412345^ADEYEMI^Oluwaseun',
    `NK1|1|HOLMES^Peter|SPOUSE|${(n % 90) + 1} Mill Lane^^Sutton-in-Ashfield^^NG17 4AA|${phone}`,
    `PV1|1|${step.class}|${step.place}||||C1234567^SMITH^Anna^^^Dr||C7654321^JONES^Huw^^^Dr|180||||1|||C1234567^SMITH^Anna|` +
      `|${visit}^^^KVH${'|'.repeat(17)}${ended && '1'}${'|'.repeat(8)}${stamp(begun)}|${ended}`,
    'PV2|||^Fall at home||||||||||||||||||||||||||||||||||||N',
    '',
  ].join('\r');
}

// Where no number exists for a stem, that of the next one is given: two people must not share one.
function numberOf(n: number): string {
  const number = numberAt(n);
  return number === numberAt(n + 1) ? '' : `~${number}^^^NHS^NH`;
}

// As London's clock stands in winter and an hour behind it in summer: it only has to be in the past.
function stamp(at: number): string {
  return new Date(at).toISOString().replace(/\D/g, '').slice(0, 14);
}
