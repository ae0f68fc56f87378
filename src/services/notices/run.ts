/**
 * What happens by itself: notices whose hour has come are handed to delivery, unanswered ones are brought to the next
 * one (product rule 9, hazard H08), and those whose record has changed are asked about again. Each in a transaction
 * of its own, worked out from what is so now: a process that dies loses nothing, several may run at once.
 */
import { nextStep } from '../../domain/escalation.ts';
import type { EscalationStep } from '../../domain/notice-event.ts';
import { isOpenNotice } from '../../domain/notice-state.ts';
import type { Trx } from '../../store/database.ts';
import { dueNotices, noticesRefused, noticesToCheck } from '../../store/notices/due.ts';
import type { DueNotice } from '../../store/notices/due.ts';
import { holdNotice, isByRoster } from '../../store/notices/notices.ts';
import type { StoredNotice } from '../../store/notices/notices.ts';
import { personOf, tryPerson } from '../../store/notices/person-lock.ts';
import { Rounds } from '../rounds.ts';
import { agreementInForce, termsOf } from './deps.ts';
import type { NoticeDeps } from './deps.ts';
import { councilsOf } from './elsewhere.ts';
import { recheckNotice } from './recheck.ts';
import { recordEvent } from './record.ts';
import { handOver } from './write.ts';

const mostAtOnce = 100;
const day = 24 * 3_600_000;

export class NoticeRunner {
  readonly #deps: NoticeDeps;
  /** Each does everything that is due by then. */
  readonly rounds: Rounds;

  /** @param failed told what went wrong with the looking itself; must not throw */
  constructor(deps: NoticeDeps, failed?: (error: unknown) => void) {
    this.#deps = deps;
    this.rounds = new Rounds(() => this.#round(), failed);
  }

  /**
   * Does everything that is due by now. Called while it runs, it looks once more before it ends.
   * @returns how many notices something was done about
   * @throws what the database throws when it cannot be asked at all
   */
  run(): Promise<number> {
    return this.rounds.run();
  }

  async #round(): Promise<number> {
    // First what must not go out any more, then what must.
    let done = await this.#each(this.#refused, check);
    done += await this.#each(this.#toCheck, check);
    done += await this.#each(dueNotices, advance);
    if (done > 0) this.#deps.wake();
    return done;
  }

  readonly #toCheck: typeof dueNotices = (db, now, without, limit) =>
    noticesToCheck(db, councilsOf(this.#deps), now, without, limit);

  // A process that stood still for longer has asked about everything anew by then: each day ends some word.
  readonly #refused: typeof dueNotices = (db, now, without, limit) => {
    const hospitals = [...new Set(this.#deps.agreements.map(({ hospital }) => hospital))];
    return noticesRefused(db, hospitals, new Date(now.getTime() - day), without, limit);
  };

  async #each(list: typeof dueNotices, act: typeof advance): Promise<number> {
    const left: string[] = [];
    let done = 0;
    for (;;) {
      const notices = await list(this.#deps.db, this.#deps.clock.now(), left, mostAtOnce);
      if (notices.length === 0) return done;
      for (const one of notices) {
        // Once a round: another process has it, it failed, or it is done.
        left.push(one.id);
        if (await this.#one(one, act)) done++;
      }
    }
  }

  async #one(one: DueNotice, act: typeof advance): Promise<boolean> {
    try {
      return await this.#deps.db.transaction(async (trx) => {
        if (!(await tryPerson(trx, personOf(one)))) return false;
        const kept = await holdNotice(trx, one.id);
        return kept ? await act(trx, this.#deps, kept) : false;
      });
    } catch (error) {
      this.#deps.failed?.(error);
      return false;
    }
  }
}

async function check(trx: Trx, deps: NoticeDeps, kept: StoredNotice): Promise<boolean> {
  const after = await recheckNotice(trx, deps, kept);
  return after.state.status !== kept.state.status || (after.state.waits === null) !== (kept.state.waits === null);
}

async function advance(trx: Trx, deps: NoticeDeps, found: StoredNotice): Promise<boolean> {
  const now = deps.clock.now();
  let kept = await recheckNotice(trx, deps, found);
  let done = false;
  if (kept.deliverAt && kept.deliverAt <= now && !kept.state.waits && isOpenNotice(kept.state)) {
    await handOver(trx, deps, kept, now);
    kept = (await holdNotice(trx, kept.id)) ?? kept;
    done = true;
  }
  const terms = termsOf(deps, kept.council, kept.hospital);
  for (;;) {
    const next = nextStep(kept.state, terms, now);
    if (!next?.due) return done;
    const outcome = await bring(trx, deps, kept, next.step, now);
    kept = await recordEvent(trx, deps, { kind: 'stepped', notice: kept.id, at: now, step: next.step, outcome });
    done = true;
  }
}

/** Brings a notice to the next one. */
async function bring(
  trx: Trx,
  deps: NoticeDeps,
  kept: StoredNotice,
  step: EscalationStep,
  at: Date,
): Promise<'told' | 'nobody-there'> {
  // The sender's own page and list say it, and reckon for themselves.
  if (step === 'sender') return 'told';
  const { council, hospital } = kept;
  // Of a client by the provider's own list the council learns nothing: the sender is next.
  if (step === 'council' && isByRoster(kept)) return 'nobody-there';
  if (step === 'council' && !agreementInForce(deps, council, hospital, at)?.notices.council) return 'nobody-there';
  return deps.desk.deliver(trx, { notice: kept.state.notice, person: personOf(kept), reason: step, at });
}
