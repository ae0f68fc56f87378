/** A notice in words: for the recipient's inbox, and the wording of e-mails and text messages, which carry nobody's data. */
import { formatDate, formatInstant } from './dates.ts';
import { formatNhsNumber } from './nhs-number.ts';
import type { NoticeContent } from './notice-content.ts';
import { factKinds, visitsOfDay } from './notice.ts';
import type { FactKind } from './notice.ts';
import type { DayOrTime } from './stay-event.ts';

/** A notice as its reader sees it, line by line. */
export interface NoticeText {
  readonly heading: string;
  /** Name, birth date, number, own reference: whichever the agreement lets be told. */
  readonly who: readonly string[];
  readonly where: string;
  /** What has happened and what is asked. */
  readonly what: readonly string[];
  readonly answer: string | null;
}

const asks: Record<FactKind, string> = {
  'with-us': 'This person is with us. Please confirm that you know.',
  hold: 'Please hold visits until you hear from us.',
  'home-changed': 'The expected time of going home has changed. Please confirm that you know.',
  restart: 'This person is going home. Please restart care and tell us the time of the first visit.',
  gone: 'This person has left to go home. Please confirm that care is in place.',
};

// Visits are a provider's: a council is told of them, and says that it knows.
const asksOfCouncil: Record<FactKind, string> = {
  'with-us': 'This person is in hospital. Please confirm that you know.',
  hold: 'Care visits are to be held while this person is in hospital. Please confirm that you know.',
  'home-changed': asks['home-changed'],
  restart: 'This person is going home and care is to start again. Please confirm that you know.',
  gone: 'This person has left to go home. Please confirm that you know.',
};

/** The words of a notice. Gives nothing that its content does not hold. @param reader to whom it went */
export function noticeText(content: NoticeContent, now: Date, reader: 'provider' | 'council' = 'provider'): NoticeText {
  const { kind, of, where, answerBy } = content;
  const phone = where.phone ? `, phone ${where.phone.text}` : '';
  return {
    heading:
      kind === of ? factKinds[of] : `${kind === 'correction' ? 'Correction' : 'Cancelled'}: ${lower(factKinds[of])}`,
    who: whoLines(content.who),
    where: `${where.hospital}${phone}`,
    what: whatLines(content, now, reader === 'council' ? asksOfCouncil[of] : asks[of]),
    answer: answerBy ? `Please answer by ${formatInstant(answerBy, now).replace(/^today at /, '')}.` : null,
  };
}

/**
 * The same for anybody but the provider that got it: of the provider's own reference for its client they read no more
 * than that there is one, and where nobody is about to send it not even that (hazard H23).
 */
export function textForOthers(
  content: NoticeContent,
  now: Date,
  reader: 'provider' | 'council',
  { before = false }: { readonly before?: boolean } = {},
): NoticeText {
  const text = noticeText({ ...content, who: whoForOthers(content) }, now, reader);
  const says = before && content.who.ownReference !== undefined;
  return says ? { ...text, who: [...text.who, 'Their own reference for the person, not shown here'] } : text;
}

/** By what anybody but the provider may read of whom it is about. */
export function whoForOthers({ who: { ownReference: _own, ...who } }: NoticeContent): NoticeContent['who'] {
  return who;
}

function whoLines({ family, given, birthDate, nhsNumber, ownReference }: NoticeContent['who']): string[] {
  const lines: string[] = [];
  const name = [family?.toUpperCase(), given].filter(Boolean).join(', ');
  if (name) lines.push(name);
  if (birthDate) lines.push(`Born ${formatDate(birthDate)}`);
  if (nhsNumber) lines.push(`NHS number ${formatNhsNumber(nhsNumber)}`);
  if (ownReference) lines.push(`Your reference ${ownReference}`);
  return lines;
}

function whatLines({ kind, of, expectedHome, restartFrom, goneAt }: NoticeContent, now: Date, ask: string): string[] {
  if (kind === 'cancellation')
    return ['What we told you before is not so. Please go by what you knew until then, and confirm that you know.'];
  const lines = kind === 'correction' ? ['This replaces what we told you before.', ask] : [ask];
  if (expectedHome) lines.push(`Expected home: ${dayOrTime(expectedHome, now)}.`);
  // Silence could be read as "today": that nobody knows yet is said.
  else if (of === 'hold') lines.push('Expected home: not known yet.');
  if (restartFrom)
    lines.push(
      `First visit wanted: ${formatDate(restartFrom.date)}${restartFrom.visit ? `, ${visitsOfDay[restartFrom.visit]}` : ''}.`,
    );
  if (goneAt) lines.push(`Left: ${formatInstant(goneAt, now)}.`);
  return lines;
}

function dayOrTime({ date, at }: DayOrTime, now: Date): string {
  return at === null ? formatDate(date) : formatInstant(at, now);
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** An e-mail or text message that says that something waits. */
export interface Alert {
  readonly subject: string;
  readonly email: string;
  /** At most 160 characters of the GSM alphabet with a link of up to 90. */
  readonly text: string;
}

/**
 * The wording that leaves for the open network: a link and nothing of the notice, not even its kind or hospital
 * (issue: "carrying no personal data, only a link to the portal").
 * @param link to the recipient's own inbox
 * @throws TypeError when the link is not an https address (or one of this computer itself, in the demo), or carries ten digits that could be an NHS number
 */
export function alertWords(link: string, reminder = false): Alert {
  if (
    !/^(https:\/\/[\w.-]+|http:\/\/(localhost|127\.0\.0\.1))(:\d+)?\/[\w/.~-]*$/.test(link) ||
    /\d{10}/.test(link.replace(/\W/g, ''))
  ) {
    throw new TypeError('A link that may not leave in an e-mail');
  }
  const subject = reminder ? 'A message is still waiting for your answer' : 'A message is waiting for you';
  return {
    subject,
    email: `${subject} in Homeward.\n\nSign in to read and answer it:\n${link}\n\nThis e-mail holds no personal information. Please do not reply to it.\n`,
    text: `${subject} in Homeward. Sign in: ${link}`,
  };
}
