/**
 * Something that waits for somebody as a FHIR R4 Task (UK Core): what has an element of FHIR's stands there, and every
 * other column of the list as an input under its own key, so that nothing the list says is lost.
 */
import { createHash } from 'node:crypto';
import type { Cell } from '../../services/council/fields.ts';
import { dateTimeOf, patientOf, textOf } from './council-row.ts';
import type { Naming, Row } from './council-row.ts';
import { noticeShape, taskShapes } from './council-task-shapes.ts';
import type { Shape, TaskList } from './council-task-shapes.ts';

/** A row of any list but the people in hospital. */
export function taskOf(list: TaskList, row: Row, naming: Naming): object {
  const shape: Shape = taskShapes[list];
  const { baseUrl, council } = naming;
  const { at } = shape;
  const said = (key: string | undefined): string | null => (key === undefined ? null : textOf(row[key]));
  const when = (key: string | undefined): string | null => (key === undefined ? null : dateTimeOf(row[key]));
  const code = (system: string, value: string): object => ({ system: `${baseUrl}/fhir/CodeSystem/${system}`, code: value });
  const patient = shape.numbered ? patientOf(row, naming, { named: shape.named }) : null;
  const [id, person, requester, owner] = [said('id'), said(at.person), said(at.requester), said(at.owner)];
  const [authoredOn, lastModified, due] = [when(at.authoredOn), when(at.lastModified), when(at.due)];
  const period = { start: when(at.from), end: when(at.until) };
  const status = shape === noticeShape ? said('status') : null;
  return {
    resourceType: 'Task',
    ...(id !== null && { id: idOf(list, id) }),
    meta: { profile: ['https://fhir.hl7.org.uk/StructureDefinition/UKCore-Task'] },
    ...(patient && { contained: [patient] }),
    ...(id !== null && { identifier: [{ system: `${baseUrl}/fhir/Id/council-${list}`, value: id }] }),
    status: shape.status(row),
    ...(said(at.statusReason) !== null && { statusReason: { text: said(at.statusReason) } }),
    ...(status !== null && { businessStatus: { coding: [code('notice-status', status)] } }),
    intent: 'order',
    code: { coding: [code('council-list', list)], text: said(at.kind) ?? shape.name },
    ...(said(at.description) !== null && { description: said(at.description) }),
    ...((patient ?? person) !== null && { for: { ...(patient && { reference: '#patient' }), ...(person !== null && { display: person }) } }),
    ...((period.start ?? period.end) !== null && { executionPeriod: { ...(period.start !== null && { start: period.start }), ...(period.end !== null && { end: period.end }) } }),
    ...(authoredOn !== null && { authoredOn }),
    ...(lastModified !== null && { lastModified }),
    ...(requester !== null && { requester: { display: requester } }),
    owner: owner === null ? { identifier: { system: `${baseUrl}/fhir/Id/organisation`, value: council } } : { display: owner },
    ...(said(at.reason) !== null && { reasonCode: { text: said(at.reason) } }),
    ...(due !== null && { restriction: { period: { end: due } } }),
    ...inputs(row, shape, naming),
  };
} // prettier-ignore

/** The same at each reading: of a task that has a name of its own. */
export function idOf(list: string, id: string): string {
  const hash = createHash('sha256').update(`${list} ${id}`).digest('hex');
  return [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`, `8${hash.slice(17, 20)}`, hash.slice(20, 32)].join('-'); // prettier-ignore
}

function inputs(row: Row, { at, numbered, named }: Shape, { columns, baseUrl }: Naming): object | null {
  // A day for which no day stands, such as “no rule”, is said as it is.
  const days = [at.authoredOn, at.lastModified, at.due, at.from, at.until];
  const placed = new Set<string | undefined>(['id', at.person, at.requester, at.owner, at.kind, at.description, at.reason, at.statusReason, ...days.filter((key) => key !== undefined && dateTimeOf(row[key]) !== null)]); // prettier-ignore
  if (numbered) for (const key of ['nhsNumber', 'birthDate']) placed.add(key);
  if (named) placed.add('person');
  const input = columns
    .filter(({ key }) => row[key] !== '' && (!placed.has(key) || row[key] === null))
    .map(({ key, name }) => ({
      type: { coding: [{ system: `${baseUrl}/fhir/CodeSystem/council-list-field`, code: key, display: name }] },
      ...valueOf(row[key] ?? null),
    }));
  return input.length > 0 ? { input } : null;
}

function valueOf(cell: Cell): object {
  if (cell === null) return { valueCodeableConcept: { coding: [notKnown] } };
  if (typeof cell === 'boolean') return { valueBoolean: cell };
  if (typeof cell === 'number') return Number.isInteger(cell) ? { valueInteger: cell } : { valueDecimal: cell };
  const moment = dateTimeOf(cell);
  return moment === null ? { valueString: String(cell) } : { valueDateTime: moment };
}

// Not known is not none (an input that is not there).
const notKnown = { system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason', code: 'unknown' };
