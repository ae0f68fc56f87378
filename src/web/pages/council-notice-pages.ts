/** One message as a council's worker opens it: to a provider, to be seen through to its end; or to the council, to be answered. */
import { z } from 'zod';
import { addDays, formatInstant, londonDate, weekdayName, weekdayOf } from '../../domain/dates.ts';
import { HomewardError } from '../../domain/error.ts';
import type { Settlement } from '../../domain/notice-event.ts';
import { cannotReasons } from '../../domain/notice-reply.ts';
import type { CouncilDeps } from '../../services/council/deps.ts';
import { councilNotice } from '../../services/council/notice.ts';
import { readPersonName } from '../../domain/provider-account.ts';
import { answerByPhone, releaseNotice, settleNotice, takeNotice } from '../../services/notices/act.ts';
import { answerNotice, openNotice } from '../../services/notices/answer.ts';
import type { InboxNotice } from '../../services/notices/answer.ts';
import type { NoticeView } from '../../services/notices/view.ts';
import { phoneOf, providerPhones } from '../../services/notices/phones.ts';
import { readPhone } from '../../domain/phone.ts';
import { callOf } from './call-view.ts';
import { definePage } from '../page.ts';
import type { FieldFault, LocalPath, Page, PageRequest, PageResult } from '../page.ts';
import { councilOwner, councilSettlements, councilState, councilSteps } from './council-words.ts';
import { faultsFor } from './find-page.ts';
import { noticeDetail, readReply } from './provider-inbox-view.ts';

export interface CouncilNoticeDeps {
  readonly council: CouncilDeps;
}

const permission = 'work-council-lists';
const params = z.object({ id: z.uuid() });
const text = z.string().max(200).default('');
type Request = PageRequest<typeof permission>;

/** The pages. */
export function councilNoticePages({ council }: CouncilNoticeDeps): Page[] {
  return [...noticePages(council), ...messagePages(council)];
}

const noticeTitle = 'Message to a provider';

function noticePages({ notices }: CouncilDeps): Page[] {
  const at = (id: string): LocalPath => `/council/notices/${id}`;
  const show = async ({ caller, clock, render }: Request, one: NoticeView, form: object = {}, faults: readonly FieldFault[] = []): Promise<PageResult> => {
    const wanted = { provider: one.recipient.id, council: one.council, hospital: one.hospital };
    const phones = await providerPhones(notices, caller, one.hidden ? [] : [wanted]);
    const now = clock.now();
    // What is agreed has its number too: a first visit is asked after by phone.
    const number = phoneOf(phones, wanted);
    const call = number && (one.open || one.status === 'accepted') ? callOf(number, now) : null;
    const data = { notice: { ...noticeData(one, caller.organisation, caller.userId, now), call }, form, ...faultsFor(faults) };
    return render('council-notice.njk', data, faults.length > 0 ? { status: 422, title: `Error: ${noticeTitle}` } : {});
  };
  const common = { method: 'POST', permission, title: noticeTitle, otherTitles: [`Error: ${noticeTitle}`], params } as const;
  return [
    definePage({
      method: 'GET',
      path: '/council/notices/:id',
      permission,
      audit: 'see-council-notice',
      title: noticeTitle,
      params,
      handle: async (request) => show(request as never, await councilNotice(notices, request.caller, request.params.id)),
    }),
    definePage({
      ...common,
      path: '/council/notices/:id/take',
      audit: 'take-notice',
      async handle({ caller, params: { id }, redirect }) {
        await takeNotice(notices, caller, id);
        return redirect(at(id));
      },
    }),
    definePage({
      ...common,
      path: '/council/notices/:id/release',
      audit: 'release-notice',
      async handle({ caller, params: { id }, redirect }) {
        await releaseNotice(notices, caller, id, null);
        return redirect(at(id));
      },
    }),
    definePage({
      ...common,
      path: '/council/notices/:id/settle',
      audit: 'settle-notice',
      parse: z.object({ how: text }),
      async handle(request) {
        const { caller, params: { id }, form, redirect } = request;
        const one = await councilNotice(notices, caller, id);
        if (!Object.hasOwn(councilSettlements, form.how)) return show(request as never, one, form, [{ field: 'how', message: 'Choose what is arranged' }]);
        await settleNotice(notices, caller, id, form.how as Settlement);
        return redirect(at(id));
      },
    }),
    definePage({
      ...common,
      path: '/council/notices/:id/phone',
      audit: 'answer-by-phone',
      parse: z.object({ by: text, answer: text, day: text, time: text, reason: text }),
      async handle(request) {
        const { caller, clock, params: { id }, form, redirect } = request;
        const one = await councilNotice(notices, caller, id);
        const typed = { ...form, answer: form.answer === 'accepted' || form.answer === 'cannot' ? form.answer : '', visit: '', alternative: 'none', altDay: '', altTime: '', phone: '' };
        const reply = readReply(one, typed, clock.now());
        const nameless = readPersonName(form.by) === null ? [{ field: 'by', message: 'Enter the name of whoever answered' }] : [];
        if (Array.isArray(reply) || nameless.length > 0) return show(request as never, one, form, [...nameless, ...(Array.isArray(reply) ? reply : [])]);
        await answerByPhone(notices, caller, id, { by: form.by, reply });
        return redirect(at(id));
      },
    }),
  ];
} // prettier-ignore

function noticeData(one: NoticeView, council: string, user: string, now: Date): object {
  const today = londonDate(now);
  const isRestart = one.of === 'restart' && one.kind !== 'cancellation';
  return {
    id: one.id,
    heading: one.text.heading,
    who: one.text.who,
    where: one.place,
    callOn: one.open && one.reply?.reply.kind === 'call-me' ? readPhone(one.reply.reply.phone) : null,
    what: one.text.what,
    provider: one.recipientName ?? 'A care provider',
    sent: `${formatInstant(one.createdAt, now)}${one.sentBy ? ` by ${one.sentBy}` : one.automatic ? ' by the hospital’s system' : ''}`,
    state: councilState(one, now),
    owner: councilOwner(one, council),
    steps: councilSteps(one, now),
    open: one.open,
    answeredAfterClosing: one.answeredAfterClosing,
    canTake: one.open && one.taken?.by.id !== user,
    waits: one.waits && one.open,
    isRestart,
    days: Array.from({ length: 8 }, (_, ahead) => {
      const value = addDays(today, ahead);
      return { value, text: ahead === 0 ? 'Today' : ahead === 1 ? 'Tomorrow' : weekdayName(weekdayOf(value)) };
    }),
    reasons: Object.entries(cannotReasons).map(([value, words]) => ({ value, text: words })),
    settlements: Object.entries(councilSettlements).map(([value, words]) => ({ value, text: words })),
  };
}

const messageTitle = 'Message to your council';

function messagePages({ notices }: CouncilDeps): Page[] {
  const show = (
    { clock, render }: Request,
    one: InboxNotice,
    form: object = {},
    faults: readonly FieldFault[] = [],
  ): PageResult => {
    const detail = noticeDetail(one, clock.now());
    const what = one.text
      ? detail.what
      : ['What it said no longer counts. Phone the hospital if you have begun to act on it.'];
    const data = { notice: { ...detail, what }, form, ...faultsFor(faults) };
    return render('council-message.njk', data, faults.length > 0 ? { status: 422, title: `Error: ${messageTitle}` } : {}); // prettier-ignore
  };
  return [
    definePage({
      method: 'GET',
      path: '/council/messages/:id',
      permission,
      audit: 'open-notice',
      title: messageTitle,
      params,
      handle: async (request) => show(request as never, await openNotice(notices, request.caller, request.params.id)),
    }),
    definePage({
      method: 'POST',
      path: '/council/messages/:id/answer',
      permission,
      audit: 'answer-notice',
      title: messageTitle,
      otherTitles: [`Error: ${messageTitle}`],
      params,
      parse: z.object({ answer: text, reason: text, phone: text }),
      async handle(request) {
        const { caller, clock, params: { id }, form, redirect } = request; // prettier-ignore
        const one = await openNotice(notices, caller, id);
        const asked = { kind: one.kind, of: one.of, recipient: { kind: 'council' } } as const;
        const typed = { ...form, visit: '', day: '', time: '', alternative: 'none', altDay: '', altTime: '' };
        const reply = readReply(asked, typed, clock.now());
        if (Array.isArray(reply)) return show(request as never, one, form, reply);
        try {
          await answerNotice(notices, caller, id, reply);
        } catch (error) {
          if (!(error instanceof HomewardError) || error.code !== 'REPLY_INVALID') throw error;
          return show(request as never, one, form, [{ field: 'answer', message: 'Choose an answer' }]);
        }
        return redirect('/council/messages');
      },
    }),
  ];
}
