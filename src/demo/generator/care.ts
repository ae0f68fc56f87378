/**
 * The lines of Client Level Data of an invented person: services, and the assessments and reviews
 * that stand between them in a real file and make no package.
 */
import type { CldLine } from '../part-headers.ts';
import { ukDay } from './day.ts';
import type { GeneratedPerson } from './person.ts';
import type { ProviderBook } from './providers.ts';
import { weighted } from './random.ts';
import type { Random } from './random.ts';
import { asRelease1 } from './release1.ts';
import { homeCare, older, younger } from './services.ts';
import type { Service } from './services.ts';

/** One line, and the local provider that its blank CQC columns stand for. */
export interface GeneratedLine {
  line: CldLine;
  readonly localReference: string | null;
}

const howMany = weighted<number>([
  [0, 0.08],
  [1, 0.67],
  [2, 0.2],
  [3, 0.05],
]);

/** Whose lines are drawn, and from what. */
export interface Scene {
  readonly random: Random;
  readonly person: GeneratedPerson;
  readonly providers: ProviderBook;
  readonly today: number;
}

/** Draws the lines of a person, at least one. @param plain two services of home care and nothing out of the ordinary */
export function drawLines(scene: Scene, plain: boolean): GeneratedLine[] {
  const { random, person } = scene;
  const lines: GeneratedLine[] = [];
  const reference = (): string => `E${person.councilId.slice(1)}-${lines.length + 1}`;
  const services = plain ? 2 : howMany(random);
  for (let at = 0; at < services; at++) {
    const service = plain ? homeCare : (person.age < 65 ? younger : older)(random);
    lines.push(serviceLine(scene, reference(), person.directPayment && at === 0 ? 'direct payment' : service));
  }
  if (!plain && random.chance(0.03)) lines.push(carerLine(scene, reference()));
  if (random.chance(0.42) || lines.length === 0) lines.push(otherLine(scene, reference(), 'Assessment'));
  if (services > 0 && random.chance(0.32)) lines.push(otherLine(scene, reference(), 'Review'));
  for (const one of lines) if (!plain && random.chance(0.1)) one.line = asRelease1(random, one.line);
  return lines;
}

function serviceLine(scene: Scene, reference: string, drawn: Service | 'direct payment'): GeneratedLine {
  const { random, person, providers } = scene;
  const paid = drawn === 'direct payment';
  const service = paid ? homeCare : drawn;
  // Whom a direct payment pays, the council does not record.
  const provider = service.provider && !paid ? providers.draw[service.provider](random) : null;
  const [start, end] = drawDates(scene, service);
  // Client Level Data keeps a suspended service open: nothing but this unread text tells.
  const paused = end === null && random.chance(0.02);
  const managed = random.chance(0.2) ? 'CASSR managed personal budget' : 'CASSR commissioned support';
  return {
    line: {
      ...person.columns,
      'Event Type': 'Service',
      'Event Reference': reference,
      'Event Start Date': ukDay(start),
      'Event End Date': end === null ? '' : ukDay(end),
      'Event Description': paused ? 'Suspended while in hospital' : '',
      'Event Outcome': end === null ? '' : 'NFA: Support ended as planned',
      'Service Type': service.type,
      'Service Component': paid && random.chance(0.5) ? 'Direct payment' : service.component,
      'Delivery Mechanism': paid ? 'Direct payment' : managed,
      'Provider CQC Location Name': provider?.cqcLocationId ? provider.name : '',
      'Provider CQC Location ID': provider?.cqcLocationId ?? '',
      'Unit Cost': `${random.between(15, 1400)}.${random.between(10, 99)}`,
      'Cost Frequency (Unit Type)': random.pick(['Hourly', 'Weekly', 'Per session']),
      'Planned units per week': String(random.between(1, 28)),
    },
    localReference: provider && !provider.cqcLocationId && random.chance(0.95) ? provider.localReference : null,
  };
}

function drawDates({ random, person, today }: Scene, service: Service): [number, number | null] {
  const { deathDay, birthDay } = person;
  const last = deathDay ?? today;
  if (service.lasts === 'day') {
    const day = last - random.between(0, 300);
    return [day, day];
  }
  if (deathDay === null && random.chance(0.01)) return [today + random.between(1, 21), null];
  // More have begun of late than long ago; a child cannot have had care for longer than it has lived.
  const longest = Math.min(service.lasts === 'short' ? 42 : 6 * 365, last - birthDay);
  const start = last - Math.floor(random.next() ** 2 * longest);
  if (deathDay !== null) return [start, random.chance(0.5) ? deathDay : null];
  if (!random.chance(service.lasts === 'short' ? 0.6 : 0.15)) return [start, null];
  const length = service.lasts === 'short' ? random.between(3, 42) : random.between(30, 900);
  const end = today - random.between(1, 360);
  return [Math.max(end - length, birthDay), end];
}

function otherLine({ random, person, today }: Scene, reference: string, event: 'Assessment' | 'Review'): GeneratedLine {
  const day = (person.deathDay ?? today) - random.between(0, 300);
  const review = event === 'Review';
  return {
    line: {
      ...person.columns,
      'Event Type': event,
      'Event Reference': reference,
      'Event Start Date': ukDay(day),
      'Event End Date': ukDay(Math.min(today, day + random.between(0, 20))),
      'Event Outcome': review ? 'Continuation of support or services' : 'Progress to support planning or services',
      'Assessment Type': review ? '' : 'Long term assessment',
    },
    localReference: null,
  };
}

function carerLine({ random, person, today }: Scene, reference: string): GeneratedLine {
  return {
    line: {
      ...person.columns,
      'Client Type': 'Unpaid carer',
      'Event Type': 'Service',
      'Event Reference': reference,
      'Event Start Date': ukDay((person.deathDay ?? today) - random.between(0, 300)),
      'Service Type': 'Unpaid carer support: Direct to unpaid carer',
      'Service Component': random.pick(['Unpaid carer respite', 'Unpaid carer universal services']),
    },
    localReference: null,
  };
}
