import process from "node:process";
import { parseArgs } from "node:util";
import { silentLogger } from "@wirekit/core";
import { MemoryIdempotencyStore } from "@wirekit/core/inbound";
import { closeOnSignals } from "@wirekit/core/node";
import { bookInto } from "./demo/book-into.ts";
import { reportOf } from "./demo/instance.ts";
import { watchParent } from "./demo/parent.ts";
import { serviceToken, takeoverAfterMs } from "./demo/payment-day.ts";
import { openLedger } from "./ledger.ts";
import { type BusPlace, openBus, targetSuffix } from "./open-bus.ts";
import { startPaymentService } from "./payment-service.ts";
import { paymentTargets } from "./payment-targets.ts";

// The payment service as a program: it works until it is told to end by a signal, finishes what it has begun,
// and gives the rest back.
const text = { type: "string", default: "" } as const;
const { values } = parseArgs({
  options: { place: text, prefix: text, ledger: text, name: text },
});
const place = JSON.parse(values.place) as BusPlace;
const parent = watchParent();
// What it logs goes to nobody's screen here: a poison message is announced at each of its attempts.
const bus = openBus(place, { env: process.env, takeoverAfterMs, logger: silentLogger });
const service = startPaymentService(bus, {
  targets: paymentTargets({ prefix: values.prefix, suffix: targetSuffix(place.name) }),
  bookPayment: bookInto(openLedger(values.ledger), values.name),
  // It knows what this process has handled. Instances that are to know of each other's share one, in Redis
  // (`@wirekit/core/redis`).
  idempotencyStore: new MemoryIdempotencyStore(),
  serviceToken,
});
const report = reportOf(values.name, service);

const watch = closeOnSignals([service, bus], {
  signals: ["SIGTERM"],
  timeoutMs: 30_000,
  afterwards: "return",
  logger: silentLogger,
});
parent.tell("ready");
const { isClean } = await watch.closed;
parent.tell(report());
// It ends by itself when the parent has been let go of: nothing of the service keeps it alive.
process.exitCode = isClean ? 0 : 1;
parent.leave();
