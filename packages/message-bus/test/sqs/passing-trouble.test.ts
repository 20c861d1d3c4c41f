import { afterEach, expect, it } from "@jest/globals";
import { silentLogger } from "@wirekit/core";
import { ManualClock } from "@wirekit/core/testing";
import { SqsMessageBus } from "../../src/index.ts";
import { statusUpdate } from "../contract/messages.ts";
import { ScriptedSqs } from "./scripted-sqs.ts";

const url = "https://sqs.eu-west-1.amazonaws.com/123456789012/payments";
const target = "payments";

let close = async (): Promise<unknown> => undefined;

afterEach(() => close());

function open() {
  const sqs = new ScriptedSqs();
  const clock = new ManualClock();
  // A long poll that finds nothing.
  sqs.receiveMessage = (_, { signal } = {}) =>
    new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
  const queueUrl = "https://sqs.eu-west-1.amazonaws.com";
  const bus = new SqsMessageBus({ queueUrl, sqs, clock, random: () => 0.5, logger: silentLogger });
  close = async () => {
    const closing = bus.close();
    await clock.advance(20_000);
    await closing;
  };
  return { sqs, clock, bus };
}

const unreachable = { code: "ECONNREFUSED", syscall: "connect" };
const answered = (name: string, httpStatusCode: number) => ({ name, $metadata: { httpStatusCode } });

it.each([
  ["AWS cannot be reached", unreachable],
  ["AWS is not available", answered("ServiceUnavailable", 503)],
  ["the clock is wrong", answered("InvalidSignatureException", 403)],
  ["there are no credentials", { name: "CredentialsProviderError" }],
  ["too much is under way", answered("OverLimit", 403)],
])(
  "a consumer that starts while %s goes on once that is over, and health() says it meanwhile",
  async (_, trouble) => {
    const { sqs, clock, bus } = open();
    sqs.findQueue = () => Promise.reject(trouble);
    const consumer = bus.consume({ target }, () => {});
    let isStopped = false;
    consumer.closed.catch(() => {
      isStopped = true;
    });
    // Before the first pause is over.
    await clock.advance(1);
    for (let second = 0; second < 60; second += 1) {
      const reason = { message: expect.stringContaining('"payments"') };
      expect(consumer.health()).toMatchObject({ status: "degraded", reasons: [reason] });
      expect(bus.health().status).toBe("degraded");
      await clock.advance(1_000);
    }
    sqs.findQueue = async () => url;
    await clock.advance(30_000);
    expect(isStopped).toBe(false);
    expect(consumer.health()).toMatchObject({ status: "ok", reasons: [] });
    expect(bus.health()).toEqual({ status: "ok", reasons: [] });
  },
);

it("a send does not wait for as long as a consumer that looks for the same queue", async () => {
  const { sqs, clock, bus } = open();
  sqs.findQueue = () => Promise.reject(unreachable);
  bus.consume({ target }, () => {});
  const sending = bus.sendMany([statusUpdate("R-1")], { target });
  await clock.advance(60_000);
  expect(await sending).toMatchObject([{ kind: "not-sent", error: { code: "aws/transient" } }]);
});

it.each([
  ["aws/gone", answered("QueueDoesNotExist", 400), 1],
  ["aws/denied", answered("AccessDenied", 403), 5],
])(
  "a consumer ends with %s while it looks for its queue, as that is final for certain",
  async (code, refusal, tries) => {
    const { sqs, clock, bus } = open();
    sqs.findQueue = () => Promise.reject(refusal);
    const consumer = bus.consume({ target }, () => {});
    const ended = expect(consumer.closed).rejects.toMatchObject({ code });
    await clock.advance(60_000);
    await ended;
    expect(sqs.inputs("getQueueUrl")).toHaveLength(tries);
    expect(bus.health()).toMatchObject({ status: "degraded", reasons: [{ code }] });
  },
);
