import { expect, it, jest } from "@jest/globals";

it("without a tracer provider, @opentelemetry/api is not even loaded", async () => {
  const load = jest.fn(() => {
    throw new Error("was loaded");
  });
  jest.unstable_mockModule("@opentelemetry/api", load);
  const { extractTraceContext, injectTraceContext, withSpan } = await import("../src/tracing/index.ts");
  await withSpan("it", {}, async () => {});
  await injectTraceContext({});
  await extractTraceContext({});
  expect(load).not.toHaveBeenCalled();

  // The same call with a provider does load it: what was watched is what would have been loaded.
  const registryKey = Symbol.for("opentelemetry.js.api.1");
  Object.assign(globalThis, { [registryKey]: { trace: {} } });
  try {
    // That it cannot be loaded is no reason not to do the work.
    await expect(withSpan("it", {}, async () => "done")).resolves.toBe("done");
    expect(load).toHaveBeenCalled();
  } finally {
    Reflect.deleteProperty(globalThis, registryKey);
  }
});
