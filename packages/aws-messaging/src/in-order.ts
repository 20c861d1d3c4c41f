/** Lets results through in the order in which their work began, key by key, however long each takes. */
export class InOrder {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Settles as `work` does, but not before what was added earlier under this key. */
  add<T>(key: string, work: Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    // A failure ahead holds nobody back.
    const turn =
      before === undefined
        ? work
        : before.then(
            () => work,
            () => work,
          );
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
