/** How long care has been on hold, for the council's rule on keeping a package and for squaring payments. */
import { londonDate } from './dates.ts';
import type { IsoDate } from './dates.ts';

/** Time in hospital: `to` null while it lasts. */
export interface Spell {
  readonly from: Date;
  readonly to: Date | null;
}

const day = 86_400_000;

/**
 * Nights in hospital, each of London's midnights counted once however many spells hold it: what is squared between
 * council and provider is days, not hours.
 */
export function nightsInHospital(spells: readonly Spell[], now: Date): number {
  const nights = new Set<IsoDate>();
  for (const { from, to } of spells) {
    const last = londonDate(to !== null && to < now ? to : now);
    for (let at = londonDate(from); at < last; at = londonDate(new Date(Date.parse(`${at}T12:00:00Z`) + day))) nights.add(at); // prettier-ignore
  }
  return nights.size;
}

export interface HoldClock {
  readonly held: number;
  /** When the council's rule stops keeping the package; null when it has no such rule. */
  readonly keptUntil: Date | null;
  readonly over: boolean;
}

/**
 * How long a hold has lasted, held against the council's rule.
 * @param keptFor the agreement's `packageKeptFor`, milliseconds
 */
export function holdClock(since: Date, keptFor: number | null, now: Date): HoldClock {
  const keptUntil = keptFor === null ? null : new Date(since.getTime() + keptFor);
  return {
    held: Math.max(0, now.getTime() - since.getTime()),
    keptUntil,
    over: keptUntil !== null && keptUntil <= now,
  };
}
