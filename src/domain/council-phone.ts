/** The council's own number for the hour it is: every answer carries it (product rules 1 and 11). */
import { numberForTheHour, parseOfficeHours } from './office-hours.ts';
import type { HolidayCalendar } from './office-hours.ts';
import type { Council } from './organisation.ts';
import { readPhone } from './phone.ts';
import type { Phone } from './phone.ts';

export interface CouncilPhone {
  readonly label: string;
  readonly phone: Phone;
}

export interface CouncilPhones {
  readonly council: string;
  /** The number that answers now. */
  readonly now: CouncilPhone;
  readonly other: CouncilPhone;
  /** When the office number answers, as the council wrote it. */
  readonly dayHours: string;
}

/** Which of a council's two numbers to ring now. */
export function councilPhones(council: Council, now: Date, holidays: HolidayCalendar): CouncilPhones {
  const day = { label: council.day.label, phone: show(council.day.number) };
  const night = { label: council.night.label, phone: show(council.night.number) };
  const hours = parseOfficeHours(council.dayHours);
  const { use } = numberForTheHour({ office: true, outOfHours: true, hours }, now, holidays);
  return {
    council: council.name,
    now: use === 'out-of-hours' ? night : day,
    other: use === 'out-of-hours' ? day : night,
    dayHours: council.dayHours,
  };
}

function show(number: string): Phone {
  return readPhone(number) ?? { text: number, href: null };
}
