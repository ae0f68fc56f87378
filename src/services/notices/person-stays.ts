/** The stays of the person whom a notice is about: which one counts, since when, and whether it ended in death. */
import type { Agreement } from '../../domain/agreement.ts';
import type { IsoDate } from '../../domain/dates.ts';
import type { Hospital } from '../../domain/organisation.ts';
import { isOpen } from '../../domain/stay-course.ts';
import type { Trx } from '../../store/database.ts';
import { stayById } from '../../store/hospital/stays.ts';
import type { StoredStay } from '../../store/hospital/stays.ts';
import { staysOfPerson } from '../../store/whereabouts/facts.ts';
import { councilsOf } from './elsewhere.ts';

interface Deps {
  readonly agreements: readonly Agreement[];
  readonly hospitals: readonly Hospital[];
}

/** Who is meant, and in which stay. */
interface Meant {
  readonly hospital: string;
  readonly stayId: string | null;
  readonly birthDate: IsoDate;
}

/** Every stay under the person's numbers at the site's hospitals, and the one that is meant, whatever number it stands under by now. */
export async function staysFor(
  trx: Trx,
  deps: Deps,
  { stayId, hospital }: Meant,
  numbers: readonly string[],
): Promise<StoredStay[]> {
  const all = await staysOfPerson(trx, councilsOf(deps), numbers);
  const stays = all.filter(
    (one) =>
      one.stayId === stayId ||
      one.organisation === hospital ||
      deps.hospitals.some(({ id }) => id === one.organisation),
  );
  const own = stayId === null || stays.some((one) => one.stayId === stayId) ? null : await stayById(trx, stayId);
  return own ? [own, ...stays] : stays;
}

/**
 * The stay that counts, and whether the person died in hospital, however it was said there. With another birth date it
 * was somebody else who died; where none was sent it may have been this person, and that is not said plainly.
 */
export function staysNow(
  stays: readonly StoredStay[],
  { stayId, hospital, birthDate }: Meant,
): { readonly stay: StoredStay | null; readonly death: 'here' | 'elsewhere' | null } {
  const isTheirs = ({ person }: StoredStay): boolean => person.birthDate === birthDate;
  const isHere = (one: StoredStay): boolean =>
    one.stayId === stayId || (one.organisation === hospital && isTheirs(one));
  const dead = stays.filter((one) => endedInDeath(one) && (one.stayId === stayId || isTheirs(one) || one.person.birthDate === null)); // prettier-ignore
  const open = stays.find((one) => isHere(one) && isOpen(one.status));
  return {
    stay: stays.find((one) => one.stayId === stayId) ?? open ?? null,
    death: dead.some(isHere) ? 'here' : dead.length > 0 ? 'elsewhere' : null,
  };
}

/** Whether a stay ended in death, by what was said of the person or by how the stay ended: a hospital sends either. */
export function endedInDeath({ status, person }: Pick<StoredStay, 'status' | 'person'>): boolean {
  return person.died || status === 'died';
}

const day = 24 * 3_600_000;

/** What of a stay says since when it has been going on, as far as anybody knows. */
export type Started = Pick<StoredStay, 'startedAt' | 'since' | 'places'>;

/** An answer of the person counts for the stay in which it was given; where no stay is known, for a week. */
export function sinceOf(stay: Started | null, now: Date): Date {
  const lately = now.getTime() - 6 * day;
  // Where the feed was not there at the beginning, what it first heard of is too late a beginning by itself.
  const first = stay?.startedAt ?? stay?.places[0]?.from ?? stay?.since;
  const from = stay?.startedAt ? stay.startedAt.getTime() : Math.min(lately, first?.getTime() ?? lately);
  return new Date(from - day);
}
