/** What a person says of a stay when the hospital's feed does not: statements like any other, kept beside the feed's. */
import type { HospitalEvent, PatientRef } from './stay-event.ts';
import type { Stay } from './stay.ts';

/** What must be known of the stay. */
export type StayToClose = Pick<Stay, 'feed' | 'visits'> & { readonly person: { readonly patient: PatientRef } };

/**
 * The statement by which a person closes a stay whose end never came. What the hospital says later still
 * counts: its own discharge replaces the closing, a move or a return opens the stay again.
 * @param id unique, as a message's would be
 */
export function closeByHand(stay: StayToClose, id: string, now: Date): HospitalEvent {
  return byHand(stay, id, now, { kind: 'closed-by-hand' });
}

/** Takes a closing by hand back. */
export function reopenByHand(stay: StayToClose, id: string, now: Date): HospitalEvent {
  return byHand(stay, id, now, { kind: 'cancelled', cancels: 'closing' });
}

type ByHand = Pick<HospitalEvent, 'kind' | 'cancels'>;

function byHand({ feed, person, visits }: StayToClose, id: string, now: Date, what: ByHand): HospitalEvent {
  const visit = visits.at(-1) ?? null;
  return { feed, id, ...what, at: now, recordedAt: now, sentAt: null, sequence: null, patient: person.patient, visit };
}
