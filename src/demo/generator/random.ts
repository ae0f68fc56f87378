/**
 * Chance that can be repeated: the same seed gives the same council on every machine, so that a
 * benchmark or a failing test can be run again. Not for secrets.
 */

/** Draws from a seeded sequence. */
export interface Random {
  /** A number from 0 up to, not including, 1. */
  next(): number;
  /** A whole number from 0 up to, not including, `below`. */
  below(below: number): number;
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number;
  /** True in this share of cases. */
  chance(share: number): boolean;
  /** One of a list, all alike. */
  pick<T>(list: readonly [T, ...T[]]): T;
}

/**
 * A generator of the sfc32 family (128 bits of state), its state spread from the seed by splitmix32.
 * @param seed a whole number; only its lowest 32 bits count
 */
export function seededRandom(seed: number): Random {
  let spread = seed >>> 0;
  const splitmix = (): number => {
    spread = (spread + 0x9e3779b9) | 0;
    let mixed = spread ^ (spread >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
  let [a, b, c, counter] = [splitmix(), splitmix(), splitmix(), splitmix()];
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  };
  // The first draws still look like the seed.
  for (let round = 0; round < 15; round++) next();
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    between: (from, to) => from + below(to - from + 1),
    chance: (share) => next() < share,
    pick: <T>(list: readonly [T, ...T[]]): T => list[below(list.length)] ?? list[0],
  };
}

/** Draws from choices of unequal weight: prepared once, drawn by halving. */
export function weighted<T>(choices: readonly (readonly [T, number])[]): (random: Random) => T {
  const bounds: number[] = [];
  let total = 0;
  for (const [, weight] of choices) bounds.push((total += weight));
  return (random) => {
    const at = random.next() * total;
    let low = 0;
    let high = bounds.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (at < (bounds[middle] ?? 0)) high = middle;
      else low = middle + 1;
    }
    const found = choices[low];
    if (!found) throw new RangeError('Nothing to draw from');
    return found[0];
  };
}
