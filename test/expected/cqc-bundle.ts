/**
 * A bundle with CQC's directory as it is published, and the phones that must come of it, worked
 * out by hand. The people are fictional; the locations are named by CQC's id, without safeguarding.
 * CQC's file has lost the leading 0 of every number.
 */

export interface CqcPackage {
  /** CQC location id on the care line. */
  readonly location: string;
  /** Provider name on the care line; '' leaves it to the directory. */
  readonly nameOnLine: string;
  readonly provider: string;
  /** The number to ring at 6am, or '-'. */
  readonly phone: string;
  readonly source: 'cqc' | 'council' | 'none';
  readonly why: string;
}

export const packages: readonly CqcPackage[] = [
  {
    location: '1-2310061252',
    nameOnLine: 'As the council writes it',
    provider: 'As the council writes it',
    phone: '01204 360 220',
    source: 'cqc',
    why: 'A landline: 1204360220 with its 0 again. The council’s own name for the provider stands before CQC’s',
  },
  {
    location: '1-21268168552',
    nameOnLine: '',
    provider: 'AbilityAvenue Care',
    phone: '07999 902 195',
    source: 'cqc',
    why: 'A mobile: 7999902195 with its 0 again. Without a name on the line, CQC’s is shown',
  },
  {
    location: '1-11958380640',
    nameOnLine: 'Nobody Recorded a Number',
    provider: 'Nobody Recorded a Number',
    phone: '-',
    source: 'none',
    why: 'The directory has no number for it: said plainly',
  },
  {
    location: '1-22940471514',
    nameOnLine: 'On the line',
    provider: 'In the contacts',
    phone: '01632 960 102',
    source: 'council',
    why: 'In the directory and in the council’s contacts, which stand first; before 8am the night number answers',
  },
  {
    location: '1-00000000000',
    nameOnLine: 'Unknown to CQC',
    provider: 'Unknown to CQC',
    phone: '-',
    source: 'none',
    why: 'No such location: the council’s own name for it, and no number',
  },
  {
    location: '1-19666812212',
    nameOnLine: 'Listed Twice',
    provider: 'Listed Twice',
    phone: '07533 570 668',
    source: 'cqc',
    why: 'Stands twice in the directory, with one number: shown once',
  },
  {
    location: '1-963726019',
    nameOnLine: 'Nine Digits',
    provider: 'Nine Digits',
    phone: '0129 824 566',
    source: 'cqc',
    why: 'Nine digits are left: a number of ten with its 0, which cannot be grouped by area with certainty',
  },
];
