/** Where a hospital's feed has somebody, as part of the reading of a council's record: one indexed sub-select. */
import type { Whereabouts } from '../domain/stay-relationship.ts';

/** What {@link staysOf} gives of each stay. */
export interface StayJson {
  readonly status: string;
  readonly started: string | null;
  readonly ended: string | null;
  readonly stale: string | null;
  readonly places: readonly { from: string; to: string | null; organisation: string; team: string | null }[];
}

/** SQL for the stays `s` of somebody, as JSON. @param whose a condition on `s.nhs_number` */
export function staysOf(whose: string): string {
  return `(select json_agg(json_build_object('status', s.status, 'started', s.started_at, 'ended', s.ended_at,
    'stale', s.stale_at, 'places', s.places) order by s.stay_id) from stay s where ${whose})`;
}

/** The stays as the domain judges them. */
export function toWhereabouts(stays: readonly StayJson[] | null): Whereabouts[] {
  return (stays ?? []).map(({ status, started, ended, stale, places }) => ({
    status: status as Whereabouts['status'],
    startedAt: instant(started),
    endedAt: instant(ended),
    staleAt: instant(stale),
    places: places.map(({ from, to, ...place }) => ({ ...place, from: new Date(from), to: instant(to) })),
  }));
}

function instant(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
