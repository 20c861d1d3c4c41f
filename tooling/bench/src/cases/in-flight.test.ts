import { expect, it } from "@jest/globals";
import { forEachInFlight } from "./in-flight.ts";

it("does every item once, and never more at a time than may be in flight", async () => {
  const items = Array.from({ length: 50 }, (_, index) => index);
  const done: number[] = [];
  let running = 0;
  let most = 0;
  await forEachInFlight(items, 4, async (item) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    done.push(item);
  });
  expect(done.sort((a, b) => a - b)).toEqual(items);
  expect(most).toBe(4);
});

it("rejects with what a task rejects with", async () => {
  await expect(forEachInFlight([1], 2, () => Promise.reject(new Error("refused")))).rejects.toThrow(
    "refused",
  );
});
