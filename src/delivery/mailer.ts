/** Single letters beside the queue, by the same courier as the rest. */
import type { Clock } from '../domain/clock.ts';
import type { Courier, Mailer } from '../domain/courier.ts';
import type { Alert } from '../domain/notice-text.ts';

/** A mailer on couriers of e-mail and of text messages; without one nothing is sent, and the caller is told so. */
export function mailerOn(
  emails: Courier<Alert> | undefined,
  clock: Clock,
  texts?: Courier<Alert>,
  patience = 20_000,
): Mailer {
  return {
    async send({ key, to, subject, text, by }) {
      const courier = by === 'text' ? texts : emails;
      if (!courier) return { is: 'later', fault: 'NOT_CONFIGURED' };
      const what = { subject, email: by === 'text' ? '' : text, text: by === 'text' ? text : '' };
      return courier.carry({ key, to, what, again: false, at: clock.now() }, AbortSignal.timeout(patience));
    },
  };
}
