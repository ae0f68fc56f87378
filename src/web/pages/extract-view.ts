/** An extract's report as its page shows it. */
import type { PartKind } from '../../domain/agreement.ts';
import { formatInstant } from '../../domain/dates.ts';
import type { DropReason } from '../../domain/extract/care-line.ts';
import { dropWords } from '../../domain/extract/drop-words.ts';
import { quarantineCodes } from '../../domain/extract/quarantine.ts';
import type { QuarantineCode } from '../../domain/extract/quarantine.ts';
import { goLiveGatePercent, holdText, matchRate } from '../../services/import-report.ts';
import type { CheckReport } from '../../services/import-report.ts';

const partNames: Readonly<Record<PartKind, string>> = {
  care: 'Care',
  'package-providers': 'Providers of packages',
  directory: 'Provider directory',
  contacts: 'Provider contacts',
  safeguarding: 'Safeguarding',
  restrictions: 'Restrictions and objections',
  numbers: 'Changed NHS numbers',
  services: 'Service map',
};

/** What a part of an extract is called on a page. */
export function partName(kind: string): string {
  return partNames[kind as PartKind] ?? kind;
}

/** How many lines a report set aside. */
export function setAside(report: Partial<CheckReport>): string {
  return (report.quarantine ?? []).reduce((sum, { lines }) => sum + lines, 0).toLocaleString('en-GB');
}

/** A bundle's state in words and colour. */
export function stateWords(state: string): { state: string; tone: string } {
  const words: Record<string, { state: string; tone: string }> = {
    landed: { state: 'Taken in', tone: 'green' },
    held: { state: 'Held', tone: 'yellow' },
    released: { state: 'Released', tone: 'blue' },
    discarded: { state: 'Discarded', tone: 'grey' },
    'rolled-back': { state: 'Taken back', tone: 'grey' },
  };
  return words[state] ?? { state, tone: 'grey' };
}

interface Table {
  readonly heading: string;
  readonly note?: string;
  readonly link?: { href: string; text: string };
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** @param bundle the bundle that the report belongs to; null for a check, which keeps no lines */
export function reportView(report: CheckReport, bundle: { id: string; state: string } | null, now: Date): object {
  const count = (value: number): string => value.toLocaleString('en-GB');
  const rate = matchRate(report);
  const { people } = report;
  const tables: Table[] = [
    {
      heading: 'Parts',
      head: ['Part', 'As it was', 'Rows', 'Opened', 'Closed', 'Notes'],
      rows: report.parts.map((part) => [
        partName(part.kind),
        formatInstant(new Date(part.asAt), now),
        count(part.rows),
        count(part.opened),
        count(part.closed),
        [
          { newer: '', same: 'already here', older: 'older than what is here: passed over' }[part.standing],
          part.encoding === 'utf-8' ? '' : `read as ${part.encoding}`,
          part.unknownColumns.length > 0 ? `unknown columns: ${part.unknownColumns.join(', ')}` : '',
        ]
          .filter(Boolean)
          .join('; '),
      ]),
    },
    {
      heading: 'Set aside',
      note: 'Lines that could not be used, by reason.',
      ...(bundle
        ? {
            link: { href: `/extracts/${bundle.id}/quarantine.csv`, text: 'Download every line set aside (CSV)' },
          }
        : {}),
      head: ['Part', 'Code', 'Lines', 'What to do'],
      rows: report.quarantine.map(({ part, code, lines }) => [
        partName(part),
        code,
        count(lines),
        quarantineCodes[code as QuarantineCode] ?? '',
      ]),
    },
    {
      heading: 'Counted and not kept',
      head: ['Reason', 'Lines'],
      rows: Object.entries(report.dropped).map(([reason, lines]) => [
        sentence(dropWords[reason as DropReason] ?? reason),
        count(lines),
      ]),
    },
    {
      heading: 'Services that the service map does not name',
      head: ['Service component', 'Open packages'],
      rows: Object.entries(people.unmappedServices).map(([name, lines]) => [name, count(lines)]),
    },
    {
      heading: 'Providers without a usable phone',
      head: ['Provider', 'Open packages'],
      rows: Object.entries(people.providersWithoutPhone).map(([name, lines]) => [name, count(lines)]),
    },
  ];
  return {
    holds: report.hold.map(holdText),
    holdHeading: bundle?.state === 'held' ? 'Held for a person to release' : 'Reasons to hold it',
    facts: [
      { key: 'From', value: report.source },
      { key: 'Extracted', value: formatInstant(new Date(report.extractedAt), now) },
      { key: 'People in the care part', value: count(people.people) },
      {
        key: 'NHS number match',
        value:
          rate === null
            ? 'no people'
            : `${rate.toFixed(1)} % (go-live gate ${goLiveGatePercent} %: ${rate >= goLiveGatePercent ? 'passed' : 'not passed'})`,
      },
      {
        key: 'Open packages',
        value: `${count(people.packages)}, of which ${count(people.packagesShown)} can be shown to a hospital`,
      },
      { key: 'Packages ended because this extract no longer lists them', value: count(people.endedByOmission) },
      { key: 'People named only outside the care part', value: count(people.peopleUnknownToCare) },
    ],
    tables,
  };
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
