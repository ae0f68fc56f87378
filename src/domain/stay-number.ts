/** Visits by the number that stands, each with the person whose it is now. */
import { compareText } from './stay-event.ts';
import type { EventKind, HospitalEvent } from './stay-event.ts';
import type { Deletion } from './stay-fates.ts';
import type { Links, Owner } from './stay-links.ts';
import { foldVisit } from './stay-visit.ts';
import type { Visit } from './stay-visit.ts';

/** A visit as it stands: its numbers, its owner, what it comes to. */
export interface OwnedVisit {
  /** Visit number that stands. */
  readonly number: string;
  /** Key of the patient that stands. */
  readonly owner: string;
  readonly formerNumbers: readonly string[];
  readonly contradicted: boolean;
  readonly visit: Visit | null;
}

/** Folds every visit. @param events in the order in which they were written down */
export function foldVisits(events: readonly HospitalEvent[], links: Links): OwnedVisit[] {
  const groups = new Map<string, { event: HospitalEvent; index: number }[]>();
  for (const [index, event] of events.entries()) {
    if (event.visit === null || isLink(event)) continue;
    const number = links.visits.resolve(event.visit);
    const group = groups.get(number) ?? [];
    groups.set(number, group);
    group.push({ event, index });
  }
  const deletionOf = ({ visit }: HospitalEvent): Deletion | null => {
    const index = visit === null ? undefined : links.visitDeletedAt.get(visit);
    const deletion = index === undefined ? undefined : events[index];
    return index === undefined || !deletion ? null : { index, at: deletion.recordedAt };
  };
  return [...groups].map(([number, group]) => {
    const stated = [...new Set(group.map(({ event }) => event.visit ?? number))];
    const owner = ownerOf([number, ...stated], links);
    return {
      number,
      owner: links.patients.resolve(owner.patient),
      formerNumbers: stated.filter((one) => one !== number).sort(compareText),
      contradicted: stated.some((one) => links.owners.get(one)?.contradicted),
      visit: foldVisit(group, deletionOf),
    };
  });
}

const linkKinds = new Set<EventKind>(['merged', 'unlinked', 'visit-moved', 'account-moved', 'account-merged', 'person-deleted']); // prettier-ignore

function isLink({ kind }: HospitalEvent): boolean {
  return linkKinds.has(kind);
}

/** Whose a visit is: by the last word on any of its numbers, which all mean one visit now. */
function ownerOf(numbers: readonly string[], { owners }: Links): Owner {
  return numbers.flatMap((one) => owners.get(one) ?? []).reduce((a, b) => (b.said > a.said ? b : a));
}
