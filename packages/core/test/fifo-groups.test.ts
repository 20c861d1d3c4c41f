import { expect, it } from "@jest/globals";
import { createConsumer } from "../src/inbound/index.ts";
import { silentLogger } from "../src/index.ts";
import { type SqsApi, type SqsDelivery, SqsSource } from "../src/sqs/index.ts";
import { deferred, until } from "../src/testing/index.ts";
import { FakeSqs, sqsMessage } from "./fake-sqs.ts";

/**
 * A FIFO queue with SQS's own rule: while a message of a group is held, nothing more of that group is given
 * to anybody.
 */
class FifoQueue implements Omit<SqsApi, "sendMessageBatch"> {
  readonly #waiting: { readonly id: string; readonly group: string }[];
  readonly #held = new Map<string, string>();
  /** The most messages of one group that were held at once. */
  mostHeld = 0;

  constructor(messages: readonly { readonly id: string; readonly group: string }[]) {
    this.#waiting = [...messages];
  }

  receiveMessage: SqsApi["receiveMessage"] = async ({ MaxNumberOfMessages }) => {
    await new Promise(setImmediate);
    const locked = new Set(this.#held.values());
    const given = this.#waiting.filter(({ group }) => !locked.has(group)).slice(0, MaxNumberOfMessages);
    for (const message of given) {
      this.#waiting.splice(this.#waiting.indexOf(message), 1);
      this.#held.set(message.id, message.group);
    }
    for (const group of new Set(this.#held.values())) {
      const count = [...this.#held.values()].filter((one) => one === group).length;
      this.mostHeld = Math.max(this.mostHeld, count);
    }
    return {
      Messages: given.map(({ id, group }) => ({
        MessageId: id,
        ReceiptHandle: id,
        Body: id,
        Attributes: { MessageGroupId: group },
      })),
    };
  };

  deleteMessageBatch: SqsApi["deleteMessageBatch"] = async ({ Entries }) => {
    for (const { ReceiptHandle } of Entries) this.#held.delete(ReceiptHandle);
    return { Successful: Entries };
  };

  changeMessageVisibilityBatch: SqsApi["changeMessageVisibilityBatch"] = async ({ Entries }) => ({
    Successful: Entries,
  });
}

it("never holds more than three messages of a FIFO group, however many slots and receives there are", async () => {
  const groups = ["a", "b", "c"];
  const messages = groups.flatMap((group) =>
    Array.from({ length: 40 }, (_, n) => ({ id: `${group}${n}`, group })),
  );
  const sqs = new FifoQueue(messages);
  const handled: string[] = [];
  const consumer = createConsumer<SqsDelivery, string>(
    {
      source: new SqsSource({ sqs, queueUrl: "https://sqs.example.com/1/orders.fifo", settleLingerMs: 0 }),
      concurrency: 100,
      capacity: 200,
      decode: ({ body }) => body,
      logger: silentLogger,
    },
    (id) => {
      handled.push(id);
      if (handled.length === messages.length) void consumer.close();
    },
  );
  await consumer.closed;
  for (const group of groups) {
    const ofGroup = (ids: readonly string[]) => ids.filter((id) => id.startsWith(group));
    expect(ofGroup(handled)).toEqual(ofGroup(messages.map(({ id }) => id)));
  }
  // What stands behind a failure is released, which its redrive policy counts as a receive: so few are risked
  // for one that fails.
  expect(sqs.mostHeld).toBe(3);
});

it("handles the messages of a group on a standard queue at once, and gives none back for one that fails", async () => {
  const sqs = new FakeSqs();
  const running: string[] = [];
  const goOn = deferred();
  const consumer = createConsumer<SqsDelivery, string>(
    {
      source: new SqsSource({ sqs, queueUrl: "https://sqs.example.com/1/orders", settleLingerMs: 0 }),
      concurrency: 10,
      decode: ({ body }) => body,
      logger: silentLogger,
    },
    async (body) => {
      running.push(body);
      await goOn.promise;
      if (body === "body of 0") throw new Error("poison");
    },
  );
  await until(() => sqs.polls.length > 0);
  sqs.deliver(...Array.from({ length: 10 }, (_, n) => sqsMessage(String(n), { groupId: "tenant" })));
  await until(() => running.length === 10);
  goOn.resolve();
  await until(() => consumer.stats().handled === 9 && consumer.stats().retried === 1);
  await consumer.close();
  const changed = sqs.inputs("changeMessageVisibilityBatch").flatMap(({ Entries }) => Entries);
  expect(changed).toMatchObject([{ ReceiptHandle: "r-0" }]);
});
