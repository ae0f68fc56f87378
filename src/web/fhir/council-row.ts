/**
 * A row of a council's list as FHIR reads it: cells by their keys, the very cells that leave as JSON. Whatever is made
 * of a row is made of these, so that FHIR can say nothing that the list does not.
 */
import type { Cell } from '../../services/council/fields.ts';

export type Row = Readonly<Record<string, Cell>>;

/** What names our own codes, and whose list it is. */
export interface Naming {
  readonly baseUrl: string;
  readonly council: string;
  /** Key for systems and name for people of each column. */
  readonly columns: readonly { readonly key: string; readonly name: string }[];
}

/** A text that is there. */
export function textOf(cell: Cell | undefined): string | null {
  return typeof cell === 'string' && cell !== '' ? cell : null;
}

/** A moment or a day as FHIR's dateTime; null for anything else. */
export function dateTimeOf(cell: Cell | undefined): string | null {
  if (cell instanceof Date) return cell.toISOString();
  return typeof cell === 'string' && /^\d{4}-\d\d-\d\d$/.test(cell) ? cell : null;
}

/** The person of a row as a resource within another: by NHS number, with no more beside it than the row has. */
export function patientOf(row: Row, { baseUrl, council }: Naming, { named }: { readonly named: boolean }): object | null {
  const number = textOf(row['nhsNumber']);
  const councilId = textOf(row['councilId']);
  const name = named ? textOf(row['person']) : null;
  const birthDate = dateTimeOf(row['birthDate']);
  if (number === null && councilId === null && name === null && birthDate === null) return null;
  const identifier = [
    ...(number === null ? [] : [{ extension: [notTraced], system: nhsNumberSystem, value: number }]),
    ...(councilId === null ? [] : [{ system: `${baseUrl}/fhir/Id/council-${council}-person`, value: councilId }]),
  ];
  return {
    resourceType: 'Patient',
    id: 'patient',
    meta: { profile: ['https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient'] },
    ...(identifier.length > 0 && { identifier }),
    ...(name !== null && { name: [{ text: name }] }),
    ...(birthDate !== null && { birthDate }),
  };
} // prettier-ignore

export const nhsNumberSystem = 'https://fhir.nhs.uk/Id/nhs-number';

// We compare numbers with the council's record and the hospital's word, and trace nobody.
const notTraced = {
  url: 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus',
  valueCodeableConcept: {
    coding: [
      {
        system: 'https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland',
        code: '02',
        display: 'Number present but not traced',
      },
    ],
  },
};
