import type { Clock, WaitOptions } from "@wirekit/core";
import { Deadline, failedOutcome, watchCaller } from "@wirekit/core/kit";
import type { Batcher, BatchOutcome } from "@wirekit/core/outbound";
import type { SqsApi, SqsReceipt, SqsSendEntry, SqsSettler } from "@wirekit/core/sqs";

/** A queue whose URL is known, and what sends to it and deletes from it. */
export interface OpenQueue {
  readonly url: string;
  readonly sqs: SqsApi;
  readonly sender: Batcher<SqsSendEntry, SqsReceipt>;
  readonly settler: SqsSettler;
}

/** Tells the one outcome of a message. `reason` is what a call that rejects rejects with. */
export type SettleSend = (outcome: BatchOutcome<SqsReceipt>, reason: unknown) => void;

/** A message that waits for the look-up of its queue. */
interface WaitingMessage {
  readonly submit: (sender: OpenQueue["sender"]) => void;
  readonly fail: (reason: unknown) => void;
}

/** One queue of a bus. It is looked for on first use, and again after a look-up that failed. */
export class SqsQueue {
  readonly #find: () => Promise<OpenQueue>;
  readonly #clock: Clock;
  /** In the order of their calls, which a message that comes after the look-up must not overtake. */
  readonly #waiting = new Set<WaitingMessage>();
  #finding: Promise<OpenQueue> | undefined;
  #queue: OpenQueue | undefined;

  constructor(find: () => Promise<OpenQueue>, clock: Clock) {
    this.#find = find;
    this.#clock = clock;
  }

  /** The look-up that is under way or has succeeded, if there is one. */
  get finding(): Promise<OpenQueue> | undefined {
    return this.#finding;
  }

  /** Resolves when it is found. Callers that come meanwhile share one look-up. */
  opened(): Promise<OpenQueue> {
    this.#finding ??= this.#open();
    return this.#finding;
  }

  /**
   * Sends with the next request that has room, as soon as the queue is found. Tells the outcome once, maybe
   * within this call.
   */
  submit(entry: SqsSendEntry, options: WaitOptions, settle: SettleSend): void {
    if (this.#queue === undefined) this.#submitOnceFound(entry, options, settle);
    else this.#queue.sender.submit(entry, options, settle);
  }

  /** Gives up all that waits for the look-up. */
  fail(reason: unknown): void {
    for (const message of this.#waiting) message.fail(reason);
    this.#waiting.clear();
  }

  async #open(): Promise<OpenQueue> {
    try {
      this.#queue = await this.#find();
    } catch (thrown) {
      this.#finding = undefined;
      this.fail(thrown);
      throw thrown;
    }
    for (const message of this.#waiting) message.submit(this.#queue.sender);
    this.#waiting.clear();
    return this.#queue;
  }

  #submitOnceFound(entry: SqsSendEntry, options: WaitOptions, settle: SettleSend): void {
    const { signal, timeoutMs } = options;
    const deadline = timeoutMs === undefined ? undefined : new Deadline(timeoutMs, this.#clock);
    let stopWatching: (() => void) | undefined;
    const message: WaitingMessage = {
      submit: (sender) => {
        stopWatching?.();
        sender.submit(entry, { signal, timeoutMs: deadline?.leftMs() }, settle);
      },
      fail: (reason) => {
        stopWatching?.();
        this.#waiting.delete(message);
        settle(failedOutcome(reason), reason);
      },
    };
    this.#waiting.add(message);
    stopWatching = watchCaller("Sending", { signal, timeoutMs, clock: this.#clock }, message.fail);
    // A look-up that fails has told each message that waits for it.
    this.opened().catch(() => undefined);
  }
}
