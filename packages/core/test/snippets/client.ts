import { type CloseOptions, type CloseReport, systemClock, WirekitError } from "@wirekit/core";
import { Closing, failedOutcome, SendCounter, Troubles } from "@wirekit/core/kit";

class Sender {
  readonly #closing = new Closing<CloseReport>(systemClock);
  readonly #troubles = new Troubles(systemClock);
  readonly #counter = new SendCounter();

  async send(deliver: () => Promise<void>): Promise<void> {
    this.#counter.accept();
    try {
      await deliver();
      this.#counter.settle("delivered");
      this.#troubles.clear("sending");
    } catch (thrown) {
      this.#counter.settle(failedOutcome(thrown).kind);
      this.#troubles.report("sending", WirekitError.from(thrown));
      throw thrown;
    }
  }

  stats() {
    return this.#counter.stats();
  }

  health() {
    return this.#troubles.health(this.#closing.isStarted ? "closed" : "ok");
  }

  close(options?: CloseOptions): Promise<CloseReport> {
    return this.#closing.start(options, async () => ({ notSent: [], unconfirmed: [], notHandled: 0 }));
  }
}

const sender = new Sender();
const down = () => Promise.reject(new WirekitError("The peer is down", { code: "demo/down" }));
await sender.send(down).catch(() => undefined);
const { status, reasons } = sender.health();
console.log(status, reasons[0]?.code, sender.stats().notSent); // prints: degraded demo/down 1

await sender.send(async () => undefined);
console.log(sender.health().status, sender.stats().accepted); // prints: ok 2

const refused = await sender.close({ timeoutMs: Number.NaN }).catch((error: Error) => error.message);
console.log(refused);
// prints: Invalid configuration: timeoutMs must be a number of at least 0 and at most 2147483647
const reports = [await sender.close(), await sender.close()];
console.log(reports[0] === reports[1]); // prints: true
