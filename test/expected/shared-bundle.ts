/**
 * What must become of the worked example `data/examples/bundle` of council 999, worked out by hand
 * from the format's description and not from the code. Lines are named by their row (the header is
 * row 1) and the council's own id. The day is 30 September 2026; care that ended before 19 August
 * (42 days) is not kept; the agreement does not show care at the person's full cost.
 */

/** Fate of a line: `package`, `used`, the reason for which it makes no package, or its quarantine code. */
export type Fate = readonly [row: number, councilId: string, reference: string, fate: string, why: string];

export const care: readonly Fate[] = [
  [2, 'M100001', 'S1', 'package', 'Open home care of an adult, commissioned by the council'],
  [3, 'M100001', 'S2', 'package', 'Open day support; CQC columns blank, since day centres are not registered'],
  [4, 'M100001', 'S3', 'ended-long-ago', 'Equipment that ended on 15 May 2025, before 19 August 2026'],
  [5, 'M100002', 'S4', 'direct-payment', 'Component and mechanism are "Direct payment": counted, never stored'],
  [6, 'M100003', 'S5', 'package', 'Open care home place; Release 1 capitals in the service type are the same value'],
  [7, 'M100004', 'S6', 'ended-long-ago', 'Reablement that ended on 12 June 2026, before 19 August'],
  [8, 'M100005', 'S7', 'person-died', 'Died on 1 August 2026, which ends the package though the line has no end'],
  [9, 'M100006', 'S8', 'NHS_NUMBER_MISSING', 'No NHS number: nobody can be found by one'],
  [
    10,
    'M100007',
    'S9',
    'NHS_NUMBER_CHECK_DIGIT',
    'The last digit should be 8: 9×10+9×9+9×8+1×2=245, 245 mod 11=3, 11−3=8',
  ],
  [11, 'M100008', 'S10', 'unpaid-carer', 'Support of an unpaid carer is not that person’s package'],
  [12, 'M100001', 'A1', 'not-a-service', 'An assessment makes no package'],
  [13, 'M100001', 'R1', 'not-a-service', 'A review makes no package'],
  [14, 'M100009', 'S11', 'package', 'Stored; the restriction hides it at each look-up'],
  [15, 'M100010', 'S12', 'package', 'Stored; the objection hides it at each look-up'],
  [16, 'M100011', 'S13', 'under-18', 'Born on 5 May 2012: 14 years old'],
  [17, 'M100012', 'S14', 'full-cost', 'Fully client funded, and no agreement of the council shows that'],
  [18, 'M100013', 'S15', 'package', 'Began on 1 September 2026, so it is active, whatever the name of the person'],
  [19, 'M100014', 'S16', 'package', 'Open home care under the number that replaced an older one'],
  [20, 'M100015', 'S17', 'NHS_NUMBER_DUMMY', 'Ten nines: passes the check digit and means "not known"'],
  [21, 'M100016', 'S18', 'NHS_NUMBER_SPREADSHEET', 'Scientific notation: the digits are lost'],
  [22, 'M100017', 'S19', 'START_DATE_NOT_READ', '31 February; the spaces in the NHS number are fine'],
  [
    23,
    'M100018',
    'S20',
    'SERVICE_COMPONENT_UNKNOWN',
    '"Moonlight support" is in no list, and is not mapped by likeness',
  ],
  [24, 'M100019', 'S21', 'package', 'Open home care beside a direct payment'],
  [25, 'M100019', 'S22', 'direct-payment', 'Counted, never stored'],
];

export const safeguarding: readonly Fate[] = [
  [2, 'M100003', 'SG-0001', 'open', 'Section 42 enquiry, open since 12 September 2026'],
  [3, 'M100001', 'SG-0002', 'closed', 'Closed on 9 February 2026: not kept'],
  [4, 'M100006', 'SG-0003', 'open', 'Kept against the council’s own id; the person has no number to be asked by'],
  [5, 'M100004', 'SG-0004', 'STATUS_UNKNOWN', '"Parked" is neither open nor closed: not available, never none'],
];

export const restrictions: readonly Fate[] = [
  [2, 'M100009', '', 'Restricted record', 'In force since 1 January 2026, without end'],
  [3, 'M100010', '', 'Objection', 'In force since 1 August 2026, without end'],
];

/** Lines of the parts that name no person. */
export const others: readonly (readonly [part: string, row: number, stored: string, why: string])[] = [
  ['contacts', 2, '1-000000001 ORG-501', 'Office number, hours, out-of-hours number; confirmed 1 September 2026'],
  ['contacts', 3, ' ORG-777', 'Not CQC registered: known by the council’s own reference alone'],
  ['contacts', 4, '1-000000002 ORG-502', 'One number, no hours; confirmed more than a year ago'],
  ['package-providers', 2, 'S2 ORG-777', 'Who runs the day centre of row 3 of the care part'],
  ['numbers', 2, 'Superseded', 'The older number now means the one of row 19 of the care part'],
  ['services', 2, 'Home support or domiciliary care Y Home care', 'Shown in the council’s words'],
  ['services', 3, 'Day support Y Day centre', 'Shown in the council’s words'],
  ['services', 4, 'Long term residential care Y Care home', 'Shown in the council’s words'],
  ['services', 5, 'Extra care housing Y Extra care housing', 'Shown in the council’s words'],
  ['services', 6, 'Reablement Y Reablement at home', 'Shown in the council’s words'],
  ['services', 7, 'Equipment N Equipment', 'Hidden; without a label its own name stands'],
  ['services', 8, 'Unpaid carer respite N Unpaid carer respite', 'Hidden; without a label its own name stands'],
];

/** A shown package: service, provider, the number to ring now (`-` when none answers), other numbers. */
export type Shown = readonly [service: string, provider: string, now: string, others: string];

export interface Expected {
  readonly councilId: string;
  readonly kind: string;
  readonly why: string;
  /** Safeguarding at 6am; 50 minutes after the file, within the hour. */
  readonly safeguarding?: string;
  /** At 6am and 3am, before the offices open; and on a bank holiday at 10am. */
  readonly closed?: readonly Shown[];
  /** At 10am on a Wednesday. */
  readonly open?: readonly Shown[];
}

const homeClosed: Shown = ['Home care', 'Fictional Home Care Ashfield', '01632 960 102', '01632 960 101'];
const homeOpen: Shown = ['Home care', 'Fictional Home Care Ashfield', '01632 960 101', '01632 960 102'];
const dayCentre = 'Fictional Day Centre (not CQC registered)';
const home = { kind: 'care', safeguarding: 'none-recorded', closed: [homeClosed], open: [homeOpen] };
const none = { kind: 'no-care', safeguarding: 'none-recorded', closed: [], open: [] };

/** What a nurse is answered who types the number and birth date that stand in the file. */
export const answers: readonly Expected[] = [
  {
    ...home,
    councilId: 'M100001',
    why: 'Rows 2 and 3; the closed referral of row 3 leaves none recorded. The day centre has no night number',
    closed: [['Day centre', dayCentre, '-', '01632 960 110'], homeClosed],
    open: [['Day centre', dayCentre, '01632 960 110', ''], homeOpen],
  },
  { ...none, councilId: 'M100002', why: 'Only a direct payment: has a record, the council arranges no care now' },
  {
    councilId: 'M100003',
    kind: 'care',
    why: 'Its number may be rung at any hour: no hours are recorded. An enquiry is open',
    safeguarding: 'open',
    closed: [['Care home', 'Fictional Lodge', '01632 960 120', '']],
    open: [['Care home', 'Fictional Lodge', '01632 960 120', '']],
  },
  {
    ...none,
    councilId: 'M100004',
    safeguarding: 'not-available',
    why: 'Care ended too long ago; "Parked" is not known',
  },
  { councilId: 'M100005', kind: 'died', why: 'Said plainly' },
  { councilId: 'M100007', kind: 'number-not-valid', why: 'The number as it stands in the file is no NHS number' },
  { ...none, councilId: 'M100008', why: 'A carer has a record; the support is not the person’s own care' },
  { councilId: 'M100009', kind: 'cannot-show', why: 'Restricted record' },
  { councilId: 'M100010', kind: 'cannot-show', why: 'Objection' },
  { councilId: 'M100011', kind: 'child', why: 'By the birth date typed, before any council is asked' },
  { ...none, councilId: 'M100012', why: 'Care at full cost is not shown by this agreement' },
  { ...home, councilId: 'M100013', why: 'Began four weeks ago' },
  { ...home, councilId: 'M100014', why: 'Under the current number' },
  { councilId: 'M100015', kind: 'number-not-valid', why: 'Dummy' },
  { councilId: 'M100016', kind: 'number-not-valid', why: 'Changed by a spreadsheet' },
  { councilId: 'M100017', kind: 'cannot-show', why: 'The only line could not be read: it may be the care there is' },
  { councilId: 'M100018', kind: 'cannot-show', why: 'The only line could not be read: it may be the care there is' },
  { ...home, councilId: 'M100019', why: 'The direct payment beside it is not mentioned' },
];
