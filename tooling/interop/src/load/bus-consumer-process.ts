// Consumes the targets of the load over a message bus, and writes down what it has handled.
import { toOrder } from "./bus-message.ts";
import { openBus } from "./open-bus.ts";
import { fromEnvironment } from "./order.ts";
import { serveConsumer, visibilityTimeoutMs } from "./serve-consumer.ts";

const settings = fromEnvironment(process.env);
const bus = openBus(settings);

serveConsumer(settings, {
  consume: (target, handled) =>
    bus.consume({ target, concurrency: 10, visibilityTimeoutMs }, (message, { received }) =>
      handled(toOrder(message), received.receiptHandle),
    ),
  close: () => bus.close(),
});
