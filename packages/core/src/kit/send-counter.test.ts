import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { RejectedError } from "../errors/rejected-error.ts";
import { TimeoutError } from "../errors/timeout-error.ts";
import { UnconfirmedError } from "../errors/unconfirmed-error.ts";
import { failedOutcome } from "./failed-outcome.ts";
import { SendCounter } from "./send-counter.ts";

const kinds = ["delivered", "rejected", "not-sent", "dropped", "expired", "unconfirmed"] as const;

it("counters add up at any time, whatever becomes of messages", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.constantFrom(...kinds))), (outcomes) => {
      const counter = new SendCounter();
      let pending = 0;
      for (const outcome of outcomes) {
        if (outcome !== null && pending > 0) {
          counter.settle(outcome);
          pending -= 1;
        } else {
          counter.accept();
          pending += 1;
        }
        const { accepted, ...rest } = counter.stats();
        expect(rest.pending).toBe(pending);
        expect(Object.values(rest).reduce((sum, count) => sum + count, 0)).toBe(accepted);
      }
    }),
  );
});

it.each([
  ["delivered", "delivered"],
  ["rejected", "rejected"],
  ["not-sent", "notSent"],
  ["dropped", "dropped"],
  ["expired", "expired"],
  ["unconfirmed", "unconfirmed"],
] as const)("%s is counted as %s", (kind, name) => {
  const counter = new SendCounter();
  counter.accept();
  counter.settle(kind);
  expect(counter.stats()).toMatchObject({ accepted: 1, [name]: 1, pending: 0 });
});

describe("the outcome of an error", () => {
  class Refused extends RejectedError<"test/refused"> {
    static override readonly mark: string = "@wirekit/test/Refused";
  }

  it.each([
    ["unconfirmed", new UnconfirmedError("The message")],
    ["rejected", new RejectedError("no", { code: "test/no" })],
    ["rejected", new Refused("no", { code: "test/refused" })],
    ["expired", new TimeoutError("Sending", 5)],
    ["not-sent", new RangeError("a bug")],
    ["not-sent", "what is no error"],
  ] as const)("is %s: %p", (kind, thrown) => {
    const outcome = failedOutcome(thrown);
    expect(outcome.kind).toBe(kind);
    if (thrown instanceof Error && "code" in thrown) expect(outcome.error).toBe(thrown);
    else expect(outcome.error).toMatchObject({ code: "wirekit/unknown", cause: thrown });
  });
});
