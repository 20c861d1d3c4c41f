import { expect, it } from "@jest/globals";
import { fill } from "./fill.ts";
import { broker, consume, until } from "./support.ts";

const mebibyte = 1024 * 1024;
const partitions = 200;
const maxBufferedBytes = mebibyte;

/** Records of 1,000 bytes, 50 of them in the batch of each partition. */
const batch = { records: 50, valueBytes: 1_000 };
/** What one batch counts for: its bytes, and 256 for each record. */
const batchBytes = batch.records * (batch.valueBytes + 256 + 50);

it.each([
  ["as they are", "none"],
  ["by gzip, so that a fetch brings much more than its bytes", "gzip"],
] as const)("holds no more of 200 partitions than it may, compressed %s", async (_, compression) => {
  const kafka = await broker({ topics: { payments: partitions } });
  const total = await fill(kafka, { topic: "payments", partitions, batches: 1, ...batch, compression });
  let most = 0;
  let handled = 0;
  const { source, consumer } = consume(
    kafka,
    async () => {
      // Asking for the details of 200 partitions takes longer than all the rest.
      if (handled % 20 === 0) most = Math.max(most, source.details().bufferedBytes);
      handled += 1;
      // What is fetched meanwhile is held as well.
      await new Promise((resolve) => setImmediate(resolve));
    },
    { maxBufferedBytes, concurrency: 20 },
  );
  await until(() => handled === total);
  await consumer.close();
  expect(most).toBeGreaterThan(batchBytes / 2);
  expect(most).toBeLessThanOrEqual(maxBufferedBytes + batchBytes);
});

it("holds no more where three brokers are read from, and one batch for each on top", async () => {
  const kafka = await broker({ topics: { payments: partitions }, nodes: 3 });
  const total = await fill(kafka, {
    topic: "payments",
    partitions,
    batches: 1,
    ...batch,
    compression: "none",
  });
  let most = 0;
  let handled = 0;
  const { source } = consume(
    kafka,
    async () => {
      if (handled % 20 === 0) most = Math.max(most, source.details().bufferedBytes);
      handled += 1;
      await new Promise((resolve) => setImmediate(resolve));
    },
    { maxBufferedBytes, concurrency: 20 },
  );
  await until(() => handled === total);
  expect(most).toBeLessThanOrEqual(maxBufferedBytes + 3 * batchBytes);
});

it("holds no more while no handler returns, and reads on when they do", async () => {
  const kafka = await broker({ topics: { payments: partitions } });
  const total = await fill(kafka, {
    topic: "payments",
    partitions,
    batches: 1,
    ...batch,
    compression: "none",
  });
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let handled = 0;
  const { source } = consume(
    kafka,
    async () => {
      await held;
      handled += 1;
    },
    { maxBufferedBytes, concurrency: 1 },
  );
  await until(() => source.details().bufferedBytes >= maxBufferedBytes);
  // All that is on its way has come by then: each fetch is asked for with what is left.
  const fetches = () => kafka.counts.requests.Fetch;
  let before = -1;
  await until(() => {
    const isStill = fetches() === before;
    before = fetches();
    return isStill;
  });
  expect(source.details().bufferedBytes).toBeLessThanOrEqual(maxBufferedBytes + batchBytes);
  letGo();
  await until(() => handled === total);
});
