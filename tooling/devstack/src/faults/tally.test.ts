import { expect, it } from "@jest/globals";
import { createTally } from "./tally.ts";

const unbounded = { name: "texts", limit: Number.POSITIVE_INFINITY, weigh: () => 1 };

it("tells the n-th value to those who wait for it, and to those who ask afterwards", async () => {
  const tally = createTally<string>(unbounded);
  const second = tally.reached(2);
  tally.add("a");
  tally.add("b");
  tally.add("c");
  await expect(second).resolves.toBe("b");
  await expect(tally.reached(1)).resolves.toBe("a");
});

it("rejects those who wait for more than ever comes", async () => {
  const tally = createTally<string>(unbounded);
  tally.add("a");
  const second = tally.reached(2);
  tally.end(new Error("over"));
  await expect(second).rejects.toThrow("over");
  await expect(tally.reached(3)).rejects.toThrow("over");
  await expect(tally.reached(1)).resolves.toBe("a");
});

it("counts anew after it was cleared", async () => {
  const tally = createTally<string>(unbounded);
  tally.add("a");
  tally.clear();
  const first = tally.reached(1);
  tally.add("b");
  await expect(first).resolves.toBe("b");
  expect(tally.values).toEqual(["b"]);
});

it.each([0, -1, 1.5, Number.NaN])("refuses to wait for %p values", async (count) => {
  await expect(createTally(unbounded).reached(count)).rejects.toThrow("whole number above 0");
});

it("counts what it does not keep any more, and says that it is gone to those who ask for it", async () => {
  const tally = createTally<string>({ ...unbounded, limit: 2 });
  const third = tally.reached(3);
  for (const value of ["a", "b", "c"]) tally.add(value);
  await expect(third).resolves.toBe("c");
  await expect(tally.reached(3)).resolves.toBe("c");
  await expect(tally.reached(1)).rejects.toThrow("number 1 is gone: only the latest texts are kept");
  expect(tally.forgotten).toBeGreaterThan(0);
});
