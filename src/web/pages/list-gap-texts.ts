/** Why a list of people in hospital may be incomplete, in the words of those who read it: one wording for every list. */
import { formatInstant, formatTime, londonClock, londonDate } from '../../domain/dates.ts';
import type { ListGap } from '../../services/list-gaps.ts';

export interface GapWords {
  /** An organisation's name by its id. */
  readonly nameOf: (id: string) => string;
  /** `hospital`: staff of that one hospital. `council`: staff of that one council. */
  readonly reader: 'hospital' | 'council';
}

/** One sentence a reason, each once, in the order of the gaps. */
export function gapTexts(gaps: readonly ListGap[], words: GapWords, now: Date): string[] {
  return [...new Set(gaps.map((gap) => gapText(gap, words, now)))];
}

/**
 * How many are listed. A number stands alone only when the list is whole: "0" would be read as "nobody"
 * (product rule 1).
 */
export function countText(listed: number, gaps: readonly ListGap[]): string {
  if (gaps.length === 0) return String(listed);
  return listed === 0 ? 'not known' : `${listed} listed`;
}

function gapText(gap: ListGap, { nameOf, reader }: GapWords, now: Date): string {
  const own = reader === 'hospital';
  const patients = own ? 'patients' : 'people';
  const from = (hospital: string): string => (own ? 'the hospital system' : `the system of ${nameOf(hospital)}`);
  switch (gap.is) {
    case 'overdue':
      return overdueText(gap, { nameOf, reader }, now);
    case 'no-feed':
      return `${upper(from(gap.hospital))} does not send arrivals to this service: nobody there can be listed.`;
    case 'silent':
      return gap.last === null
        ? `No message from ${from(gap.hospital)} has been received: nobody who has come is listed.`
        : `No message from ${from(gap.hospital)} since ${sinceText(gap.last, now)}: ${patients} may have come or left since.`;
    case 'waiting':
      return `Messages from ${from(gap.hospital)} have been waiting since ${sinceText(gap.since, now)}: ${patients} may have come or left since.`;
    case 'set-aside': {
      const which = gap.messages === 1 ? 'A message' : `${gap.messages.toLocaleString('en-GB')} messages`;
      return `${which} from ${from(gap.hospital)} since ${sinceText(gap.since, now)} could not be read: ${patients} may have come or left unnoticed.`;
    }
    case 'unsettled':
      return own
        ? `Some patients are still to be checked against council records, since ${sinceText(gap.since, now)}: they may be missing here.`
        : `Some arrivals are still to be checked against your records, since ${sinceText(gap.since, now)}: people may be missing here.`;
  }
}

function overdueText(
  { council, part, asAt }: Extract<ListGap, { is: 'overdue' }>,
  { nameOf, reader }: GapWords,
  now: Date,
): string {
  const [whose, people] = reader === 'council' ? ['Your council’s', 'your'] : [`${nameOf(council)}’s`, 'its'];
  const what = part === 'care' ? 'care records' : 'list of who must not be shown';
  const [are, have] = part === 'care' ? ['are', 'have'] : ['is', 'has'];
  const why = asAt === null ? `${have} not come yet` : `${are} too old (${formatInstant(asAt, now)})`;
  return `${whose} ${what} ${why}, so none of ${people} people can be listed.`;
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "2:10am" when it is today's, as a clock on the wall would be read. */
export function sinceText(at: Date, now: Date): string {
  return londonDate(at) === londonDate(now) ? formatTime(londonClock(at).minute) : formatInstant(at, now);
}
