/** A provider's rota: who can be reached when its office is closed. */
import { z } from 'zod';
import { readEmail, readPersonName } from '../../domain/provider-account.ts';
import { readTime, rotaDays, rotaHours } from '../../domain/provider-rota.ts';
import type { RotaDay } from '../../domain/provider-rota.ts';
import { canBeRung } from '../../services/provider-contact.ts';
import type { ProviderDeps } from '../../services/provider-deps.ts';
import { addToRota, removeFromRota, rotaOf } from '../../services/provider-rota.ts';
import { definePage } from '../page.ts';
import type { FieldFault, LocalPath, Page } from '../page.ts';
import { settingsForm, text } from './settings-form.ts';

const rotaForm = z.object({
  name: text,
  phone: text,
  email: text,
  days: z.union([z.string(), z.array(z.string())]).default([]),
  from: text,
  to: text,
});
type RotaForm = z.output<typeof rotaForm>;

/** The pages. */
export function rotaPages(provider: ProviderDeps): Page[] {
  const path: LocalPath = '/provider/rota';
  const title = 'Out-of-hours rota';
  return [
    ...settingsForm({
      path,
      title,
      view: 'provider-rota.njk',
      parse: rotaForm,
      audit: 'change-rota',
      next: path,
      async data({ caller }, given) {
        const rota = await rotaOf(provider, caller);
        const now = new Set(rota.now.map(({ id }) => id));
        const chosen = given ? daysIn(given) : [];
        return {
          entries: rota.entries.map((entry) => ({ ...entry, now: now.has(entry.id) })),
          gaps: rota.gaps,
          days: rotaDays.map((day) => ({ value: day, text: dayNames[day], checked: chosen.includes(day) })),
          form: given ?? {},
        };
      },
      async keep(caller, form) {
        const [faults, entry] = readRota(form);
        if (entry) await addToRota(provider, caller, entry);
        return faults;
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
