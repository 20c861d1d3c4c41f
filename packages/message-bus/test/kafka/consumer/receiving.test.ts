import { describe, expect, it } from "@jest/globals";
import { ClosedError, ConnectionError } from "@wirekit/core";
import { ReceiptError } from "../../../src/index.ts";
import { broker, committed, produce, receiver, until } from "./support.ts";

const topics = { payments: 1 };
const wait = { timeoutMs: 30_000 };

describe("receiving one at a time", () => {
  it("loses none of a fetch of many, and commits only the acknowledged prefix", async () => {
    const kafka = await broker({ topics });
    await produce(kafka, [{ value: "a" }, { value: "b" }, { value: "c" }, { value: "d" }]);
    const bus = receiver(kafka);
    const [a, b, c] = [await bus.receive(wait), await bus.receive(wait), await bus.receive(wait)];
    expect([a, b, c].map((facts) => facts?.raw)).toEqual(["a", "b", "c"]);
    expect(a).toMatchObject({
      receiptHandle: "payments:0:0",
      target: "payments",
      groupId: "group",
      attempt: 1,
    });
    expect(await bus.acknowledge(b?.receiptHandle ?? "")).toBe("acknowledged");
    expect(await committed(kafka)).toBe(-1);
    await bus.acknowledge(a?.receiptHandle ?? "");
    expect(await committed(kafka)).toBe(2);
    expect(await bus.close()).toEqual({ notHandled: 1 });

    const next = receiver(kafka);
    const again = [await next.receive(wait), await next.receive(wait)];
    expect(again.map((facts) => facts?.raw)).toEqual(["c", "d"]);
  });

  it("gives the next message of a key when the one before it is acknowledged, and other keys at once", async () => {
    const kafka = await broker({ topics });
    await produce(kafka, [
      { key: "k", value: "k1" },
      { key: "k", value: "k2" },
      { key: "other", value: "o1" },
    ]);
    const bus = receiver(kafka);
    const first = await bus.receive(wait);
    expect(first?.raw).toBe("k1");
    expect((await bus.receive(wait))?.raw).toBe("o1");
    const waiting = bus.receive(wait);
    await bus.acknowledge(first?.receiptHandle ?? "");
    expect((await waiting)?.raw).toBe("k2");
  });

  it("takes an acknowledgement twice, and refuses what it has not given out", async () => {
    const kafka = await broker({ topics });
    await produce(kafka, [{ value: "a" }, { value: "b" }]);
    const bus = receiver(kafka);
    const a = await bus.receive(wait);
    expect(await bus.acknowledge(a?.receiptHandle ?? "")).toBe("acknowledged");
    expect(await bus.acknowledge(a?.receiptHandle ?? "")).toBe("already");
    for (const handle of ["payments:0:1", "payments:1:0", "other:0:0", "nonsense", ""]) {
      const refusal = await bus.acknowledge(handle).catch((thrown: unknown) => thrown);
      expect(refusal instanceof ReceiptError && refusal.code).toBe("message-bus/unknown-receipt");
    }
  });

  it("says that a receipt has expired when the group has rebalanced since", async () => {
    const kafka = await broker({ topics });
    await produce(kafka, [{ value: "a" }]);
    const bus = receiver(kafka, { rebalanceGraceMs: 0 });
    const a = await bus.receive(wait);
    kafka.rebalance("group");
    await until(() => bus.details().joins === 2);
    const refusal = await bus.acknowledge(a?.receiptHandle ?? "").catch((thrown: unknown) => thrown);
    expect(refusal instanceof ReceiptError && refusal.code).toBe("message-bus/receipt-expired");
    const again = await bus.receive(wait);
    expect(again?.raw).toBe("a");
    await bus.acknowledge(again?.receiptHandle ?? "");
    expect(await committed(kafka)).toBe(1);
  });

  it("stays in the group when a call ends before it is taken in, or before anything comes", async () => {
    const kafka = await broker({ topics });
    const bus = receiver(kafka);
    expect(await bus.receive({ timeoutMs: 1 })).toBeUndefined();
    await until(() => bus.details().state === "assigned");
    expect(await bus.receive({ timeoutMs: 20 })).toBeUndefined();
    await produce(kafka, [{ value: "a" }]);
    expect((await bus.receive(wait))?.raw).toBe("a");
    expect(kafka.counts.requests.JoinGroup).toBeLessThanOrEqual(2);
  });

  it("says why, when the time is over and the broker could not be asked", async () => {
    const kafka = await broker({ topics });
    kafka.goOffline();
    const bus = receiver(kafka);
    await until(() =>
      bus.receive({ timeoutMs: 10 }).then(
        () => false,
        (error) => error instanceof ConnectionError,
      ),
    );
    kafka.comeOnline();
    await produce(kafka, [{ value: "a" }]);
    await until(async () => {
      const facts = await bus.receive({ timeoutMs: 1_000 }).catch(() => undefined);
      return facts?.raw === "a";
    });
  });

  it("ends a wait by its signal, and all of them when it is closed", async () => {
    const kafka = await broker({ topics });
    const bus = receiver(kafka);
    const controller = new AbortController();
    const reason = new Error("enough");
    const aborted = bus.receive({ timeoutMs: 60_000, signal: controller.signal });
    controller.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    const waiting = bus.receive({ timeoutMs: 60_000 }).catch((thrown: unknown) => thrown);
    await bus.close();
    expect((await waiting) instanceof ClosedError).toBe(true);
    await expect(bus.receive()).rejects.toBeInstanceOf(ClosedError);
  });
});
