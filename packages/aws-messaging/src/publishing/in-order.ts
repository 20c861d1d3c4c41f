/** Hands results on in the order in which their work began, key by key, however long each takes. */
export class InOrder {
  readonly #last = new Map<string, Promise<void>>();

  /** Whether anything that began under `key` has yet to be handed on. */
  has(key: string): boolean {
    return this.#last.has(key);
  }

  /**
   * Calls `handOn` with what `work` brings, but not before what began earlier under this key was handed on.
   * Rejects as `work` does, or with what `handOn` throws.
   */
  add<T>(key: string, work: Promise<T>, handOn: (result: T) => void): Promise<void> {
    const before = this.#last.get(key);
    // A failure ahead holds back nothing behind it.
    const mine =
      before === undefined
        ? work
        : before.then(
            () => work,
            () => work,
          );
    const turn = mine.then(handOn);
    this.#last.set(key, turn);
    const forget = (): void => {
      if (this.#last.get(key) === turn) this.#last.delete(key);
    };
    turn.then(forget, forget);
    // Its own failure is told by `turn`, even while that still waits for others.
    work.catch(() => undefined);
    return turn;
  }
}
