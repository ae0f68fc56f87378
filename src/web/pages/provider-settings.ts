/** A provider's own settings: where its manager begins, its contact details and its rota. */
import { z } from 'zod';
import { formatAge, formatDate, formatInstant } from '../../domain/dates.ts';
import { parseOfficeHours } from '../../domain/office-hours.ts';
import { readEmail, readPersonName } from '../../domain/provider-account.ts';
import { readTime, rotaDays, rotaHours } from '../../domain/provider-rota.ts';
import type { RotaDay } from '../../domain/provider-rota.ts';
import { canBeRung, confirmContact, contactOf, councilContactOf } from '../../services/provider-contact.ts';
import type { CouncilsWord, StoredContact } from '../../services/provider-contact.ts';
import type { ProviderDeps } from '../../services/provider-deps.ts';
import { addToRota, removeFromRota, rotaOf } from '../../services/provider-rota.ts';
import { definePage } from '../page.ts';
import type { FieldFault, LocalPath, Page, PageRequest, PageResult } from '../page.ts';
import { faultsFor } from './find-page.ts';

const ownNumbers = 'none: shows a manager the organisation’s own numbers and people on call, nothing of any client';
const text = z.string().max(200).default('');

/** After so long a manager is asked to look at the contact details again. */
const confirmEvery = 90 * 86_400_000;

/** The pages. */
export function providerSettingsPages(provider: ProviderDeps): Page[] {
  return [homePage(provider), ...contactPages(provider), ...rotaPages(provider)];
}

function homePage(provider: ProviderDeps): Page {
  return definePage({
    method: 'GET',
    path: '/provider',
    permission: 'manage-provider',
    audit: ownNumbers,
    title: 'Your organisation',
    navigation: { text: 'Your organisation', order: 9 },
    async handle({ caller, clock, render }) {
      const now = clock.now();
      const contact = await contactOf(provider, caller);
      const rota = await rotaOf(provider, caller);
      return render('provider-home.njk', {
        organisation: caller.team,
        contact: contactWords(contact, now),
        contactDue: isDue(contact, now),
        onCall: rota.now.map(({ name }) => name).join(', '),
        entries: rota.entries.length,
        gaps: rota.gaps.length,
      });
    },
  });
}

function isDue(contact: StoredContact | null, now: Date): boolean {
  return contact === null || now.getTime() - contact.confirmedAt.getTime() > confirmEvery;
}

function contactWords(contact: StoredContact | null, now: Date): string {
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

function contactPages(provider: ProviderDeps): Page[] {
  const path: LocalPath = '/provider/contact';
  const title = 'Contact details';
  const view = async (
    { caller, clock, render }: PageRequest<'manage-provider'>,
    given: ContactForm | null,
    faults: readonly FieldFault[] = [],
  ): Promise<PageResult> => {
    const now = clock.now();
    const contact = await contactOf(provider, caller);
    const council = await councilContactOf(provider, caller);
    const data = {
      // What hospitals phone tonight is looked over, not typed anew: a box that is left empty is a number that is lost.
      form: given ?? contact ?? council ?? {},
      confirmed: contactWords(contact, now),
      from: contact || given ? null : council && councilWords(council),
      mayHaveNone: faults.some(({ field }) => field === 'outOfHoursPhone') && given?.outOfHoursPhone.trim() === '',
      due: isDue(contact, now),
      ...faultsFor(faults),
    };
    return render('provider-contact.njk', data, faults.length > 0 ? { status: 422 } : {});
  };
  return [
    definePage({
      method: 'GET',
      path,
      permission: 'manage-provider',
      audit: ownNumbers,
      title,
      handle: (request) => view(request as PageRequest<'manage-provider'>, null),
    }),
    definePage({
      method: 'POST',
      path,
      permission: 'manage-provider',
      audit: 'confirm-contact',
      title,
      parse: contactForm,
      async handle(request) {
        const { caller, form, redirect } = request;
        const faults = contactFaults(form, await councilContactOf(provider, caller));
        if (faults.length > 0) return view(request as never, form, faults);
        const given = (typed: string): string | null => typed.trim() || null;
        await confirmContact(provider, caller, {
          officePhone: given(form.officePhone),
          officeHours: given(form.officeHours),
          outOfHoursPhone: given(form.outOfHoursPhone),
          email: form.email.trim() === '' ? null : readEmail(form.email),
        });
        return redirect('/provider');
      },
    }),
  ];
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

const rotaForm = z.object({
  name: text,
  phone: text,
  email: text,
  days: z.union([z.string(), z.array(z.string())]).default([]),
  from: text,
  to: text,
});
type RotaForm = z.output<typeof rotaForm>;

function rotaPages(provider: ProviderDeps): Page[] {
  const path: LocalPath = '/provider/rota';
  const title = 'Out-of-hours rota';
  const view = async (
    { caller, render }: PageRequest<'manage-provider'>,
    given: RotaForm | null,
    faults: readonly FieldFault[] = [],
  ): Promise<PageResult> => {
    const rota = await rotaOf(provider, caller);
    const now = new Set(rota.now.map(({ id }) => id));
    const chosen = given ? daysIn(given) : [];
    const data = {
      entries: rota.entries.map((entry) => ({ ...entry, now: now.has(entry.id) })),
      gaps: rota.gaps,
      days: rotaDays.map((day) => ({ value: day, text: dayNames[day], checked: chosen.includes(day) })),
      form: given ?? {},
      ...faultsFor(faults),
    };
    return render('provider-rota.njk', data, faults.length > 0 ? { status: 422 } : {});
  };
  return [
    definePage({
      method: 'GET',
      path,
      permission: 'manage-provider',
      audit: ownNumbers,
      title,
      handle: (request) => view(request as PageRequest<'manage-provider'>, null),
    }),
    definePage({
      method: 'POST',
      path,
      permission: 'manage-provider',
      audit: 'change-rota',
      title,
      parse: rotaForm,
      async handle(request) {
        const { caller, form, redirect } = request;
        const [faults, entry] = readRota(form);
        if (!entry) return view(request as never, form, faults);
        await addToRota(provider, caller, entry);
        return redirect(path);
      },
    }),
    definePage({
      method: 'POST',
      path: '/provider/rota/remove',
      permission: 'manage-provider',
      audit: 'change-rota',
      title,
      parse: z.object({ entry: z.uuid() }),
      async handle({ caller, form, redirect }) {
        await removeFromRota(provider, caller, form.entry);
        return redirect(path);
      },
    }),
  ];
}

const dayNames: Record<RotaDay, string> = {
  Mon: 'Monday', Tue: 'Tuesday', Wed: 'Wednesday', Thu: 'Thursday', Fri: 'Friday', Sat: 'Saturday', Sun: 'Sunday',
  BH: 'Bank holidays',
}; // prettier-ignore

function daysIn({ days }: RotaForm): RotaDay[] {
  const given = typeof days === 'string' ? [days] : days;
  return rotaDays.filter((day) => given.includes(day));
}

function readRota(form: RotaForm): [FieldFault[], Parameters<typeof addToRota>[2] | null] {
  const faults: FieldFault[] = [];
  const say = (field: string, message: string): unknown => faults.push({ field, message });
  const name = readPersonName(form.name);
  const email = form.email.trim() === '' ? null : readEmail(form.email);
  const [from, to] = [readTime(form.from), readTime(form.to)];
  const hours = from === null || to === null ? null : rotaHours(daysIn(form), from, to);
  if (name === null) say('name', 'Enter the name of whoever is on call');
  if (!canBeRung(form.phone.trim())) say('phone', 'Enter a phone number like 07700 900 001');
  if (form.email.trim() !== '' && email === null)
    say('email', 'Enter an email address in the correct format, like name@example.com');
  if (daysIn(form).length === 0) say('days', 'Choose at least one day');
  if (from === null) say('from', 'Enter when it begins, like 6pm or 18:00');
  if (to === null) say('to', 'Enter when it ends, like 8am or 08:00');
  if (from !== null && from === to) say('to', 'Enter an end that is not the beginning');
  return faults.length > 0 || name === null || hours === null
    ? [faults, null]
    : [[], { name, phone: form.phone.trim(), email, hours }];
}
