import { describe, expect, it } from "@jest/globals";
import { partitionForKey } from "../../wire/partition-for-key.ts";
import { PartitionChoice } from "./partition-choice.ts";

describe("the choice of a partition", () => {
  it("is the key's, however much goes there", () => {
    const choice = new PartitionChoice(() => 0);
    for (const key of ["a", "b", "user-123", "ü"]) {
      expect(choice.choose("topic", key, 100_000, 7)).toBe(partitionForKey(key, 7));
    }
  });

  it("stays without a key until enough is together, and then goes on with another one", () => {
    const draws = [0.5, 0.99, 0];
    const choice = new PartitionChoice(() => draws.shift() ?? 0);
    const chosen = Array.from({ length: 5 }, () => choice.choose("topic", undefined, 9_000, 4));
    // 2 is drawn; then 3 of those left (0, 1, 3); then 0.
    expect(chosen).toEqual([2, 2, 3, 3, 0]);
  });

  it("goes on with another one when a request goes out, for each topic by itself", () => {
    const choice = new PartitionChoice(() => 0);
    expect(choice.choose("one", undefined, 1, 2)).toBe(0);
    expect(choice.choose("two", undefined, 1, 3)).toBe(0);
    choice.moveOn();
    expect(choice.choose("one", undefined, 1, 2)).toBe(1);
    expect(choice.choose("two", undefined, 1, 3)).toBe(1);
    expect(choice.choose("two", undefined, 1, 3)).toBe(1);
  });

  it("never leaves the partitions that there are", () => {
    const choice = new PartitionChoice(() => 0.999_999_999_999_999_9);
    expect(choice.choose("topic", undefined, 1, 5)).toBe(4);
    expect(choice.choose("topic", undefined, 1, 1)).toBe(0);
    choice.moveOn();
    expect(choice.choose("topic", undefined, 1, 1)).toBe(0);
  });
});
