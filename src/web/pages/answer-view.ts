/** An answer as its page shows it: every text, date and phone number ready, nothing left to the template but layout. */
import type { Answer, Banner, CareShown, FactAge, ShownNumber, ShownPackage } from '../../domain/answer.ts';
import type { CouncilPhones } from '../../domain/council-phone.ts';
import { formatAge, formatDate, formatInstant } from '../../domain/dates.ts';
import { formatNhsNumber } from '../../domain/nhs-number.ts';
import { answerTexts, lastKnownTexts, notShownText, safeguardingTexts } from './answer-texts.ts';

export interface PackageView {
  readonly service: string;
  readonly provider: string;
  readonly status: string;
  readonly tone: 'green' | 'blue' | 'grey';
  readonly statusNote: string;
  readonly now: NumberView | null;
  readonly others: readonly NumberView[];
  readonly nowReason: string;
  readonly officeHours: string | null;
  readonly confirmed: string;
  readonly confirmedOld: boolean;
  readonly email: string | null;
  readonly notes: string | null;
}

interface NumberView {
  readonly label: string;
  readonly text: string;
  readonly href: string | null;
}

export interface AnswerView {
  readonly kind: Answer['kind'];
  readonly heading: string;
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
  readonly notShown: string;
  readonly phones: CouncilPhones;
  readonly lookedUp: string;
  /** For paper, where "today" and "ago" would be wrong tomorrow. */
  readonly onPaper: string;
  readonly showAgain: boolean;
}

/** @param now the instant of showing, for "today" and "6 hours ago" */
export function answerView(answer: Answer, phones: CouncilPhones, now: Date): AnswerView {
  const text = answerTexts[answer.kind];
  const withName = (words: string): string => words.replaceAll('{council}', phones.council);
  const care = 'care' in answer ? answer.care : null;
  const banner = care?.banner ?? (answer.kind === 'died' ? answer.banner : null);
  return {
    kind: answer.kind,
    heading: headingOf(answer, text.heading),
    lead: withName(leadOf(answer, text.lead)),
    next: (isWithdrawn(answer) ? withdrawnNext : text.next).map(withName),
    banner: banner && bannerView(banner),
    cautions: cautionsOf(answer, care),
    freshness: 'age' in answer ? freshnessView(answer.age, phones.council, now) : null,
    safeguarding: care && safeguardingView(care, now),
    packages: (care?.packages ?? []).map((one) => packageView(one)),
    ended: (care?.ended ?? []).map((one) => packageView(one)),
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

function headingOf(answer: Answer, heading: string): string {
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

function packageView(one: ShownPackage): PackageView {
  return {
    service: one.service ?? 'Care arranged by the council',
    provider: one.provider ?? 'Provider not named in the council’s record',
    status: { active: 'Active', planned: 'Planned', ended: 'Ended' }[one.status ?? 'active'],
    tone: ({ active: 'green', planned: 'blue', ended: 'grey' } as const)[one.status ?? 'active'],
    statusNote: statusNote(one),
    now: one.now && numberView(one.now),
    others: one.others.map(numberView),
    nowReason: one.nowReason,
    officeHours: one.officeHours,
    confirmed: confirmedText(one),
    confirmedOld: one.phoneSource !== 'council' || one.confirmedFreshness !== 'fresh',
    email: one.email,
    notes: one.notes,
  };
}

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
  if (one.phoneSource === 'cqc') return 'Number from CQC’s public directory, not confirmed by the council.';
  if (one.phoneSource === 'none') return '';
  return one.lastConfirmed
    ? `Numbers last confirmed ${formatDate(one.lastConfirmed)}.`
    : 'When these numbers were last confirmed is not recorded.';
}

function numberView({ phone, kind }: ShownNumber): NumberView {
  return { label: kind === 'office' ? 'Office' : 'Out of hours', text: phone.text, href: phone.href };
}
