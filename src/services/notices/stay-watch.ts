/** Sees to it by itself that stays tell what has become of them, and that their holds' tasks are found. */
import { isInForce } from '../../domain/agreement.ts';
import { londonDate } from '../../domain/dates.ts';
import { bundlesOfEach, forgetTold, staysToTell, tellAgain } from '../../store/notices/stay-told.ts';
import { Rounds } from '../rounds.ts';
import { lookAtHolds } from './hold-looks.ts';
import { tellOfStay } from './stay-notices.ts';
import type { StayNoticeDeps } from './stay-notices.ts';

/** An arrival is told of within so long. */
const every = 5_000;
/** Tasks are looked for ahead of anybody's asking in every so many rounds, and whenever a stay has changed. */
const roundsBetween = 4;
const mostAtOnce = 200;
/** A stay whose telling failed is left alone for longer each time, and never for so long that mending goes unnoticed. */
const firstPause = every;
const longestPause = 60_000;

export class StayWatch {
  readonly #deps: StayNoticeDeps;
  readonly #rounds: Rounds;
  #round = 0;
  /** At which bundle each council's facts stood when open stays were last looked at by them. */
  #stood = new Map<string, string>();
  /** Stays whose telling failed: when, and for how long they are left alone after it. */
  readonly #failing = new Map<string, { readonly at: number; readonly pause: number }>();

  /** @param failed told what went wrong with the looking itself; must not throw */
  constructor(deps: StayNoticeDeps, failed: (error: unknown) => void = () => undefined) {
    this.#deps = deps;
    this.#rounds = new Rounds(() => this.#look(), failed);
  }

  /**
   * Tells what is to be told by now, and looks at holds. Called while it runs, it looks once more before it ends.
   * @returns how many stays were taken up
   * @throws what the database throws when it cannot be asked at all
   */
  run(): Promise<number> {
    return this.#rounds.run();
  }

  /** Begins to look every few seconds. */
  start(): void {
    this.#rounds.start(every);
  }

  /** Ends after what is being done now. */
  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** Deletes what may not be kept any longer. */
  async forget(): Promise<void> {
    await forgetTold(this.#deps.notices.db);
  }

  async #look(): Promise<number> {
    const { notices } = this.#deps;
    await this.#landed();
    const told = await this.#tell();
    const looks = told > 0 || !this.#rounds.started || this.#round++ % roundsBetween === 0;
    const found = looks ? await lookAtHolds(notices) : 0;
    if (told + found > 0) notices.wake();
    return told;
  }

  // The record of somebody may land after they have arrived, and no change of the stay ever comes (hazard H08). What one
  // process forgets with its end is looked at again by the next.
  async #landed(): Promise<void> {
    const { db, clock, agreements, failed } = this.#deps.notices;
    const now = clock.now();
    const today = londonDate(now);
    const telling = agreements.filter((one) => isInForce(one, today) && one.notices.automatic.includes('with-us'));
    const hospitals = Map.groupBy(telling, ({ council }) => council);
    for (const [council, bundle] of await bundlesOfEach(db, [...hospitals.keys()])) {
      if (this.#stood.get(council) === bundle) continue;
      const own = (hospitals.get(council) ?? []).map(({ hospital }) => hospital);
      try {
        await tellAgain(db, council, own, now);
        this.#stood.set(council, bundle);
      } catch (error) {
        // Looked at again in the next round; what stays have to tell goes on.
        failed?.(error);
      }
    }
  }

  async #tell(): Promise<number> {
    const failing = [...this.#failing.keys()];
    // Whoever failed comes last: a try may take long, and nobody else is to wait for it.
    const others = await this.#tellBut(failing);
    const paused = this.#paused();
    const again = await this.#tellBut([...paused, ...others.left]);
    const waits = new Set([...paused, ...again.left]);
    for (const stayId of failing) if (!waits.has(stayId)) this.#failing.delete(stayId);
    return others.taken + again.taken;
  }

  /** @param not whose turn it is not. @returns `left`: those who could not be told of, since they failed or another process has them */
  async #tellBut(not: readonly string[]): Promise<{ taken: number; left: readonly string[] }> {
    const { db, failed } = this.#deps.notices;
    const left: string[] = [];
    let taken = 0;
    while (!this.#rounds.stopped) {
      const stays = await staysToTell(db, [...not, ...left], mostAtOnce);
      if (stays.length === 0) break;
      for (const stayId of stays) {
        if (this.#rounds.stopped) break;
        if (await this.#one(stayId, failed)) taken++;
        else left.push(stayId);
      }
    }
    return { taken, left };
  }

  #paused(): string[] {
    const now = this.#deps.notices.clock.now().getTime();
    // Compared both ways: a clock that is put back must not leave anybody alone until it has caught up.
    return [...this.#failing].filter(([, { at, pause }]) => now >= at && now < at + pause).map(([stayId]) => stayId);
  }

  async #one(stayId: string, failed?: (error: unknown) => void): Promise<boolean> {
    try {
      return await this.#deps.notices.db.transaction((trx) => tellOfStay(trx, this.#deps, stayId));
    } catch (error) {
      const before = this.#failing.get(stayId);
      const pause = before ? Math.min(before.pause * 2, longestPause) : firstPause;
      this.#failing.set(stayId, { at: this.#deps.notices.clock.now().getTime(), pause });
      failed?.(error);
      return false;
    }
  }
}
