import { describe, expect, it } from "@jest/globals";
import { deferred } from "./deferred.ts";
import { recordingLogger } from "./recording-logger.ts";
import { until } from "./until.ts";

describe("until", () => {
  it("looks again until the condition holds, also one that is found out later", async () => {
    let looks = 0;
    await until(() => ++looks > 500);
    await until(async () => ++looks > 600);
    expect(looks).toBe(601);
  });

  it("gives up in the end, and says on what", async () => {
    const never = until(() => "a".length > 1, { timeoutMs: 1 });
    await expect(never).rejects.toThrow(/within 1 ms: .*"a"\.length > 1/);
  });

  it("rejects with what the condition throws", async () => {
    const broken = until(() => {
      throw new RangeError("broken");
    });
    await expect(broken).rejects.toThrow(RangeError);
  });
});

it("a deferred promise settles when it is told to", async () => {
  const kept = deferred<number>();
  kept.resolve(1);
  expect(await kept.promise).toBe(1);
  const broken = deferred();
  broken.reject("why");
  await expect(broken.promise).rejects.toBe("why");
});

it("a recording logger keeps every line", () => {
  const logger = recordingLogger();
  logger.debug({ a: 1 }, "one");
  logger.warn({ b: 2 }, "two");
  logger.info({}, "three");
  logger.error({}, "four");
  expect(logger.at("warn")).toEqual([{ level: "warn", message: "two", fields: { b: 2 } }]);
  expect(logger.texts()).toEqual(['one {"a":1}', 'two {"b":2}', "three {}", "four {}"]);
});
