/** Text messages by GOV.UK Notify: a template with the place `((body))`. */
import type { Courier } from '../domain/courier.ts';
import type { Alert } from '../domain/notice-text.ts';
import type { Notify } from './notify.ts';

/** A courier of text messages on a Notify service's template. */
export function notifyTextCourier(notify: Notify, template: string): Courier<Alert> {
  return {
    carry: ({ key, to, what, again }, signal) =>
      notify.send('sms', { template, to, reference: key, personalisation: { body: what.text } }, again, signal),
    follow: (reference, signal) => notify.follow(reference, signal),
  };
}
