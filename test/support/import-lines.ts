/**
 * Parts of a bundle from short descriptions. Unless told otherwise a care line is a home care
 * package, arranged and paid for by the council, of an adult who lives.
 */
import type { PartKind } from '../../src/domain/agreement.ts';
import { withCheckDigit } from './arbitraries.ts';
import type { PartSpec } from './bundle.ts';

/** A part whose time is given when the bundle is. */
export type UndatedPart = Omit<PartSpec, 'asAt'> & { readonly asAt?: string };

/** The n-th valid number of the range 999, which is given to nobody. */
export function nhs(n: number): string {
  for (let at = 0, found = -1; at < 999_999; at++) {
    const number = withCheckDigit(`999${String(at).padStart(6, '0')}`);
    if (number !== null && ++found === n) return number;
  }
  throw new RangeError('No such number');
}

export interface CareLine {
  readonly id: string;
  readonly number?: string;
  readonly born?: string;
  readonly died?: string;
  readonly family?: string;
  readonly given?: string;
  readonly gender?: string;
  readonly ref?: string;
  readonly client?: string;
  readonly funding?: string;
  readonly event?: string;
  readonly type?: string;
  readonly component?: string;
  readonly mechanism?: string;
  readonly start?: string;
  readonly end?: string;
  readonly cqc?: string;
  readonly cqcName?: string;
  readonly laCode?: string;
  /** Any other columns of Client Level Data. */
  readonly more?: Readonly<Record<string, string>>;
}

const careColumns = [
  ['LA Code', (line: CareLine, council: string) => line.laCode ?? council],
  ['NHS Number', (line: CareLine) => line.number ?? ''],
  ['LA Person Unique Identifier', (line: CareLine) => line.id],
  ['First Name', (line: CareLine) => line.given ?? 'Test'],
  ['Last Name', (line: CareLine) => line.family ?? 'Person'],
  ['Gender', (line: CareLine) => line.gender ?? 'Female'],
  ['Date of Birth', (line: CareLine) => line.born ?? '14/03/1941'],
  ['Date of Death', (line: CareLine) => line.died ?? ''],
  ['Client Type', (line: CareLine) => line.client ?? 'Service user'],
  ['Client Funding Status', (line: CareLine) => line.funding ?? 'Fully social care funded'],
  ['Event Type', (line: CareLine) => line.event ?? 'Service'],
  ['Event Reference', (line: CareLine) => line.ref ?? 'S1'],
  ['Event Start Date', (line: CareLine) => line.start ?? '01/02/2025'],
  ['Event End Date', (line: CareLine) => line.end ?? ''],
  ['Service Type', (line: CareLine) => line.type ?? 'Long term support: Community'],
  ['Service Component', (line: CareLine) => line.component ?? 'Home support or domiciliary care'],
  ['Delivery Mechanism', (line: CareLine) => line.mechanism ?? 'CASSR commissioned support'],
  ['Provider CQC Location Name', (line: CareLine) => line.cqcName ?? 'Example Home Care'],
  ['Provider CQC Location ID', (line: CareLine) => line.cqc ?? '1-000000001'],
] as const;

/** The birth date that a care line has when it is not given, as it is typed at a look-up. */
export const usualBirth = '1941-03-14';

/** The care part. */
export function care(council: string, lines: readonly CareLine[]): UndatedPart {
  const more = [...new Set(lines.flatMap((line) => Object.keys(line.more ?? {})))];
  return {
    kind: 'care',
    header: [...careColumns.map(([name]) => name), ...more],
    rows: lines.map((line) => [
      ...careColumns.map(([, cell]) => cell(line, council)),
      ...more.map((name) => line.more?.[name] ?? ''),
    ]),
  };
}

export interface ReferralLine {
  readonly id?: string;
  readonly number?: string;
  readonly ref?: string;
  readonly stage?: string;
  readonly status?: string;
  readonly opened?: string;
  readonly closed?: string;
  readonly laCode?: string;
}

/** The safeguarding part: referrals are open unless told otherwise. */
export function safeguarding(council: string, lines: readonly ReferralLine[]): UndatedPart {
  return {
    kind: 'safeguarding',
    header: ['LA Code', 'LA Person Unique Identifier', 'NHS Number', 'Safeguarding Reference', 'Stage', 'Status', 'Date Opened', 'Date Closed'],
    rows: lines.map((line, at) => [
      line.laCode ?? council, line.id ?? '', line.number ?? '', line.ref ?? `SG-${at + 1}`, line.stage ?? 'Concern',
      line.status ?? 'Open', line.opened ?? '12/09/2026', line.closed ?? '',
    ]),
  }; // prettier-ignore
}

export interface RestrictionLine {
  readonly id?: string;
  readonly number?: string;
  readonly reason?: string;
  readonly from?: string;
  readonly until?: string;
  readonly laCode?: string;
}

/** The restrictions part: without end unless told otherwise. */
export function restrictions(council: string, lines: readonly RestrictionLine[]): UndatedPart {
  return {
    kind: 'restrictions',
    header: ['LA Code', 'LA Person Unique Identifier', 'NHS Number', 'Reason', 'From', 'Until'],
    rows: lines.map((line) => [
      line.laCode ?? council, line.id ?? '', line.number ?? '', line.reason ?? 'Objection', line.from ?? '01/01/2026', line.until ?? '',
    ]),
  }; // prettier-ignore
}

/** The numbers part; a change is `Superseded` unless told otherwise. */
export function numbers(changes: readonly (readonly [old: string, fresh: string, reason?: string])[]): UndatedPart {
  return {
    kind: 'numbers',
    header: ['Old NHS Number', 'New NHS Number', 'Changed On', 'Reason'],
    rows: changes.map(([old, fresh, reason = 'Superseded']) => [old, fresh, '10/05/2026', reason]),
  };
}

/** The services part: what staff may see and in which words. */
export function services(
  rows: readonly (readonly [component: string, shown: string, label: string])[] = [
    ['Home support or domiciliary care', 'Y', 'Home care'],
    ['Day support', 'Y', 'Day centre'],
    ['Reablement', 'Y', 'Reablement at home'],
    ['Equipment', 'N', ''],
  ],
): UndatedPart {
  return { kind: 'services', header: ['Service Component', 'Shown', 'Label'], rows };
}

export interface ContactLine {
  readonly cqc?: string;
  readonly local?: string;
  readonly name?: string;
  readonly phone?: string;
  readonly hours?: string;
  readonly night?: string;
  readonly confirmed?: string;
}

/** The contacts part. */
export function contacts(lines: readonly ContactLine[]): UndatedPart {
  return {
    kind: 'contacts',
    header: ['CQC Location ID', 'Local Provider Reference', 'Provider Name', 'Telephone', 'Office Hours', 'Out Of Hours Telephone', 'Last Confirmed'],
    rows: lines.map((line) => [
      line.cqc ?? '', line.local ?? '', line.name ?? 'Example Home Care', line.phone ?? '', line.hours ?? '', line.night ?? '', line.confirmed ?? '',
    ]),
  }; // prettier-ignore
}

/** The package-providers part. */
export function packageProviders(
  council: string,
  rows: readonly (readonly [id: string, reference: string, local: string])[],
): UndatedPart {
  return {
    kind: 'package-providers',
    header: ['LA Code', 'LA Person Unique Identifier', 'Event Reference', 'Local Provider Reference'],
    rows: rows.map((row) => [council, ...row]),
  };
}

/** CQC's directory, laid out as it is published. */
export function directory(rows: readonly (readonly [id: string, name: string, phone: string])[]): UndatedPart {
  return {
    kind: 'directory' satisfies PartKind,
    preamble: [['CQC Locations data', '', ''], ['', '', ''], ['This data was produced on 28 August 2026', '', ''], ['', '', '']],
    header: ['Name', 'Phone number', 'CQC Location ID (for office use only)'],
    rows: rows.map(([id, name, phone]) => [name, phone, id]),
  }; // prettier-ignore
}
