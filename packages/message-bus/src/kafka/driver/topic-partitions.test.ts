import { describe, expect, it } from "@jest/globals";
import { ConfigError, ConnectionError } from "@wirekit/core";
import { ManualClock } from "@wirekit/core/testing";
import { TopicMissingError } from "../kafka-errors.ts";
import { TopicPartitions } from "./topic-partitions.ts";

function setUp(...answers: (number | Error)[]) {
  const clock = new ManualClock();
  const asked: string[] = [];
  const topics = new TopicPartitions({
    ask: async (topic) => {
      asked.push(topic);
      const answer = answers.shift() ?? 0;
      if (typeof answer !== "number") throw answer;
      return answer;
    },
    triesForTopic: 3,
    maxAgeMs: 10_000,
    maxWaitMs: 2_000,
    clock,
    random: () => 0.5,
  });
  return { topics, clock, asked };
}

const down = new ConnectionError("down");

describe("how many partitions a topic has", () => {
  it("is asked for once, and again when the answer is old, without anybody waiting for it", async () => {
    const { topics, clock, asked } = setUp(3, 4);
    expect(await Promise.all([topics.count("t"), topics.count("t")])).toEqual([3, 3]);
    await clock.advance(10_001);
    expect(await topics.count("t")).toBe(3);
    await clock.advance(1);
    expect(await topics.count("t")).toBe(4);
    expect(asked).toEqual(["t", "t"]);
  });

  it("stays what it was when nobody can tell", async () => {
    const { topics, clock, asked } = setUp(3, down, 5);
    await topics.count("t");
    await clock.advance(10_001);
    expect(await topics.count("t")).toBe(3);
    await clock.advance(1);
    expect(await topics.count("t")).toBe(3);
    await clock.advance(1);
    expect(await topics.count("t")).toBe(5);
    expect(asked).toHaveLength(3);
  });

  it("is asked again while the broker is down, but not for ever", async () => {
    const { topics, clock } = setUp(down, down, 2);
    const count = topics.count("t");
    await clock.advance(1_000);
    expect(await count).toBe(2);

    const never = setUp(...Array.from({ length: 50 }, () => down));
    const failed = expect(never.topics.count("t")).rejects.toBe(down);
    await never.clock.advance(3_000);
    await failed;
    expect(never.asked.length).toBeLessThan(10);
  });

  it("is not believed to be none at the first word, and then is", async () => {
    const missing = new TopicMissingError("t");
    const { topics, clock } = setUp(missing, 0, 1);
    const count = topics.count("t");
    await clock.advance(1_000);
    expect(await count).toBe(1);

    const never = setUp(missing, missing, missing, 1);
    const failed = expect(never.topics.count("t")).rejects.toBe(missing);
    await never.clock.advance(1_000);
    await failed;
    expect(await never.topics.count("t")).toBe(1);
  });

  it("is not asked again where that is of no use, or after a close", async () => {
    const refused = new ConfigError([{ path: "driver", message: "is missing" }]);
    const { topics, asked } = setUp(refused, down);
    await expect(topics.count("t")).rejects.toBe(refused);
    const failed = expect(topics.count("t")).rejects.toThrow("closed");
    topics.close(new Error("closed"));
    await failed;
    expect(asked).toHaveLength(2);
  });
});
