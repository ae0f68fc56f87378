/** A notice as JSON to a recipient's own system. Every field is named here; nothing else of a notice can leave by it. */
import type { Courier, SystemMessage } from '../domain/courier.ts';
import type { NoticeContent } from '../domain/notice-content.ts';
import { postSigned } from './signed-post.ts';
import type { System } from './signed-post.ts';

/** A courier to the systems of a site. */
export function webhookCourier(systems: readonly System[]): Courier<SystemMessage> {
  return {
    async carry({ key, to, what, at }, signal) {
      const system = systems.find(({ id }) => id === to);
      if (!system) return { is: 'later', fault: 'NOT_CONFIGURED' };
      return postSigned(system, { key, at, type: 'application/json', body: JSON.stringify(webhookBody(what)) }, signal);
    },
  };
}

const eventOf = {
  first: 'notice.told',
  reminder: 'notice.reminder',
  'out-of-hours': 'notice.reminder',
  council: 'notice.unanswered',
} as const;

/** What is sent; described in docs/delivery.md. */
export function webhookBody({ notice, content, reason, link }: SystemMessage): object {
  return {
    type: eventOf[reason],
    timestamp: notice.createdAt.toISOString(),
    data: {
      notice: notice.id,
      thread: notice.thread,
      // The same for all who were told: two providers that compare would know that both deliver care to the person.
      ...((notice.recipient.kind === 'council' || reason === 'council') && { telling: notice.telling }),
      kind: notice.kind,
      of: notice.of,
      recipient: notice.recipient.id,
      hospital: notice.sender.organisation,
      council: notice.council,
      ...told(content),
      link,
    },
  };
}

function told({ who, where, expectedHome, restartFrom, goneAt, answerBy }: NoticeContent): object {
  const { family, given, birthDate, nhsNumber, ownReference } = who;
  return {
    person: { family, given, birthDate, nhsNumber, ownReference },
    where: { hospital: where.hospital, phone: where.phone?.text ?? null },
    expectedHome: expectedHome && { date: expectedHome.date, at: expectedHome.at?.toISOString() ?? null },
    restartFrom: restartFrom && { date: restartFrom.date, visit: restartFrom.visit },
    goneAt: goneAt?.toISOString(),
    answerBy: answerBy?.toISOString() ?? null,
  };
}
