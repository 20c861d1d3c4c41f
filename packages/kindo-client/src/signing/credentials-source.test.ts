import { describe, expect, it } from "@jest/globals";
import type { Clock, LogFields, Logger } from "@wirekit/core";
import type { Credentials } from "./credentials.ts";
import { credentialsSource } from "./credentials-source.ts";

const minute = 60_000;

function testClock(): Clock & { time: number } {
  const clock = {
    time: 0,
    now: () => clock.time,
    monotonic: () => clock.time,
    setTimer: () => () => {},
  };
  return clock;
}

function recordingLogger(): Logger & { readonly warnings: LogFields[] } {
  const warnings: LogFields[] = [];
  const ignore = () => {};
  return {
    warnings,
    debug: ignore,
    info: ignore,
    error: ignore,
    warn: (fields) => void warnings.push(fields),
  };
}

/** A provider that answers with one of `answers` after the other, and counts how often it was asked. */
function provider(...answers: readonly (Partial<Credentials> | Error)[]) {
  const asked = { count: 0 };
  async function provide(): Promise<Credentials> {
    const answer = answers[Math.min(asked.count, answers.length - 1)];
    asked.count += 1;
    if (answer instanceof Error) throw answer;
    return { accessKeyId: `AKID${asked.count}`, secretAccessKey: "secret", ...answer };
  }
  return { asked, provide };
}

describe("a source of credentials", () => {
  it("hands out fixed ones as the same object each time", async () => {
    const fixed = { accessKeyId: "AKID", secretAccessKey: "secret" };
    const source = credentialsSource({ credentials: fixed, clock: testClock(), logger: recordingLogger() });
    expect(await source.current()).toBe(fixed);
    expect(await source.current()).toBe(fixed);
  });

  it("asks a provider once, however many want to know at the same time", async () => {
    const { asked, provide } = provider({});
    const source = credentialsSource({ credentials: provide, clock: testClock(), logger: recordingLogger() });
    const all = await Promise.all(Array.from({ length: 20 }, () => source.current()));
    expect(new Set(all).size).toBe(1);
    expect(await source.current()).toBe(all[0]);
    expect(asked.count).toBe(1);
  });

  it("asks again five minutes before they expire, and not sooner", async () => {
    const clock = testClock();
    const { asked, provide } = provider(
      { expiration: new Date(60 * minute) },
      { expiration: new Date(120 * minute) },
    );
    const source = credentialsSource({ credentials: provide, clock, logger: recordingLogger() });
    await source.current();
    clock.time = 55 * minute - 1;
    expect((await source.current()).accessKeyId).toBe("AKID1");
    clock.time = 55 * minute;
    expect((await source.current()).accessKeyId).toBe("AKID2");
    expect(asked.count).toBe(2);
  });

  it("goes on with what is still valid when the provider fails, and says so", async () => {
    const clock = testClock();
    const logger = recordingLogger();
    const { provide } = provider({ expiration: new Date(60 * minute) }, new Error("no network"), {});
    const source = credentialsSource({ credentials: provide, clock, logger });
    await source.current();
    clock.time = 56 * minute;
    expect((await source.current()).accessKeyId).toBe("AKID1");
    expect(logger.warnings).toEqual([{ error: "no network" }]);
    expect((await source.current()).accessKeyId).toBe("AKID3");
  });

  it("rejects when the provider fails and there are none that are valid, and asks again next time", async () => {
    const clock = testClock();
    const { provide } = provider({ expiration: new Date(60 * minute) }, new Error("no network"), {});
    const source = credentialsSource({ credentials: provide, clock, logger: recordingLogger() });
    await source.current();
    clock.time = 60 * minute;
    await expect(source.current()).rejects.toMatchObject({
      code: "kindo/no-credentials",
      message: "No AWS credentials to sign with: no network",
      retryable: false,
    });
    expect((await source.current()).accessKeyId).toBe("AKID3");
  });

  it("asks again for credentials that the service did not accept", async () => {
    const { asked, provide } = provider({});
    const source = credentialsSource({ credentials: provide, clock: testClock(), logger: recordingLogger() });
    const first = await source.current();
    source.discard(first);
    const second = await source.current();
    expect(second.accessKeyId).toBe("AKID2");
    source.discard(first);
    expect(await source.current()).toBe(second);
    expect(asked.count).toBe(2);
  });

  it.each([
    [{ accessKeyId: "" }, "the provider gave no accessKeyId"],
    [{ secretAccessKey: undefined as never }, "the provider gave no secretAccessKey"],
  ])("refuses %p from a provider", async (answer, problem) => {
    const { provide } = provider(answer);
    const source = credentialsSource({ credentials: provide, clock: testClock(), logger: recordingLogger() });
    await expect(source.current()).rejects.toThrow(problem);
  });
});
