/**
 * An arrival's own question: asked, decided by the look-up's own rules, in the audit trail before anything of it is
 * kept. It must teach whoever may send the hospital's messages no more than a person at the keyboard could learn.
 */
import type { Agreement } from '../domain/agreement.ts';
import {
  arrivalReason, arrivalRequest, askAgainAt, askedAbout, careOnRecord, homewardItself, identityOf,
} from '../domain/arrival.ts'; // prettier-ignore
import type { CareOnRecord } from '../domain/arrival.ts';
import type { IsoDate } from '../domain/dates.ts';
import { parseNhsNumber } from '../domain/nhs-number.ts';
import { decideBeforeArrival, decideOnRecord, unused } from '../domain/policy.ts';
import type { Decision } from '../domain/policy.ts';
import { askIn } from '../store/ask-in.ts';
import { writeAudit } from '../store/audit.ts';
import type { Trx } from '../store/database.ts';
import { isUnusualRate, otherBirthDates, raiseArrivalAlert, toldOfPerson } from '../store/hospital/arrival-use.ts';
import { keepCare, standsAtBundle, wasRefused } from '../store/hospital/care.ts';
import type { StayCare } from '../store/hospital/care.ts';
import type { StoredStay } from '../store/hospital/stays.ts';
import { readRecord } from '../store/records.ts';
import type { OnRecord } from '../store/records.ts';

/** What a stay's question has learnt. */
export interface Learnt {
  readonly result: CareOnRecord;
  /** `first`: about this person of this stay; `again`; null: what was learnt before still holds, and nothing was asked. */
  readonly asked: 'first' | 'again' | null;
}

/**
 * Learns of a council whether care is on record for the person of a stay, unless what was learnt before still holds.
 * @param before what is kept of this council
 */
export async function learn(
  trx: Trx,
  agreement: Agreement,
  stay: StoredStay,
  before: StayCare | null,
  now: Date,
): Promise<Learnt> {
  const { council, hospital } = agreement;
  const identity = identityOf(stay);
  const about = askedAbout(identity);
  // Read first: if an extract lands in between, the answer is taken for older than it is, and asked again.
  const bundle = await standsAtBundle(trx, council);
  const refused = await wasRefused(trx, stay.stayId);
  const stands =
    before !== null &&
    before.askedAbout === about &&
    before.bundle === bundle &&
    before.askAgainAt > now &&
    (before.refused === refused || (refused && before.result !== 'yes'));
  if (stands) return { result: before.result, asked: null };

  const isFirst = before?.askedAbout !== about;
  const { decision, record, otherDate, closed } = await ask(trx, agreement, stay, refused, now);
  const result = careOnRecord(decision);
  const person = record?.found.person ?? null;
  const tooMany =
    isFirst &&
    record !== null &&
    (await isUnusualRate(trx, { council, hospital, limit: agreement.arrival.questionsHour }, now));
  // In one transaction with what was learnt, and before it: nothing is known that the trail does not tell.
  const audit = await writeAudit(trx, now, homewardItself(hospital, now), {
    action: 'arrival-question',
    outcome: { yes: 'care-on-record', no: 'no-care-on-record', 'cannot-say': 'cannot-say' }[result],
    rule: decision.rule,
    council,
    personKey: person?.personKey ?? null,
    // Whom the council has never heard of, and a child, leave no number for good: only the stay, while it is kept.
    numberAsked: person === null ? null : identity.nhsNumber,
    numberCurrent: person !== null && record?.found.superseded ? record.found.current : null,
    reason: arrivalReason,
    agreement: { id: agreement.id, version: agreement.version },
    sharedFields: [],
    sources: record?.parts ?? null,
    detail: {
      stay: stay.stayId,
      ...(isFirst && { first: true }),
      // The same stay asked about again, with nothing new for anybody to see.
      ...(before?.result === result && { again: true }),
      // By it different ones are told from one that is only asked again.
      ...(otherDate !== null && { otherBirthDate: otherDate }),
    },
  });
  await keepCare(
    trx,
    stay,
    {
      council,
      result,
      askedAbout: about,
      bundle,
      askAgainAt: askAgainAt(agreement, record?.parts ?? {}, now),
      refused,
    },
    audit,
    now,
  );
  const of = { council, hospital, audit };
  // Once for a person in a day: a stay that goes on naming a wrong date is nothing new to anybody (hazard H22).
  if (
    isFirst &&
    closed &&
    person &&
    !(await toldOfPerson(trx, { council, hospital, personKey: person.personKey }, now))
  )
    await raiseArrivalAlert(trx, 'arrival-mismatches', of, now);
  if (tooMany) await raiseArrivalAlert(trx, 'many-arrivals', of, now);
  return { result, asked: isFirst ? 'first' : 'again' };
}

interface Asked {
  readonly decision: Decision;
  readonly record: OnRecord | null;
  /** The birth date asked with, where the record has another. */
  readonly otherDate: IsoDate | null;
  /** So many others were tried that the right one is not told from a wrong one. */
  readonly closed: boolean;
}

async function ask(trx: Trx, agreement: Agreement, stay: StoredStay, refused: boolean, now: Date): Promise<Asked> {
  const { council, hospital } = agreement;
  const request = arrivalRequest(council, identityOf(stay));
  const number = parseNhsNumber(request.nhsNumber);
  const refusal = decideBeforeArrival({ agreement, hospital, request, number, refused, now });
  if (refusal || !number.ok) {
    return { decision: refusal ?? { kind: 'number-not-valid', rule: 'R5' }, record: null, otherDate: null, closed: false };
  } // prettier-ignore
  const record = await readRecord(askIn(trx), council, number.value, hospital, now);
  const { person, current } = record.found;
  const recorded = person?.birthDate ?? null;
  const otherDate = recorded !== null && recorded !== request.birthDate ? request.birthDate : null;
  const others =
    person && recorded !== null
      ? await otherBirthDates(
          trx,
          { council, hospital, personKey: person.personKey, numbers: [number.value, current], recorded, asked: request.birthDate }, // prettier-ignore
          now,
        )
      : 0;
  // Not the sum: a date that the hospital has wrong is typed from its system too, and is one guess.
  const counts = { ...unused, mismatchesOnPerson: Math.max(record.mismatches.lately, others) };
  const closed = others + (otherDate === null ? 0 : 1) >= agreement.budget.mismatchesBeforeNeutral;
  return { decision: decideOnRecord({ agreement, request, counts, ...record, now }), record, otherDate, closed };
}
