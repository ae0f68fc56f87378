/**
 * What was told of somebody before the feed spoke of their stay becomes the stay's: at the door people are looked up, and
 * care is put on hold, before the first message comes. From then on it ends as the stay does (hazard H27).
 */
import { patientKey } from '../../domain/stay-event.ts';
import type { Trx } from '../../store/database.ts';
import type { StoredStay } from '../../store/hospital/stays.ts';
import { holdPerson, personOf } from '../../store/notices/person-lock.ts';
import { numbersAlike } from '../../store/notices/stands.ts';
import { joinStay, toldWithoutStay } from '../../store/notices/without-stay.ts';
import { sinceOf } from './person-stays.ts';
import { stayOf } from './subject.ts';

/** Joins to a stay what was told of its person at its hospital since it began, where it is the stay that was meant. */
export async function joinWhatWasTold(trx: Trx, stay: StoredStay, hospital: string, now: Date): Promise<void> {
  const { nhsNumber, birthDate, patient } = stay.person;
  if (nhsNumber === null || birthDate === null) return;
  const numbers = await numbersAlike(trx, nhsNumber.value);
  const told = await toldWithoutStay(trx, { hospital, numbers, birthDate, since: sinceOf(stay, now) });
  if (told.length === 0) return;
  const meant = await stayOf(trx, hospital, numbers, birthDate, now);
  if (meant?.stayId !== stay.stayId) return;
  for (const person of new Set(told.map(personOf))) await holdPerson(trx, person);
  await joinStay(trx, told.map(({ id }) => id), stay.stayId, patientKey(patient)); // prettier-ignore
}
