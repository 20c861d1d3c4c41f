import { createConsumer, type Delivery, MemoryIdempotencyStore, type Source } from "@wirekit/core/inbound";

// A source of your own: it receives into the intake until the signal fires, and carries settlements out.
const bodies = ['{"id":"1"}', '{"id":"2"}', "not json", '{"id":"2"}'];
const source: Source<Delivery<string>> = {
  redelivery: "in-place",
  run: (intake, { signal }) => {
    for (const [index, body] of bodies.entries()) intake.add({ id: `message ${index}`, attempt: 1, body });
    return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
  },
  settle: () => undefined,
  release: () => undefined,
};

const paid: string[] = [];
const consumer = createConsumer(
  {
    source,
    concurrency: 1,
    decode: ({ body }) => JSON.parse(body) as { id: string },
    handlerTimeoutMs: 60_000,
    retry: { maxAttempts: 5 },
    deadLetter: { sink: async ({ delivery, reason }) => console.log(delivery.id, reason) }, // prints: message 2 invalid
    idempotency: { store: new MemoryIdempotencyStore<string>(), keyOf: (order) => order.id },
    logger: { debug: () => {}, info: () => {}, warn: console.warn, error: () => {} },
  },
  async (order, { signal }) => {
    signal.throwIfAborted();
    paid.push(order.id);
    return `receipt of ${order.id}`;
  },
);
consumer.on("fault", ({ error }) => console.warn(error.message));
consumer.closed.catch((error: Error) => console.error("stopped by itself", error.message));

await new Promise<void>((resolve) => {
  consumer.on("processed", ({ delivery }) => delivery.id === "message 3" && resolve());
});
await consumer.close({ timeoutMs: 10_000 });
const { received, handled, duplicates, invalid, left } = consumer.stats();
console.log(paid.join(" "), { received, handled, duplicates, invalid, left });
// prints: 1 2 { received: 4, handled: 3, duplicates: 1, invalid: 1, left: 0 }
