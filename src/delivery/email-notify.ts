/** E-mail by GOV.UK Notify: a template with the places `((subject))` and `((body))`. */
import type { Courier } from '../domain/courier.ts';
import type { Alert } from '../domain/notice-text.ts';
import type { Notify } from './notify.ts';

/** A courier of e-mail on a Notify service's template. */
export function notifyEmailCourier(notify: Notify, template: string): Courier<Alert> {
  return {
    carry: ({ key, to, what, again }, signal) =>
      notify.send('email', { template, to, reference: key, personalisation: { subject: what.subject, body: what.email } }, again, signal), // prettier-ignore
    follow: (reference, signal) => notify.follow(reference, signal),
  };
}
