/** Who looked at one of a council's people, as FHIR R4 AuditEvents: in the words of the page, and nothing beside them. */
import type { AccessList } from '../../services/review-accesses.ts';
import { accessRow, disclosedRow, listSeenRow } from '../pages/access-words.ts';
import { searchset } from './council-bundle.ts';

export interface AccessSearch {
  readonly baseUrl: string;
  /** By what the person was asked for. */
  readonly identifier: { readonly system: string; readonly value: string };
  readonly nameOf: (id: string) => string;
  readonly now: Date;
}

/** The bundle: look-ups, newest first, then what was told of the person and who read it, then who saw the person on a list. */
export function accessBundle({ accesses, disclosed, names, lists, known }: AccessList, search: AccessSearch): object {
  const { baseUrl, nameOf, now } = search;
  const looked = accesses.map((access) => {
    const { who, role, team, organisation, why, permission, saw } = accessRow(access, nameOf, now);
    return event(search, { at: access.at, who, role, team, organisation, why, said: { permission, saw } });
  });
  const told = disclosed.map((access) => {
    const { who, role, team, organisation, what, saw } = disclosedRow(access, (id) => names.get(id) ?? nameOf(id), now);
    return event(search, { at: access.at, who, role, team, organisation, why: what, said: { saw } });
  });
  const seen = lists.seen.map((one) => {
    const { who, role, team, organisation, list, times } = listSeenRow(one, nameOf, now);
    const period = { start: one.first.toISOString(), end: one.last.toISOString() };
    const said = { list, times: String(times) };
    return event(search, {
      at: one.last,
      who,
      role,
      team,
      organisation,
      why: 'Saw the person on a list',
      said,
      period,
    });
  });
  const found = [...looked, ...told, ...seen];
  const unknown = { severity: 'warning', code: 'not-found', diagnostics: 'Your council’s record has nobody of this number or id. There may be look-ups all the same.' }; // prettier-ignore
  return searchset({
    found,
    warnings: known ? [] : [unknown],
    total: found.length,
    asAt: now,
    link: [{ relation: 'self', url: `${baseUrl}/fhir/council/accesses/_search` }],
  });
}

interface Looked {
  readonly at: Date;
  readonly who: string;
  readonly role: string;
  readonly team: string;
  readonly organisation: string;
  readonly why: string;
  /** More that the page says, by name. */
  readonly said: Readonly<Record<string, string>>;
  readonly period?: object;
}

function event({ identifier }: AccessSearch, { at, who, role, team, organisation, why, said, period }: Looked): object {
  return {
    resourceType: 'AuditEvent',
    meta: { profile: ['https://fhir.hl7.org.uk/StructureDefinition/UKCore-AuditEvent'] },
    type: { system: 'http://dicom.nema.org/resources/ontology/DCM', code: '110110', display: 'Patient Record' },
    action: 'R',
    ...(period && { period }),
    recorded: at.toISOString(),
    outcome: '0',
    purposeOfEvent: [{ text: why }],
    agent: [
      { role: [{ text: role }, { text: team }].filter(({ text }) => text !== ''), name: who, requestor: true },
      { type: { text: 'Organisation' }, name: organisation, requestor: false },
    ],
    source: { observer: { display: 'Homeward' } },
    entity: [
      {
        what: { identifier },
        type: { system: 'http://terminology.hl7.org/CodeSystem/audit-entity-type', code: '1', display: 'Person' },
        role: { system: 'http://terminology.hl7.org/CodeSystem/object-role', code: '1', display: 'Patient' },
        detail: Object.entries(said).filter(([, text]) => text !== '').map(([type, valueString]) => ({ type, valueString })),
      },
    ],
  };
} // prettier-ignore
