/** The number to phone now, as it stands beside every message and task that sends somebody to the telephone (product rule 11). */
import type { ShownNumber } from '../../domain/answer.ts';
import { formatInstant } from '../../domain/dates.ts';
import type { Phone } from '../../domain/phone.ts';
import type { ProviderPhone } from '../../services/notices/phones.ts';

export interface CallView {
  /** Null when no number answers now: the council is phoned. */
  readonly now: (Phone & { readonly which: string }) | null;
  /** Of another hour; only where no number answers now. */
  readonly others: readonly (Phone & { readonly which: string })[];
  /** Numbers that somebody found to be wrong, to be tried if nothing else answers. */
  readonly wrong: readonly (Phone & { readonly said: string })[];
}

/** The numbers of a provider. */
export function callOf({ now: number, others, wrong }: ProviderPhone, now: Date): CallView {
  return {
    now: number && withWhich(number),
    others: number ? [] : others.map(withWhich),
    wrong: wrong.map((one) => ({ ...one.number.phone, said: `reported as wrong ${formatInstant(one.at, now)}` })),
  };
}

function withWhich({ phone, kind }: ShownNumber): Phone & { readonly which: string } {
  return { ...phone, which: kind === 'office' ? 'office' : 'out of hours' };
}
