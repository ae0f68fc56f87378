/** Correcting what was told, or taking it back: with the text on the screen before it is sent, as at the telling. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { factKinds } from '../../domain/notice.ts';
import type { NoticeDeps } from '../../services/notices/deps.ts';
import { previewUndo } from '../../services/notices/preview-undo.ts';
import type { Instead, UndoLine } from '../../services/notices/preview-undo.ts';
import { cancelTelling, correctTelling } from '../../services/notices/undo.ts';
import { definePage } from '../page.ts';
import type { FieldFault, LocalPath, Page, PageRequest, PageResult } from '../page.ts';
import { faultsFor } from './find-page.ts';
import { askOf, formOfAsk, kindOfTelling, optionsOf, sendShown, shownIn, shownText, tellFields } from './tell-form.ts'; // prettier-ignore
import type { TypedTelling } from './tell-form.ts';

const params = z.object({ id: z.uuid() });
const form = z.object(tellFields);
const correctTitle = 'Correct what was told';
const cancelTitle = 'Take back what was told';

/** The pages. */
export function tellUndoPages({ notices }: { readonly notices: NoticeDeps }): Page[] {
  return [...correctPages(notices), ...cancelPages(notices)];
}

type Request = PageRequest<'tell', undefined, typeof params>;

function correctPages(notices: NoticeDeps): Page[] {
  const path: LocalPath = '/told/:id/correct';
  const common = { path, permission: 'tell', title: correctTitle, params } as const;
  return [
    definePage({
      ...common,
      method: 'GET',
      audit: 'preview-telling',
      query: z.object({ of: kindOfTelling.optional().catch(undefined) }),
      async handle(request) {
        const { caller, params: given, query } = request;
        const before = await previewUndo(notices, caller, given.id, 'as-told');
        // Of another kind, the days that were given still stand.
        const typed = { ...formOfAsk(before.of, before.ask), of: query.of ?? before.of };
        return show(notices, request as never, typed);
      },
    }),
    definePage({
      ...common,
      method: 'POST',
      audit: 'correct-telling',
      parse: form,
      async handle(request) {
        const { caller, clock, form: typed, params: given, redirect } = request;
        if (typed.do !== 'send') return show(notices, request as never, typed);
        const ask = askOf(typed, clock.now());
        if (Array.isArray(ask)) return show(notices, request as never, typed, ask);
        const corrected = { token: typed.token, shown: shownIn(typed.shown), of: typed.of, ask };
        return sendShown(
          async () => redirect(`/told/${(await correctTelling(notices, caller, given.id, corrected)).telling}`),
          (fault) => show(notices, request as never, typed, [fault]),
        );
      },
    }),
  ];
}

function cancelPages(notices: NoticeDeps): Page[] {
  const path: LocalPath = '/told/:id/cancel';
  const common = { path, permission: 'tell', title: cancelTitle, params } as const;
  return [
    definePage({
      ...common,
      method: 'GET',
      audit: 'preview-telling',
      handle: (request) => showCancel(notices, request as never, randomUUID()),
    }),
    definePage({
      ...common,
      method: 'POST',
      audit: 'cancel-telling',
      parse: z.object({ token: tellFields.token, shown: tellFields.shown }),
      async handle(request) {
        const { caller, params: { id }, form: { token, shown }, redirect } = request; // prettier-ignore
        return sendShown(
          async () => redirect(`/told/${(await cancelTelling(notices, caller, id, { token, shown: shownIn(shown) })).telling}`),
          (fault) => showCancel(notices, request as never, token, [fault]),
        );
      }, // prettier-ignore
    }),
  ];
}

async function showCancel(
  notices: NoticeDeps,
  { caller, params: { id }, render }: Request,
  token: string,
  faults: readonly FieldFault[] = [],
): Promise<PageResult> {
  const { of, lines } = await previewUndo(notices, caller, id, null);
  const shown = shownText(lines.map(({ mark }) => mark));
  return render(
    'told-cancel.njk',
    { id, was: factKinds[of], lines: lines.map(lineView), token, shown, ...faultsFor(faults) },
    faults.length > 0 ? { status: 422 } : {},
  );
}

async function show(
  notices: NoticeDeps,
  { caller, clock, params: { id }, phones, render }: Request,
  typed: Partial<TypedTelling> & Pick<TypedTelling, 'of'>,
  faults: readonly FieldFault[] = [],
): Promise<PageResult> {
  const now = clock.now();
  const ask = askOf(typed, now);
  const wrong = faults.length > 0 ? faults : Array.isArray(ask) ? ask : [];
  const instead: Instead | 'as-told' = Array.isArray(ask) ? 'as-told' : { of: typed.of, ask };
  const preview = await previewUndo(notices, caller, id, instead);
  return render(
    'told-correct.njk',
    {
      id,
      kinds: Object.entries(factKinds).map(([value, name]) => ({ value, text: name, current: value === typed.of })),
      was: factKinds[preview.of],
      heading: factKinds[typed.of],
      form: typed,
      options: optionsOf(typed.of, now),
      lines: Array.isArray(ask) ? null : preview.lines.map(lineView),
      shown: shownText(preview.lines.map(({ mark }) => mark)),
      duty: phones[0],
      token: typed.token ?? randomUUID(),
      ...faultsFor(wrong),
    },
    wrong.length > 0 ? { status: 422 } : {},
  );
}

function lineView({ name, how, text, recipient }: UndoLine): object {
  return { name: name ?? 'The care provider', how, words: text, isProvider: recipient.kind === 'provider' };
}
