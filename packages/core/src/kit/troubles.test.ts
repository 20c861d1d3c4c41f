import { expect, it } from "@jest/globals";
import { ConnectionError } from "../errors/connection-error.ts";
import { TimeoutError } from "../errors/timeout-error.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { Troubles } from "./troubles.ts";

it("a client without troubles is well", () => {
  const troubles = new Troubles(new ManualClock());
  troubles.clear("sending");
  expect(troubles.health()).toEqual({ status: "ok", reasons: [] });
});

it("a trouble is a reason until it is over, since it began, with the newest error", async () => {
  const clock = new ManualClock();
  const troubles = new Troubles(clock);
  troubles.report("sending", new ConnectionError("refused"));
  await clock.advance(50);
  troubles.report("sending", new TimeoutError("The answer", 10));
  troubles.report("receiving", new ConnectionError("broken"));
  expect(troubles.health()).toEqual({
    status: "degraded",
    reasons: [
      { code: "wirekit/timeout", message: "The answer took longer than 10 ms", sinceMs: 50 },
      { code: "wirekit/connection", message: "broken", sinceMs: 0 },
    ],
  });
  troubles.clear("sending");
  expect(troubles.reasons.map(({ message }) => message)).toEqual(["broken"]);
  troubles.clear("receiving");
  await clock.advance(50);
  troubles.report("sending", new ConnectionError("refused"));
  expect(troubles.reasons).toMatchObject([{ sinceMs: 0 }]);
});

it("only what should be well is degraded", () => {
  const troubles = new Troubles(new ManualClock());
  troubles.report("sending", new ConnectionError("refused"));
  for (const status of ["degraded", "failed", "closing", "closed"] as const) {
    expect(troubles.health(status)).toMatchObject({ status, reasons: [{ message: "refused" }] });
  }
});
