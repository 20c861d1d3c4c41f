import { expect, it } from "@jest/globals";
import { TopicGate } from "./topic-gate.ts";

function setUp() {
  const asked: { topic: string; answer: (count: number) => void; refuse: (error: Error) => void }[] = [];
  const gate = new TopicGate(
    (topic) => new Promise((answer, refuse) => asked.push({ topic, answer, refuse })),
  );
  const went: string[] = [];
  const waiting = (name: string) => ({
    go: (count: number) => void went.push(`${name} ${count}`),
    fail: (error: unknown) => void went.push(`${name} ${String(error)}`),
  });
  return { gate, asked, went, waiting };
}

it("asks once for a topic, and lets those who wait go in their order", async () => {
  const { gate, asked, went, waiting } = setUp();
  gate.wait("t", waiting("a"));
  const leave = gate.wait("t", waiting("b"));
  gate.wait("t", waiting("c"));
  leave();
  expect(gate.partitionCount("t")).toBeUndefined();
  asked[0]?.answer(3);
  await new Promise(setImmediate);
  expect(went).toEqual(["a 3", "c 3"]);
  expect(gate.partitionCount("t")).toBe(3);
  expect(asked).toHaveLength(1);
});

it("tells those who wait when there is no answer, and asks anew for the next", async () => {
  const { gate, asked, went, waiting } = setUp();
  gate.wait("t", waiting("a"));
  asked[0]?.refuse(new Error("no"));
  await new Promise(setImmediate);
  gate.wait("t", waiting("b"));
  asked[1]?.answer(1);
  await new Promise(setImmediate);
  expect(went).toEqual(["a Error: no", "b 1"]);
});

it("takes notice when a topic grows, and keeps what it knows when nobody can tell", async () => {
  const { gate, asked, waiting } = setUp();
  gate.refresh(["unknown"]);
  expect(asked).toHaveLength(0);
  gate.wait("t", waiting("a"));
  asked[0]?.answer(1);
  await new Promise(setImmediate);
  gate.refresh(["t", "t"]);
  asked[1]?.answer(2);
  gate.refresh(["t"]);
  asked[2]?.refuse(new Error("no"));
  await new Promise(setImmediate);
  expect(asked).toHaveLength(3);
  expect(gate.partitionCount("t")).toBe(2);
});
