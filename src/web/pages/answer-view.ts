/** An answer as its page shows it: every text, date and phone number ready, nothing left to the template but layout. */
import type { Answer, Banner, CareShown, FactAge, ShownNumber, ShownPackage } from '../../domain/answer.ts';
import { callResults, phoneKey } from '../../domain/call.ts';
import type { CouncilPhones } from '../../domain/council-phone.ts';
import { formatAge, formatDate, formatInstant } from '../../domain/dates.ts';
import { formatNhsNumber } from '../../domain/nhs-number.ts';
import { isAbout } from '../../services/answer-extras.ts';
import type { AnswerExtras } from '../../services/answer-extras.ts';
import { wrongNumbersLast } from '../../domain/provider-numbers.ts';
import { answerTexts, lastKnownTexts, notShownText, safeguardingTexts } from './answer-texts.ts';

export interface PackageView {
  readonly service: string;
  readonly provider: string;
  readonly status: string;
  readonly tone: 'green' | 'blue' | 'grey';
  readonly statusNote: string;
  /** What this hospital itself has arranged with the provider, which the council's record does not know; null when nothing. */
  readonly pause: { readonly tag: string; readonly tone: 'yellow' | 'blue'; readonly text: string } | null;
  readonly now: NumberView | null;
  readonly others: readonly NumberView[];
  readonly nowReason: string;
  /** The number for this hour was found to be wrong. */
  readonly wrongNow: boolean;
  readonly officeHours: string | null;
  readonly confirmed: string;
  readonly confirmedOld: boolean;
  readonly email: string | null;
  readonly notes: string | null;
  /** By which a call is written down; null where that is not possible. */
  readonly providerId: string | null;
}

interface NumberView {
  readonly label: string;
  readonly text: string;
  readonly href: string | null;
  /** Whose word the number is, where provider and council differ; else empty. */
  readonly whose: string;
  /** Somebody found it to be wrong; else empty. */
  readonly caution: string;
  /** What came of the last call to it; else empty. */
  readonly called: string;
}

export interface AnswerView {
  readonly kind: Answer['kind'];
  readonly heading: string;
  /** By the hospital's own system: then no provider is the one to ring first. */
  readonly died: boolean;
  /** The council's number comes before the care: nobody else can be rung now, for a reason that is new on this page. */
  readonly councilFirst: boolean;
  readonly lead: string;
  readonly next: readonly string[];
  readonly banner: {
    name: string;
    born: string;
    age: string;
    gender: string;
    nhsNumber: string;
    councilId: string | null;
  } | null;
  readonly cautions: readonly string[];
  readonly freshness: { text: string; warning: string; tone: 'plain' | 'amber' | 'red' } | null;
  readonly safeguarding: {
    tag: string;
    tone: 'red' | 'yellow' | 'grey' | 'white';
    text: string;
    phoneFirst: boolean;
  } | null;
  readonly packages: readonly PackageView[];
  readonly ended: readonly PackageView[];
  /** What providers say of their own lists, a sentence each. */
  readonly listed: readonly string[];
  readonly notShown: string;
  readonly phones: CouncilPhones;
  readonly lookedUp: string;
  /** For paper, where "today" and "ago" would be wrong tomorrow. */
  readonly onPaper: string;
  readonly showAgain: boolean;
}

/**
 * @param now the instant of showing, for "today" and "6 hours ago"
 * @param beside calls that were made, and cautions about numbers that somebody found to be wrong
 */
export function answerView(
  answer: Answer,
  phones: CouncilPhones,
  now: Date,
  beside: Beside = { calls: [], cautions: [], care: new Map(), diedHere: false },
): AnswerView {
  const text = answerTexts[answer.kind];
  const withName = (words: string): string => words.replaceAll('{council}', phones.council);
  const care = 'care' in answer ? answer.care : null;
  const banner = care?.banner ?? (answer.kind === 'died' ? answer.banner : null);
  const packages = (care?.packages ?? []).map((one) => packageView(one, beside, now));
  const { diedHere } = beside;
  return {
    kind: answer.kind,
    heading: headingOf(answer, text.heading, packages, diedHere),
    died: diedHere,
    councilFirst: diedHere || (packages.some(({ wrongNow }) => wrongNow) && packages.every((one) => one.now === null)),
    lead: withName(leadOf(answer, text.lead)),
    next: (isWithdrawn(answer) ? withdrawnNext : text.next).map(withName),
    banner: banner && bannerView(banner),
    cautions: [...(diedHere && answer.kind !== 'died' ? [diedHereText] : []), ...cautionsOf(answer, care)],
    freshness: 'age' in answer ? freshnessView(answer.age, phones.council, now) : null,
    safeguarding: care && safeguardingView(care, now),
    packages,
    ended: (care?.ended ?? []).map((one) => packageView(one, beside, now)),
    listed: 'listed' in answer ? (answer.listed?.lines ?? []) : [],
    notShown: notShownText,
    phones,
    lookedUp: `Looked up ${formatInstant(answer.at, now)}.`,
    onPaper: onPaper(answer, phones.council),
    showAgain: now.getTime() - answer.at.getTime() > 15 * 60_000,
  };
}

// Only the council's own list of number changes knows of it: the council was asked.
const withdrawnNext = ['This comes from {council}’s list of changed numbers. Nothing else was looked up.'];

function isWithdrawn(answer: Answer): boolean {
  return answer.kind === 'number-not-valid' && answer.asked !== null;
}

const diedHereText =
  'The hospital’s own system says that this patient has died. No message goes to a care provider. If that is wrong, have it put right there first.';

function headingOf(answer: Answer, heading: string, packages: readonly PackageView[], diedHere: boolean): string {
  if (answer.kind === 'care' && diedHere) return 'Council care is on record';
  // What is held is in place on paper alone (product rule 9).
  if (packages.length > 0 && packages.every(({ pause }) => pause?.tone === 'yellow'))
    return 'Council care is arranged, and may be on hold';
  if (answer.kind === 'care' && answer.care.packages.every((one) => one.status === 'planned')) {
    return 'Council care is planned but has not started';
  }
  return heading;
}

function leadOf(answer: Answer, lead: string): string {
  switch (answer.kind) {
    case 'overdue':
      return `${lead} ${lastKnownTexts[answer.lastKnown]}`;
    case 'died':
      return `Date of death on {council}’s record: ${formatDate(answer.deathDate)}.`;
    case 'number-not-valid':
      return `${answer.message}.`;
    default:
      return lead;
  }
}

function bannerView(banner: Banner): AnswerView['banner'] {
  const { family, given } = banner;
  const name = family || given ? [family?.toUpperCase(), given].filter(Boolean).join(', ') : 'Name not shared';
  return {
    name,
    born: formatDate(banner.birthDate),
    age: `${banner.age} years`,
    gender: banner.gender ?? 'not recorded',
    nhsNumber: formatNhsNumber(banner.nhsNumber),
    councilId: banner.councilId,
  };
}

function cautionsOf(answer: Answer, care: CareShown | null): string[] {
  const cautions: string[] = [];
  if (answer.supersededBy && answer.asked) {
    cautions.push(
      `NHS number ${formatNhsNumber(answer.asked)} has been replaced. The current number is ${formatNhsNumber(answer.supersededBy)}.`,
    );
  }
  if (care?.nameDiffers)
    cautions.push(
      'The last name you entered is not the one on the council’s record. Check that this is the right patient.',
    );
  if (care && care.unreadLines > 0) {
    const lines = care.unreadLines === 1 ? '1 more line' : `${care.unreadLines} more lines`;
    cautions.push(
      `The council’s file has ${lines} about this patient that could not be read. There may be more care: phone the council.`,
    );
  }
  return cautions;
}

function freshnessView({ asAt, freshness }: FactAge, council: string, now: Date): AnswerView['freshness'] {
  if (!asAt) return { text: '', warning: `Nothing has been received from ${council} yet.`, tone: 'red' };
  const text = `${council} record, as it was ${formatInstant(asAt, now)} (${formatAge(asAt, now)}).`;
  if (freshness === 'fresh') return { text, warning: '', tone: 'plain' };
  if (freshness === 'amber') return { text, warning: 'The next update is late: phone to check.', tone: 'amber' };
  return { text, warning: 'This is too old to rely on.', tone: 'red' };
}

function onPaper(answer: Answer, council: string): string {
  // Far from any "today", an instant is written with its date.
  const written = (at: Date): string => formatInstant(at, new Date(0));
  const asAt = 'age' in answer && answer.age.asAt ? ` ${council} record, as it was ${written(answer.age.asAt)}.` : '';
  return `Looked up ${written(answer.at)}.${asAt}`;
}

function safeguardingView(care: CareShown, now: Date): AnswerView['safeguarding'] {
  const { tag, text, phoneFirst } = safeguardingTexts[care.safeguarding];
  const tone = ({ open: 'red', 'not-available': 'yellow', 'not-your-role': 'grey', 'none-recorded': 'white' } as const)[
    care.safeguarding
  ];
  const asAt =
    care.safeguarding === 'none-recorded' && care.safeguardingAsAt
      ? `, as at ${formatInstant(care.safeguardingAsAt, now)}.`
      : '';
  return { tag, tone, text: text + asAt, phoneFirst };
}

type Beside = Pick<AnswerExtras, 'calls' | 'cautions' | 'care' | 'diedHere'>;

function packageView(one: ShownPackage, { calls, cautions, care, diedHere }: Beside, now: Date): PackageView {
  const cautionOf = ({ phone }: ShownNumber): AnswerExtras['cautions'][number] | undefined =>
    cautions.find((about) => isAbout(about, one.providerId, phone.text));
  const numbers = wrongNumbersLast(one, (number) => cautionOf(number) !== undefined);
  const wrongNow = one.now !== null && numbers.now !== one.now;
  const pause = diedHere ? null : pauseView(one, care, now);
  const onPaper = pause !== null || diedHere;
  const active = one.status === null || one.status === 'active';
  const view = (number: ShownNumber): NumberView => {
    const caution = cautionOf(number);
    const call = calls.find(({ provider, phone }) => provider === one.providerId && phoneKey(phone) === phoneKey(number.phone.text)); // prettier-ignore
    return {
      ...numberView(number, one.phoneSource),
      caution: caution ? `Reported as wrong ${formatInstant(caution.at, now)}. Try it if nothing else answers` : '',
      called: call ? `${callResults[call.result]} ${formatInstant(call.at, now).replace(/^today /, '')}` : '',
    };
  };
  return {
    service: one.service ?? 'Care arranged by the council',
    provider: one.provider ?? 'Provider not named in the council’s record',
    status:
      onPaper && active
        ? 'Active in the council’s record'
        : { active: 'Active', planned: 'Planned', ended: 'Ended' }[one.status ?? 'active'],
    tone:
      onPaper && active
        ? 'grey'
        : ({ active: 'green', planned: 'blue', ended: 'grey' } as const)[one.status ?? 'active'],
    // What may be so is left out where what is so stands above it.
    statusNote: pause ? statusNote(one).replace(/;? ?may be paused, ask the provider$/, '') : statusNote(one),
    pause,
    now: numbers.now && view(numbers.now),
    others: numbers.others.map(view),
    nowReason: wrongNow ? 'The number for this hour was reported as wrong.' : one.nowReason,
    wrongNow,
    officeHours: one.officeHours,
    confirmed: confirmedText(one),
    confirmedOld: (one.phoneSource !== 'council' && !one.ownConfirmed) || one.confirmedFreshness !== 'fresh',
    email: one.email,
    notes: one.notes,
    providerId: one.providerId ?? null,
  };
}

function pauseView({ providerId, status }: ShownPackage, care: Beside['care'], now: Date): PackageView['pause'] {
  const told = providerId === undefined || status === 'ended' ? undefined : care.get(providerId);
  if (!told) return null;
  const { hold, restart } = told;
  const at = (when: Date): string => formatInstant(when, now);
  if (restart?.visit) return { tag: 'First visit agreed', tone: 'blue', text: `${at(restart.visit.at)}, by ${restart.visit.by}.` };
  const held = hold === null ? '' : hold.agreedAt ? `They agreed ${at(hold.agreedAt)} to hold visits.` : `Asked to hold visits ${at(hold.askedAt)}, ${hold.answered ? 'and they did not say yes' : 'not answered yet'}.`;
  const back = restart ? `Asked ${at(restart.askedAt)} to restart: no first visit is agreed yet.` : 'No first visit is agreed: send “Going home, please restart”.';
  return { tag: hold?.agreedAt ? 'On hold' : hold ? 'Asked to hold' : 'Restart asked', tone: 'yellow', text: [held, back].filter(Boolean).join(' ') };
} // prettier-ignore

function statusNote(one: ShownPackage): string {
  if (one.leftOutSince)
    return `since ${one.start ? formatDate(one.start) : 'a date not shared'}; not in the council’s latest list`;
  if (one.start === null) return one.status === 'active' ? 'may be paused, ask the provider' : '';
  if (one.status === 'planned') return `to start ${formatDate(one.start)}`;
  if (one.status === 'ended') return one.end ? `on ${formatDate(one.end)}` : '';
  // Client Level Data keeps a suspended service open: "active" never promises that a carer calls today.
  const until = one.end ? `, planned to end ${formatDate(one.end)}` : '';
  return `since ${formatDate(one.start)}${until}; may be paused, ask the provider`;
}

function confirmedText(one: ShownPackage): string {
  if (one.ownConfirmed !== undefined) return confirmedByBoth(one, one.ownConfirmed);
  if (one.phoneSource === 'cqc') return 'Number from CQC’s public directory, not confirmed by the council.';
  if (one.phoneSource === 'none') return '';
  return one.lastConfirmed
    ? `Numbers last confirmed ${formatDate(one.lastConfirmed)}.`
    : 'When these numbers were last confirmed is not recorded.';
}

function confirmedByBoth(one: ShownPackage, own: string): string {
  const first = `The provider itself confirmed its numbers on ${formatDate(own)}.`;
  const numbers = [...(one.now ? [one.now] : []), ...one.others];
  if (!numbers.some(({ from }) => from === 'council')) return first;
  const changed = one.ownChanged ? ` The provider changed its numbers on ${formatDate(one.ownChanged)}: for 7 days the council’s come first.` : ''; // prettier-ignore
  if (one.phoneSource === 'cqc') return `${first} CQC’s public directory has another number.${changed}`;
  return one.lastConfirmed
    ? `${first} The council’s record, last confirmed ${formatDate(one.lastConfirmed)}, differs.${changed}`
    : `${first} The council’s record differs; when it was last confirmed is not recorded.${changed}`;
}

function numberView(
  { phone, kind, from }: ShownNumber,
  source: ShownPackage['phoneSource'],
): Omit<NumberView, 'caution' | 'called'> {
  const label = kind === 'office' ? 'Office' : 'Out of hours';
  const council = source === 'cqc' ? 'CQC’s directory' : 'council’s record';
  const whose = from === undefined ? '' : from === 'provider' ? 'provider’s own' : council;
  return { label, text: phone.text, href: phone.href, whose };
}
