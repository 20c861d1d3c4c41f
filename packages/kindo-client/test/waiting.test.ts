import { afterEach, describe, expect, it } from "@jest/globals";
import { type Clock, systemClock } from "@wirekit/core";
import type { LambdaUrlServer, MatchedRequest, PlannedFault } from "@wirekit/devstack/lambda-url";
import type { KindoClient, KindoUrlOptions, SendOptions } from "../src/index.ts";
import { settled } from "./manual-clock.ts";
import { aMessage, credentials } from "./messages.ts";
import { closeAll, openClient, startService } from "./stack.ts";
import { until } from "./until.ts";

afterEach(closeAll);

/** A send that is stuck in one phase. */
interface Stuck {
  readonly client: KindoClient;
  /** Resolves when the send has come to where it is stuck. */
  readonly reached: () => Promise<unknown>;
  /** Whether the message may have arrived by then. */
  readonly isSent: boolean;
}

type Options = Partial<KindoUrlOptions>;

/** Every phase in which a send waits for somebody. */
const phases: Readonly<Record<string, (options: Options) => Promise<Stuck>>> = {
  "credentials that do not come": async (options) => {
    let isAsked = false;
    const provider = () => {
      isAsked = true;
      return new Promise<never>(() => {});
    };
    const server = await startService();
    const client = openClient(server.url, { ...options, credentials: provider });
    return { client, reached: () => until(() => isAsked), isSent: false };
  },
  "a free connection": async (options) => {
    const server = await startService();
    const client = openClient(server.url, { ...options, maxConnections: 1 });
    const held = server.faults.next({ kind: "hold", before: "read" });
    void client.send(aMessage()).catch(() => {});
    await held.struck();
    return { client, reached: settled, isSent: false };
  },
  "a service that does not read": (options) => held(options, (server) => hold(server, "read")),
  "a service that does not act": (options) => held(options, (server) => hold(server, "apply")),
  "a service that does not answer": (options) => held(options, (server) => hold(server, "answer")),
  "the rest of an answer": (options) =>
    held(options, (server) => server.faults.next({ kind: "stall", afterBytes: 5 })),
  "the next try": async (options) => {
    const server = await startService();
    const retry = { maxAttempts: 3, baseDelayMs: 25_000, maxDelayMs: 25_000 };
    const client = openClient(server.url, { ...options, retry, random: () => 0.999 });
    server.faults.next({ kind: "answer", status: 503 });
    return { client, reached: () => until(() => client.health().status === "degraded"), isSent: false };
  },
};

function hold(server: LambdaUrlServer, before: "read" | "apply" | "answer"): PlannedFault<MatchedRequest> {
  return server.faults.next({ kind: "hold", before });
}

async function held(
  options: Options,
  script: (server: LambdaUrlServer) => PlannedFault<MatchedRequest>,
): Promise<Stuck> {
  const server = await startService();
  const fault = script(server);
  return { client: openClient(server.url, options), reached: () => fault.struck(), isSent: true };
}

/** Begins a send, and what becomes of it, so that nobody has to catch it in time. */
function begin(client: KindoClient, options: SendOptions) {
  const sending = client.send(aMessage(), options);
  return sending.then(
    () => "delivered",
    (thrown: unknown) => thrown,
  );
}

describe.each(Object.keys(phases))("while it waits for %s, a send", (name) => {
  const open = (options: Options = {}) => phases[name]?.(options) as Promise<Stuck>;

  it("ends at once when it is aborted, with the caller's own reason or unconfirmed by it", async () => {
    const { client, reached, isSent } = await open();
    const caller = new AbortController();
    const sending = begin(client, { signal: caller.signal });
    await reached();
    const reason = { why: "changed my mind" };
    caller.abort(reason);
    if (isSent) expect(await sending).toMatchObject({ code: "wirekit/unconfirmed", cause: reason });
    else expect(await sending).toBe(reason);
    expect(client.stats().sends.pending).toBe(name === "a free connection" ? 1 : 0);
  });

  it("ends when its time is over, and says whether the message may have arrived", async () => {
    const expirations: (() => void)[] = [];
    const setTimer: Clock["setTimer"] = (callback, delayMs) => {
      // Those that count down the time for the whole send.
      if (delayMs < 90_000 || delayMs > 99_999) return systemClock.setTimer(callback, delayMs);
      expirations.push(callback);
      return () => {};
    };
    const { client, reached, isSent } = await open({ clock: { ...systemClock, setTimer } });
    const sending = begin(client, { timeoutMs: name === "the next try" ? 10_000 : 99_999 });
    await reached();
    for (const expire of expirations) expire();
    // A pause for which there is no time is not begun: the refusal before it says more than a time-out would.
    const refusal = { code: "kindo/refused", status: 503, attempts: 1 };
    const timeout = { name: "TimeoutError", timeoutMs: 99_999 };
    const unconfirmed = { name: "UnconfirmedError", code: "wirekit/unconfirmed", cause: timeout };
    const outOfTime = isSent ? unconfirmed : timeout;
    expect(await sending).toMatchObject(name === "the next try" ? refusal : outOfTime);
  });

  it("is given up when the client is closed and the time for that is over", async () => {
    const { client, reached, isSent } = await open();
    const sending = begin(client, {});
    await reached();
    await settled();
    const { notSent, unconfirmed, notHandled } = await client.close({ timeoutMs: 20 });
    expect(notSent).toEqual(isSent ? [] : [aMessage()]);
    // Beside the one that waits for the connection there is the one that has it.
    expect(unconfirmed).toEqual(isSent || name === "a free connection" ? [aMessage()] : []);
    expect(notHandled).toBe(0);
    expect(await sending).toMatchObject({ code: isSent ? "wirekit/unconfirmed" : "wirekit/closed" });
  });
});

const nothingLeft = { notSent: [], unconfirmed: [], notHandled: 0 };

describe("closing", () => {
  it("waits for what is under way, and takes nothing more", async () => {
    const server = await startService();
    const client = openClient(server.url);
    const fault = hold(server, "answer");
    const sending = client.send(aMessage());
    await fault.struck();
    const closing = client.close();
    await expect(client.send(aMessage())).rejects.toMatchObject({ code: "wirekit/closed" });
    fault.release();
    expect(await closing).toEqual(nothingLeft);
    await expect(sending).resolves.toMatchObject({ attempts: 1 });
    expect(server.stored).toHaveLength(1);
    await until(() => server.counters.openSockets === 0);
  });

  it("twice is fine, and gives the same answer", async () => {
    const server = await startService();
    const client = openClient(server.url);
    await client.send(aMessage());
    const [one, other] = await Promise.all([client.close(), client.close({ timeoutMs: 1 })]);
    expect(one).toEqual(nothingLeft);
    expect(other).toBe(one);
  });

  it("before anything was sent opens and loads nothing", async () => {
    const client = openClient("http://127.0.0.1:9/");
    expect(await client.close()).toEqual(nothingLeft);
  });

  it("is what the end of `await using` does", async () => {
    const server = await startService();
    const client = openClient(server.url);
    await client[Symbol.asyncDispose]();
    await expect(client.send(aMessage())).rejects.toMatchObject({ code: "wirekit/closed" });
  });

  it("leaves an injected transport to its owner", async () => {
    const server = await startService();
    const owner = openClient(server.url);
    let sent = 0;
    const transport = async () => {
      sent += 1;
      return { status: 200, headers: {}, text: '{"tracking_id": "t-1"}' };
    };
    const client = openClient(server.url, { transport, credentials });
    await expect(client.send(aMessage())).resolves.toEqual({ trackingId: "t-1", attempts: 1 });
    await client.close();
    expect(sent).toBe(1);
    expect(client.stats().connections).toBeUndefined();
    expect(owner.stats().connections).toEqual({ opened: 0, open: 0 });
  });
});
