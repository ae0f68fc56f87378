/** Find a patient: the question, and the way on after signing in again. */
import { z } from 'zod';
import { cannotAskReasons, isInForce, permissionAnswers, reasons } from '../../domain/agreement.ts';
import type { Caller } from '../../domain/caller.ts';
import { londonDate, makeDate } from '../../domain/dates.ts';
import type { Council } from '../../domain/organisation.ts';
import { continueLookUp, lookUp } from '../../services/look-up.ts';
import type { LookUpDeps } from '../../services/look-up.ts';
import { definePage } from '../page.ts';
import type { FieldFault, Page, PageResult } from '../page.ts';
import { choices } from './find-choices.ts';

export interface FindDeps {
  readonly lookUps: LookUpDeps;
  readonly councils: readonly Council[];
}

// A control character that the database refuses would hold up the look-ups of others that are kept
// with this one; those of white space come with what is pasted from a spreadsheet.
const controls = /[^\P{Cc}\s]/u;
const text = z
  .string()
  .max(200, 'Enter fewer characters')
  .refine((given) => !controls.test(given), 'Enter it again: it has characters that cannot be read')
  .default('');
const keys = <T extends string>(record: Record<T, string>): [T, ...T[]] => Object.keys(record) as [T, ...T[]];

const birthParts = ['birth-day', 'birth-month', 'birth-year'] as const;

/** @param councils of this site: a form names one of them and nothing else */
const findForm = (councils: readonly Council[]) =>
  z
    .object({
      nhsNumber: text.refine((given) => given.trim() !== '', 'Enter an NHS number'),
      'birth-day': text,
      'birth-month': text,
      'birth-year': text,
      familyName: text,
      council: z.enum(
        councils.map(({ id }) => id),
        'Choose a council',
      ),
      reason: z.enum(keys(reasons), 'Choose why you are looking this patient up'),
      permission: z.enum(permissionAnswers, 'Choose whether the patient agreed'),
      cannotAskReason: z.enum(keys(cannotAskReasons)).optional(),
    })
    // Judged also when other fields are wrong, so that everything to mend is said at once.
    .refine((form) => !isEmpty(form), { path: ['birth'], message: 'Enter the date of birth', when: hasBirthParts })
    .refine((form) => isEmpty(form) || birthDateOf(form) !== null, {
      path: ['birth'],
      message: 'Date of birth must be a real date, for example 14 3 1941',
      when: hasBirthParts,
    })
    .refine((form) => form.permission !== 'cannot-ask' || form.cannotAskReason !== undefined, {
      path: ['cannotAskReason'],
      message: 'Choose why the patient cannot be asked',
      when: () => true,
    });

type BirthParts = Readonly<Record<(typeof birthParts)[number], string>>;

function hasBirthParts({ value }: { value: unknown }): boolean {
  return birthParts.every((part) => typeof (value as Partial<BirthParts>)[part] === 'string');
}

function isEmpty(form: BirthParts): boolean {
  return birthParts.every((part) => form[part].trim() === '');
}

function birthDateOf(form: BirthParts): string | null {
  const part = (given: string): number => (/^\d{1,4}$/.test(given.trim()) ? Number(given) : Number.NaN);
  return makeDate(part(form['birth-year']), part(form['birth-month']), part(form['birth-day']));
}

const why = 'none: the empty form shows nothing of anybody';

/** The pages of asking. */
export function findPages(deps: FindDeps): Page[] {
  const view = (caller: Caller, given: Readonly<Record<string, unknown>>, faults: readonly FieldFault[]): object => {
    const own = deps.lookUps.agreements.filter((one) => one.hospital === caller.organisation);
    const inForce = own.filter((one) => isInForce(one, londonDate(deps.lookUps.clock.now())));
    // With none in force the page still asks, and the answer says so, with the numbers to phone.
    const agreements = inForce.length > 0 ? inForce : own;
    return { ...choices(deps.councils, agreements, given), form: given, ...faultsFor(faults) };
  };
  return [
    definePage({
      method: 'GET',
      path: '/find',
      permission: 'look-up',
      audit: why,
      title: 'Find a patient',
      navigation: { text: 'Find a patient', order: 1 },
      handle: ({ caller, render }) => render('find.njk', view(caller, {}, [])),
    }),
    definePage({
      method: 'POST',
      path: '/find',
      permission: 'look-up',
      audit: 'look-up',
      title: 'Find a patient',
      otherTitles: ['Error: Find a patient'],
      parse: findForm(deps.councils),
      async handle({ caller, form, redirect }): Promise<PageResult> {
        const answer = await lookUp(deps.lookUps, caller, {
          council: form.council,
          nhsNumber: form.nhsNumber,
          birthDate: birthDateOf(form) ?? '',
          familyName: form.familyName.trim() || null,
          reason: form.reason,
          permission: form.permission,
          cannotAskReason: form.permission === 'cannot-ask' ? (form.cannotAskReason ?? null) : null,
        });
        return redirect(`/answers/${answer.id}`);
      },
      onInvalid: ({ caller, render }, faults, given) =>
        render('find.njk', view(caller, given, inPageOrder(faults)), { status: 422, title: 'Error: Find a patient' }),
    }),
    definePage({
      method: 'POST',
      path: '/answers/:id/go-on',
      permission: 'look-up',
      audit: 'look-up',
      title: 'Find a patient',
      params: z.object({ id: z.string() }),
      async handle({ caller, params, redirect }): Promise<PageResult> {
        const answer = await continueLookUp(deps.lookUps, caller, params.id);
        return redirect(`/answers/${answer.id}`);
      },
    }),
  ];
}

// The summary lists what to mend in the order in which the page asks for it.
function inPageOrder(faults: readonly FieldFault[]): FieldFault[] {
  const order = ['nhsNumber', 'birth', 'familyName', 'council', 'reason', 'permission'];
  const place = ({ field }: FieldFault): number => (order.includes(field) ? order.indexOf(field) : order.length);
  return [...faults].sort((a, b) => place(a) - place(b));
}

/** Faults as the error summary and the fields show them; the summary's links lead to the fields. */
export function faultsFor(faults: readonly FieldFault[]): {
  errors: { text: string; href: string }[];
  error: Record<string, string>;
} {
  const href = (field: string): string => `#${field === 'birth' ? 'birth-day' : field}`;
  return {
    errors: faults.map(({ field, message }) => ({ text: message, href: href(field) })),
    error: Object.fromEntries(faults.map(({ field, message }) => [field, message])),
  };
}
