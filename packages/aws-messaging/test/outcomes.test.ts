import { afterEach, describe, expect, it } from "@jest/globals";
import { silentLogger, UnconfirmedError } from "@wirekit/core";
import { answerFaults, type BadPeerFault, startBadPeer, tlsFaults } from "@wirekit/test-support/bad-peer";
import * as z from "zod";
import { AWSConnectionError, AwsMessaging } from "../src/index.ts";

const target = { topic: "orders", schema: z.object({ n: z.number() }) };
const event = { n: 1 };

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/** A client of a peer that fails. What fails by its time limit fails soon. */
async function start(fault: BadPeerFault, requestTimeoutMs = 400) {
  const peer = await startBadPeer(fault);
  const messaging = new AwsMessaging({
    regionName: "eu-west-1",
    endpointUrl: peer.url,
    credentials: { accessKeyId: "id", secretAccessKey: "key" },
    accountId: "123456789012",
    retry: { maxAttempts: 1 },
    requestTimeoutMs,
    logger: silentLogger,
  });
  opened.push(peer.close, () => messaging.close({ timeoutMs: 0 }));
  return { peer, messaging };
}

describe("a publish", () => {
  it.each(tlsFaults)("never left where TLS does not come up: %s", async (fault) => {
    const { peer, messaging } = await start(fault, fault === "silent" ? 400 : 10_000);
    const [outcome] = await messaging.publishBatch(target, [{ event }]);
    expect(outcome).toMatchObject({ kind: "not-sent", error: { code: "aws/transient", request: "unsent" } });
    const error = await messaging.publish(target, event).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AWSConnectionError);
    expect(error).not.toBeInstanceOf(UnconfirmedError);
    expect(messaging.stats().sends).toMatchObject({ accepted: 2, notSent: 2 });
    expect(messaging.health()).toMatchObject({ status: "degraded" });
    expect(peer.requests).toBe(0);
  });

  it.each(answerFaults)("may have arrived where the answer does not come: %s", async (fault) => {
    const { peer, messaging } = await start(fault, fault === "no-answer" ? 400 : 10_000);
    const [outcome] = await messaging.publishBatch(target, [{ event }]);
    expect(outcome).toMatchObject({ kind: "unconfirmed", error: { code: "wirekit/unconfirmed" } });
    await expect(messaging.publish(target, event)).rejects.toThrow(UnconfirmedError);
    expect(messaging.stats().sends).toMatchObject({ accepted: 2, unconfirmed: 2 });
    expect(peer.requests).toBe(2);
  });

  it("that is aborted after it went out may have arrived; one that waits for its turn never left", async () => {
    const { peer, messaging } = await start("no-answer", 10_000);
    const caller = new AbortController();
    const reason = new RangeError("not wanted any more");
    const options = { signal: caller.signal };
    const sent = messaging.publish(target, event, options).catch((thrown: unknown) => thrown);
    await peer.requested;
    const late = messaging.publish(target, event, options).catch((thrown: unknown) => thrown);
    caller.abort(reason);
    const error = await sent;
    expect(error).toBeInstanceOf(UnconfirmedError);
    expect(error).toMatchObject({ cause: reason });
    expect(await late).toBe(reason);
    await expect(messaging.publish(target, event, options)).rejects.toBe(reason);
    expect(messaging.stats().sends).toMatchObject({ accepted: 3, unconfirmed: 1, notSent: 2 });
    expect(peer.requests).toBe(1);
  });
});
