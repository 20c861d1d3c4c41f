import { silentLogger } from "../../src/index.ts";
import { sleep } from "../../src/kit/index.ts";
import {
  type SqsApi,
  type SqsCallOptions,
  type SqsDelivery,
  SqsSource,
  type SqsSourceOptions,
} from "../../src/sqs/index.ts";
import type { SourcePlace } from "../../src/testing/index.ts";
import { SimulatedPlace } from "./queue-place.ts";

const pollMs = 50;

/** The queue with the source for SQS, which speaks to it in SQS's words. */
export class SqsPlace extends SimulatedPlace implements SourcePlace<SqsDelivery> {
  /** How many requests came, and how many receives wait for an answer. */
  readonly requests = { receives: 0, settlements: 0 };
  receivesUnderWay = 0;
  readonly #queueName: string;
  readonly #sqs: Omit<SqsApi, "sendMessageBatch"> = {
    receiveMessage: async (input, options) => {
      this.requests.receives += 1;
      this.receivesUnderWay += 1;
      try {
        return await this.#receive(input, options);
      } finally {
        this.receivesUnderWay -= 1;
      }
    },

    deleteMessageBatch: async ({ Entries }, options) => {
      await this.#answer(options);
      this.requests.settlements += 1;
      return this.#each(Entries, ({ ReceiptHandle }) =>
        this.queue.apply({ kind: "delete", receiptHandle: ReceiptHandle }),
      );
    },

    changeMessageVisibilityBatch: async ({ Entries }, options) => {
      await this.#answer(options);
      return this.#each(Entries, ({ ReceiptHandle, VisibilityTimeout }) =>
        this.queue.apply({
          kind: "visibility",
          receiptHandle: ReceiptHandle,
          forMs: VisibilityTimeout * 1_000,
        }),
      );
    },
  };

  constructor({ queueName = "orders.fifo" }: { readonly queueName?: string } = {}) {
    super();
    this.#queueName = queueName;
  }

  makeSource(options: Partial<SqsSourceOptions> = {}): SqsSource {
    return new SqsSource({
      sqs: this.#sqs,
      queueUrl: `https://sqs.example.com/1/${this.#queueName}`,
      clock: this.clock,
      logger: silentLogger,
      ...options,
    });
  }

  nameOf({ body }: SqsDelivery): string {
    return body;
  }

  #receive: SqsApi["receiveMessage"] = async (input, options) => {
    await this.#answer(options);
    const untilMs = this.clock.monotonic() + input.WaitTimeSeconds * 1_000;
    for (;;) {
      const received = this.queue.receive(input.MaxNumberOfMessages, (input.VisibilityTimeout ?? 30) * 1_000);
      if (received.length > 0 || this.clock.monotonic() >= untilMs) {
        const messages = received.map(({ id, key, body, receives, receiptHandle }) => ({
          MessageId: id,
          ReceiptHandle: receiptHandle,
          Body: body,
          Attributes: {
            ApproximateReceiveCount: String(receives),
            ...(key !== undefined && { MessageGroupId: key }),
          },
        }));
        return { Messages: messages };
      }
      await sleep(pollMs, { clock: this.clock, signal: options?.signal });
    }
  };

  /** As a request does: it fails, hangs until it is aborted, or goes on. */
  async #answer({ signal }: SqsCallOptions = {}): Promise<void> {
    const aborted = new Promise<never>((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason));
    });
    await Promise.race([this.request(), aborted]);
  }

  #each<Entry extends { readonly Id: string }>(entries: readonly Entry[], apply: (entry: Entry) => boolean) {
    const results = entries.map((entry) => ({ Id: entry.Id, isDone: apply(entry) }));
    return {
      Successful: results.filter(({ isDone }) => isDone),
      Failed: results
        .filter(({ isDone }) => !isDone)
        .map(({ Id }) => ({ Id, Code: "ReceiptHandleIsInvalid", SenderFault: true })),
    };
  }
}
