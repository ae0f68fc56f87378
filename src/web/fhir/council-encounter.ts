/** Somebody in hospital as a FHIR R4 Encounter (UK Core). Its class is not told: what kind of stay it is, no list says. */
import { dateTimeOf, patientOf, textOf } from './council-row.ts';
import type { Naming, Row } from './council-row.ts';

/** A row of the people in hospital now. */
export function encounterOf(row: Row, naming: Naming): object {
  const patient = patientOf(row, naming, { named: true });
  const expected = dateTimeOf(row['expectedToLeave']);
  const heard = dateTimeOf(row['lastHeardAt']);
  const start = dateTimeOf(row['since']);
  const hospital = textOf(row['hospital']);
  return {
    resourceType: 'Encounter',
    meta: {
      profile: ['https://fhir.hl7.org.uk/StructureDefinition/UKCore-Encounter'],
      ...(heard !== null && { lastUpdated: heard }),
    },
    ...(patient && { contained: [patient] }),
    ...(expected !== null && { extension: [{ url: plannedEnd, valueDateTime: expected }] }),
    // Of whom nothing was heard for too long it is not known whether they are still there.
    status: row['mayHaveLeft'] === true ? 'unknown' : row['onLeave'] === true ? 'onleave' : 'in-progress',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', code: 'MSK', display: 'masked' },
    ...(patient && { subject: { reference: '#patient' } }),
    ...(start !== null && { period: { start } }),
    ...(hospital !== null && { serviceProvider: { display: hospital } }),
  };
}

const plannedEnd = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Encounter.plannedEndDate';
