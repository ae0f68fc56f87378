/**
 * The notice that a provider's own question brings about. Where the question was answered "with us now" somebody of the
 * provider has read it, and the notice says so, so that everyone told is listed; where the person arrives later it
 * goes, waits or is refused as any other that no button sent (product rules 4, 5 and 8).
 */
import { randomUUID } from 'node:crypto';
import { homewardItself } from '../../domain/arrival.ts';
import type { Human } from '../../domain/notice.ts';
import { writeAudit } from '../../store/audit.ts';
import type { Trx } from '../../store/database.ts';
import { holdPerson, personOf } from '../../store/notices/person-lock.ts';
import { keepTelling } from '../../store/notices/tellings.ts';
import type { StoredTelling } from '../../store/notices/tellings.ts';
import type { NoticeDeps } from './deps.ts';
import { decideNow, standingOf } from './standing.ts';
import type { About, Known } from './standing.ts';
import { personIn } from './trail.ts';
import { draftNotice, writeNotice } from './write.ts';

/** What was asked by whom, about whom. */
export interface Asked {
  readonly question: string;
  readonly about: Omit<About, 'toldAt'>;
  /** The hospital's key of the patient. */
  readonly patient: string | null;
  /** Of the stay: whose it is to phone, where nobody answers. */
  readonly team: string | null;
  readonly provider: string;
  readonly link: 'package' | 'roster';
  /** What this transaction has read of the person already. */
  readonly known?: Known;
  /** Who has the answer on the screen; null for a later arrival. */
  readonly told: Human | null;
}

export type AskedOutcome =
  /** `notice` is out, or handed to delivery. */
  | { readonly is: 'told' | 'waits'; readonly notice: string }
  /** Nothing was kept, and nothing may be said. */
  | { readonly is: 'refused' };

/**
 * Writes the notice. Of an answer on the screen nothing is kept but what the interlock lets be told at once: else the
 * answer must not be given either.
 */
export async function tellAsked(trx: Trx, deps: NoticeDeps, asked: Asked): Promise<AskedOutcome> {
  const now = deps.clock.now();
  const { provider, link, patient, team, question, told } = asked;
  const about: About = { ...asked.about, toldAt: null, ...(link === 'roster' && { roster: provider }) };
  await holdPerson(trx, personOf(about));
  const standing = await standingOf(trx, deps, about, now, asked.known);
  const recipient = { kind: 'provider', id: provider, link } as const;
  const of = 'with-us' as const;
  const decision = decideNow(standing, { recipient, kind: of, of, automatic: true, released: false, asked: true });
  if (decision.do === 'refuse' || (told && decision.do !== 'tell')) return { is: 'refused' };
  const telling: StoredTelling = {
    id: randomUUID(),
    hospital: about.hospital,
    council: about.council,
    personKey: about.personKey,
    nhsNumber: standing.number,
    birthDate: about.birthDate,
    stayId: about.stayId,
    patient,
    kind: 'fact',
    of,
    ask: { expectedHome: null, restartFrom: null, goneAt: null },
    undoes: null,
    automatic: true,
    team,
    sender: null,
    question,
    createdAt: now,
  };
  const draft = await draftNotice(trx, deps, {
    telling,
    recipient,
    recipientName: standing.providers.get(provider) ?? null,
    kind: of,
    thread: null,
    nextVisit: null,
    standing,
  });
  if (!draft) return { is: 'refused' };
  const audit = await writeAudit(trx, now, homewardItself(about.hospital, now), {
    action: 'send-telling',
    outcome: told ? 'told-on-screen' : decision.do === 'wait' ? 'waits' : 'told',
    council: about.council,
    personKey: about.personKey,
    numberCurrent: standing.number,
    reason: 'provider-asked',
    agreement: standing.agreement && { id: standing.agreement.id, version: standing.agreement.version },
    sources: standing.parts,
    detail: { telling: telling.id, question, provider },
    people: personIn({ ...about, nhsNumber: standing.number }),
  });
  if (!(await keepTelling(trx, telling, `question ${question}`, audit))) return { is: 'refused' };
  const { notice } = draft;
  if (told) {
    // It never goes to delivery: it was read before it was written.
    const read = { ...draft, notice: { ...notice, deliverFrom: now } };
    const happened = { notice: notice.id, at: now };
    const reply = { kind: 'accepted', firstVisit: null } as const;
    const events = [
      { ...happened, kind: 'delivered', channel: 'portal' },
      { ...happened, kind: 'seen', by: told },
      { ...happened, kind: 'answered', by: told, reply, takenBy: null },
    ] as const;
    await writeNotice(trx, deps, { telling, standing, draft: read, wait: null, read: events });
    return { is: 'told', notice: notice.id };
  }
  await writeNotice(trx, deps, { telling, standing, draft, wait: decision.do === 'wait' ? decision.why : null });
  return { is: decision.do === 'wait' ? 'waits' : 'told', notice: notice.id };
}
