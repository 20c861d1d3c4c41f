/** More than this are forgotten, the oldest first. */
const maxRemembered = 10_000;

/** Receipt handles of which something is known, as many as memory may hold. */
export class KnownReceipts {
  readonly #handles = new Set<string>();

  has(receiptHandle: string): boolean {
    return this.#handles.has(receiptHandle);
  }

  add(receiptHandle: string): void {
    this.#handles.delete(receiptHandle);
    this.#handles.add(receiptHandle);
    for (const oldest of this.#handles) {
      if (this.#handles.size <= maxRemembered) break;
      this.#handles.delete(oldest);
    }
  }

  delete(receiptHandle: string): void {
    this.#handles.delete(receiptHandle);
  }
}
