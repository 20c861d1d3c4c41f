import { describe, expect, it } from "@jest/globals";
import { SQS } from "./sqs.ts";
import { SqsMessageBus } from "./sqs-message-bus.ts";

const queueUrl = "http://localhost:9324";
const any = (value: unknown) => value as never;

describe("what the bus over SQS is asked for", () => {
  const bus = new SqsMessageBus({ queueUrl });
  const original = new SQS({ queueUrl }, {});
  const message = { instruction: "none" };
  const target = "orders";

  it.each([Number.NaN, -1, 2 ** 31, null, "1", {}])("is refused for timeoutMs of %j", async (value) => {
    const timeoutMs = any(value);
    const calls = [
      () => bus.sendMessage(any(message), { target, timeoutMs }),
      () => bus.sendMessage(any(message), { target, key: "k", timeoutMs }),
      () => bus.receiveMessage({ target, timeoutMs }),
      () => bus.acknowledge(any({ target, receiptHandle: "r" }), { timeoutMs }),
      () => bus.deleteMessage(target, "r", { timeoutMs }),
      () => bus.close({ timeoutMs }),
      () => original.sendMessage(any(message), target, { timeoutMs }),
      () => original.receiveMessage(target, { timeoutMs }),
      () => original.deleteMessage(target, "r", { timeoutMs }),
      () => original.close({ timeoutMs }),
    ];
    const errors = await Promise.all(calls.map((call) => call().catch((error: unknown) => error)));
    const expected = { name: "ConfigError", issues: [{ path: "timeoutMs" }] };
    expect(errors).toMatchObject(calls.map(() => expected));
  });

  it.each<[string, () => unknown]>([
    ["target must be a queue's name", () => bus.sendMessage(any(message), { target: "a/b" })],
    ["target is required", () => bus.sendMessage(any(message), any({}))],
    ["options must be an object", () => bus.sendMessage(any(message), any(null))],
    ["key must be a text", () => bus.sendMessage(any(message), { target: "q.fifo", key: any(7) })],
    [
      "tagret is not an option; did you mean target",
      () => bus.sendMessage(any(message), any({ tagret: "q" })),
    ],
    ["messages must be a list", () => bus.sendMany(any(undefined), { target })],
    ["target is required", () => bus.receiveMessage(any({}))],
    ["options must be an object", () => bus.receiveMessage(any(undefined))],
    ["visibilityTimeoutMs must be", () => bus.receiveMessage({ target, visibilityTimeoutMs: 2 ** 31 })],
    ["visibilityTimeoutMs must be", () => bus.receiveMessage({ target, visibilityTimeoutMs: Number.NaN })],
    ["unknownKinds must be", () => bus.receiveMessage({ target, unknownKinds: any("drop") })],
    ["received must be", () => bus.acknowledge(any(undefined))],
    ["target must be", () => bus.deleteMessage("", "r")],
    ["handler must be a function", () => bus.consume({ target }, any(undefined))],
    [
      "concurency is not an option; did you mean concurrency",
      () => bus.consume(any({ target, concurency: 1 }), () => {}),
    ],
    ["concurrency must be", () => bus.consume({ target, concurrency: -1 }, () => {})],
    ["idempotency.store is required", () => bus.consume(any({ target, idempotency: {} }), () => {})],
    ["deadLetter", () => bus.consume({ target, deadLetter: any({ target: "" }) }, () => {})],
    ["visibilityTimeoutMs must be", () => bus.consume({ target, visibilityTimeoutMs: 2 ** 31 }, () => {})],
    ["target is required", () => original.receiveMessage(any(undefined))],
    ["region must be", () => new SqsMessageBus({ queueUrl, region: "eu-west-1\nx" })],
    ["region must be", () => new SQS({ queueUrl, region: "eu west" })],
    [
      "credentials.expiration must be",
      () =>
        new SqsMessageBus({
          queueUrl,
          credentials: any({ accessKeyId: "a", secretAccessKey: "b", expiration: "2030-01-01" }),
        }),
    ],
  ])("is refused: %s", async (expected, call) => {
    await expect((async () => call())()).rejects.toMatchObject({
      name: "ConfigError",
      message: expect.stringContaining(expected),
    });
  });

  it.each([undefined, null, "", 7])(
    "is refused for the receipt handle %j, before anything is asked",
    async (handle) => {
      const expected = { code: expect.stringMatching(/message-bus\/unknown-receipt|wirekit\/config/) };
      await expect(bus.deleteMessage(target, any(handle))).rejects.toMatchObject(expected);
      await expect(original.deleteMessage(target, any(handle))).rejects.toMatchObject(expected);
    },
  );
});
