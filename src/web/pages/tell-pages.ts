/**
 * Telling the care providers and the council from an answer: one page with the text on it before anything is sent, and
 * the question whether the patient agrees, apart from the one that opened the answer (product rules 5 and 8).
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { cannotAskReasons } from '../../domain/agreement.ts';
import type { CannotAskReason } from '../../domain/agreement.ts';
import { formatInstant, londonDate } from '../../domain/dates.ts';
import { factKinds } from '../../domain/notice.ts';
import type { NoticeDeps } from '../../services/notices/deps.ts';
import type { PermissionGiven } from '../../services/notices/permission.ts';
import { previewTelling, sendTelling } from '../../services/notices/tell.ts';
import type { TellRequest, TellingPreview } from '../../services/notices/tell.ts';
import { definePage } from '../page.ts';
import type { FieldFault, LocalPath, Page, PageRequest, PageResult } from '../page.ts';
import { faultsFor } from './find-page.ts';
import { askOf, freshForm, kindOfTelling, optionsOf, sendShown, shownIn, shownText, soonOf, tellFields } from './tell-form.ts'; // prettier-ignore
import type { TypedTelling } from './tell-form.ts';

const path: LocalPath = '/answers/:id/tell';
const title = 'Tell the care provider and the council';
const params = z.object({ id: z.string() });
const text = z.string().max(200).default('');
const permissions = ['given', 'refused', 'cannot-ask'] as const;

const form = z.object({
  ...tellFields,
  nextDay: text,
  nextTime: text,
  permission: z.enum(permissions).optional().catch(undefined),
  cannotAskReason: text,
  without: z.union([z.array(z.string().max(200)).max(20), z.string().max(200).transform((one) => [one])]).default([]), // prettier-ignore
});
type Typed = z.output<typeof form>;
type Given = Partial<Typed> & Pick<TypedTelling, 'of'>;

/** The pages. */
export function tellPages({ notices }: { readonly notices: NoticeDeps }): Page[] {
  return [
    definePage({
      method: 'GET',
      path,
      permission: 'tell',
      audit: 'preview-telling',
      title,
      params,
      query: z.object({ of: kindOfTelling.catch('with-us') }),
      handle: (request) =>
        show(notices, request as never, { ...freshForm(request.query.of, request.clock.now()), of: request.query.of }),
    }),
    definePage({
      method: 'POST',
      path,
      permission: 'tell',
      audit: 'send-telling',
      title,
      params,
      parse: form,
      handle: (request) => sent(notices, request as never, request.form),
    }),
  ];
}

type Request = PageRequest<'tell', undefined, typeof params>;

async function sent(notices: NoticeDeps, request: Request, typed: Typed): Promise<PageResult> {
  const { caller, clock, params: given, redirect } = request;
  if (typed.do !== 'send') return show(notices, request, typed);
  const now = clock.now();
  const read = requestOf(given.id, typed, now);
  if (Array.isArray(read)) return show(notices, request, typed, read);
  const permission = permissionOf(typed);
  if (Array.isArray(permission)) return show(notices, request, typed, permission);
  const asked = { ...read, permission };
  const preview = await previewTelling(notices, caller, asked);
  if (preview.mustAsk)
    return show(notices, request, typed, [{ field: 'permission', message: 'Say whether the patient agrees' }]);
  const again = (fault: FieldFault): Promise<PageResult> => show(notices, request, typed, [fault]);
  return sendShown(async () => {
    const told = await sendTelling(notices, caller, { ...asked, token: typed.token, shown: shownIn(typed.shown) });
    if (told.telling) return redirect(`/told/${told.telling}`);
    return again({ field: 'text', message: 'Nothing was sent: see below who may not be told, and why' });
  }, again);
}

/** Reads the form but for its permission. */
function requestOf(answerId: string, typed: Given, now: Date): TellRequest | FieldFault[] {
  const ask = askOf(typed, now);
  const next = soonOf(typed.nextDay ?? '', typed.nextTime ?? '', now);
  const faults = [...(Array.isArray(ask) ? ask : []), ...(next && 'field' in next ? [next] : [])];
  if (Array.isArray(ask) || (next && 'field' in next)) return faults;
  return { answerId, of: typed.of, ask, permission: null, nextVisit: next, without: typed.without ?? [] };
}

function permissionOf({ permission, cannotAskReason }: Typed): PermissionGiven | null | FieldFault[] {
  if (permission === undefined) return null;
  if (permission !== 'cannot-ask') return { answer: permission, cannotAskReason: null };
  if (!Object.hasOwn(cannotAskReasons, cannotAskReason))
    return [{ field: 'cannotAskReason', message: 'Choose why the patient cannot be asked' }];
  return { answer: permission, cannotAskReason: cannotAskReason as CannotAskReason };
}

async function show(
  notices: NoticeDeps,
  { caller, clock, params: { id }, phones, render }: Request,
  typed: Given,
  faults: readonly FieldFault[] = [],
): Promise<PageResult> {
  const now = clock.now();
  const read = requestOf(id, typed, now);
  const wrong = Array.isArray(read) ? [...faults.filter(({ field }) => field === 'permission'), ...read] : faults;
  // With something wrong in the form there is nothing yet to show; the look-up's own person is checked all the same.
  const asked: TellRequest = Array.isArray(read)
    ? { answerId: id, of: typed.of, ask: { expectedHome: null, restartFrom: null, goneAt: null }, permission: null }
    : read;
  // Whatever the patient's answer will be: the words are on the screen before it.
  const preview = await previewTelling(notices, caller, { ...asked, without: [], permission: yesUnlessKnown(typed) });
  const council = preview.recipients.find(({ recipient }) => recipient.kind === 'council');
  return render(
    'tell.njk',
    {
      answerId: id,
      kinds: Object.entries(factKinds).map(([value, name]) => ({ value, text: name, current: value === typed.of })),
      heading: factKinds[typed.of],
      form: { nextDay: londonDate(now), ...typed },
      options: optionsOf(typed.of, now),
      preview: Array.isArray(read) ? null : previewView(preview, typed.without ?? [], now),
      permission: {
        asks: preview.asks,
        known: preview.permission === 'not-asked' ? null : preview.permission,
        ...reasons(typed),
      },
      duty: phones.find((one) => one.council === council?.name) ?? phones[0],
      token: typed.token ?? randomUUID(),
      ...faultsFor(wrong),
    },
    wrong.length > 0 ? { status: 422 } : {},
  );
}

// A "yes" typed but not sent yet shows what it would bring about; a "no" must not take the texts from the screen.
function yesUnlessKnown({ permission }: Given): PermissionGiven | null {
  return permission === 'given' ? { answer: 'given', cannotAskReason: null } : null;
}

function reasons(typed: Given): object {
  return {
    reasons: Object.entries(cannotAskReasons).map(([value, name]) => ({ value, text: name })),
    chosen: typed.permission ?? '',
    reason: typed.cannotAskReason ?? '',
  };
}

function previewView({ recipients }: TellingPreview, without: readonly string[], now: Date): object {
  const going = recipients.filter(({ decision }) => decision === 'tell');
  const lines = recipients.map((one) => ({
    id: one.recipient.id,
    name: one.name ?? 'The care provider',
    isProvider: one.recipient.kind === 'provider',
    goes: one.decision === 'tell',
    why: one.whyText,
    words: one.text,
    without: without.includes(one.recipient.id),
    toldBefore: one.toldBefore ? `You told them this ${formatInstant(one.toldBefore, now)}.` : null,
  }));
  // What several read word by word alike stands there once.
  const same = Map.groupBy(lines, ({ goes, words, why }) => JSON.stringify([goes, words, why]));
  return {
    shown: shownText(going.map(({ mark }) => mark)),
    phoneFirst: going.some(({ phoneFirst }) => phoneFirst),
    messages: [...same.values()].map((to) => ({ ...to[0], name: namesOf(to.map(({ name }) => name)), to })),
    any: going.length > 0,
  };
}

function namesOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
