import { describe, expect, it } from "@jest/globals";
import type { LogFields } from "@wirekit/core";
import { anySignal } from "@wirekit/core/kit";
import { ManualClock, settled } from "../../test/manual-clock.ts";
import { type KindoConfig, resolveOptions } from "../config.ts";
import { SendError } from "../errors.ts";
import type { ProducerTransport, TransportAttempt } from "../transports/producer-transport.ts";
import { type DeliveryTerms, deliver } from "./deliver.ts";
import { whileTimeIsLeft } from "./expired-error.ts";

const shipment = { message: { body: "{}", fields: {} }, idempotencyKey: undefined };

type Attempt = (attempt: TransportAttempt) => Promise<string>;

/** A transport whose tries end one after the other as `attempts` say; the last one goes for all that follow. */
function transport(...attempts: readonly Attempt[]): ProducerTransport & { readonly tries: number[] } {
  const tries: number[] = [];
  return {
    tries,
    destination: "test",
    serverAddress: "test",
    serverPort: undefined,
    connections: () => undefined,
    close: async () => {},
    send(_shipment, attempt) {
      const next = attempts[Math.min(tries.length, attempts.length - 1)];
      tries.push(tries.length + 1);
      return next?.(attempt) ?? Promise.reject(new Error("no attempt"));
    },
  };
}

const succeed: Attempt = async () => "t-1";

function fail(status: number, options: { readonly retryAfterMs?: number } = {}): Attempt {
  const retryable = status === 429 || status >= 500;
  return async ({ begin }) => {
    begin();
    throw new SendError("refused", { code: "kindo/refused", status, retryable, ...options });
  };
}

/** Never answers; it ends when there is no time left, as every transport has to. */
const hang: Attempt = (attempt) => {
  attempt.begin();
  return hangBeforeSending(attempt);
};

let clock = new ManualClock();
const hangBeforeSending: Attempt = (attempt) =>
  whileTimeIsLeft("The test", () => new Promise<never>(() => {}), attempt, clock);

function setUp(options: { readonly retry?: KindoConfig["retry"]; readonly timeoutMs?: number } = {}) {
  clock = new ManualClock();
  const warnings: LogFields[] = [];
  const ignore = () => {};
  const logger = {
    debug: ignore,
    info: ignore,
    error: ignore,
    warn: (fields: LogFields) => void warnings.push(fields),
  };
  const url = "https://example.com";
  const config = resolveOptions({ url, clock, logger, random: () => 0.5, retry: options.retry });
  const caller = new AbortController();
  const cutOff = new AbortController();
  const progress = { attempts: 0, isBegun: false };
  const terms: DeliveryTerms = {
    timeoutMs: options.timeoutMs ?? 30_000,
    signal: anySignal(caller.signal, cutOff.signal).signal,
    cutOff: cutOff.signal,
    progress,
  };
  return { clock, config, caller, cutOff, progress, terms, warnings };
}

describe("a delivery is tried again", () => {
  it.each([429, 500, 502, 503, 504])(
    "after a %d, with a pause of half of 100 and half of 200 ms",
    async (status) => {
      const { clock, config, terms, progress, warnings } = setUp();
      const way = transport(fail(status), fail(status), succeed);
      const delivery = deliver(shipment, way, config, terms);
      await settled();
      expect(clock.waits).toEqual([50]);
      await clock.next();
      await clock.next();
      expect(await delivery).toBe("t-1");
      expect(clock.waits).toEqual([50, 100]);
      expect(progress).toEqual({ attempts: 3, isBegun: true });
      expect(warnings).toEqual([
        { code: "kindo/refused", status, attempt: 1, delayMs: 50 },
        { code: "kindo/refused", status, attempt: 2, delayMs: 100 },
      ]);
      expect(clock.pending).toBe(0);
    },
  );

  it("not before the service wants it, and not later than the jitter after that", async () => {
    const { clock, config, terms } = setUp();
    const delivery = deliver(shipment, transport(fail(503, { retryAfterMs: 7000 }), succeed), config, terms);
    await settled();
    expect(clock.waits.at(-1)).toBe(7050);
    await clock.next();
    await expect(delivery).resolves.toBe("t-1");
  });

  it("at most three times, unless told otherwise", async () => {
    const { clock, config, terms } = setUp();
    const way = transport(fail(503));
    const delivery = deliver(shipment, way, config, terms);
    const outcome = expect(delivery).rejects.toMatchObject({
      code: "kindo/refused",
      status: 503,
      attempts: 3,
    });
    await settled();
    await clock.next();
    await clock.next();
    await outcome;
    expect(way.tries).toHaveLength(3);
  });
});

describe("a delivery is not tried again", () => {
  it.each([301, 400, 401, 403, 404, 409, 413])("after a %d", async (status) => {
    const { clock, config, terms } = setUp();
    const way = transport(fail(status), succeed);
    await expect(deliver(shipment, way, config, terms)).rejects.toMatchObject({ status, attempts: 1 });
    expect(way.tries).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it("when the service wants more time than there is: the refusal is what the caller sees", async () => {
    const { clock, config, terms } = setUp({ timeoutMs: 5000 });
    const way = transport(fail(503, { retryAfterMs: 5001 }), succeed);
    await expect(deliver(shipment, way, config, terms)).rejects.toMatchObject({ status: 503, attempts: 1 });
    expect(clock.pending).toBe(0);
  });

  it("once the time for trying is over, although there is time for the send", async () => {
    const retry = { maxAttempts: 10, maxElapsedMs: 60, baseDelayMs: 100, maxDelayMs: 100 };
    const { clock, config, terms } = setUp({ retry });
    const delivery = deliver(shipment, transport(fail(503)), config, terms);
    const outcome = expect(delivery).rejects.toMatchObject({ status: 503, attempts: 2 });
    await settled();
    await clock.next();
    await outcome;
  });
});

describe("a delivery that takes too long", () => {
  it("ends with a time-out that says it may have arrived", async () => {
    const { clock, config, terms } = setUp({ timeoutMs: 1000 });
    const delivery = deliver(shipment, transport(hang), config, terms);
    const outcome = expect(delivery).rejects.toMatchObject({
      name: "SendError",
      code: "kindo/timeout",
      message: "Failed to send message: it took longer than 1000 ms; it may have arrived",
      attempts: 1,
      details: { timeoutMs: 1000, sent: true },
    });
    await settled();
    await clock.next();
    await outcome;
    expect(clock.pending).toBe(0);
  });

  it("says that nothing was sent, where nothing was", async () => {
    const { clock, config, terms } = setUp({ timeoutMs: 1000 });
    const delivery = deliver(shipment, transport(hangBeforeSending), config, terms);
    const outcome = expect(delivery).rejects.toThrow("it took longer than 1000 ms; nothing was sent");
    await settled();
    await clock.next();
    await outcome;
  });
});

describe("a delivery that is given up", () => {
  it.each<[string, Attempt]>([
    ["before anything was sent", hangBeforeSending],
    ["while it is under way", hang],
    ["in the pause before the next try", fail(503)],
  ])("by its caller %s rejects with the caller's reason at once", async (_when, attempt) => {
    const { clock, config, terms, caller } = setUp();
    const delivery = deliver(shipment, transport(attempt), config, terms);
    const reason = new Error("enough");
    const outcome = expect(delivery).rejects.toBe(reason);
    await settled();
    caller.abort(reason);
    await outcome;
    expect(clock.pending).toBe(0);
  });

  it("before it began does not send anything", async () => {
    const { config, terms, caller } = setUp();
    const way = transport(succeed);
    caller.abort("no");
    await expect(deliver(shipment, way, config, terms)).rejects.toBe("no");
    expect(way.tries).toHaveLength(0);
  });

  it("by closing says whether it may have arrived", async () => {
    const { config, terms, cutOff } = setUp();
    const begun = deliver(shipment, transport(hang), config, terms);
    const outcome = expect(begun).rejects.toMatchObject({ code: "kindo/aborted", attempts: 1 });
    await settled();
    cutOff.abort(new Error("closed"));
    await outcome;
  });

  it("by closing, before it was sent, is safe to send again", async () => {
    const { config, terms, cutOff } = setUp();
    const waiting = deliver(shipment, transport(hangBeforeSending), config, terms);
    const outcome = expect(waiting).rejects.toMatchObject({ code: "wirekit/closed" });
    await settled();
    cutOff.abort(new Error("closed"));
    await outcome;
  });
});
