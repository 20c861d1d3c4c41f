/** A queue has no more in flight than this; what is beyond it has been in flight for long enough to be back. */
const maxRemembered = 120_000;

/** What was received, and was neither acknowledged nor given back. What comes again counts once. */
export class Unacknowledged {
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
