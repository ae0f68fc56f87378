/** Who looked at this person: for the council's duty workers and for the hospital's privacy officer. */
import { z } from 'zod';
import type { Caller, Permission } from '../../domain/caller.ts';
import { formatInstant } from '../../domain/dates.ts';
import { formatNhsNumber, parseNhsNumber } from '../../domain/nhs-number.ts';
import type { AlertKind } from '../../domain/policy.ts';
import {
  accessesReviewed,
  accessesShown,
  alertsOf,
  alertsShown,
  councilAccesses,
  reviewAlert,
  unexplainedDays,
  unexplainedOf,
  unexplainedShown,
  whoLooked,
} from '../../services/review-accesses.ts';
import type { AccessList, CouncilReviewDeps } from '../../services/review-accesses.ts';
import { definePage } from '../page.ts';
import type { LocalPath, Page } from '../page.ts';
import { accessRow, alertWords, disclosedLines, listSeenRow } from './access-words.ts';
import { faultsFor } from './find-page.ts';

export interface ReviewPageDeps {
  readonly review: CouncilReviewDeps;
  /** An organisation's name by its id. */
  readonly nameOf: (id: string) => string;
}

interface SearchPage {
  readonly path: LocalPath;
  readonly permission: Permission;
  readonly audit: 'see-council-accesses' | 'review-accesses';
  /** One of whose people, in a sentence. */
  readonly intro: string;
  readonly label: string;
  /** How many look-ups at most are listed, and how much at most of what was told. */
  readonly most: number;
  readonly form: z.ZodType<SearchForm>;
  readonly order: number;
  /** Whether look-ups without a stay are marked, and can be listed alone. */
  readonly marksStays: boolean;
  search(caller: Caller, form: SearchForm): Promise<AccessList>;
}

interface SearchForm {
  readonly who: string;
  readonly only?: 'unexplained' | undefined;
}

const who = (message: string): z.ZodDefault<z.ZodString> => z.string().max(100, message).default('');

/** The pages of reviewing. */
export function reviewPages(deps: ReviewPageDeps): Page[] {
  return [
    ...searchPages(deps, {
      path: '/accesses',
      permission: 'see-council-accesses',
      audit: 'see-council-accesses',
      intro: 'Enter one of your council’s people, to see who looked the person up and why, and who was told of them.',
      label: 'NHS number, or your council’s own id for the person',
      most: accessesShown,
      order: 1,
      form: z.object({
        who: who('Enter fewer characters').refine((given) => given.trim() !== '', 'Enter an NHS number or your own id'),
      }),
      marksStays: false,
      search: (caller, { who: typed }) => councilAccesses(deps.review, caller, typed),
    }),
    ...searchPages(deps, {
      path: '/who-looked',
      permission: 'review-accesses',
      audit: 'review-accesses',
      intro:
        'Enter a person’s NHS number, to see who in your organisation looked the person up and why, also under an earlier number or when nothing was shown, and who was told of them.',
      label: 'NHS number',
      most: accessesReviewed,
      order: 1,
      form: z.object({
        who: who('Enter a valid NHS number').refine((given) => parseNhsNumber(given).ok, 'Enter a valid NHS number'),
        only: z.literal('unexplained').optional().catch(undefined),
      }),
      marksStays: true,
      search: (caller, { who: typed, only }) =>
        whoLooked(deps.review, caller, typed, { onlyUnexplained: only === 'unexplained' }),
    }),
    ...alertPages(deps),
    unexplainedPage(deps),
  ];
}

const heading = 'Who has seen a person’s information';

function searchPages(deps: ReviewPageDeps, page: SearchPage): Page[] {
  const { intro, label, most, path } = page;
  const base = { heading, intro, label, most, action: path, marksStays: page.marksStays };
  return [
    definePage({
      method: 'GET',
      path,
      permission: page.permission,
      audit: 'none: the empty form shows nothing of anybody',
      title: heading,
      navigation: { text: 'Who has looked', order: page.order },
      handle: ({ render }) => render('accesses.njk', { ...base, form: {}, ...faultsFor([]) }),
    }),
    // The list is the answer to a POST: an NHS number must not stand in an address.
    definePage({
      method: 'POST',
      path,
      permission: page.permission,
      audit: page.audit,
      title: heading,
      otherTitles: [`Error: ${heading}`],
      parse: page.form,
      async handle({ caller, form, clock, render }) {
        const now = clock.now();
        const { accesses, looked, disclosed, names, lists, known } = await page.search(caller as Caller, form);
        const nameOf = (id: string): string => names.get(id) ?? deps.nameOf(id);
        const rows = accesses.map((access) => accessRow(access, nameOf, now));
        const seen = lists.seen.map((one) => listSeenRow(one, nameOf, now));
        const told = disclosedLines(disclosed, nameOf, now);
        // A list that is full leaves out what is older: none of its numbers is a total then.
        const full = { rows: looked >= most, told: disclosed.length >= most };
        const list = {
          rows,
          told,
          toldTimes: disclosed.length,
          full,
          known,
          lists: { rows: seen, people: lists.people },
        };
        return render('accesses.njk', { ...base, form, ...faultsFor([]), list });
      },
      onInvalid: ({ render }, faults, given) =>
        render(
          'accesses.njk',
          { ...base, form: given, ...faultsFor(faults) },
          { status: 422, title: `Error: ${heading}` },
        ),
    }),
  ];
}

function unexplainedPage({ review, nameOf }: ReviewPageDeps): Page {
  return definePage({
    method: 'GET',
    path: '/without-a-stay',
    permission: 'review-accesses',
    audit: 'review-accesses',
    title: 'Look-ups without a stay',
    navigation: { text: 'Without a stay', order: 3 },
    query: z.object({ page: z.coerce.number().int().min(1).max(10_000).catch(1) }),
    async handle({ caller, query, clock, render }) {
      const now = clock.now();
      const { accesses, all } = await unexplainedOf(review, caller, query.page);
      const rows = accesses.map((one) => ({ ...accessRow(one, nameOf, now), number: one.number }));
      const next = query.page * unexplainedShown < all ? query.page + 1 : null;
      const previous = query.page > 1 ? query.page - 1 : null;
      return render('without-a-stay.njk', { rows, all, days: unexplainedDays, next, previous });
    },
  });
}

function alertPages({ review, nameOf }: ReviewPageDeps): Page[] {
  return [
    definePage({
      method: 'GET',
      path: '/alerts',
      permission: 'review-accesses',
      audit: 'review-accesses',
      title: 'Alerts',
      navigation: { text: 'Alerts', order: 2 },
      query: z.object({ page: z.coerce.number().int().min(1).max(10_000).catch(1) }),
      async handle({ caller, query, clock, render }) {
        const now = clock.now();
        const { alerts, open, all } = await alertsOf(review, caller, query.page);
        const rows = alerts.map((alert) => ({
          ...accessRow(alert, nameOf, now),
          id: alert.alert,
          number: alert.number,
          times: alert.times,
          shownNumber: alert.number && formatNhsNumber(alert.number),
          title: alertWords[alert.kind as AlertKind] ?? alert.kind,
          reviewed: alert.reviewedAt
            ? `${formatInstant(alert.reviewedAt, now)} by ${alert.reviewedBy ?? 'somebody'}`
            : null,
        }));
        const next = query.page * alertsShown < all ? query.page + 1 : null;
        return render('alerts.njk', { rows, open, next, previous: query.page > 1 ? query.page - 1 : null });
      },
    }),
    definePage({
      method: 'POST',
      path: '/alerts/:id/review',
      permission: 'review-accesses',
      audit: 'review-alert',
      title: 'Alerts',
      params: z.object({ id: z.string() }),
      async handle({ caller, params, redirect }) {
        await reviewAlert(review, caller, params.id);
        return redirect('/alerts');
      },
    }),
  ];
}
