// Consumes the targets of the load over a message bus, and writes down what it has handled.
import { answerLines } from "../programs/answer-lines.ts";
import { toOrder } from "./bus-message.ts";
import { enter } from "./ledger.ts";
import { memoryInUse } from "./memory.ts";
import { openBus } from "./open-bus.ts";
import { fromEnvironment } from "./order.ts";

const settings = fromEnvironment(process.env);
const { queues, ledger } = settings;
/** Short, so that what a dead process held comes back soon. */
const visibilityTimeoutMs = 5_000;

const bus = openBus(settings);
const consumers = queues.map((target) =>
  bus.consume({ target, concurrency: 10, visibilityTimeoutMs }, (message, { received }) => {
    const { n, group, sentAt } = toOrder(message);
    const messageId = received.receiptHandle;
    enter(ledger, { is: "handled", queue: target, n, group, messageId, latencyMs: Date.now() - sentAt });
  }),
);
// One that stops by itself is a fault, and the process says so by its end.
for (const consumer of consumers)
  consumer.closed.catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });

answerLines({
  ready: () => true,
  memory: memoryInUse,
  close: async () => void (await bus.close()),
});
