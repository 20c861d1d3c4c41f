import { createConsumer, type Delivery, MemoryIdempotencyStore, type Source } from "@wirekit/core/inbound";

declare const source: Source<Delivery<string>>;
declare function pay(order: { id: string }, signal: AbortSignal): Promise<string>;
declare function writeDeadLetter(id: string, reason: string): Promise<void>;

const consumer = createConsumer({
  source,
  concurrency: 20,
  decode: ({ body }) => JSON.parse(body) as { id: string },
  handler: (order, { signal }) => pay(order, signal),
  handlerTimeoutMs: 60_000,
  maxAttempts: 5,
  deadLetterSink: ({ delivery, reason }) => writeDeadLetter(delivery.id, reason),
  idempotency: { store: new MemoryIdempotencyStore<string>(), keyOf: (order) => order.id },
});

consumer.on("processed", ({ delivery, outcome, durationMs }) =>
  console.log(delivery.id, outcome, durationMs),
);
consumer.on("fault", ({ error }) => console.warn(error.message));
consumer.closed.catch((error: Error) => console.error("stopped by itself", error.message));

const { received, handled, retried, deadLettered, invalid, left } = consumer.stats();
console.log(received, handled, retried, deadLettered, invalid, left, consumer.health().status);
await consumer.close({ timeoutMs: 10_000 });
