/**
 * Whom a row of the trail disclosed something of. A notice, a question and a list are gone long before the trail is: so
 * each row names the people itself, by the council's key and by the number, and is found by them (trust rule R21).
 */

/** Somebody of whom something was shown, told or said. */
export interface PersonShown {
  readonly council: string | null;
  /** The council's own key of the person; null when it is none of its people. */
  readonly personKey: string | null;
  readonly nhsNumber: string | null;
  /** Hospitals whose word it was; empty where no hospital's was. */
  readonly hospitals: readonly string[];
  /** Known by a provider's own list alone: no council finds the row by it (product rule 7). */
  readonly private?: boolean;
}

/** By what a person is named in a row: of the council's and of nobody's else. */
export function keyOf({ council, personKey }: { readonly council: string; readonly personKey: string }): string {
  return `${council}|${personKey}`;
}

/** People as a row holds them: under each name of theirs the hospitals whose word it was. */
export function peopleShown(people: readonly PersonShown[]): Record<string, string[]> {
  const named = new Map<string, Set<string>>();
  for (const { council, personKey, nhsNumber, hospitals, private: hidden = false } of people) {
    const names = [
      ...(council !== null && personKey !== null && !hidden ? [keyOf({ council, personKey })] : []),
      ...(nhsNumber === null ? [] : [nhsNumber]),
    ];
    for (const name of names) named.set(name, new Set([...(named.get(name) ?? []), ...hospitals]));
  }
  return Object.fromEntries([...named].map(([name, all]) => [name, [...all].sort()]));
}
