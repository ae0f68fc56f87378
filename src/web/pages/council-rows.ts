/** The council's lists as their pages show them: a line each, with what can be done from it. */
import { formatDate, formatInstant, formatTime, londonClock, londonDate } from '../../domain/dates.ts';
import type { IsoDate } from '../../domain/dates.ts';
import { corrections } from '../../domain/call.ts';
import type { Closing } from '../../domain/call.ts';
import { faultTexts } from '../../domain/courier.ts';
import { formatNhsNumber } from '../../domain/nhs-number.ts';
import { readPhone } from '../../domain/phone.ts';
import type { Phone } from '../../domain/phone.ts';
import type { DayOrTime } from '../../domain/stay-event.ts';
import { addressClosings } from '../../services/council/addresses.ts';
import { taskKindText } from '../../services/council/fields.ts';
import type { CouncilList, CouncilRows } from '../../services/council/lists.ts';
import type { NoticeView } from '../../services/notices/view.ts';
import { phoneOf } from '../../services/notices/phones.ts';
import type { ProviderPhone } from '../../services/notices/phones.ts';
import { callOf } from './call-view.ts';
import { councilOwner, councilState, waitedText } from './council-words.ts';
import { saidText, toDoText } from './provider-inbox-tasks.ts';
import type { Tone } from './told-words.ts';

export interface ListCell {
  /** The column's name. */
  readonly name: string;
  /** The first line stands out. */
  readonly strong: string | null;
  readonly lines: readonly string[];
  readonly tag: { readonly text: string; readonly tone: Tone } | null;
  /** A number to phone, in place of the lines. */
  readonly phone?: Phone | null;
  /** Numbers to phone, after the lines. */
  readonly calls?: readonly { readonly lead: string; readonly phone: Phone }[];
}

/** A choice that closes what the line is about. */
export interface Choice {
  readonly action: string;
  readonly id: string;
  readonly legend: string;
  readonly button: string;
  readonly options: readonly { readonly value: string; readonly text: string }[];
}

export interface ListRow {
  /** Whom or what the line is about, for those who hear the page. */
  readonly about: string;
  readonly cells: readonly ListCell[];
  readonly open: string | null;
  readonly choice: Choice | null;
  readonly release: string | null;
}

export interface RowContext {
  readonly now: Date;
  readonly council: string;
  readonly nameOf: (id: string) => string;
  /** By provider (`phoneOf`). */
  readonly phones?: ReadonlyMap<string, ProviderPhone>;
}

// Whoever is told to phone has the number to press (product rule 11).
function callsTo(provider: string | null, council: string | null, { phones, now }: RowContext): NonNullable<ListCell['calls']> {
  const numbers = phones && provider !== null && council !== null ? phoneOf(phones, { provider, council }) : null;
  if (!numbers) return [];
  const call = callOf(numbers, now);
  return [
    ...(call.now ? [{ lead: `Call now (${call.now.which}):`, phone: call.now }] : []),
    ...call.others.map((one, at) => ({
      lead: `${at === 0 ? 'No number that answers now. ' : ''}${one.which === 'office' ? 'Office hours' : 'Out of hours'}:`,
      phone: one,
    })),
    ...call.wrong.map((one) => ({ lead: `Only if nothing else answers, ${one.said}:`, phone: one })),
  ];
} // prettier-ignore

const cell = (name: string, strong: string | null, lines: readonly (string | null | false)[] = [], tag: ListCell['tag'] = null): ListCell => ({
  name,
  strong,
  lines: lines.filter((line): line is string => typeof line === 'string' && line !== ''),
  tag,
}); // prettier-ignore

const row = (about: string, cells: readonly ListCell[], more: Partial<ListRow> = {}): ListRow => ({
  about,
  cells,
  open: null,
  choice: null,
  release: null,
  ...more,
});

const optionsOf = (texts: Readonly<Record<string, string>>): Choice['options'] =>
  Object.entries(texts).map(([value, text]) => ({ value, text }));

type Shown = Exclude<CouncilList, 'in-hospital'>;

/** A line of each list. */
export const councilRows: { readonly [L in Shown]: (one: CouncilRows[L], context: RowContext) => ListRow } = {
  tasks(task, context) {
    const { id, who, provider, providerName, council, place, since, closings, release, providerSees, said } = task;
    const { now } = context;
    const [name = 'Name not known', ...rest] = who;
    const options = optionsOf(closings);
    const word = said && saidText(said, providerName, now);
    return row(
      name,
      [
        cell('Person', name, rest),
        { ...cell('To do', word && word.text, [toDoText(task, 'person'), place.hospital], word?.bad ? { text: 'Nobody is coming', tone: 'red' } : null), calls: place.phone ? [{ lead: 'The hospital:', phone: place.phone }] : [] },
        { ...cell('Provider', null, [
          providerName ?? 'Not shown',
          release !== null && 'Has not been told: it waits to be released',
          release === null && providerSees === 'nothing' && 'Is not told by this service: phone',
        ]), calls: callsTo(providerName && provider, council, context) },
        cell('Since', null, [formatInstant(since, now), `${waitedText(since, now)} ago`]),
      ],
      {
        choice: { action: '/council/tasks/close', id, legend: 'What came of it?', button: 'Close the task', options },
        release,
      },
    );
  },
  messages(one, { now, nameOf }) {
    const state = { 'to-answer': { text: 'Please answer', tone: 'red' }, yes: { text: 'You said yes', tone: 'green' }, over: { text: 'Over', tone: 'grey' }, other: { text: 'Answered', tone: 'yellow' } } as const; // prettier-ignore
    const how = one.status === 'accepted' ? 'yes' : ['queued', 'bounced', 'delivered', 'seen'].includes(one.status) ? 'to-answer' : one.open ? 'other' : 'over'; // prettier-ignore
    return noticeRow(one, `/council/messages/${one.id}`, [
      cell('Hospital', null, [nameOf(one.hospital)]),
      cell('Sent', null, [formatInstant(one.createdAt, now)]),
      cell('State', null, [one.reply && `by ${one.reply.by.name}`], state[how]),
    ]);
  },
  notices(one, context) {
    const { now, council } = context;
    const { tag, tone } = councilState(one, now);
    const owner = councilOwner(one, council);
    return noticeRow(one, `/council/notices/${one.id}`, [
      { ...cell('Provider', null, [one.recipientName ?? 'Not shown']), calls: one.open && !one.hidden ? callsTo(one.recipient.id, one.council, context) : [] },
      cell('Written', null, [formatInstant(one.createdAt, now)]),
      cell('State', null, [owner?.text ?? null], { text: tag, tone }),
    ]);
  },
  holds(one, { now }) {
    const { who, nhsNumber, hospitalName, startedAt, endedAt, nights, stale, clock, agreed } = one;
    const [name = 'Name not known'] = who;
    const stay = endedAt ? `Left ${formatInstant(endedAt, now)}` : startedAt ? `Since ${formatInstant(startedAt, now)}` : 'Since: not known'; // prettier-ignore
    const kept = clock.keptUntil && `${clock.over ? 'Was to be kept until' : 'Kept until'} ${formatInstant(clock.keptUntil, now)}`; // prettier-ignore
    return row(name, [
      cell('Person', name, [`NHS number ${formatNhsNumber(nhsNumber)}`]),
      cell('Hospital', null, [
        hospitalName,
        stay,
        nights === null ? 'Nights: not known' : `${nights} night${nights === 1 ? '' : 's'}`,
        stale && 'Nothing heard lately: may have left',
      ]),
      cell('Provider', null, [one.providerName ?? 'Not shown', one.accepted ? 'Agreed to hold' : one.asked ? 'Asked to hold, no yes yet' : 'Not asked to hold']), // prettier-ignore
      cell('On hold', null, !one.asked ? [`Not on hold. Told ${formatInstant(one.since, now)}`] : [`${waitedText(one.since, new Date(one.since.getTime() + clock.held))}, since ${formatInstant(one.since, now)}`, kept], clock.over ? { text: 'Over your limit', tone: 'red' } : null), // prettier-ignore
      cell('Coming home', null, [
        ...homeLines(one, now),
        agreed ? `First visit ${formatInstant(agreed.firstVisit, now)}` : 'No first visit agreed',
        agreed?.flagged === true && 'Too long without care, or before they are home',
      ]),
    ]);
  },
  'wrong-numbers'(one, { now, nameOf }) {
    const { id, providerName, provider, phone, hospital, reportedAt, times, closedAt, closedBy, closedHow, cautionUntil } = one; // prettier-ignore
    const open = cautionUntil === null;
    const choice = { action: '/council/wrong-numbers/close', id, legend: 'What did you find?', button: 'Say what you found', options: optionsOf(corrections) }; // prettier-ignore
    return row(
      `${phone}, ${providerName ?? provider}`,
      [
        cell('Provider', providerName ?? provider),
        { ...cell('Number', null, [phone]), phone: readPhone(phone) },
        cell('Reported', null, [`${formatInstant(reportedAt, now)} at ${nameOf(hospital)}`, times > 1 && `${times} times`]),
        cell(
          'State',
          null,
          [closedAt && `${closedHow ? closingWords[closedHow] : 'Closed'}, ${formatInstant(closedAt, now)}${closedBy ? ` by ${closedBy}` : ''}`, open && closedAt !== null && 'Hospitals see a caution until your extract brings the new number'],
          closedAt ? { text: 'Done', tone: 'grey' } : { text: 'To check', tone: 'red' },
        ),
      ],
      { choice: open ? choice : null },
    );
  },
  addresses({ id, recipient, recipientName, own, kind, channel, address, fault, openedAt, times }, { now }) {
    const name = recipientName ?? recipient;
    return row(
      name,
      [
        cell('Whose', name, [own && 'Your own']),
        cell('Address', null, [address || 'None', channelNames[channel] ?? channel]),
        cell('Why', null, [upper(taskKindText(kind)), fault && faultTexts[fault]]),
        cell('Since', null, [formatInstant(openedAt, now), times > 1 && `${times} times`]),
      ],
      {
        choice: { action: '/council/addresses/close', id, legend: 'What have you done?', button: 'Close', options: optionsOf(addressClosings) },
      },
    );
  },
  questions({ nhsNumber, birthDate, provider, providerName, askedBy, askedAt, answered, openUntil, toldLater, link }, { now }) {
    const number = formatNhsNumber(nhsNumber);
    return row(number, [
      cell('Person', number, [`Born ${formatDate(birthDate)}`]),
      cell('Asked by', null, [`${askedBy}, ${providerName ?? provider}`, link === null && 'Not its client by your record']), // prettier-ignore
      cell('Asked', null, [formatInstant(askedAt, now)]),
      cell('Answer', null, [
        answered === null ? 'Not shown here: a hospital that was asked does not tell your council' : answerWords[answered],
        toldLater === true && 'The person came later, and the provider was told',
        openUntil && `Waits for an arrival until ${formatInstant(openUntil, now)}`,
      ]),
    ]);
  },
}; // prettier-ignore

function noticeRow(one: NoticeView, open: string, cells: readonly ListCell[]): ListRow {
  const [name = 'Name not known', ...rest] = one.text.who;
  return row(`${one.text.heading}, ${name}`, [cell('Person', name, rest.some((line) => line.startsWith('NHS number')) ? rest : [...rest, `NHS number ${formatNhsNumber(one.nhsNumber)}`]), cell('Message', null, [one.text.heading]), ...cells], { open }); // prettier-ignore
}

const answerWords = {
  'with-us': 'Yes: told where the person is',
  'not-with-us': 'No: told which services were searched',
  'cannot-say': 'Cannot say: told to phone you',
} as const;

const closingWords: Record<Closing, string> = {
  right: 'The number was right',
  corrected: 'Corrected in your system',
  changed: 'Another number has taken its place',
  'council-confirmed': 'Confirmed in your contacts',
  'provider-confirmed': 'Confirmed by the provider',
};

const channelNames: Record<string, string> = { email: 'Email', text: 'Text message', webhook: 'Their system', fhir: 'Their system', hl7: 'Their system' }; // prettier-ignore

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

// The sender's word is newer than a date that stands in a system, and each is said to be whose it is.
function homeLines({ toldHome, expectedHome, hospitalName }: CouncilRows['holds'], now: Date): string[] {
  const bySystem = homeText(expectedHome, now);
  if (!toldHome) return [`Expected: ${bySystem}`];
  const told = homeText(toldHome.when, now);
  const by = `told by ${toldHome.team ?? hospitalName} ${formatInstant(toldHome.at, now)}`;
  return [`Expected: ${told} (${by})`, ...(expectedHome && bySystem !== told ? [`The hospital’s system says: ${bySystem}`] : [])]; // prettier-ignore
}

function homeText(when: DayOrTime | null, now: Date): string {
  if (!when) return 'not known';
  const day = (date: IsoDate): string => (date === londonDate(now) ? 'today' : formatDate(date));
  return when.at ? `${day(when.date)} at ${formatTime(londonClock(when.at).minute)}` : day(when.date);
}
