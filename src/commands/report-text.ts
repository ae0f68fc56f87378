/** A check or import report as text for a terminal. Counts only: no person is named. */
import { formatInstant } from '../domain/dates.ts';
import type { DropReason } from '../domain/extract/care-line.ts';
import { dropWords } from '../domain/extract/drop-words.ts';
import { quarantineCodes } from '../domain/extract/quarantine.ts';
import type { QuarantineCode } from '../domain/extract/quarantine.ts';
import { goLiveGatePercent, holdText, matchRate } from '../services/import-report.ts';
import type { CheckReport } from '../services/import-report.ts';

/** The report, line by line. @param now for ages */
export function reportText(report: CheckReport, now: Date): string {
  const number = new Intl.NumberFormat('en-GB');
  const n = (count: number): string => number.format(count).padStart(9);
  const lines = [`Bundle of council ${report.council} from ${report.source}`, '', 'Parts'];
  for (const part of report.parts) {
    const note = { newer: '', same: '  (already here)', older: '  (older than what is here: passed over)' }[
      part.standing
    ];
    lines.push(
      `${n(part.rows)} rows  ${part.kind.padEnd(17)} as it was ${formatInstant(new Date(part.asAt), now)}${note}`,
    );
    if (part.encoding !== 'utf-8')
      lines.push(`           ${part.file} is in ${part.encoding}, not UTF-8: read as such`);
    if (part.unknownColumns.length > 0)
      lines.push(`           unknown columns passed over: ${part.unknownColumns.join(', ')}`);
  }
  lines.push('', 'Set aside (quarantine)');
  if (report.quarantine.length === 0) lines.push('          none');
  for (const { part, code, lines: count } of report.quarantine) {
    lines.push(`${n(count)}  ${part}: ${code}`, `           ${quarantineCodes[code as QuarantineCode] ?? ''}`);
  }
  lines.push('', 'Counted and not kept');
  const dropped = Object.entries(report.dropped);
  if (dropped.length === 0) lines.push('          none');
  for (const [reason, count] of dropped) lines.push(`${n(count)}  ${dropWords[reason as DropReason] ?? reason}`);

  const { people } = report;
  const rate = matchRate(report);
  lines.push(
    '',
    'People and packages',
    `${n(people.people)}  people in the care part`,
    `${n(people.peopleMatched)}  with a good NHS number of their own${rate === null ? '' : `: ${rate.toFixed(1)} % (go-live gate ${goLiveGatePercent} %: ${rate >= goLiveGatePercent ? 'passed' : 'NOT passed'})`}`,
    `${n(people.peopleUnknownToCare)}  people whom only another part names (kept against the council’s own id)`,
    `${n(people.packages)}  open packages`,
    `${n(people.packagesShown)}  of them would be shown to a hospital`,
    `${n(people.endedByOmission)}  open before and not repeated: ended`,
    ...tally('Services that the service map does not name (not shown)', people.unmappedServices, n),
    ...tally('Providers without a usable phone (open packages)', people.providersWithoutPhone, n),
  );
  if (report.hold.length > 0)
    lines.push('', 'Held for a person to release', ...report.hold.map((reason) => `          ${holdText(reason)}`));
  return lines.join('\n');
}

function tally(title: string, counts: Readonly<Record<string, number>>, n: (count: number) => string): string[] {
  const entries = Object.entries(counts);
  if (entries.length === 0) return [];
  const more = entries.length > 20 ? [`          and ${entries.length - 20} more`] : [];
  return ['', title, ...entries.slice(0, 20).map(([name, count]) => `${n(count)}  ${name}`), ...more];
}
