import { MemoryIdempotencyStore } from "@wirekit/core/inbound";
import { idempotencyStoreConformance, ManualClock } from "@wirekit/core/testing";

const cases = idempotencyStoreConformance(() => {
  const clock = new ManualClock();
  return { store: new MemoryIdempotencyStore({ clock }), advance: (durationMs) => clock.advance(durationMs) };
});

// With a runner: for (const { name, run } of cases) test(name, run);
for (const { run } of cases) await run();
console.log(cases[0]?.name);
// prints: gives the work of a key to one, and tells all others that it is in progress
