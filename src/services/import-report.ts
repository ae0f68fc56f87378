/** What an import or a check found, as it is kept with the bundle and shown to the council. */
import type { PartKind } from '../domain/agreement.ts';
import type { CouncilCounts } from '../store/import/report.ts';

export interface PartReport {
  readonly kind: PartKind;
  readonly file: string;
  readonly asAt: string;
  readonly rows: number;
  /** `older`: a newer one stands already and this one was passed over; `same`: nothing to do. */
  readonly standing: 'newer' | 'same' | 'older';
  readonly encoding: 'utf-8' | 'windows-1252';
  readonly unknownColumns: readonly string[];
  readonly used: number;
  readonly opened: number;
  readonly closed: number;
}

export interface HoldReason {
  readonly part: PartKind;
  readonly reason: 'CHECKSUM' | 'ROW_COUNT' | 'FALL' | 'NOBODY_NAMED' | 'MOSTLY_UNUSABLE';
  readonly before?: number;
  readonly after?: number;
  readonly lines?: number;
}

export interface CheckReport {
  readonly council: string;
  readonly source: string;
  readonly extractedAt: string;
  readonly parts: readonly PartReport[];
  readonly quarantine: readonly { part: string; code: string; lines: number }[];
  readonly dropped: Readonly<Record<string, number>>;
  readonly people: CouncilCounts;
  readonly openBefore: { packages: number; referrals: number };
  readonly openAfter: { packages: number; referrals: number };
  readonly hold: readonly HoldReason[];
}

/** NHS-number match below this share stops a council from going live (the CP-IS rule). */
export const goLiveGatePercent = 95;

/** Share of the care part's people whom a good NHS number identifies, in per cent; null without people. */
export function matchRate(report: CheckReport): number | null {
  const { people, peopleMatched } = report.people;
  return people === 0 ? null : (peopleMatched / people) * 100;
}

/** Why a bundle is held, in a sentence. */
export function holdText(hold: HoldReason): string {
  switch (hold.reason) {
    case 'CHECKSUM':
      return `${hold.part}: the file is not the one the manifest describes (checksum).`;
    case 'ROW_COUNT':
      return `${hold.part}: the number of rows is not the manifest’s.`;
    case 'FALL':
      return `${hold.part}: open ${hold.part === 'care' ? 'packages' : 'referrals'} fell from ${hold.before} to ${hold.after}.`;
    case 'MOSTLY_UNUSABLE':
      return `${hold.part}: ${hold.lines} lines, more than half, are set aside or of people under 18. Look for swapped columns.`;
    case 'NOBODY_NAMED':
      return `${hold.part}: ${hold.lines} lines name nobody, so that “none” could be wrong for anybody.`;
  }
}
