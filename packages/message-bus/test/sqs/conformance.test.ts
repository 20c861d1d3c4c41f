import { describe, it } from "@jest/globals";
import { silentLogger } from "@wirekit/core";
import { type ClientHarness, clientConformance } from "@wirekit/core/testing";
import { type MessageConsumer, SqsMessageBus } from "../../src/index.ts";
import { statusUpdate } from "../contract/messages.ts";
import { type SqsPeer, startSqsPeer } from "./sqs-peer.ts";

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret-of-the-example" };
const retry = { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 2 };
const common = { credentials, retry, logger: silentLogger };

const harness: ClientHarness<SqsMessageBus, SqsPeer> = {
  startPeer: startSqsPeer,
  create: ({ url: queueUrl }, overrides) => new SqsMessageBus({ queueUrl, ...common, ...overrides } as never),
  send: (bus, options) => bus.sendMessage(statusUpdate("R-1"), { target: "payments", ...options }),
  sendMany: (bus, count, options) =>
    bus.sendMany(Array(count).fill(statusUpdate("R-1")), { target: "payments", ...options }),
  options: {
    durations: ["lingerMs", "timeoutMs"],
    numbers: ["visibilityTimeoutMs", "delaySeconds", "retry.maxAttempts", "retry.baseDelayMs"],
    texts: ["queueUrl", "region"],
    functions: ["random"],
    objects: ["credentials", "client", "sqs", "retry", "logger", "clock"],
  },
  fromEnv: {
    create: (env, overrides) => SqsMessageBus.fromEnv(env, overrides as never),
    env: { SQS_QUEUE_URL: "http://localhost:9324" },
    bad: [
      { env: {}, names: ["SQS_QUEUE_URL"] },
      {
        env: { SQS_QUEUE_URL: "hidden://example", AWS_ACCESS_KEY_ID: "AKIDEXAMPLE" },
        names: ["SQS_QUEUE_URL", "AWS_SECRET_ACCESS_KEY"],
      },
    ],
  },
};

describe("the contract of clients, kept by the bus over SQS", () => {
  for (const { name, run } of clientConformance(harness)) it(name, run);
});

interface ConsumedPeer extends SqsPeer {
  readonly buses: SqsMessageBus[];
}

const consumerHarness: ClientHarness<MessageConsumer, ConsumedPeer> = {
  startPeer: async () => {
    const peer = await startSqsPeer();
    peer.queue.set("m-1", "not JSON");
    const buses: SqsMessageBus[] = [];
    const close = async () => {
      await Promise.all(buses.map((bus) => bus.close({ timeoutMs: 0 })));
      await peer.close();
    };
    return { ...peer, buses, close };
  },
  create: ({ url: queueUrl, buses }, { logger = silentLogger, ...overrides }) => {
    const bus = new SqsMessageBus({ queueUrl, ...common, logger } as never);
    buses.push(bus);
    return bus.consume({ target: "payments", ...overrides } as never, () => {});
  },
  options: {
    durations: ["handlerTimeoutMs", "abandonAfterMs", "retry.baseDelayMs", "retry.maxDelayMs"],
    numbers: ["concurrency", "visibilityTimeoutMs", "retry.maxAttempts"],
    texts: ["target", "groupId"],
    functions: ["classify", "onProcessed"],
    objects: ["retry", "deadLetter", "idempotency"],
  },
  hooks: ["onProcessed"],
  listen: (consumer, listener) => {
    for (const name of ["processed", "fault", "recovered", "stopped"] as const) consumer.on(name, listener);
  },
};

describe("the contract of clients, kept by a consumer over SQS", () => {
  for (const { name, run } of clientConformance(consumerHarness)) it(name, run);
});
