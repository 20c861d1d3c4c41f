import { expect, it } from "@jest/globals";
import { WirekitError } from "@wirekit/core";
import { stepOfReport, stepOfSends, timed } from "./tally.ts";

it("takes the time of a send, and counts its tries", async () => {
  const sent = await timed(async () => ({ trackingId: "t-1", attempts: 3 }));
  const error = Object.assign(new WirekitError("no", { code: "test/no" }), { attempts: 2 });
  const failed = await timed(async () => {
    throw error;
  });
  expect(failed).toEqual({ kind: "failed", error });
  expect(stepOfSends("step", [sent, failed])).toMatchObject({ delivered: 1, failed: 1, attempts: 5 });
});

it("counts what a bulk send came to", () => {
  const error = Object.assign(new WirekitError("no", { code: "test/no" }), { attempts: 2 });
  const report = {
    outcomes: [
      { kind: "delivered", trackingId: "t-1", attempts: 1, latencyMs: 4 },
      { kind: "rejected", error },
      { kind: "not-sent", error: new WirekitError("closed", { code: "test/closed" }) },
    ] as const,
    counts: { delivered: 1, rejected: 1, "not-sent": 1, dropped: 0, expired: 0, unconfirmed: 0 },
  };
  expect(stepOfReport("step", report)).toEqual({
    step: "step",
    delivered: 1,
    failed: 2,
    attempts: 3,
    latenciesMs: [4],
  });
});
