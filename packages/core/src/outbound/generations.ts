/**
 * Counts what is outstanding by generation, and tells when all of a generation and those before it are done: "everything that was given
 * before this call". A new generation begins with each question, so that what comes later does not count.
 */
export class Generations {
  /** In ascending order, since only the newest gains members. */
  readonly #outstanding = new Map<number, number>();
  readonly #waiting: { readonly generation: number; readonly resolve: () => void }[] = [];
  #newest = 0;

  /** Counts one more; returns its generation. */
  enter(): number {
    this.#outstanding.set(this.#newest, (this.#outstanding.get(this.#newest) ?? 0) + 1);
    return this.#newest;
  }

  /** One of `generation` is done. */
  leave(generation: number): void {
    const left = (this.#outstanding.get(generation) ?? 0) - 1;
    if (left > 0) this.#outstanding.set(generation, left);
    else this.#outstanding.delete(generation);
    this.#tell();
  }

  /** Whether `generation` has been asked for. */
  isClosed(generation: number): boolean {
    return generation < this.#newest;
  }

  /** Resolves once all that have entered so far have left. */
  allDone(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ generation: this.#newest, resolve });
      this.#newest += 1;
      this.#tell();
    });
  }

  #tell(): void {
    if (this.#waiting.length === 0) return;
    const oldest = this.#outstanding.keys().next().value ?? Number.POSITIVE_INFINITY;
    while (this.#waiting[0] !== undefined && this.#waiting[0].generation < oldest) {
      this.#waiting.shift()?.resolve();
    }
  }
}
