import { describe, expect, it, jest } from "@jest/globals";
import { ManualClock } from "../testing/manual-clock.ts";
import { Exchange, type ExchangeTerms } from "./exchange.ts";
import { prepareRequest } from "./prepare-request.ts";
import type { HttpResponse } from "./types.ts";

const request = prepareRequest({ method: "GET", url: "https://h.test/a?b", headers: {} });
const bytes = (text: string) => new TextEncoder().encode(text);

function begin(terms: Partial<ExchangeTerms> = {}) {
  const clock = new ManualClock();
  const outcome: { response?: HttpResponse; reason?: unknown } = {};
  const settled = jest.fn();
  const abandon = jest.fn();
  const exchange = new Exchange(request, {
    timeoutMs: 1_000,
    responseTimeoutMs: 100,
    maxResponseBytes: 10,
    signal: undefined,
    clock,
    onSent: undefined,
    resolve: (response) => {
      outcome.response = response;
    },
    reject: (reason) => {
      outcome.reason = reason;
    },
    settled,
    ...terms,
  });
  exchange.abandon = abandon;
  return { exchange, clock, outcome, settled, abandon };
}

describe("an exchange", () => {
  it("resolves with what was collected, and leaves no timer", () => {
    const { exchange, clock, outcome, settled, abandon } = begin();
    exchange.markSent();
    exchange.begin(200, { a: "b" });
    exchange.collect(bytes("one "));
    exchange.collect(bytes("two"));
    exchange.complete();
    expect(outcome.response).toEqual({ status: 200, headers: { a: "b" }, text: "one two" });
    expect(settled).toHaveBeenCalledTimes(1);
    expect(abandon).not.toHaveBeenCalled();
    expect(clock.pendingTimers).toBe(0);
  });

  it("is settled once, whatever happens afterwards", async () => {
    const { exchange, clock, outcome, settled } = begin();
    exchange.markSent();
    exchange.begin(200, {});
    exchange.complete();
    exchange.complete();
    exchange.fail(new Error("too late"));
    exchange.cut();
    exchange.collect(bytes("far too much of a body"));
    await clock.advance(10_000);
    expect(outcome).toEqual({ response: { status: 200, headers: {}, text: "" } });
    expect(settled).toHaveBeenCalledTimes(1);
  });

  it("counts a response that arrived while the process was too busy to read it", async () => {
    const { exchange, clock, outcome } = begin();
    exchange.markSent();
    exchange.begin(200, {});
    // The timer goes off first, then what has arrived is read: that is the order in an event loop that was
    // blocked.
    void clock.freeze(5_000);
    await Promise.resolve();
    exchange.complete();
    await clock.settle();
    expect(outcome.response?.status).toBe(200);
  });

  it("has run out of time when nothing had arrived", async () => {
    const { exchange, clock, outcome, abandon } = begin();
    exchange.markSent();
    await clock.advance(99);
    expect(outcome).toEqual({});
    await clock.advance(1);
    await clock.settle();
    expect(outcome.reason).toMatchObject({
      code: "wirekit/timeout",
      details: { phase: "response", sent: true, origin: "https://h.test", timeoutMs: 100 },
    });
    expect(abandon).toHaveBeenCalledTimes(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it("has a time in all, also when it is never sent", async () => {
    const { clock, outcome } = begin();
    await clock.advance(1_000);
    await clock.settle();
    expect(outcome.reason).toMatchObject({ details: { phase: "total", sent: false, timeoutMs: 1_000 } });
  });

  it("sets no timer for a time without end", () => {
    const endless = { timeoutMs: Number.POSITIVE_INFINITY, responseTimeoutMs: Number.POSITIVE_INFINITY };
    const { exchange, clock, outcome } = begin(endless);
    exchange.markSent();
    expect(clock.pendingTimers).toBe(0);
    exchange.fail("stop");
    expect(outcome.reason).toBe("stop");
  });

  it("lets go of its signal when it is settled", () => {
    const controller = new AbortController();
    const { exchange, outcome } = begin({ signal: controller.signal });
    exchange.begin(204, {});
    exchange.complete();
    controller.abort("late");
    expect(outcome).toEqual({ response: { status: 204, headers: {}, text: "" } });
  });
});
