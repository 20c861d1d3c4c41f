/** A queue has at most this many in flight, so that the oldest beyond it are visible to others again. */
const maxRemembered = 120_000;

/** The messages that were received, and neither acknowledged nor given back. One that is received again counts once. */
export class UnsettledMessages {
  /** By receipt handle, the message. In the order of their receipt. */
  readonly #messages = new Map<string, string>();
  /** By message, its newest receipt handle. */
  readonly #handles = new Map<string, string>();

  get size(): number {
    return this.#messages.size;
  }

  received(target: string, id: string, receiptHandle: string): void {
    const message = `${target} ${id}`;
    const before = this.#handles.get(message);
    if (before !== undefined) this.#messages.delete(before);
    this.#messages.set(receiptHandle, message);
    this.#handles.set(message, receiptHandle);
    if (this.#messages.size <= maxRemembered) return;
    const [oldest] = this.#messages.keys();
    if (oldest !== undefined) this.settled(oldest);
  }

  settled(receiptHandle: string): void {
    const message = this.#messages.get(receiptHandle);
    this.#messages.delete(receiptHandle);
    if (message !== undefined) this.#handles.delete(message);
  }
}
