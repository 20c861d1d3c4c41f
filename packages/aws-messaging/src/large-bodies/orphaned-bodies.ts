import type { Logger, SendOutcome } from "@wirekit/core";
import { messageOf } from "@wirekit/core/kit";
import type { BodyPointer, BodyStore } from "./body-store.ts";

/** Sees to bodies that were stored for a message which was then not delivered. */
export class OrphanedBodies {
  readonly #store: BodyStore | undefined;
  readonly #logger: Logger;
  readonly #work = new Set<Promise<void>>();

  constructor(store: BodyStore | undefined, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
  }

  /**
   * Deletes the body of a message that SNS has not taken. If the message is unconfirmed, the body stays, and
   * the log says where: a message without its body would be lost.
   */
  lookAfter(
    entry: Stored | Promise<Stored> | undefined,
    outcome: Exclude<SendOutcome, { readonly kind: "delivered" }>,
  ): void {
    const store = this.#store;
    if (store === undefined || entry === undefined) return;
    const work = Promise.resolve(entry)
      // Without an entry there is no body: what makes an entry cleans up if it fails.
      .catch(() => ({ stored: undefined }))
      .then(async ({ stored }) => {
        if (stored === undefined) return;
        const { bucket, key } = stored;
        if (outcome.kind === "unconfirmed") {
          this.#logger.warn(
            { bucket, key },
            "A body is kept although its message was not confirmed: it may have arrived. Delete it yourself",
          );
          return;
        }
        await store.delete(stored).catch((thrown: unknown) => {
          const error = messageOf(thrown);
          this.#logger.error(
            { bucket, key, error },
            "The body of a message that was not sent could not be deleted",
          );
        });
      })
      .finally(() => this.#work.delete(work));
    this.#work.add(work);
  }

  /** Resolves once all of them are seen to. */
  async settled(): Promise<void> {
    await Promise.all(this.#work);
  }
}

interface Stored {
  readonly stored?: BodyPointer | undefined;
}
