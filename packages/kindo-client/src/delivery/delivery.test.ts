import { describe, expect, it } from "@jest/globals";
import {
  ClosedError,
  ConnectionError,
  CredentialsError,
  TimeoutError,
  UnconfirmedError,
} from "@wirekit/core";
import { anySignal, Deadline, type UpcomingRetry, withTimeout } from "@wirekit/core/kit";
import { ManualClock, settled } from "../../test/manual-clock.ts";
import { aMessage } from "../../test/messages.ts";
import { type KindoConfig, resolveOptions } from "../config.ts";
import { SendError } from "../errors.ts";
import type { ProducerTransport, TransportAttempt } from "../transports/producer-transport.ts";
import { Delivery } from "./delivery.ts";

const shipment = { message: { body: "{}", fields: {} }, idempotencyKey: undefined };

type Attempt = (attempt: TransportAttempt) => Promise<string>;

/**
 * A transport whose tries end one after the other as `attempts` say; the last one goes for all that follow.
 */
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
  return async ({ goesOut }) => {
    goesOut();
    throw new SendError("refused", { code: "kindo/refused", status, retryable, ...options });
  };
}

/** Never answers; it ends when there is no time left, as every transport has to. */
const hang: Attempt = (attempt) => {
  attempt.goesOut();
  return hangBeforeSending(attempt);
};

let clock = new ManualClock();
const hangBeforeSending: Attempt = ({ signal, deadline }) =>
  withTimeout("The test", () => new Promise<never>(() => {}), {
    signal,
    timeoutMs: deadline.leftMs(),
    clock,
  });

/** Goes out, and throws. */
const goOutAndThrow =
  (error: Error): Attempt =>
  async ({ goesOut }) => {
    goesOut();
    throw error;
  };
const breakOff = goOutAndThrow(new ConnectionError("broken", { details: { sent: true } }));
/** There is no connection; that the request goes out may be told too soon, as it is over `fetch`. */
const neverConnect = goOutAndThrow(new ConnectionError("nobody there", { details: { sent: false } }));

function setUp(options: { readonly retry?: KindoConfig["retry"]; readonly timeoutMs?: number } = {}) {
  clock = new ManualClock();
  const retries: UpcomingRetry[] = [];
  const url = "https://example.com";
  const { retry } = resolveOptions({ url, retry: options.retry });
  const caller = new AbortController();
  const cutOff = new AbortController();
  const { signal } = anySignal(caller.signal, cutOff.signal);
  const delivery = new Delivery(aMessage(), new Deadline(options.timeoutMs ?? 30_000, clock), signal);
  const terms = {
    retry,
    clock,
    random: () => 0.5,
    onRetry: (upcoming: UpcomingRetry) => void retries.push(upcoming),
  };
  const deliver = (way: ProducerTransport) => delivery.run(shipment, way, terms);
  return { clock, caller, cutOff, delivery, deliver, retries };
}

describe("a delivery is tried again", () => {
  it.each([429, 500, 502, 503, 504])(
    "after a %d, with a pause of half of 100 and half of 200 ms",
    async (status) => {
      const { clock, delivery, deliver, retries } = setUp();
      const way = transport(fail(status), fail(status), succeed);
      const sending = deliver(way);
      await settled();
      expect(clock.waits).toEqual([50]);
      await clock.next();
      await clock.next();
      expect(await sending).toBe("t-1");
      expect(clock.waits).toEqual([50, 100]);
      expect(delivery.attempts).toBe(3);
      const error = expect.objectContaining({ code: "kindo/refused", status });
      expect(retries).toEqual([
        { error, attempt: 1, delayMs: 50 },
        { error, attempt: 2, delayMs: 100 },
      ]);
      expect(clock.pending).toBe(0);
    },
  );

  it("not before the service wants it, and not later than the jitter after that", async () => {
    const { clock, deliver } = setUp();
    const delivery = deliver(transport(fail(503, { retryAfterMs: 7000 }), succeed));
    await settled();
    expect(clock.waits.at(-1)).toBe(7050);
    await clock.next();
    await expect(delivery).resolves.toBe("t-1");
  });

  it("at most three times, unless told otherwise", async () => {
    const { clock, deliver } = setUp();
    const way = transport(fail(503));
    const delivery = deliver(way);
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
    const { clock, deliver } = setUp();
    const way = transport(fail(status), succeed);
    await expect(deliver(way)).rejects.toMatchObject({ status, attempts: 1 });
    expect(way.tries).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it("when the service wants more time than there is: the refusal is what the caller sees", async () => {
    const { clock, deliver } = setUp({ timeoutMs: 5000 });
    const way = transport(fail(503, { retryAfterMs: 5001 }), succeed);
    await expect(deliver(way)).rejects.toMatchObject({ status: 503, attempts: 1 });
    expect(clock.pending).toBe(0);
  });

  it("once the time for trying is over, although there is time for the send", async () => {
    const retry = { maxAttempts: 10, maxElapsedMs: 60, baseDelayMs: 100, maxDelayMs: 100 };
    const { clock, deliver } = setUp({ retry });
    const delivery = deliver(transport(fail(503)));
    const outcome = expect(delivery).rejects.toMatchObject({ status: 503, attempts: 2 });
    await settled();
    await clock.next();
    await outcome;
  });
});

describe("a delivery that takes too long", () => {
  it("ends unconfirmed when its request went out", async () => {
    const { clock, deliver } = setUp({ timeoutMs: 1000 });
    const outcome = expect(deliver(transport(hang))).rejects.toMatchObject({
      name: "UnconfirmedError",
      code: "wirekit/unconfirmed",
      message:
        "The message to test was sent, but not confirmed: it may have arrived (The send took longer than 1000 ms)",
      attempts: 1,
      cause: { name: "TimeoutError", timeoutMs: 1000 },
    });
    await settled();
    await clock.next();
    await outcome;
    expect(clock.pending).toBe(0);
  });

  it("ends with a time-out where nothing was sent", async () => {
    const { clock, deliver } = setUp({ timeoutMs: 1000 });
    const outcome = expect(deliver(transport(hangBeforeSending))).rejects.toMatchObject({
      name: "TimeoutError",
      message: "The send took longer than 1000 ms",
      attempts: 1,
    });
    await settled();
    await clock.next();
    await outcome;
  });
});

describe("a delivery of which one try went out without an answer", () => {
  const late = new TimeoutError("The response", 100, { details: { phase: "response", sent: true } });
  const noKey = new CredentialsError("no key");

  it.each<[string, readonly Attempt[], object]>([
    ["and all others as well", [breakOff], { message: "broken" }],
    ["and the next is refused", [breakOff, fail(400)], { code: "kindo/refused", status: 400 }],
    ["and the others find no connection", [breakOff, neverConnect], { details: { sent: false } }],
    ["and the next has no credentials", [breakOff, async () => Promise.reject(noKey)], noKey],
    ["because it came late, and the next is refused", [goOutAndThrow(late), fail(403)], { status: 403 }],
    ["and a stranger's error ends it", [goOutAndThrow(new TypeError("oops"))], { message: "oops" }],
  ])("%s is unconfirmed", async (_name, attempts, cause) => {
    const { clock, deliver, delivery } = setUp();
    const sending = deliver(transport(...attempts)).catch((thrown: unknown) => thrown);
    await settled();
    while (clock.pending > 0) await clock.next();
    const error = await sending;
    expect(error).toBeInstanceOf(UnconfirmedError);
    expect(error).toMatchObject({ cause, attempts: delivery.attempts, retryable: false });
    expect(delivery.mayHaveArrived).toBe(true);
  });

  it("is unconfirmed also when it is aborted in the pause before the next try", async () => {
    const { caller, deliver } = setUp();
    const outcome = expect(deliver(transport(breakOff))).rejects.toMatchObject({
      code: "wirekit/unconfirmed",
      cause: "enough",
    });
    await settled();
    caller.abort("enough");
    await outcome;
  });
});

describe("a delivery of which every try was refused or never went out", () => {
  it.each<[string, readonly Attempt[], object]>([
    ["because there is no connection", [neverConnect], { name: "ConnectionError" }],
    ["after it was refused", [fail(503), neverConnect], { name: "ConnectionError" }],
    ["before it was refused", [neverConnect, fail(503)], { name: "SendError", status: 503 }],
  ])("%s has not arrived, and the last try says why", async (_name, attempts, error) => {
    const { clock, deliver, delivery } = setUp();
    const outcome = expect(deliver(transport(...attempts))).rejects.toMatchObject({ ...error, attempts: 3 });
    await settled();
    while (clock.pending > 0) await clock.next();
    await outcome;
    expect(delivery.mayHaveArrived).toBe(false);
  });
});

describe("a delivery that is given up", () => {
  it.each<[string, Attempt]>([
    ["before anything was sent", hangBeforeSending],
    ["in the pause before the next try", fail(503)],
  ])("by its caller %s rejects with the caller's reason at once", async (_when, attempt) => {
    const { clock, deliver, caller } = setUp();
    const reason = new Error("enough");
    const outcome = expect(deliver(transport(attempt))).rejects.toBe(reason);
    await settled();
    caller.abort(reason);
    await outcome;
    expect(clock.pending).toBe(0);
  });

  it("by its caller while it is under way is unconfirmed at once", async () => {
    const { clock, deliver, caller } = setUp();
    const reason = new Error("enough");
    const outcome = expect(deliver(transport(hang))).rejects.toMatchObject({
      code: "wirekit/unconfirmed",
      attempts: 1,
      cause: reason,
    });
    await settled();
    caller.abort(reason);
    await outcome;
    expect(clock.pending).toBe(0);
  });

  it("before it began does not send anything", async () => {
    const { deliver, caller } = setUp();
    const way = transport(succeed);
    caller.abort("no");
    await expect(deliver(way)).rejects.toBe("no");
    expect(way.tries).toHaveLength(0);
  });

  it("by closing says whether it may have arrived", async () => {
    const { deliver, cutOff } = setUp();
    const begun = deliver(transport(hang));
    const outcome = expect(begun).rejects.toMatchObject({ code: "wirekit/unconfirmed", attempts: 1 });
    await settled();
    cutOff.abort(new ClosedError("The client"));
    await outcome;
  });

  it("by closing, before it was sent, is safe to send again", async () => {
    const { deliver, cutOff } = setUp();
    const waiting = deliver(transport(hangBeforeSending));
    const outcome = expect(waiting).rejects.toMatchObject({ code: "wirekit/closed" });
    await settled();
    cutOff.abort(new ClosedError("The client"));
    await outcome;
  });
});
