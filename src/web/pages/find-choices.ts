/** The choices of a look-up: which council, why, and whether the patient agreed. */
import { cannotAskReasons, reasons } from '../../domain/agreement.ts';
import type { Agreement, CannotAskReason, Reason } from '../../domain/agreement.ts';
import type { Council } from '../../domain/organisation.ts';

/** One choice of a question. */
export interface Choice {
  readonly value: string;
  readonly text: string;
  readonly checked?: boolean;
}

export interface Choices {
  readonly councils: readonly Choice[];
  /** Whether the patient is asked under any of the agreements. */
  readonly asks: boolean;
  readonly reasons: readonly Choice[];
  readonly permissions: readonly Choice[];
  readonly cannotAskReasons: readonly Choice[];
}

/** What can be chosen at a look-up, as the agreements let it; what was given before stays chosen. */
export function choices(
  all: readonly Council[],
  agreements: readonly Agreement[],
  given: Readonly<Record<string, unknown>>,
): Choices {
  const councils = agreements.map(({ council }, index) => ({
    value: council,
    text: all.find((one) => one.id === council)?.name ?? council,
    checked: given['council'] === undefined ? index === 0 : given['council'] === council,
  }));
  const purposes = new Set(agreements.flatMap((one) => one.purposes));
  return {
    councils,
    asks: agreements.some((one) => one.permission === 'ask'),
    reasons: choose(reasons, given['reason'], (key) => purposes.has(key as Reason)),
    permissions: permissionChoices(agreements, given['permission']),
    cannotAskReasons: choose<CannotAskReason>(cannotAskReasons, given['cannotAskReason']),
  };
}

function permissionChoices(agreements: readonly Agreement[], given: unknown): Choice[] {
  const words = {
    given: 'Yes, the patient agreed',
    refused: 'No, the patient refused',
    'cannot-ask': 'The patient cannot be asked',
  };
  const notNeeded = { 'not-needed': 'Permission is not needed under this council’s agreement' };
  const needed = agreements.some((one) => one.permission === 'not-needed');
  return choose(needed ? { ...words, ...notNeeded } : words, given);
}

function choose<T extends string>(
  words: Record<T, string>,
  given: unknown,
  wanted: (key: string) => boolean = () => true,
): Choice[] {
  return Object.entries<string>(words)
    .filter(([key]) => wanted(key))
    .map(([value, label]) => ({ value, text: label, checked: value === given }));
}
