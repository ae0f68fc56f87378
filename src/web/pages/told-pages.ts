/**
 * What was told, and what became of it: the page of one patient's messages, live, and a team's list of those that are
 * open. What it says it says of this moment; nothing on it is green before a human at the other end answered.
 */
import { z } from 'zod';
import type { NoticeDeps } from '../../services/notices/deps.ts';
import { patientNow } from '../../services/notices/patient-now.ts';
import { noPhone, phoneOf, providerPhones } from '../../services/notices/phones.ts';
import type { PhoneWanted, ProviderPhone } from '../../services/notices/phones.ts';
import { gapsOf } from '../../services/notices/status.ts';
import { closeHoldTask, holdTasksOf, releaseHoldTask } from '../../services/notices/holds.ts';
import type { HoldTaskView } from '../../services/notices/hold-find.ts';
import type { CouncilPhones } from '../../domain/council-phone.ts';
import { seeUntold } from '../../services/notices/untold.ts';
import { teamNotices, tellingsOf, tellingsVersion } from '../../services/notices/view.ts';
import type { LiveStreams } from '../live.ts';
import { definePage } from '../page.ts';
import type { Page, PageRequest, PageResult } from '../page.ts';
import { faultsFor } from './find-page.ts';
import { callOf } from './call-view.ts';
import { saidText, toDoText } from './provider-inbox-tasks.ts';
import { untoldView } from './untold-view.ts';
import { nobodyTold, summaryOf, teamGroups, tellingViews, toldLines } from './told-view.ts';
import { cannotAskReasons } from '../../domain/agreement.ts';
import { addDays, formatInstant, londonDate } from '../../domain/dates.ts';
import { settlements } from '../../domain/notice-event.ts';
import { cannotReasons } from '../../domain/notice-reply.ts';
import type { FieldFault } from '../page.ts';

export interface ToldPageDeps {
  readonly notices: NoticeDeps;
  readonly live: LiveStreams;
  /** Told when somebody has closed a task. */
  readonly closed: () => void;
}

export const toldParams = z.object({ id: z.uuid() });
const taskParams = z.object({ id: z.string().max(100) });
export const toldTitle = 'What was told';
const listTitle = 'Messages sent';

/** The pages. */
export function toldPages(deps: ToldPageDeps): Page[] {
  const { notices, live } = deps;
  return [
    definePage({
      method: 'GET',
      path: '/told',
      permission: 'tell',
      audit: 'see-team-notices',
      title: listTitle,
      navigation: { text: listTitle, order: 3 },
      query: z.object({ of: z.enum(['team', 'hospital']).catch('team') }),
      async handle({ caller, clock, phones, query, render }) {
        const wholeHospital = query.of === 'hospital';
        const tasks = await holdTasksOf(notices, caller, { wholeHospital });
        const all = await teamNotices(notices, caller, { wholeHospital });
        const numbers = await providerPhones(notices, caller, tasks.flatMap(wantedOf));
        const untold = await seeUntold(notices, caller);
        const now = clock.now();
        const nameOf = (id: string): string => notices.councils.find((one) => one.id === id)?.name ?? id;
        return render('told-list.njk', {
          untold: untold && untoldView(untold, { nameOf, phones }, now),
          tasks: tasks.map((one) => taskView(one, { notices, phones, numbers }, now)),
          groups: teamGroups(all, now),
          wholeHospital,
          team: caller.team,
        });
      },
    }),
    definePage({
      method: 'POST',
      path: '/told/tasks/:id/close',
      permission: 'tell',
      audit: 'close-hold-task',
      title: listTitle,
      params: taskParams,
      parse: z.object({ how: z.string().max(50) }),
      async handle({ caller, params: { id }, form, redirect }) {
        await closeHoldTask(notices, caller, id, form.how);
        deps.closed();
        return redirect('/told');
      },
    }),
    definePage({
      method: 'POST',
      path: '/told/tasks/:id/release',
      permission: 'tell',
      audit: 'release-hold-task',
      title: listTitle,
      params: taskParams,
      async handle({ caller, params: { id }, redirect }) {
        await releaseHoldTask(notices, caller, id);
        deps.closed();
        return redirect('/told');
      },
    }),
    definePage({
      method: 'GET',
      path: '/told/:id',
      permission: 'tell',
      audit: 'see-tellings',
      title: toldTitle,
      params: toldParams,
      live: 'page',
      handle: (request) => showTold(notices, request as never, request.params.id),
    }),
    definePage({
      method: 'GET',
      path: '/told/:id/live',
      permission: 'tell',
      audit: 'none: says only that something has changed, of nobody and nothing',
      title: toldTitle,
      params: toldParams,
      query: z.object({ from: z.string().max(30).catch('') }),
      live: 'events',
      async handle({ caller, params: { id }, query: { from }, events }) {
        const version = (): Promise<string> => tellingsVersion(notices, caller, { telling: id });
        // Whoever may not see the page hears nothing of it either.
        await version();
        const what = JSON.stringify([caller.organisation, caller.role, id]);
        return events(live.open({ what, version, from, session: caller.session }));
      },
    }),
  ];
}

interface ForTasks {
  readonly notices: NoticeDeps;
  readonly phones: readonly CouncilPhones[];
  readonly numbers: ReadonlyMap<string, ProviderPhone>;
}

function taskView(task: HoldTaskView, { notices, phones, numbers }: ForTasks, now: Date): object {
  const council = notices.councils.find(({ id }) => id === task.council)?.name;
  const [wanted] = wantedOf(task);
  const number = wanted && phoneOf(numbers, wanted);
  return {
    id: task.id,
    who: task.who[0] ?? '',
    text: toDoText(task, 'patient'),
    said: task.said && saidText(task.said, task.providerName, now),
    provider: task.providerName,
    since: formatInstant(task.since, now),
    closings: options(task.closings),
    waits: task.providerSees === 'waits' ? task.release : null,
    // Where it may not be told by this service, the council says whether and by whom it is phoned.
    call: task.providerSees === 'nothing' ? null : callOf(number ?? noPhone, now),
    duty: phones.find((one) => one.council === council) ?? phones[0],
  };
}

// Of what may not be shown any more no number is: it would say who the provider is.
function wantedOf({ provider, providerName, council, hospital }: HoldTaskView): PhoneWanted[] {
  return provider === null || providerName === null || council === null ? [] : [{ provider, council, hospital }];
}

/** What somebody typed about one notice, and what is wrong with it. */
export interface Typed {
  readonly notice: string;
  readonly form: object;
  readonly faults: readonly FieldFault[];
}

/** The page of a patient's messages, found by any one telling. */
export async function showTold(
  notices: NoticeDeps,
  { caller, clock, phones, render }: PageRequest<'tell'>,
  id: string,
  typed: Typed | null = null,
): Promise<PageResult> {
  const { notices: all, told, version } = await tellingsOf(notices, caller, { telling: id });
  const patient = await patientNow(notices, caller, id);
  const wanted = all.flatMap(({ recipient, council, hospital, hidden }) =>
    recipient.kind === 'provider' && !hidden ? [{ provider: recipient.id, council, hospital }] : [],
  );
  const numbers = await providerPhones(notices, caller, wanted);
  const now = clock.now();
  const [first] = all;
  const council = notices.councils.find((one) => one.id === first?.council)?.name;
  const duty = phones.find((one) => one.council === council) ?? phones[0];
  const today = londonDate(now);
  return render(
    'told.njk',
    {
      id,
      version,
      who: first?.text.who ?? [],
      patient,
      tellings: tellingViews(
        all,
        { gaps: gapsOf(notices, all), phones: numbers, duty: duty?.now ?? null, died: patient.died },
        now,
      ),
      told: toldLines(told, all, now),
      nobodyTold: nobodyTold(all),
      summary: summaryOf(all, now),
      duty,
      settlements: options(settlements),
      cannotReasons: options(cannotReasons),
      cannotAskReasons: options(cannotAskReasons),
      days: [0, 1, 2, 3, 4, 5, 6, 7].map((ahead) => ({
        value: addDays(today, ahead),
        text: ahead === 0 ? 'Today' : ahead === 1 ? 'Tomorrow' : `In ${ahead} days`,
      })),
      typed: typed ? { notice: typed.notice, form: typed.form } : null,
      ...faultsFor(typed?.faults ?? []),
    },
    typed ? { status: 422 } : {},
  );
}

function options(list: Readonly<Record<string, string>>): { value: string; text: string }[] {
  return Object.entries(list).map(([value, text]) => ({ value, text }));
}
