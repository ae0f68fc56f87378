/** Whether somebody's being in hospital is itself a reason to look them up there (rule R6 of the trust rules). */
import type { Stay } from './stay.ts';

/** What of a stay gives a relationship. */
export type Whereabouts = Pick<Stay, 'status' | 'places' | 'startedAt' | 'endedAt' | 'staleAt'>;

/** `just-before`: the look-up came first, as when somebody is asked about while being registered. */
export type Relationship = 'open-stay' | 'just-ended' | 'just-before' | 'none';

const day = 24 * 3_600_000;

/**
 * The legitimate relationship that a person's stays give an organisation at an instant: while the person
 * is there, and 24 hours either side. A stay that was cancelled or deleted gives none, an expected one
 * none until the person has come, and a stale one ends when it became stale.
 * @param stays of one person, in any feeds
 * @param organisation of the person who looks
 */
export function relationshipOf(stays: readonly Whereabouts[], organisation: string, at: Date): Relationship {
  const found = new Set(stays.flatMap((stay) => spells(stay, organisation).map((spell) => relationAt(spell, at))));
  for (const one of ['open-stay', 'just-ended', 'just-before'] as const) if (found.has(one)) return one;
  return 'none';
}

interface Spell {
  readonly from: number;
  readonly to: number;
}

function spells(stay: Whereabouts, organisation: string): Spell[] {
  if (stay.status === 'cancelled' || stay.status === 'deleted' || stay.status === 'expected') return [];
  const last = stay.endedAt ?? stay.staleAt;
  return stay.places
    .map(({ organisation: place, from, to }, index) => ({
      place,
      // The hospital's own word for the beginning may be earlier than its first statement of a place.
      from: Math.min(from.getTime(), index === 0 && stay.startedAt ? stay.startedAt.getTime() : Infinity),
      to: (to ?? last)?.getTime() ?? Infinity,
    }))
    .filter(({ place }) => place === organisation);
}

function relationAt({ from, to }: Spell, at: Date): Relationship {
  const time = at.getTime();
  if (from <= time && time < to) return 'open-stay';
  if (to <= time && time <= to + day) return 'just-ended';
  return from - day <= time && time < from ? 'just-before' : 'none';
}
