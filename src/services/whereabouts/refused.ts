/**
 * Who has just been refused for asking too often, so that asking on costs no transaction, no row of the trail and no
 * alert each time. Remembered by this process alone and for a minute: the trail stays the only count (docs/adr/0007).
 */
const lasts = 60_000;
/** Remembered at most; beyond that who was refused longest ago is asked of the trail again. */
const most = 1_000;

export class RefusedLately {
  readonly #until = new Map<string, { until: number; times: number }>();

  /** Whether somebody was refused a moment ago; it is counted. */
  has(key: string, now: Date): boolean {
    const found = this.#until.get(key);
    if (!found || found.until <= now.getTime()) return false;
    found.times++;
    return true;
  }

  /** Remembers a refusal by the trail. @returns how often the same person was refused since the last one, with this */
  add(key: string, now: Date): number {
    const times = this.#until.get(key)?.times ?? 0;
    this.#until.delete(key);
    this.#until.set(key, { until: now.getTime() + lasts, times: 0 });
    if (this.#until.size > most) {
      const [oldest] = this.#until.keys();
      if (oldest !== undefined) this.#until.delete(oldest);
    }
    return times + 1;
  }
}
