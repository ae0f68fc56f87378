/**
 * The headers of a bundle's parts as councils and CQC really write them: Client Level Data with all
 * its 50 columns, CQC's directory with its 15 and four lines before them. Source: the Client Level
 * Data specification (its column names) and CQC's published care directory.
 */
import type { PartKind } from '../domain/agreement.ts';

// prettier-ignore
export const cldColumns = [
  'LA Code', 'Reporting Period Start Date', 'Reporting Period End Date', 'NHS Number', 'LA Person Unique Identifier',
  'First Name', 'Last Name', 'GP Practice Name', 'GP Practice Code', 'Gender', 'Ethnicity', 'Date of Birth',
  'Date of Death', 'Client Type', 'Primary Support Reason', 'Postcode', 'Accommodation Status', 'Employment Status',
  'Has Unpaid Carer', 'Autism Spectrum Disorder (ASD)', 'Visual Impairment', 'Hearing Impairment', 'Dementia',
  'Client Funding Status', 'Event Type', 'Event Reference', 'Event Start Date', 'Event End Date', 'Event Description',
  'Event Outcome', 'Request: Route of Access', 'Assessment Type', 'Eligible Needs Identified', 'Method of Assessment',
  'Total Hrs Caring per week', 'No. of adults being cared for', 'Adult 1 Linked Person_ID', 'Adult 2 Linked Person_ID',
  'Adult 3 Linked Person_ID', 'Service Type', 'Service Component', 'Delivery Mechanism',
  'Provider CQC Location Name', 'Provider CQC Location ID', 'Review Reason', 'Review Outcomes Achieved',
  'Method of Review', 'Unit Cost', 'Cost Frequency (Unit Type)', 'Planned units per week',
] as const;

/** A line of Client Level Data by column name; columns left out are empty. */
export type CldLine = Partial<Record<(typeof cldColumns)[number], string>>;

/** The cells of a line in the order of the header. */
export function cldCells(line: CldLine): string[] {
  return cldColumns.map((column) => line[column] ?? '');
}

// prettier-ignore
const directoryColumns = [
  'Name', 'Also known as', 'Address', 'Postcode', 'Phone number', "Service's website (if available)", 'Service types',
  'Date of latest check', 'Specialisms/services', 'Provider name', 'Local authority', 'Region', 'Location URL',
  'CQC Location ID (for office use only)', 'CQC Provider ID (for office use only)',
];

const person = ['LA Code', 'LA Person Unique Identifier'];

/**
 * The lines before a part's first fact.
 * @param produced when CQC's directory says that it was produced, such as `28 August 2026`
 */
export function partHead(kind: PartKind, produced: string): string[][] {
  switch (kind) {
    case 'care':
      return [[...cldColumns]];
    case 'package-providers':
      return [[...person, 'Event Reference', 'Local Provider Reference']];
    case 'directory':
      return [['CQC Locations data'], [], [`This data was produced on ${produced}`], []]
        .map((cells) => directoryColumns.map((_, at) => cells[at] ?? ''))
        .concat([directoryColumns]);
    case 'contacts':
      return [
        // prettier-ignore
        [
          'CQC Location ID', 'Local Provider Reference', 'Provider Name', 'Telephone', 'Office Hours',
          'Out Of Hours Telephone', 'Email', 'Contact Notes', 'Last Confirmed',
        ],
      ];
    case 'safeguarding':
      return [[...person, 'NHS Number', 'Safeguarding Reference', 'Stage', 'Status', 'Date Opened', 'Date Closed']];
    case 'restrictions':
      return [[...person, 'NHS Number', 'Reason', 'From', 'Until']];
    case 'numbers':
      return [['Old NHS Number', 'New NHS Number', 'Changed On', 'Reason']];
    case 'services':
      return [['Service Component', 'Shown', 'Label']];
  }
}
