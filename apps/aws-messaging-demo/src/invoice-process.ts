import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { AwsMessaging } from "@wirekit/aws-messaging";
import { silentLogger } from "@wirekit/core";
import { closeOnSignals } from "@wirekit/core/node";
import { invoiceReport } from "./demo/invoice-report.ts";
import { messagingConfig } from "./demo/messaging-config.ts";
import { unknownCustomer, visibilityTimeoutMs, workOf } from "./demo/order-day.ts";
import { recordSpans } from "./demo/tracing.ts";
import { openInvoiceBook } from "./invoice-book.ts";
import { startInvoiceService } from "./invoice-service.ts";

// The invoice service as a program: it works until it is told to end by a signal, finishes what it has begun,
// and gives the rest back.
const { values } = parseArgs({
  options: {
    endpoint: { type: "string", default: "" },
    environment: { type: "string", default: "" },
    book: { type: "string", default: "" },
    "dead-letters": { type: "string", default: "" },
  },
});
const spans = recordSpans();
const book = openInvoiceBook(values.book);
const config = messagingConfig(process.env, {
  endpointUrl: values.endpoint,
  environment: values.environment,
});
// What it logs goes to nobody's screen here: a poison message is announced at each of its attempts.
const messaging = new AwsMessaging({ ...config, logger: silentLogger });
const consumer = startInvoiceService(messaging, {
  deadLetterQueue: values["dead-letters"],
  visibilityTimeoutMs,
  writeInvoice: async (order, { signal }) => {
    if (order.customer === unknownCustomer) throw new Error("There is no such customer");
    await pause(workOf(order), undefined, { signal });
    await book.write({ orderId: order.order_id, pid: process.pid });
  },
});
const latenciesMs: number[] = [];
consumer.on("processed", ({ outcome, durationMs }) => {
  if (outcome === "handled") latenciesMs.push(durationMs);
});

const watch = closeOnSignals([consumer, messaging], {
  signals: ["SIGTERM"],
  afterwards: "return",
  logger: silentLogger,
});
process.send?.("ready");
const { isClean } = await watch.closed;
process.send?.(invoiceReport(consumer, { latenciesMs, spans: spans() }));
// It ends by itself when the parent has let go of it: nothing of the consumer keeps it alive.
process.exitCode = isClean ? 0 : 1;
process.disconnect?.();
