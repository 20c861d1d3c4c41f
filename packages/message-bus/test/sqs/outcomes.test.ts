import { afterEach, describe, expect, it } from "@jest/globals";
import { silentLogger, UnconfirmedError } from "@wirekit/core";
import { AwsError } from "@wirekit/core/aws";
import { answerFaults, type BadPeerFault, startBadPeer, tlsFaults } from "@wirekit/test-support/bad-peer";
import { SqsMessageBus } from "../../src/index.ts";
import { statusUpdate } from "../contract/messages.ts";

const target = "orders";

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/** A bus on a peer that fails. What fails by its time limit fails soon. */
async function start(fault: BadPeerFault, timeoutMs = 400) {
  const peer = await startBadPeer(fault);
  const bus = new SqsMessageBus({
    queueUrl: peer.url,
    credentials: { accessKeyId: "id", secretAccessKey: "key" },
    retry: { maxAttempts: 1 },
    timeoutMs,
    logger: silentLogger,
  });
  opened.push(peer.close, () => bus.close({ timeoutMs: 0 }));
  return { peer, bus };
}

describe("a send", () => {
  it.each(tlsFaults)("never left where TLS does not come up: %s", async (fault) => {
    const { peer, bus } = await start(fault, fault === "silent" ? 400 : 10_000);
    const [outcome] = await bus.sendMany([statusUpdate("R-1")], { target });
    expect(outcome).toMatchObject({ kind: "not-sent", error: { code: "aws/transient", request: "unsent" } });
    const error = await bus.sendMessage(statusUpdate("R-2"), { target }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AwsError);
    expect(error).not.toBeInstanceOf(UnconfirmedError);
    expect(bus.stats().sends).toMatchObject({ accepted: 2, notSent: 2 });
    expect(bus.health()).toMatchObject({ status: "degraded" });
    expect(peer.requests).toBe(0);
  });

  it.each(answerFaults)("may have arrived where the answer does not come: %s", async (fault) => {
    const { peer, bus } = await start(fault, fault === "no-answer" ? 400 : 10_000);
    const [outcome] = await bus.sendMany([statusUpdate("R-1")], { target });
    expect(outcome).toMatchObject({ kind: "unconfirmed", error: { code: "wirekit/unconfirmed" } });
    await expect(bus.sendMessage(statusUpdate("R-2"), { target })).rejects.toThrow(UnconfirmedError);
    expect(bus.stats().sends).toMatchObject({ accepted: 2, unconfirmed: 2 });
    expect(peer.requests).toBe(2);
  });

  it("that is aborted after it went out may have arrived; one that waits for its turn never left", async () => {
    const { peer, bus } = await start("no-answer", 10_000);
    const caller = new AbortController();
    const reason = new RangeError("not wanted any more");
    const options = { target, signal: caller.signal };
    const sent = bus.sendMessage(statusUpdate("R-1"), options).catch((thrown: unknown) => thrown);
    await peer.requested;
    const late = bus.sendMessage(statusUpdate("R-2"), options).catch((thrown: unknown) => thrown);
    caller.abort(reason);
    const error = await sent;
    expect(error).toBeInstanceOf(UnconfirmedError);
    expect(error).toMatchObject({ cause: reason });
    expect(await late).toBe(reason);
    await expect(bus.sendMessage(statusUpdate("R-3"), options)).rejects.toBe(reason);
    expect(bus.stats().sends).toMatchObject({ accepted: 3, unconfirmed: 1, notSent: 2 });
    expect(peer.requests).toBe(1);
  });
});
