/**
 * Runs `make` on the first call and returns its promise to every caller. A failure is not kept: the next call
 * tries again.
 */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  const made = new OpenOnce<T>();
  return () => made.get("", make);
}

/** {@link once}, for each name. */
export class OpenOnce<T> {
  readonly #opened = new Map<string, Promise<T>>();

  /** Returns the thing that is open under `name`, and opens it on the first call. */
  get(name: string, open: () => Promise<T>): Promise<T> {
    const known = this.#opened.get(name);
    if (known !== undefined) return known;
    const opening = open();
    this.#opened.set(name, opening);
    opening.catch(() => this.#opened.delete(name));
    return opening;
  }

  /** Returns all that is open, after the attempts under way have succeeded or failed. */
  async all(): Promise<T[]> {
    const results = await Promise.allSettled(this.#opened.values());
    return results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  }
}
