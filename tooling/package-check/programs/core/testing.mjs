import assert from "node:assert/strict";

/** What is for tests works under any runner, here under none. */
export default async function testing({ load }) {
  const { clientConformance, deferred, idempotencyStoreConformance, ManualClock, recordingLogger, until } =
    await load("@wirekit/core/testing");
  const { MemoryIdempotencyStore } = await load("@wirekit/core/inbound");

  const cases = idempotencyStoreConformance(() => {
    const clock = new ManualClock();
    return {
      store: new MemoryIdempotencyStore({ clock }),
      advance: (durationMs) => clock.advance(durationMs),
    };
  });
  assert.ok(cases.length > 10);
  for (const { run } of cases) await run();

  const clock = new ManualClock();
  const { promise, resolve } = deferred();
  clock.setTimer(() => resolve("fired"), 1_000);
  await clock.advance(1_000);
  assert.equal(await promise, "fired");

  const logger = recordingLogger();
  setImmediate(() => logger.warn({ attempt: 1 }, "retried"));
  await until(() => logger.at("warn").length === 1);
  assert.deepEqual(logger.texts(), ['retried {"attempt":1}']);
  assert.equal(typeof clientConformance, "function");
}
