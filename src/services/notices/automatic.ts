/**
 * Tells by itself what a hospital's event says, where the agreement has it switched on: the council without delay,
 * providers held for a person to release wherever anything stands in the way (product rules 4 and 8, hazard H12).
 */
import { randomUUID } from 'node:crypto';
import { homewardItself } from '../../domain/arrival.ts';
import type { Ask, FactKind, Recipient } from '../../domain/notice.ts';
import { writeAudit } from '../../store/audit.ts';
import type { Trx } from '../../store/database.ts';
import { keepTelling, tellingOfToken } from '../../store/notices/tellings.ts';
import type { StoredTelling } from '../../store/notices/tellings.ts';
import { agreementInForce } from './deps.ts';
import type { NoticeDeps } from './deps.ts';
import { decideNow, standingOf } from './standing.ts';
import type { About } from './standing.ts';
import { recipientsOf } from './tell.ts';
import { personIn } from './trail.ts';
import { draftNotice, writeNotice } from './write.ts';

export interface ToldByItself {
  readonly about: About;
  /** The hospital's key of the patient (`patientKey`). */
  readonly patient: string | null;
  /** The team that answers for it at the hospital. */
  readonly team: string | null;
  readonly of: FactKind;
  readonly ask: Ask;
  readonly nextVisit?: Date | null;
  /** Nobody but this one; absent, every provider of an active package, and the council. */
  readonly only?: { readonly recipient: Recipient; readonly name: string | null };
  /** The same for the same event: it is told once (hazard H15). */
  readonly token: string;
}

/**
 * Tells one fact. Take the person's lock first, and call `deps.wake()` after the commit.
 * @returns the telling's id; null when the agreement has it switched off, or nobody may be told
 */
export async function tellByItself(trx: Trx, deps: NoticeDeps, event: ToldByItself): Promise<string | null> {
  const { about, of, ask, nextVisit = null, token, patient, team } = event;
  const { council, hospital, personKey } = about;
  const now = deps.clock.now();
  if (!agreementInForce(deps, council, hospital, now)?.notices.automatic.includes(of)) return null;
  const before = await tellingOfToken(trx, hospital, token);
  if (before) return before.id;
  const standing = await standingOf(trx, deps, about, now);
  const { agreement } = standing;
  if (!agreement) return null;
  const telling: StoredTelling = {
    ...about, id: randomUUID(), kind: 'fact', of, ask, undoes: null, automatic: true, question: null, team, patient, sender: null, createdAt: now,
  }; // prettier-ignore
  const planned = [];
  for (const { recipient, name } of event.only ? [event.only] : recipientsOf(deps, standing, council)) {
    const decision = decideNow(standing, { recipient, kind: of, of, automatic: true, released: false });
    if (decision.do === 'refuse') continue;
    const draft = await draftNotice(trx, deps, { telling, recipient, recipientName: name, kind: of, thread: null, nextVisit, standing });
    if (draft) planned.push({ draft, wait: decision.do === 'wait' ? decision.why : null });
  } // prettier-ignore
  const audit = await writeAudit(trx, now, { ...homewardItself(hospital, now), userId: 'service|notices' }, {
    action: 'send-telling',
    outcome: planned.length > 0 ? 'told' : 'nobody-told',
    council,
    personKey,
    agreement: { id: agreement.id, version: agreement.version },
    sharedFields: planned.length > 0 ? agreement.notices.identifiers : [],
    detail: { fact: of, told: planned.map(({ draft: { notice } }) => ({ to: notice.recipient.id, notice: notice.id })) },
    people: personIn(about),
  }); // prettier-ignore
  if (planned.length === 0) return null;
  await keepTelling(trx, telling, token, audit);
  for (const { draft, wait } of planned) await writeNotice(trx, deps, { telling, standing, draft, wait });
  return telling.id;
}
