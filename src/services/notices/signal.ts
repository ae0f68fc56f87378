/** Says within this process that something about notices has changed; other processes see it by looking. */
export class NoticeSignal {
  readonly #listeners = new Set<() => void>();

  /** Tells everybody who listens. Never throws. */
  wake(): void {
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch {
        // One listener's fault must not keep the others from hearing it.
      }
    }
  }

  /** Listens. @returns what ends it */
  on(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
