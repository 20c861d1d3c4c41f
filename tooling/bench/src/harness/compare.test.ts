import { describe, expect, it } from "@jest/globals";
import { type BenchClock, type Contender, compare, usualTraffic } from "./compare.ts";

/** Contenders that take exactly so long, on a clock that only they move. */
function stage(durations: Readonly<Record<string, number>>) {
  const order: string[] = [];
  let now = 0;
  let served = 0;
  const clock: BenchClock = { now: () => now, processor: () => now / 2 };
  const contenders: Contender[] = Object.entries(durations).map(([name, elapsedMs]) => ({
    name,
    async run() {
      order.push(name);
      now += elapsedMs;
      served += 10;
    },
  }));
  return { contenders, clock, order, traffic: async () => ({ requests: served, sockets: served / 10 }) };
}

describe("a comparison", () => {
  it("warms every contender up once, begins each round with another one, and goes backwards every other time", async () => {
    const { contenders, clock, order } = stage({ a: 10, b: 20, c: 30 });
    await compare(contenders, { rounds: 3, operations: 10, clock });
    expect(order.join("")).toBe("abc" + "abc" + "acb" + "cab");
  });

  it("tells operations per second and processor time per operation, without the warm-up", async () => {
    const { contenders, clock } = stage({ a: 10, b: 20 });
    const [a, b] = await compare(contenders, { rounds: 2, operations: 10, clock });
    expect(a).toMatchObject({ name: "a", rates: [1000, 1000], processorMicros: [500, 500] });
    expect(b).toMatchObject({ name: "b", rates: [500, 500], processorMicros: [1000, 1000] });
  });

  it("takes a contender whose rounds are of another size by that size", async () => {
    const { contenders, clock } = stage({ a: 10, b: 20 });
    const sized = contenders.map((one) => (one.name === "b" ? { ...one, operations: 5 } : one));
    const [a, b] = await compare(sized, { rounds: 1, operations: 10, clock });
    expect(a).toMatchObject({ operations: 10, rates: [1000], processorMicros: [500] });
    expect(b).toMatchObject({ operations: 5, rates: [250], processorMicros: [2000] });
  });

  it("counts what the server saw in each round", async () => {
    const { contenders, clock, traffic } = stage({ a: 10, b: 20 });
    const [a] = await compare(contenders, { rounds: 2, operations: 10, clock, traffic });
    expect(a?.traffic).toEqual([
      { requests: 10, sockets: 1 },
      { requests: 10, sockets: 1 },
    ]);
    expect(a && usualTraffic(a)).toEqual({ requests: 10, sockets: 1 });
  });

  it("takes a server that tells only its processor's time for no more than that", async () => {
    const { contenders, clock, traffic } = stage({ a: 10 });
    const timed = async () => ({ processorMs: (await traffic()).requests });
    const [a] = await compare(contenders, { rounds: 1, operations: 10, clock, traffic: timed });
    expect(a?.traffic).toEqual([{ processorMs: 10 }]);
    expect(a && usualTraffic(a)).toEqual({ requests: undefined, sockets: undefined, processorMs: 10 });
  });

  it("has no traffic where there is no server", async () => {
    const { contenders, clock } = stage({ a: 10 });
    const [a] = await compare(contenders, { rounds: 1, operations: 10, clock });
    expect(a && usualTraffic(a)).toBeUndefined();
  });

  it("fails with a contender that fails: a wrong answer is no result", async () => {
    const broken = { name: "broken", run: () => Promise.reject(new Error("403")) };
    await expect(compare([broken], { rounds: 1, operations: 1 })).rejects.toThrow("403");
  });
});
