/** An error as FHIR R4 says it: OperationOutcome with our own code, and the one that NHS systems know where it has one. */
import type { ErrorView } from '../errors.ts';

export const fhirType = 'application/fhir+json; charset=utf-8';

// FHIR's own kinds of issue (IssueType), and the codes of NHS APIs (Spine-ErrorOrWarningCode).
const kinds: Readonly<Record<number, readonly [issue: string, spine: string | null]>> = {
  400: ['invalid', 'INVALID_VALUE'],
  401: ['login', 'ACCESS_DENIED'],
  403: ['forbidden', 'ACCESS_DENIED'],
  404: ['not-found', 'RESOURCE_NOT_FOUND'],
  413: ['too-long', null],
  503: ['transient', null],
};

/** What went wrong, for another system; never anything of what it sent. @param baseUrl names our codes */
export function operationOutcome({ status, code, title }: Pick<ErrorView, 'status' | 'code' | 'title'>, baseUrl: string): object {
  const [issue, spine] = kinds[status] ?? [status < 500 ? 'processing' : 'exception', null];
  const coding = [
    { system: `${baseUrl}/fhir/CodeSystem/error`, code },
    ...(spine === null ? [] : [{ system: 'https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode', version: '1', code: spine }]),
  ];
  return outcomeOf([{ severity: 'error', code: issue, details: { coding }, diagnostics: title }]);
} // prettier-ignore

/** An OperationOutcome of issues. */
export function outcomeOf(issue: readonly object[]): object {
  return {
    resourceType: 'OperationOutcome',
    meta: { profile: ['https://fhir.hl7.org.uk/StructureDefinition/UKCore-OperationOutcome'] },
    issue,
  };
}
