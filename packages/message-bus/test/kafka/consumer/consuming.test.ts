import { describe, expect, it } from "@jest/globals";
import { broker, committed, consume, produce, until } from "./support.ts";

const topics = { payments: 1 };

describe("consuming", () => {
  it("handles keys at once, each in its order, and commits the finished prefix", async () => {
    const kafka = await broker({ topics });
    const records = Array.from({ length: 300 }, (_, index) => ({
      key: `k${index % 10}`,
      value: String(index),
    }));
    await produce(kafka, records);
    const handled: string[] = [];
    let running = 0;
    let most = 0;
    const { consumer } = consume(kafka, async ({ body }) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running -= 1;
      handled.push(body);
    });
    await until(() => handled.length === 300);
    expect(most).toBe(10);
    for (let key = 0; key < 10; key += 1) {
      const ofKey = handled.map(Number).filter((value) => value % 10 === key);
      expect(ofKey).toEqual([...ofKey].sort((one, other) => one - other));
    }
    await consumer.close();
    expect(await committed(kafka)).toBe(300);
    expect(kafka.group("group")?.members).toEqual([]);
  });
});
