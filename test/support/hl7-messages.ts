/** Messages as hospital systems send them, of fictional people. Each shows something that real feeds do. */
import { parseMessage } from '../../src/hl7/message.ts';
import type { Message, ParseOptions } from '../../src/hl7/message.ts';

/** Segments ended by carriage returns, as the standard has it. */
export const lines = (...segments: readonly string[]): Buffer => Buffer.from(`${segments.join('\r')}\r`);

/** A message that must be readable. */
export function parsed(bytes: Uint8Array, options?: ParseOptions): Message {
  const result = parseMessage(bytes, options);
  if (!result.ok) throw new Error(`Not readable: ${result.fault}`);
  return result.message;
}

/** Barbara arrives: NHS number first, trust number second, enhanced acknowledgement. */
export const arrival = lines(
  'MSH|^~\\&|PAS|RK5|ROUTE|ROUTE|20260928213000||ADT^A04^ADT_A01|MSG00001|P|2.4|||AL|NE|GBR|UNICODE',
  'EVN|A04|20260928213000||||20260928212900',
  'PID|1||9990000018^^^NHS^NH~RK5123456^^^RK5^MR||HOLMES^Barbara^Jean^^Mrs||19410314|2|||12 Mill Lane^^Sutton-in-Ashfield^^NG17 4AA||01632 960123',
  'PD1|||King Street Surgery^^C84000',
  'PV1|1|E|ED^MAJ^4^RK5||||G1234567^SMITH^A||||||||||||V123456|||||||||||||||||||||||||20260928212900',
  'PV2|||||||||20260930',
);

/** Two quotes mean "delete", in fields, in components and where a date would stand. */
export const deletions = lines(
  'MSH|^~\\&|EPR|RTH|TIE|RTH|20260105101112||ADT^A31|A31-7|P|2.3',
  'EVN|A31|20260105101112',
  'PID|1|""|9990000026^^^NHSNBR^NHSNMBR~10101^""^^RTH||PENROSE^Arthur^""^""^Mr||19371102|M|""||""^""^""^""^""||""|""',
  'PV1|1|I|""^""^""|||||""',
);

/** Segments of the sender's own, an event without its third component, a merge whose MRG is bare. */
export const merge = lines(
  'MSH|^~\\&|LORENZO|RJC|TIE|RJC|202602031200+0000||ADT^A34|77|P|2.3|42',
  'ZPI|1|own^things&here',
  'EVN|A34|202602031200',
  'PID|||9990000034^^^^NHS~555001||OWEN^Huw||19760121+^D|M',
  'ZVI|\\.br\\|\\Z01\\',
  'MRG|555002',
);

/** Latin-1 bytes, declared so; a line break and a separator in a text. */
export const latin = Buffer.from(
  'MSH|^~\\&|PIMS|7A3|TIE|7A3|20260301080000||ADT^A08|L1|P|2.5|||NE|NE||8859/1\r' +
    'PID|||9990000042^^^NHS^NH||O\x92CONNOR^Ren\xe9e||19300506|F\r' +
    'NTE|1||Flat 2\\T\\3\\.br\\ring twice\r',
  'latin1',
);

/** Separators of its own, and line feeds. */
export const otherSeparators = Buffer.from(
  'MSH#*!?@#OLD#AAA#NEW#BBB#19990101##ADT*A01#9#T#2.2\nPID###9990000050*@*NHS!77##FIELD?F?SMITH*John\nPV1##I#W1*2*3\n',
);

export const allFixtures: readonly Buffer[] = [arrival, deletions, merge, latin, otherSeparators];
