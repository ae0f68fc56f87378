/**
 * Reads what every other council of the site has on record of a person, for whoever is about to be told or asks: the
 * one place where bars of all councils come together. The same statements whatever they find, and nothing of it leaves
 * here but how strictly it bars (product rule 4, hazard H13).
 */
import type { Agreement } from '../../domain/agreement.ts';
import type { IsoDate } from '../../domain/dates.ts';
import { barsElsewhere } from '../../domain/elsewhere.ts';
import type { BarsElsewhere, ReadElsewhere } from '../../domain/elsewhere.ts';
import type { NhsNumber } from '../../domain/nhs-number.ts';
import { askIn } from '../../store/ask-in.ts';
import type { Trx } from '../../store/database.ts';
import { numbersAlike, standAtBundles } from '../../store/notices/stands.ts';
import { readInFull } from '../../store/records.ts';

export interface Elsewhere extends BarsElsewhere {
  /** The sum of the bundles at which those councils' facts stood: it grows with every extract of any of them. */
  readonly bundles: bigint;
  /** The birth dates that those councils have: somebody on a provider's list is confirmed by none that differs. */
  readonly births: readonly IsoDate[];
}

interface Deps {
  readonly agreements: readonly Agreement[];
}

/** Every council with an agreement at this site, in force or not. */
export function councilsOf({ agreements }: Deps): string[] {
  return [...new Set(agreements.map(({ council }) => council))].sort();
}

/** Reads them. An extract that lands meanwhile makes {@link Elsewhere.bundles} too small, never too great. */
export async function readElsewhere(
  trx: Trx,
  deps: Deps,
  council: string,
  nhsNumber: NhsNumber,
  now: Date,
): Promise<Elsewhere> {
  const others = councilsOf(deps).filter((one) => one !== council);
  const reads: ReadElsewhere[] = [];
  let bundles = 0n;
  if (others.length > 0) {
    // A referral under an old number that only one council knows to be old counts too (hazard H12).
    const numbers = await numbersAlike(trx, nhsNumber);
    for (const other of others) {
      const agreements = deps.agreements.filter((one) => one.council === other);
      const stood: bigint[] = [];
      for (const number of numbers) {
        const { bundle, found, parts } = await readInFull(askIn(trx), other, number);
        reads.push({ found, parts, agreements });
        stood.push(BigInt(bundle ?? 0));
      }
      bundles += stood.reduce((a, b) => (a < b ? a : b));
    }
  }
  const births = reads.flatMap(({ found: { person } }) => (person?.birthDate ? [person.birthDate] : []));
  return { ...barsElsewhere(reads, now), bundles, births };
}

/** At which bundles all councils' facts stand now, as {@link standsAt} puts it. */
export function standNow(trx: Trx, deps: Deps): Promise<string> {
  return standAtBundles(trx, councilsOf(deps));
}

/** At which bundles they stood when a record and the others were read. */
export function standsAt(own: string | null, { bundles }: Pick<Elsewhere, 'bundles'>): string {
  return String(BigInt(own ?? 0) + bundles);
}
