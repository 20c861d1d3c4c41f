// Sends orders to the targets of the load over a message bus, so many a second, and writes down what became of each.
import { answerLines } from "../programs/answer-lines.ts";
import { toMessage } from "./bus-message.ts";
import { enter } from "./ledger.ts";
import { memoryInUse } from "./memory.ts";
import { openBus } from "./open-bus.ts";
import { fromEnvironment } from "./order.ts";
import { startTicking } from "./ticking.ts";

const settings = fromEnvironment(process.env);
const { queues, ledger } = settings;
const groups = 7;

const bus = openBus(settings);
let n = 0;
let stopTicking = () => {};
const open = new Set<Promise<void>>();

function sendOne(): void {
  const number = n++;
  const group = `g${number % groups}`;
  for (const queue of queues) {
    const message = toMessage({ n: number, group, sentAt: Date.now() });
    const sent = bus.sendMany([message], { target: queue, key: group }).then(([outcome]) => {
      if (outcome?.kind === "delivered") enter(ledger, { is: "accepted", queue, n: number, group });
      else enter(ledger, { is: "not-accepted", queue, n: number, outcome: outcome?.kind ?? "nothing" });
      open.delete(sent);
    });
    open.add(sent);
  }
}

answerLines({
  ready: () => true,
  memory: memoryInUse,
  /** The number that the next order will have. */
  next: () => n,
  start: ({ perSecond }: { readonly perSecond: number }) => {
    stopTicking = startTicking(perSecond, sendOne);
  },
  /** Sends no more, and resolves when everything that was sent has its outcome. */
  stop: async () => {
    stopTicking();
    while (open.size > 0) await Promise.all(open);
    await bus.close();
    return { sent: n };
  },
});
