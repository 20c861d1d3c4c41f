import { describe, expect, it } from "@jest/globals";
import { ClosedError } from "@wirekit/core";
import { InvalidMessageError, type MessageBus, type Received } from "../../src/index.ts";
import type { ContractBus, ContractTraits } from "./contract-bus.ts";
import { references, statusUpdate } from "./messages.ts";

export function describeReceiving(subject: () => ContractBus, traits: ContractTraits): void {
  describe("receiving", () => {
    it("gives what was sent, as it was sent", async () => {
      const { bus, newTarget } = subject();
      const target = await newTarget();
      const message = statusUpdate("Zoë 🥝 R-1");
      const sent = await bus.sendMessage(message, { target, key: "user-1" });
      expect(sent).toMatchObject({ target, messageId: expect.any(String) });
      expect(await receive(target)).toMatchObject({ kind: "message", target, message });
    });

    it("gives a plain dictionary as it was sent", async () => {
      const { bus, newTarget } = subject();
      const target = await newTarget();
      const dictionary = {
        meta_data: { source: "S", ip_address: null },
        payload: { value: 12, list: [true] },
      };
      await bus.sendMessage(dictionary, { target });
      const received = await receive(target);
      expect(received.kind).toBe("invalid");
      expect(JSON.parse(received.raw)).toEqual(dictionary);
    });

    it("gives nothing when there is nothing within the time", async () => {
      const { bus, newTarget, eventually } = subject();
      const target = await newTarget();
      expect(await eventually(bus.receiveMessage({ target, timeoutMs: 1 }))).toBeUndefined();
    });

    it("gives many messages, each once, to whoever goes through them", async () => {
      const { bus, newTarget, eventually } = subject();
      const target = await newTarget();
      const messages = references(25).map((reference) => statusUpdate(reference));
      const outcomes = await eventually(bus.sendMany(messages, { target, key: "user-1" }));
      expect(outcomes.map(({ kind }) => kind)).toEqual(messages.map(() => "delivered"));
      const seen = await eventually(acknowledgeAll(bus, target, messages.length));
      if (traits.keys !== "not-carried") expect(seen).toEqual(messages);
      expect(new Set(seen)).toEqual(new Set(messages));
    });

    it("never gives again what was acknowledged, and takes an acknowledgement twice", async () => {
      const { bus, newTarget, eventually, outlastVisibility } = subject();
      const target = await newTarget();
      await bus.sendMessage(statusUpdate("R-1"), { target });
      const received = await receive(target);
      await eventually(bus.acknowledge(received));
      await eventually(bus.acknowledge(received));
      await outlastVisibility();
      expect(await eventually(bus.receiveMessage({ target, timeoutMs: 1 }))).toBeUndefined();
    });

    it(`gives again what was not acknowledged ${traits.comesAgain}`, async () => {
      const { bus, newTarget, eventually, outlastVisibility, another } = subject();
      const target = await newTarget();
      await bus.sendMessage(statusUpdate("R-1"), { target });
      const first = await receive(target);
      if (traits.comesAgain === "when its receiver is gone") await bus.close();
      await outlastVisibility();
      const next = await another();
      const again = await eventually(next.receiveMessage({ target, timeoutMs: 30_000 }));
      expect(again?.raw).toBe(first.raw);
      await eventually(next.acknowledge(again as Received));
    });

    it("hands over a body that is not JSON with all that is needed to get rid of it", async () => {
      const { bus, newTarget, sendText, eventually, outlastVisibility } = subject();
      const target = await newTarget();
      await sendText("not JSON", { target });
      const received = await receive(target);
      expect(received).toMatchObject({
        kind: "invalid",
        raw: "not JSON",
        error: { code: "message-bus/invalid-body" },
      });
      await eventually(bus.acknowledge(received));
      await outlastVisibility();
      expect(await eventually(bus.receiveMessage({ target, timeoutMs: 1 }))).toBeUndefined();
    });

    it("stops waiting when it is aborted, and loses nothing by it", async () => {
      const { bus, newTarget } = subject();
      const target = await newTarget();
      const controller = new AbortController();
      const waiting = bus.receiveMessage({ target, timeoutMs: 30_000, signal: controller.signal });
      controller.abort("enough");
      await expect(waiting).rejects.toBe("enough");
      await bus.sendMessage(statusUpdate("R-1"), { target });
      expect((await receive(target)).kind).toBe("message");
    });

    it("sends nothing that is no valid message", async () => {
      const { bus, newTarget, eventually } = subject();
      const target = await newTarget();
      const broken = { ...statusUpdate("R-1"), payload: { reference: "", status: "S" } };
      await expect(bus.sendMessage(broken, { target })).rejects.toBeInstanceOf(InvalidMessageError);
      expect(await bus.sendMany([broken], { target })).toMatchObject([{ kind: "not-sent" }]);
      expect(await eventually(bus.receiveMessage({ target, timeoutMs: 1 }))).toBeUndefined();
    });

    it("does nothing any more once the bus is closed, and can be closed twice", async () => {
      const { bus, newTarget, eventually } = subject();
      const target = await newTarget();
      const report = await eventually(bus.close());
      expect(report).toEqual({ notSent: [], unconfirmed: [], notHandled: 0 });
      expect(await bus.close()).toEqual(report);
      await expect(bus.sendMessage(statusUpdate("R-1"), { target })).rejects.toBeInstanceOf(ClosedError);
      await expect(bus.receiveMessage({ target })).rejects.toBeInstanceOf(ClosedError);
      expect(() => bus.consume({ target }, () => {})).toThrow(ClosedError);
      expect(bus.health().status).toBe("closed");
    });

    async function receive(target: string): Promise<Received> {
      const { bus, eventually } = subject();
      const received = await eventually(bus.receiveMessage({ target, timeoutMs: 30_000 }));
      if (received === undefined) throw new Error("nothing was received");
      return received;
    }
  });
}

async function acknowledgeAll(bus: MessageBus, target: string, count: number): Promise<unknown[]> {
  const seen: unknown[] = [];
  for await (const received of bus.messages({ target })) {
    seen.push(received.kind === "message" ? received.message : received.raw);
    await bus.acknowledge(received);
    if (seen.length === count) break;
  }
  return seen;
}
