/** Counts and durations for a monitoring system, for holders of the operator's role. */
import { definePage } from '../page.ts';
import type { Page } from '../page.ts';

/** @param text gives the metrics in Prometheus' text format */
export function metricsPages(text: () => Promise<string>): Page[] {
  return [
    definePage({
      method: 'GET',
      path: '/metrics',
      permission: 'operate',
      audit: 'none: durations by page and status, nobody named',
      title: 'Metrics',
      async handle({ download }) {
        return download(await text(), { filename: 'metrics.txt', type: 'text/plain; version=0.0.4; charset=utf-8' });
      },
    }),
  ];
}
