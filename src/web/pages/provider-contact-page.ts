/** A provider's contact details: what hospitals and councils phone, looked over and confirmed by its manager. */
import { z } from 'zod';
import { formatAge, formatDate, formatInstant } from '../../domain/dates.ts';
import { parseOfficeHours } from '../../domain/office-hours.ts';
import { readEmail } from '../../domain/provider-account.ts';
import { canBeRung, confirmContact, contactOf, councilContactOf } from '../../services/provider-contact.ts';
import type { CouncilsWord, StoredContact } from '../../services/provider-contact.ts';
import type { ProviderDeps } from '../../services/provider-deps.ts';
import type { FieldFault, Page } from '../page.ts';
import { settingsForm, text } from './settings-form.ts';

/** After so long a manager is asked to look at the contact details again. */
const confirmEvery = 90 * 86_400_000;

/** Whether a manager is asked to look at them again. */
export function isDue(contact: StoredContact | null, now: Date): boolean {
  return contact === null || now.getTime() - contact.confirmedAt.getTime() > confirmEvery;
}

/** When they were confirmed, and by whom. */
export function contactWords(contact: StoredContact | null, now: Date): string {
  if (!contact) return 'Not confirmed yet.';
  return `Confirmed ${formatInstant(contact.confirmedAt, now)} by ${contact.confirmedBy} (${formatAge(contact.confirmedAt, now)}).`; // prettier-ignore
}

const contactForm = z.object({
  officePhone: text,
  officeHours: text,
  outOfHoursPhone: text,
  email: text,
  /** Said of an empty box beside which the council has a number. */
  noOutOfHours: text,
});
type ContactForm = z.output<typeof contactForm>;

/** The pages. */
export function contactPages(provider: ProviderDeps): Page[] {
  return settingsForm({
    path: '/provider/contact',
    title: 'Contact details',
    view: 'provider-contact.njk',
    parse: contactForm,
    audit: 'confirm-contact',
    next: '/provider',
    async data({ caller, clock }, given, faults) {
      const now = clock.now();
      const contact = await contactOf(provider, caller);
      const council = await councilContactOf(provider, caller);
      return {
        // What hospitals phone tonight is looked over, not typed anew: a box that is left empty is a number that is lost.
        form: given ?? contact ?? council ?? {},
        confirmed: contactWords(contact, now),
        from: contact || given ? null : council && councilWords(council),
        mayHaveNone: faults.some(({ field }) => field === 'outOfHoursPhone') && given?.outOfHoursPhone.trim() === '',
        due: isDue(contact, now),
      };
    },
    async keep(caller, form) {
      const faults = contactFaults(form, await councilContactOf(provider, caller));
      if (faults.length > 0) return faults;
      const given = (typed: string): string | null => typed.trim() || null;
      await confirmContact(provider, caller, {
        officePhone: given(form.officePhone),
        officeHours: given(form.officeHours),
        outOfHoursPhone: given(form.outOfHoursPhone),
        email: form.email.trim() === '' ? null : readEmail(form.email),
      });
      return [];
    },
  });
}

function councilWords({ councilName, lastConfirmed }: CouncilsWord): string {
  return `From ${councilName}’s record, ${lastConfirmed ? `last confirmed ${formatDate(lastConfirmed)}` : 'not dated'}: check each, and confirm.`; // prettier-ignore
}

function contactFaults(form: ContactForm, council: CouncilsWord | null): FieldFault[] {
  const faults: FieldFault[] = [];
  const say = (field: keyof ContactForm, message: string): unknown => faults.push({ field, message });
  const isWrongPhone = (typed: string): boolean => typed.trim() !== '' && !canBeRung(typed.trim());
  const phoneHint = 'with digits and spaces only, like 01632 960 001';
  if (form.officePhone.trim() === '' && form.outOfHoursPhone.trim() === '')
    say('officePhone', 'Enter at least one phone number');
  if (isWrongPhone(form.officePhone)) say('officePhone', `Enter the office phone number ${phoneHint}`);
  if (form.officeHours.trim() !== '' && parseOfficeHours(form.officeHours) === null)
    say('officeHours', 'Enter office hours like Mon-Fri 08:00-18:00; Sat 09:00-12:00, or 24 hours');
  if (isWrongPhone(form.outOfHoursPhone)) say('outOfHoursPhone', `Enter the out-of-hours phone number ${phoneHint}`);
  if (form.outOfHoursPhone.trim() === '' && council?.outOfHoursPhone && form.noOutOfHours !== 'yes')
    say('outOfHoursPhone', `Really no out-of-hours number? The council has ${council.outOfHoursPhone}`);
  if (form.email.trim() !== '' && readEmail(form.email) === null)
    say('email', 'Enter an email address in the correct format, like name@example.com');
  return faults;
}
