// Sends orders to the targets of the load over a message bus, so many a second, and writes down what became
// of each.
import { toMessage } from "./bus-message.ts";
import { openBus } from "./open-bus.ts";
import { fromEnvironment } from "./order.ts";
import { serveSender } from "./serve-sender.ts";

const settings = fromEnvironment(process.env);
const bus = openBus(settings);

serveSender(settings, {
  send: async (order, target) => {
    const [outcome] = await bus.sendMany([toMessage(order)], { target, key: order.group });
    return outcome ?? { kind: "nothing" };
  },
  close: () => bus.close(),
});
