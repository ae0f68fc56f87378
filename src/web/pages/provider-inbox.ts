/** A care provider's messages: what waits, one of them with its answers, and what was before. Made for a phone. */
import { z } from 'zod';
import type { Caller } from '../../domain/caller.ts';
import { HomewardError } from '../../domain/error.ts';
import {
  answerNotice,
  confirmVisit,
  historyOf,
  inboxOf,
  knowTakenBack,
  openNotice,
} from '../../services/notices/answer.ts';
import type { InboxNotice } from '../../services/notices/answer.ts';
import type { NoticeDeps } from '../../services/notices/deps.ts';
import { closeHoldTask, holdTasksOf } from '../../services/notices/holds.ts';
import { definePage } from '../page.ts';
import type { FieldFault, LocalPath, Page, PageRequest, PageResult } from '../page.ts';
import { listReloads } from './board-page.ts';
import { faultsFor } from './find-page.ts';
import { doneText, readWhen, takenBackRows, taskRow } from './provider-inbox-tasks.ts';
import { noticeDetail, noticeRow, readReply } from './provider-inbox-view.ts';

export interface ProviderInboxDeps {
  readonly notices: NoticeDeps;
  /** A phone number to begin with where somebody asks to be called; null when none is known. */
  readonly phoneOf: (caller: Caller) => Promise<string | null>;
}

const pageOfHistory = 30;
const params = z.object({ id: z.uuid() });
const taskParams = z.object({ id: z.string().max(100) });
const text = z.string().max(200).default('');

/** The pages. */
export function providerInboxPages(deps: ProviderInboxDeps): Page[] {
  return [...listPages(deps), ...noticePages(deps)];
}

interface After {
  /** What was done, in words. */
  readonly done?: string;
  /** The task of which something was typed that cannot be used. */
  readonly task?: string;
  readonly form?: object;
  readonly faults?: readonly FieldFault[];
}

function listPages({ notices }: ProviderInboxDeps): Page[] {
  const inbox = async ({ caller, clock, render }: PageRequest<'answer-notices'>, after: After = {}): Promise<PageResult> => {
    const { notices: all } = await inboxOf(notices, caller);
    const held = await holdTasksOf(notices, caller);
    const now = clock.now();
    // What a task asks is not asked twice.
    const asked = new Set(held.flatMap(({ answer }) => (answer?.is === 'confirm' ? [answer.notice] : [])));
    const takenBack = takenBackRows(all, now);
    const rows = all.filter(({ id, takenBack: known }) => !asked.has(id) && known === null).map((one) => noticeRow(one, now));
    const { done = null, task = null, form = {}, faults = [] } = after;
    const data = {
      organisation: caller.team,
      tasks: held.map((one) => taskRow(one, now)),
      takenBack,
      waiting: rows.filter(({ waits }) => waits),
      rest: rows.filter(({ waits }) => !waits),
      done,
      faulty: task,
      form,
      ...faultsFor(faults),
    };
    return render('provider-inbox.njk', data, faults.length > 0 ? { status: 422 } : {});
  }; // prettier-ignore
  return [
    definePage({
      method: 'GET',
      path: '/inbox',
      permission: 'answer-notices',
      audit: 'see-inbox',
      title: 'Messages',
      navigation: { text: 'Messages', order: 1 },
      // Left open at a desk it must not go on saying that nothing waits.
      reloadEvery: listReloads,
      handle: (request) => inbox(request as never),
    }),
    definePage({
      method: 'POST',
      path: '/inbox/tasks/:id/close',
      permission: 'answer-notices',
      audit: 'close-hold-task',
      title: 'Messages',
      params: taskParams,
      parse: z.object({ how: z.string().max(50), day: text, time: text }),
      async handle(request) {
        const { caller, clock, params: { id }, form } = request;
        // With a time, also where none is asked for: an empty one was left out on the form that has the fields.
        const when = form.day === '' ? null : readWhen(form, clock.now());
        if (when !== null && !(when instanceof Date)) return inbox(request as never, { task: id, form, faults: [when] });
        const task = await closeHoldTask(notices, caller, id, form.how, when);
        // Shown at once: a page that only has one task less says nothing of what became of it.
        return inbox(request as never, { done: doneText(task, form.how, when, clock.now()) });
      }, // prettier-ignore
    }),
    definePage({
      method: 'POST',
      path: '/inbox/:id/known',
      permission: 'answer-notices',
      audit: 'answer-notice',
      title: 'Messages',
      params,
      async handle({ caller, params: { id }, redirect }) {
        await knowTakenBack(notices, caller, id);
        return redirect('/inbox');
      },
    }),
    definePage({
      method: 'GET',
      path: '/inbox/history',
      permission: 'answer-notices',
      audit: 'see-notice-history',
      title: 'Earlier messages',
      navigation: { text: 'Earlier messages', order: 3 },
      query: z.object({ before: z.iso.datetime().optional().catch(undefined) }),
      async handle({ caller, clock, query, render }) {
        const before = query.before === undefined ? {} : { before: new Date(query.before) };
        const all = await historyOf(notices, caller, { ...before, limit: pageOfHistory });
        const now = clock.now();
        return render('provider-history.njk', {
          rows: all.map((one) => noticeRow(one, now)),
          older: all.length === pageOfHistory ? (all.at(-1)?.createdAt.toISOString() ?? null) : null,
          first: query.before === undefined,
        });
      },
    }),
  ];
}

function noticePages(deps: ProviderInboxDeps): Page[] {
  const { notices } = deps;
  const path: LocalPath = '/inbox/:id';
  const title = 'Message';
  const view = async (
    { caller, clock, render }: PageRequest<'answer-notices'>,
    one: InboxNotice,
    given: object,
    faults: readonly FieldFault[] = [],
  ): Promise<PageResult> => {
    const data = {
      notice: noticeDetail(one, clock.now()),
      ownPhone: await deps.phoneOf(caller),
      form: given,
      ...faultsFor(faults),
    };
    return render('provider-notice.njk', data, faults.length > 0 ? { status: 422 } : {});
  };
  return [
    definePage({
      method: 'GET',
      path,
      permission: 'answer-notices',
      audit: 'open-notice',
      title,
      params,
      async handle(request) {
        return view(request as never, await openNotice(notices, request.caller, request.params.id), {});
      },
    }),
    definePage({
      method: 'POST',
      path: '/inbox/:id/answer',
      permission: 'answer-notices',
      audit: 'answer-notice',
      title,
      params,
      parse: z.object({ answer: text, visit: text, day: text, time: text, reason: text, alternative: text, altDay: text, altTime: text, phone: text }), // prettier-ignore
      async handle(request) {
        const { caller, clock, form, params: given, redirect } = request;
        const one = await openNotice(notices, caller, given.id);
        const reply = readReply(one, form, clock.now());
        if (Array.isArray(reply)) return view(request as never, one, form, reply);
        try {
          await answerNotice(notices, caller, given.id, reply);
        } catch (error) {
          // The minute may have turned between the two.
          if (!(error instanceof HomewardError) || error.code !== 'REPLY_INVALID') throw error;
          return view(request as never, one, form, [{ field: 'time', message: 'Choose a time that is later than now' }]); // prettier-ignore
        }
        return redirect(`/inbox/${given.id}`);
      },
    }),
    definePage({
      method: 'POST',
      path: '/inbox/:id/visit',
      permission: 'answer-notices',
      audit: 'confirm-visit',
      title,
      params,
      parse: z.object({ happened: z.enum(['yes', 'no']) }),
      async handle({ caller, form, params: given, redirect }) {
        await confirmVisit(notices, caller, given.id, form.happened === 'yes');
        return redirect(`/inbox/${given.id}`);
      },
    }),
  ];
}
