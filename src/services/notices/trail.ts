/** Whom a row of the trail about notices names: it is found by them when the notices are long gone. */
import { isByRoster } from '../../store/notices/notices.ts';
import type { StoredNotice } from '../../store/notices/notices.ts';
import type { PersonShown } from '../../store/audit-people.ts';
import type { About } from './standing.ts';

/** The people of some notices; of those by a provider's own list no council finds it. */
export function peopleIn(notices: readonly StoredNotice[]): PersonShown[] {
  return notices.map((one) => {
    const { council, personKey, nhsNumber, hospital } = one;
    return { council, personKey, nhsNumber, hospitals: [hospital], private: isByRoster(one) };
  });
}

/** The person about whom something is told. */
export function personIn({ council, personKey, nhsNumber, hospital, roster }: About): PersonShown[] {
  return [{ council, personKey, nhsNumber, hospitals: [hospital], private: roster !== undefined }];
}

/** The person of one telling: known to the council's trail only where none of it went by a provider's own list. */
export function personTold(notices: readonly StoredNotice[]): PersonShown[] {
  const hidden = notices.some(isByRoster);
  return peopleIn(notices.slice(0, 1)).map((one) => ({ ...one, private: hidden }));
}
