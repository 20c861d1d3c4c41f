/** The entries that came between two calls of `flush()`. */
export interface Checkpoint {
  outstanding: number;
  /** Whether a `flush()` waits for it. */
  isClosed: boolean;
}

/**
 * Tells `flush()` when everything has its outcome that was sent before it. Each call closes a checkpoint and
 * begins a new one, so that it does not wait for later entries.
 */
export class Checkpoints {
  #newest: Checkpoint = { outstanding: 0, isClosed: false };
  /** The closed ones that are not done, in their order. */
  readonly #closed: { readonly checkpoint: Checkpoint; readonly resolve: () => void }[] = [];

  /** Counts one more entry, and returns its checkpoint. */
  enter(): Checkpoint {
    this.#newest.outstanding += 1;
    return this.#newest;
  }

  /** One entry of `checkpoint` has its outcome. */
  leave(checkpoint: Checkpoint): void {
    checkpoint.outstanding -= 1;
    if (checkpoint.outstanding === 0) this.#resolveDone();
  }

  /** Resolves once all entries that came so far have left. */
  allDone(): Promise<void> {
    return new Promise((resolve) => {
      this.#newest.isClosed = true;
      this.#closed.push({ checkpoint: this.#newest, resolve });
      this.#newest = { outstanding: 0, isClosed: false };
      this.#resolveDone();
    });
  }

  #resolveDone(): void {
    while (this.#closed[0]?.checkpoint.outstanding === 0) this.#closed.shift()?.resolve();
  }
}
