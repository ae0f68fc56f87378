/**
 * Valid NHS numbers for invented people, each once, in a scattered order as real ones come.
 *
 * The range 999 000 0000 – 999 999 9999 is valid and never issued; about 909,000 of it pass the
 * check digit. Larger councils go on into 998 and then 997. Those two are OUTSIDE the reserved
 * range: no issuing range is known to include them, but nobody has promised that. Such a council is
 * for benchmarks on a closed machine only, and must never be sent to a system that holds patients.
 */
import { checkDigit } from '../../domain/nhs-number.ts';
import type { Random } from './random.ts';

const blocks = ['999', '998', '997'] as const;
const stems = 1_000_000;

export interface NumberSequence {
  /** The next number. @throws RangeError when all three ranges are used up, after some 2,700,000 */
  next(): string;
  /** Whether a number outside the reserved range has been handed out. */
  outsideReserved(): boolean;
}

/** Starts the sequence; the seed decides the order, not the set. */
export function numberSequence(random: Random): NumberSequence {
  // A step that shares no factor with a million visits every stem once.
  const step = 10 * random.between(20_000, 80_000) + random.pick([1, 3, 7, 9]);
  let stem = random.below(stems);
  let block = 0;
  let visited = 0;
  const next = (): string => {
    for (;;) {
      if (visited === stems) {
        block++;
        visited = 0;
      }
      const prefix = blocks[block];
      if (prefix === undefined) throw new RangeError('All NHS numbers set aside for invented people are used up');
      visited++;
      stem = (stem + step) % stems;
      const nine = prefix + String(stem).padStart(6, '0');
      const digit = checkDigit(nine);
      // 999 999 9999 passes the check and is a dummy in real systems.
      if (digit < 10 && nine !== '999999999') return `${nine}${digit}`;
    }
  };
  return { next, outsideReserved: () => block > 0 };
}
