import { describe, expect, it } from "@jest/globals";
import { scale } from "@wirekit/test-support/scale";
import fc from "fast-check";
import { type Delivery, MemoryGroup, type StoredMessage } from "./memory-group.ts";

const visibilityTimeoutMs = 100;

describe("a group", () => {
  it("gives out messages without a key in their order, without waiting for acknowledgements", () => {
    const group = groupWith(undefined, undefined, undefined);
    expect(takeAll(group, 0).map(place)).toEqual(["0:1", "1:1", "2:1"]);
  });

  it("gives out the next message of a key only when the one before is acknowledged, and other keys meanwhile", () => {
    const group = groupWith("a", "a", "b", "a");
    expect(takeAll(group, 0).map(place)).toEqual(["0:1", "2:1"]);
    group.acknowledge(0, 1);
    expect(takeAll(group, 0).map(place)).toEqual(["1:1"]);
  });

  it("gives a message out again at the moment its time-out ends, ahead of what was sent after it", () => {
    const group = groupWith(undefined, undefined);
    group.take(0, visibilityTimeoutMs);
    expect(group.nextDueMs()).toBe(100);
    expect(group.take(99, visibilityTimeoutMs)?.stored.sequence).toBe(1);
    expect(group.take(99, visibilityTimeoutMs)).toBeUndefined();
    expect(takeAll(group, 100).map(place)).toEqual(["0:2"]);
  });

  it("keeps the rest of a key back while its first message is given out again and again", () => {
    const group = groupWith("a", "a");
    for (const [attempt, nowMs] of [0, 100, 200].entries()) {
      expect(takeAll(group, nowMs).map(place)).toEqual([`0:${attempt + 1}`]);
    }
  });

  it("takes an acknowledgement that comes late, as long as nobody else has been given the message", () => {
    const group = groupWith("a", "a");
    group.take(0, visibilityTimeoutMs);
    // Something else makes the group notice that the time is over.
    group.offer(stored(2, "b"));
    expect(group.take(150, visibilityTimeoutMs)?.stored.sequence).toBe(0);
    expect(group.acknowledge(0, 1)).toBe("receipt-expired");
    expect(group.acknowledge(0, 2)).toBeUndefined();

    group.take(150, visibilityTimeoutMs);
    group.take(150, visibilityTimeoutMs);
    expect(group.acknowledge(1, 1)).toBeUndefined();
    expect(group.unacknowledged).toBe(1);
  });

  it("takes an acknowledgement twice, and none that it has no delivery for", () => {
    const group = groupWith(undefined, undefined);
    group.take(0, visibilityTimeoutMs);
    expect(group.acknowledge(0, 1)).toBeUndefined();
    expect(group.acknowledge(0, 1)).toBeUndefined();
    expect(group.acknowledge(1, 1)).toBe("unknown-receipt");
    expect(group.acknowledge(7, 1)).toBe("unknown-receipt");
    expect(group.unacknowledged).toBe(1);
  });

  it("holds a message back for longer, or for less, where that is asked", () => {
    const group = groupWith(undefined, undefined);
    takeAll(group, 0);
    expect(group.postpone(0, 1, 500)).toBeUndefined();
    expect(group.postpone(1, 1, 10)).toBeUndefined();
    expect(takeAll(group, 10).map(place)).toEqual(["1:2"]);
    expect(takeAll(group, 499).map(place)).toEqual(["1:3"]);
    expect(takeAll(group, 500).map(place)).toEqual(["0:2"]);
    expect(group.postpone(0, 1, 900)).toBe("receipt-expired");
  });

  it("does not hold back any more what has been returned or acknowledged", () => {
    const group = groupWith(undefined, undefined);
    takeAll(group, 0);
    group.acknowledge(0, 1);
    expect(group.postpone(0, 1, 500)).toBe("receipt-expired");
    expect(group.take(100, visibilityTimeoutMs)?.stored.sequence).toBe(1);
    expect(group.postpone(1, 1, 500)).toBe("receipt-expired");
    expect(group.postpone(9, 1, 500)).toBe("unknown-receipt");
  });
});

type Step =
  | { readonly kind: "send"; readonly key: string | undefined }
  | { readonly kind: "take" }
  | { readonly kind: "acknowledge" | "postpone"; readonly which: number }
  | { readonly kind: "wait"; readonly ms: number };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("send" as const), key: fc.constantFrom(undefined, "a", "b", "c") }),
  fc.record({ kind: fc.constant("take" as const) }),
  fc.record({ kind: fc.constantFrom("acknowledge" as const, "postpone" as const), which: fc.nat(20) }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(1, 50, 100, 1_000) }),
);

const numRuns = scale({ small: 300, full: 5_000 });

it(`loses nothing, overlaps nothing of a key and keeps every key's order, in ${numRuns} random lives`, () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 120 }), (steps) => {
      const acknowledged: StoredMessage[] = [];
      const group = new MemoryGroup((message) => acknowledged.push(message));
      const sent: StoredMessage[] = [];
      const deliveries: { delivery: Delivery; untilMs: number }[] = [];
      let nowMs = 0;

      for (const step of steps) {
        if (step.kind === "send") {
          sent.push(stored(sent.length, step.key));
          group.offer(sent.at(-1) as StoredMessage);
        }
        if (step.kind === "take") takeOne();
        if (step.kind === "wait") nowMs += step.ms;
        const chosen = "which" in step ? deliveries[step.which % deliveries.length] : undefined;
        if (chosen !== undefined) settle(step.kind, chosen);
      }

      // Whatever has happened so far, what was sent can still be worked off, each key in its order.
      while (acknowledged.length < sent.length) {
        nowMs += 200;
        const delivery = takeOne();
        expect(delivery).toBeDefined();
        if (delivery !== undefined) group.acknowledge(delivery.stored.sequence, delivery.attempt);
      }
      expect(takeOne()).toBeUndefined();
      expect(group.unacknowledged).toBe(0);
      expect(new Set(acknowledged)).toEqual(new Set(sent));
      expect(acknowledged).toHaveLength(sent.length);
      for (const key of ["a", "b", "c"]) {
        const order = acknowledged.filter((message) => message.key === key).map(({ sequence }) => sequence);
        expect(order).toEqual([...order].sort((one, other) => one - other));
      }

      function takeOne(): Delivery | undefined {
        const delivery = group.take(nowMs, visibilityTimeoutMs);
        if (delivery === undefined) return undefined;
        expect(acknowledged).not.toContain(delivery.stored);
        const { key, sequence } = delivery.stored;
        const open = deliveries.filter(
          (one) => one.untilMs > nowMs && !acknowledged.includes(one.delivery.stored),
        );
        const overlapping = open.filter(
          ({ delivery: one }) =>
            one.stored.sequence === sequence || (key !== undefined && one.stored.key === key),
        );
        expect(overlapping).toEqual([]);
        deliveries.push({ delivery, untilMs: nowMs + visibilityTimeoutMs });
        return delivery;
      }

      function settle(kind: Step["kind"], chosen: { delivery: Delivery; untilMs: number }): void {
        const { stored: message, attempt } = chosen.delivery;
        if (kind === "acknowledge") group.acknowledge(message.sequence, attempt);
        else if (group.postpone(message.sequence, attempt, nowMs + 200) === undefined) {
          chosen.untilMs = nowMs + 200;
        }
      }
    }),
    { numRuns },
  );
});

function groupWith(...keys: (string | undefined)[]): MemoryGroup {
  const group = new MemoryGroup(() => {});
  for (const [sequence, key] of keys.entries()) group.offer(stored(sequence, key));
  return group;
}

function stored(sequence: number, key: string | undefined): StoredMessage {
  return { sequence, key, text: "{}", bytes: 2, headers: {}, sentAt: new Date(0) };
}

function takeAll(group: MemoryGroup, nowMs: number): Delivery[] {
  const taken: Delivery[] = [];
  for (;;) {
    const delivery = group.take(nowMs, visibilityTimeoutMs);
    if (delivery === undefined) return taken;
    taken.push(delivery);
  }
}

function place({ stored: { sequence }, attempt }: Delivery): string {
  return `${sequence}:${attempt}`;
}
