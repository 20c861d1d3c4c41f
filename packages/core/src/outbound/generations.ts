/** Those that were given between two questions. */
export interface Generation {
  outstanding: number;
  /** Whether it has been asked for. */
  isClosed: boolean;
}

/**
 * Counts what is outstanding by generation, and tells when all of a generation and those before it are done: "everything that was given
 * before this call". A new generation begins with each question, so that what comes later does not count.
 */
export class Generations {
  #newest: Generation = { outstanding: 0, isClosed: false };
  /** Those that were asked for and are not done, in their order. */
  readonly #asked: { readonly generation: Generation; readonly resolve: () => void }[] = [];

  /** Counts one more; returns its generation. */
  enter(): Generation {
    this.#newest.outstanding += 1;
    return this.#newest;
  }

  /** One of `generation` is done. */
  leave(generation: Generation): void {
    generation.outstanding -= 1;
    if (generation.outstanding === 0) this.#tell();
  }

  /** Resolves once all that have entered so far have left. */
  allDone(): Promise<void> {
    return new Promise((resolve) => {
      this.#newest.isClosed = true;
      this.#asked.push({ generation: this.#newest, resolve });
      this.#newest = { outstanding: 0, isClosed: false };
      this.#tell();
    });
  }

  #tell(): void {
    while (this.#asked[0]?.generation.outstanding === 0) this.#asked.shift()?.resolve();
  }
}
