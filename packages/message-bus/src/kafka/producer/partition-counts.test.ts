import { describe, expect, it } from "@jest/globals";
import { ConfigError, ConnectionError } from "@wirekit/core";
import { ManualClock } from "@wirekit/core/testing";
import { TopicMissingError } from "../kafka-errors.ts";
import { PartitionCounts } from "./partition-counts.ts";

/** Counts that are asked of a cluster which gives these answers, one after the other. */
function setUp(...answers: (number | Error | "never")[]) {
  const clock = new ManualClock();
  const asked: string[] = [];
  const told: string[] = [];
  const counts = new PartitionCounts({
    ask: async (topic) => {
      asked.push(topic);
      const answer = answers.shift() ?? 0;
      if (answer === "never") return new Promise(() => undefined);
      if (typeof answer !== "number") throw answer;
      return answer;
    },
    triesForTopic: 3,
    maxAgeMs: 10_000,
    maxWaitMs: 2_000,
    listener: {
      onFailing: ({ message }) => void told.push(message),
      onEnded: () => void told.push("ended"),
    },
    clock,
    random: () => 0.5,
  });
  const went: string[] = [];
  const wait = (name: string) =>
    counts.wait("t", {
      known: ({ partitionCount }) => void went.push(`${name} ${partitionCount}`),
      failed: (error) => void went.push(`${name} ${(error as Error).message}`),
    });
  return { counts, clock, asked, told, went, wait };
}

const down = new ConnectionError("down");
const missing = new TopicMissingError("t");

describe("how many partitions a topic has", () => {
  it("is asked for once, and those who wait go on in their order", async () => {
    const { counts, clock, asked, went, wait } = setUp(3);
    wait("a");
    const leave = wait("b");
    wait("c");
    leave();
    expect(counts.get("t")).toBeUndefined();
    await clock.advance(0);
    expect(went).toEqual(["a 3", "c 3"]);
    expect(counts.get("t")?.partitionCount).toBe(3);
    expect(counts.get("t")?.nameOf(2)).toBe("2:t");
    expect(asked).toEqual(["t"]);
  });

  it("is asked for again when it is old, without anybody waiting for it", async () => {
    const { counts, clock, asked, wait } = setUp(3, 4);
    counts.refresh("t");
    wait("a");
    await clock.advance(10_000);
    counts.refresh("t");
    expect(asked).toHaveLength(1);
    await clock.advance(1);
    counts.refresh("t");
    counts.refresh("t");
    expect(counts.get("t")?.partitionCount).toBe(3);
    await clock.advance(1);
    expect(counts.get("t")?.partitionCount).toBe(4);
    expect(asked).toHaveLength(2);
  });

  it("stays what it was when nobody can tell", async () => {
    const { counts, clock, asked, wait } = setUp(3, down, 0, 5);
    wait("a");
    for (const count of [3, 3, 5]) {
      await clock.advance(10_001);
      counts.refresh("t");
      await clock.advance(1);
      expect(counts.get("t")?.partitionCount).toBe(count);
    }
    expect(asked).toHaveLength(4);
  });

  it("is asked for again while the broker is down, and says so, but not for ever", async () => {
    const { clock, went, told, wait } = setUp(down, down, 2);
    wait("a");
    await clock.advance(1_000);
    expect(went).toEqual(["a 2"]);
    expect(told).toEqual(["down", "down", "ended"]);

    const never = setUp(...Array.from({ length: 50 }, () => down));
    never.wait("a");
    await never.clock.advance(3_000);
    expect(never.went).toEqual(["a down"]);
    expect(never.asked.length).toBeLessThan(10);
  });

  it("is given up when a question has no answer in time", async () => {
    const { clock, went, wait } = setUp("never");
    wait("a");
    await clock.advance(2_000);
    expect(went).toEqual(["a Asking for the partitions took longer than 2000 ms"]);
  });

  it("is not believed to be none at the first word, and then is", async () => {
    const { clock, went, wait } = setUp(missing, 0, 1);
    wait("a");
    await clock.advance(1_000);
    expect(went).toEqual(["a 1"]);

    const never = setUp(missing, missing, missing, 1);
    never.wait("a");
    await never.clock.advance(1_000);
    expect(never.went).toEqual([`a ${missing.message}`]);
    never.wait("b");
    await never.clock.advance(1);
    expect(never.went[1]).toBe("b 1");
  });

  it("is not asked for again where that is of no use, or after a close", async () => {
    const refused = new ConfigError([{ path: "driver", message: "is missing" }]);
    const { counts, clock, asked, went, wait } = setUp(refused, down);
    wait("a");
    await clock.advance(1);
    expect(went).toEqual([`a ${refused.message}`]);
    wait("b");
    counts.close(new Error("closed"));
    await clock.advance(1_000);
    expect(went[1]).toBe("b closed");
    expect(asked).toHaveLength(2);
  });
});
