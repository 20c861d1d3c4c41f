import { silentLogger } from "@wirekit/core";
import { MemoryIdempotencyStore } from "@wirekit/core/inbound";
import type { MessageConsumer } from "@wirekit/message-bus";
import { openBus } from "../open-bus.ts";
import { startPaymentService } from "../payment-service.ts";
import { paymentTargets } from "../payment-targets.ts";
import { bookInto } from "./book-into.ts";
import { reportOf } from "./instance.ts";
import { serviceToken } from "./payment-day.ts";
import { type Stage, temporaryLedger } from "./stage.ts";

/** All instances run in this process, because a bus in memory is the process's own. */
export async function openMemoryStage(): Promise<Stage> {
  // What it logs goes to nobody's screen here: a poison message is announced at each of its attempts.
  const bus = openBus({ name: "memory" }, { env: process.env, logger: silentLogger });
  const targets = paymentTargets();
  const { ledger, remove } = await temporaryLedger();
  const idempotencyStore = new MemoryIdempotencyStore();
  return {
    busName: "memory",
    where: "The bus and both instances of the service are in this process.",
    bus,
    targets,
    ledger,
    startInstance: async (name) => {
      const bookPayment = bookInto(ledger, name);
      const service: MessageConsumer = startPaymentService(bus, {
        targets,
        bookPayment,
        idempotencyStore,
        serviceToken,
      });
      const report = reportOf(name, service);
      return {
        name,
        stop: async () => {
          await service.close();
          return { exitCode: 0, report: report() };
        },
      };
    },
    requests: () => undefined,
    close: async () => {
      await bus.close();
      await remove();
    },
  };
}
