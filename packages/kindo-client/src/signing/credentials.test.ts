import { inspect } from "node:util";
import { describe, expect, it } from "@jest/globals";
import { type Clock, type LogFields, type Logger, TimeoutError } from "@wirekit/core";
import { settled } from "../../test/manual-clock.ts";
import { type Credentials, openCredentials } from "./credentials.ts";

const minute = 60_000;
const aKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEK1Y";

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
    const source = openCredentials({ credentials: fixed, clock: testClock(), logger: recordingLogger() });
    expect(await source.get()).toBe(fixed);
    expect(await source.get()).toBe(fixed);
  });

  it("asks a provider once, however many want to know at the same time", async () => {
    const { asked, provide } = provider({});
    const source = openCredentials({ credentials: provide, clock: testClock(), logger: recordingLogger() });
    const all = await Promise.all(Array.from({ length: 20 }, () => source.get()));
    expect(new Set(all).size).toBe(1);
    expect(await source.get()).toBe(all[0]);
    expect(asked.count).toBe(1);
  });

  it("asks again five minutes before they expire, and not sooner", async () => {
    const clock = testClock();
    const { asked, provide } = provider(
      { expiration: new Date(60 * minute) },
      { expiration: new Date(120 * minute) },
    );
    const source = openCredentials({ credentials: provide, clock, logger: recordingLogger() });
    await source.get();
    clock.time = 55 * minute - 1;
    expect((await source.get()).accessKeyId).toBe("AKID1");
    clock.time = 55 * minute;
    expect((await source.get()).accessKeyId).toBe("AKID1");
    await settled();
    expect((await source.get()).accessKeyId).toBe("AKID2");
    expect(asked.count).toBe(2);
  });

  it("goes on with what is still valid when the provider fails, and says so", async () => {
    const clock = testClock();
    const logger = recordingLogger();
    const { provide } = provider({ expiration: new Date(60 * minute) }, new Error("no network"), {});
    const source = openCredentials({ credentials: provide, clock, logger });
    await source.get();
    clock.time = 56 * minute;
    expect((await source.get()).accessKeyId).toBe("AKID1");
    await settled();
    expect(logger.warnings).toEqual([{ error: "no network" }]);
    clock.time += 1_000;
    expect((await source.get()).accessKeyId).toBe("AKID1");
    await settled();
    expect((await source.get()).accessKeyId).toBe("AKID3");
  });

  it("rejects when the provider fails and there are none that are valid, and asks again next time", async () => {
    const clock = testClock();
    const { provide } = provider({ expiration: new Date(60 * minute) }, new Error("no network"), {});
    const source = openCredentials({ credentials: provide, clock, logger: recordingLogger() });
    await source.get();
    clock.time = 60 * minute;
    await expect(source.get()).rejects.toMatchObject({
      code: "wirekit/credentials",
      message: "No AWS credentials to sign with: no network",
      retryable: true,
    });
    expect((await source.get()).accessKeyId).toBe("AKID3");
  });

  it("asks again for credentials that the service did not accept", async () => {
    const { asked, provide } = provider({});
    const source = openCredentials({ credentials: provide, clock: testClock(), logger: recordingLogger() });
    const first = await source.get();
    source.refused(first);
    const second = await source.get();
    expect(second.accessKeyId).toBe("AKID2");
    source.refused(first);
    expect(await source.get()).toBe(second);
    expect(asked.count).toBe(2);
  });

  it.each([
    [{ accessKeyId: "" }, "credentials.accessKeyId is required"],
    [{ secretAccessKey: undefined as never }, "credentials.secretAccessKey is required"],
    [{ sessionToken: "" }, "credentials.sessionToken must be a text that is not empty"],
    [{ expiration: "2026-01-01" as never }, "credentials.expiration must be a valid Date"],
    [{ expiration: new Date(Number.NaN) }, "credentials.expiration must be a valid Date"],
  ])("refuses %p from a provider", async (answer, problem) => {
    const { provide } = provider(answer);
    const source = openCredentials({ credentials: provide, clock: testClock(), logger: recordingLogger() });
    await expect(source.get()).rejects.toMatchObject({
      retryable: false,
      message: expect.stringContaining(problem),
    });
  });

  it.each([
    ["what it has read", new Error(`cannot parse {"SecretAccessKey":"${aKey}"}`)],
    ["a key that it gave before", new Error("refused: the-key-before/22")],
    [
      "a key in the cause",
      new Error("no", { cause: new Error(`read ${aKey}`, { cause: "the-key-before/22" }) }),
    ],
    ["a key in a time-out of its own", new TimeoutError(`Reading ${aKey}`, 5)],
    ["a key beside it", Object.assign(new Error("no"), { request: { key: aKey } })],
  ])("shows nothing secret when a provider quotes %s", async (_name, thrown) => {
    const clock = testClock();
    const logger = recordingLogger();
    const { provide } = provider(
      { expiration: new Date(60 * minute), secretAccessKey: "the-key-before/22" },
      thrown,
    );
    const source = openCredentials({ credentials: provide, clock, logger });
    await source.get();
    clock.time = 56 * minute;
    await source.get();
    await settled();
    clock.time = 60 * minute;
    const error = await source.get().catch((failure: unknown) => failure);
    const shown = inspect([error, logger.warnings], { depth: 20, showHidden: true });
    expect(shown).toContain("No AWS credentials to sign with");
    expect(shown).not.toContain(aKey);
    expect(shown).not.toContain("the-key-before/22");
  });
});
