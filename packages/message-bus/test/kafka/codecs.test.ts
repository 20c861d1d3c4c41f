import { expect, it, jest } from "@jest/globals";
import { until } from "@wirekit/core/testing";
import { CompressionCodecs, CompressionTypes } from "kafkajs";
import { CodecMissingError } from "../../src/index.ts";
import { openBroker, openBus } from "./open-bus.ts";
import { stranger } from "./read-topic.ts";

// Nothing here takes long by itself; on a machine that has other things to do, it may.
jest.setTimeout(120_000);

const target = "payments";

it.each(["Snappy", "LZ4", "ZSTD"] as const)(
  "a consumer that meets %s without a codec stops at once, and says what to install",
  async (codec) => {
    const broker = await openBroker({ topics: { [target]: 1 } });
    const type = CompressionTypes[codec];
    const missing = CompressionCodecs[type];
    // Any codec will do to write with: it is known here, and not where it is read.
    CompressionCodecs[type] = CompressionCodecs[CompressionTypes.GZIP];
    const producer = stranger(broker).producer();
    await producer.connect();
    await producer.send({ topic: target, messages: [{ value: "{}" }], compression: type });
    await producer.disconnect();
    CompressionCodecs[type] = missing;

    const bus = openBus(broker);
    const consumer = bus.consume({ target }, () => undefined);
    const thrown: unknown = await consumer.closed.catch((error: unknown) => error);
    expect(thrown instanceof CodecMissingError).toBe(true);
    expect(thrown).toMatchObject({
      codec,
      retryable: false,
      message: expect.stringMatching(/^Fetching \(topic "payments"\)/),
    });
    await until(() => bus.health().status === "degraded");
    expect(bus.health().reasons).toMatchObject([
      {
        code: "message-bus/codec-missing",
        message: expect.stringContaining(`CompressionCodecs[CompressionTypes.${codec}]`),
      },
    ]);
  },
);
