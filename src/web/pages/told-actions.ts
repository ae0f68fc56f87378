/** What somebody at the hospital does about a notice that nobody has answered yet: each act is a button of the status page. */
import { z } from 'zod';
import { cannotAskReasons } from '../../domain/agreement.ts';
import type { CannotAskReason } from '../../domain/agreement.ts';
import { londonInstant } from '../../domain/dates.ts';
import { HomewardError } from '../../domain/error.ts';
import { settlements } from '../../domain/notice-event.ts';
import type { Settlement } from '../../domain/notice-event.ts';
import { cannotReasons } from '../../domain/notice-reply.ts';
import type { CannotReason, Reply } from '../../domain/notice-reply.ts';
import { readPersonName } from '../../domain/provider-account.ts';
import { readTime } from '../../domain/provider-rota.ts';
import { answerByPhone, releaseNotice, settleNotice, takeNotice } from '../../services/notices/act.ts';
import type { NoticeDeps } from '../../services/notices/deps.ts';
import type { PermissionGiven } from '../../services/notices/permission.ts';
import { definePage } from '../page.ts';
import type { FieldFault, Page, PageRequest, PageResult } from '../page.ts';
import { showTold, toldParams, toldTitle } from './told-pages.ts';

const text = z.string().max(200).default('');
/** The telling from whose page it was pressed. */
const back = z.object({ telling: z.uuid() });
const common = { method: 'POST', permission: 'tell', title: toldTitle, params: toldParams } as const;

/** The pages; each leads back to the status page. */
export function toldActions({ notices }: { readonly notices: NoticeDeps }): Page[] {
  return [
    definePage({
      ...common,
      path: '/told/notices/:id/take',
      audit: 'take-notice',
      parse: back,
      async handle({ caller, params: { id }, form, redirect }) {
        await takeNotice(notices, caller, id);
        return redirect(`/told/${form.telling}`);
      },
    }),
    definePage({
      ...common,
      path: '/told/notices/:id/settle',
      audit: 'settle-notice',
      parse: back.extend({ how: text }),
      async handle(request) {
        const { caller, params: { id }, form, redirect } = request; // prettier-ignore
        if (!Object.hasOwn(settlements, form.how))
          return again(notices, request as never, form, [{ field: `how-${id}`, message: 'Choose what was arranged' }]);
        await settleNotice(notices, caller, id, form.how as Settlement);
        return redirect(`/told/${form.telling}`);
      },
    }),
    definePage({
      ...common,
      path: '/told/notices/:id/phone',
      audit: 'answer-by-phone',
      parse: back.extend({ by: text, answer: text, day: text, time: text, reason: text }),
      async handle(request) {
        const { caller, params: { id }, form, redirect } = request; // prettier-ignore
        const read = replyOf(id, form);
        const nameless = readPersonName(form.by) === null ? [{ field: `by-${id}`, message: 'Enter the name of whoever answered' }] : []; // prettier-ignore
        if (Array.isArray(read) || nameless.length > 0)
          return again(notices, request as never, form, [...nameless, ...(Array.isArray(read) ? read : [])]);
        try {
          await answerByPhone(notices, caller, id, { by: form.by, reply: read });
        } catch (error) {
          if (!(error instanceof HomewardError) || error.code !== 'REPLY_INVALID') throw error;
          return again(notices, request as never, form, [{ field: `time-${id}`, message: 'Enter the time of the first visit, later than now and within 28 days' }]); // prettier-ignore
        }
        return redirect(`/told/${form.telling}`);
      },
    }),
    definePage({
      ...common,
      path: '/told/notices/:id/release',
      audit: 'release-notice',
      parse: back.extend({ permission: text, cannotAskReason: text }),
      async handle(request) {
        const { caller, params: { id }, form, redirect } = request; // prettier-ignore
        const given = permissionOf(id, form);
        if (Array.isArray(given)) return again(notices, request as never, form, given);
        try {
          await releaseNotice(notices, caller, id, given);
        } catch (error) {
          if (!(error instanceof HomewardError) || error.code !== 'FORM_INVALID') throw error;
          return again(notices, request as never, form, [{ field: `permission-${id}`, message: 'Nothing was sent. Say whether the patient agrees that the care provider is told' }]); // prettier-ignore
        }
        return redirect(`/told/${form.telling}`);
      },
    }),
  ];
}

interface Form {
  readonly telling: string;
}

function again(
  notices: NoticeDeps,
  request: PageRequest<'tell', undefined, typeof toldParams>,
  form: Form,
  faults: readonly FieldFault[],
): Promise<PageResult> {
  return showTold(notices, request as never, form.telling, { notice: request.params.id, form, faults });
}

interface TypedAnswer {
  readonly answer: string;
  readonly day: string;
  readonly time: string;
  readonly reason: string;
}

function replyOf(id: string, { answer, day, time, reason }: TypedAnswer): Reply | FieldFault[] {
  switch (answer) {
    case 'accepted': {
      if (time.trim() === '') return { kind: 'accepted', firstVisit: null };
      const minute = readTime(time);
      if (minute === null || !/^\d{4}-\d{2}-\d{2}$/.test(day))
        return [{ field: `time-${id}`, message: 'Enter the time like 6pm or 18:00' }];
      return { kind: 'accepted', firstVisit: londonInstant(day, minute) };
    }
    case 'cannot':
      return Object.hasOwn(cannotReasons, reason)
        ? { kind: 'cannot', reason: reason as CannotReason, alternative: { kind: 'none' } }
        : [{ field: `reason-${id}`, message: 'Choose why they cannot' }];
    default:
      return [{ field: `answer-${id}`, message: 'Choose what they answered' }];
  }
}

function permissionOf(
  id: string,
  { permission, cannotAskReason }: { readonly permission: string; readonly cannotAskReason: string },
): PermissionGiven | null | FieldFault[] {
  if (permission === 'given' || permission === 'refused') return { answer: permission, cannotAskReason: null };
  if (permission !== 'cannot-ask') return null;
  return Object.hasOwn(cannotAskReasons, cannotAskReason)
    ? { answer: permission, cannotAskReason: cannotAskReason as CannotAskReason }
    : [{ field: `cannotAskReason-${id}`, message: 'Choose why the patient cannot be asked' }];
}
