import type { Logger } from "@wirekit/core";
import { messageOf } from "@wirekit/core/kit";
import type { BodyPointer, LargeBodies } from "./body-store.ts";

/**
 * Knows which messages have a body that was stored apart, and deletes it after them where that was asked for.
 */
export class StoredBodies {
  readonly #largeBodies: LargeBodies | undefined;
  readonly #logger: Logger;
  readonly #pointers = new WeakMap<object, BodyPointer>();

  constructor(largeBodies: LargeBodies | undefined, logger: Logger) {
    this.#largeBodies = largeBodies;
    this.#logger = logger;
  }

  /**
   * Remembers, for as long as there is the delivery, where the body of a message stands that is being read.
   */
  async note<Message extends { readonly stored?: BodyPointer | undefined }>(
    delivery: object,
    reading: Promise<Message>,
  ): Promise<Message> {
    const message = await reading;
    if (message.stored !== undefined) this.#pointers.set(delivery, message.stored);
    return message;
  }

  /** Never rejects: that a body could not be deleted is logged, and changes nothing for its message. */
  async handled(delivery: object): Promise<void> {
    const pointer = this.#pointers.get(delivery);
    if (this.#largeBodies?.afterHandling !== "delete" || pointer === undefined) return;
    try {
      await this.#largeBodies.store.delete(pointer);
    } catch (thrown) {
      const { bucket, key } = pointer;
      this.#logger.error(
        { bucket, key, error: messageOf(thrown) },
        "The body of a handled message could not be deleted",
      );
    }
  }
}
