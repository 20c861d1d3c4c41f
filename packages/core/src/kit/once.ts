/**
 * Runs `make` on the first call, and gives every caller what it resolved with. A failure is not kept: the
 * next call tries again. Calls that come meanwhile share the one that is under way.
 */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  const made = new OpenOnce<T>();
  return () => made.get("", make);
}

/** {@link once}, for each name. */
export class OpenOnce<T> {
  readonly #opened = new Map<string, Promise<T>>();

  /** What is open under `name`, opened by `open` where there is none yet. */
  get(name: string, open: () => Promise<T>): Promise<T> {
    const known = this.#opened.get(name);
    if (known !== undefined) return known;
    const opening = open();
    this.#opened.set(name, opening);
    opening.catch(() => this.#opened.delete(name));
    return opening;
  }

  /** All that is open, once what is being opened now has been, or could not be. */
  async all(): Promise<T[]> {
    const results = await Promise.allSettled(this.#opened.values());
    return results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  }
}
