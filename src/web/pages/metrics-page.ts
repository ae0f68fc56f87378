/** Counts and durations: for holders of the operator's role, and for a monitoring system that shows a token. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { HomewardError } from '../../domain/error.ts';
import { definePage } from '../page.ts';
import type { Page } from '../page.ts';

const type = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * The two addresses of the metrics.
 * @param text gives the metrics in Prometheus' text format
 * @param token what a monitoring system must show; null: there is no such address
 */
export function metricsPages(text: () => Promise<string>, token: string | null): Page[] {
  return [
    definePage({
      method: 'GET',
      path: '/metrics',
      permission: 'operate',
      audit: 'none: durations by page and status, nobody named',
      title: 'Metrics',
      async handle({ download }) {
        return download(await text(), { filename: 'metrics.txt', type });
      },
    }),
    definePage({
      method: 'GET',
      path: '/metrics/scrape',
      permission: 'public',
      audit: 'none: counts and durations of the service, nobody named; asked for every few seconds',
      title: 'Metrics',
      answersJson: true,
      async handle({ bearer, download }) {
        if (token === null) throw new HomewardError('PAGE_NOT_FOUND');
        if (bearer === null || !sameText(bearer, token)) throw new HomewardError('NOT_SIGNED_IN');
        return download(await text(), { filename: 'metrics.txt', type });
      },
    }),
  ];
}

// Equal lengths first, by hashing: the comparison takes the same time whatever was shown.
function sameText(a: string, b: string): boolean {
  const hash = (given: string): Buffer => createHash('sha256').update(given).digest();
  return timingSafeEqual(hash(a), hash(b));
}
