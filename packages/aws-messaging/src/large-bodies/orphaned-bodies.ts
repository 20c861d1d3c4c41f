import type { Clock, Logger, SendOutcome } from "@wirekit/core";
import { messageOf, withTimeout } from "@wirekit/core/kit";
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
   * Deletes the body of a message that SNS has surely not taken. Where nobody knows, the body stays, and the log says where: a message without
   * its body would be lost.
   */
  lookAfter(
    entry: Promise<{ readonly stored?: BodyPointer }> | undefined,
    outcome: Exclude<SendOutcome, { readonly kind: "delivered" }>,
  ): void {
    const store = this.#store;
    if (store === undefined || entry === undefined) return;
    const work = entry
      // Without an entry there is no body: whoever makes one cleans up behind it.
      .catch(() => ({ stored: undefined }))
      .then(async ({ stored }) => {
        if (stored === undefined) return;
        const { bucket, key } = stored;
        if (mayHaveArrived(outcome)) {
          this.#logger.warn(
            { bucket, key },
            "A body is kept although its message was not confirmed: it may have arrived. Nobody deletes it",
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

  /** Resolves once all of them are seen to, or the time is over. */
  async settled(options: { readonly timeoutMs: number; readonly clock: Clock }): Promise<void> {
    if (this.#work.size === 0) return;
    await withTimeout("Deleting bodies", () => Promise.all(this.#work), options).catch(() => undefined);
  }
}

function mayHaveArrived(outcome: SendOutcome): boolean {
  if (outcome.kind === "expired") return true;
  // What may be tried again was refused for reasons of the network or the service: its answer may have been lost.
  return outcome.kind === "rejected" && outcome.error.retryable;
}
