import { inspect } from "node:util";
import { DeleteQueueCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { type Health, ValidationError } from "@wirekit/core";
import { AwsError } from "@wirekit/core/aws";
import { ReceiptError, type ReceivedInvalid } from "../../src/index.ts";
import { processed, quickRetry } from "../contract/consuming.ts";
import { referenceOf, references, statusUpdate } from "../contract/messages.ts";
import { type SqsFixture, startSqs } from "./sqs-fixture.ts";

jest.setTimeout(60_000);

let sqs: SqsFixture;

beforeEach(async () => {
  sqs = await startSqs();
});

afterEach(async () => {
  await sqs.close();
});

const send = { on: "SendMessageBatch" } as const;
const receive = { on: "ReceiveMessage" } as const;
const remove = { on: "DeleteMessageBatch" } as const;
const noAnswer = { kind: "hold", before: "answer" } as const;
const unavailable = { kind: "error", status: 503, code: "ServiceUnavailable" } as const;

describe("a send", () => {
  it.each([
    ["throttled", { kind: "error", status: 400, code: "ThrottlingException" }],
    ["not answered well", unavailable],
    ["cut off before it arrives", { kind: "reset", before: "apply" }],
  ] as const)("is tried again when it is %s, and arrives once", async (_, fault) => {
    const bus = sqs.open();
    const target = sqs.newQueue();
    sqs.aws.faults.next(fault, { ...send, times: 2 });
    await bus.sendMessage(statusUpdate("R-1"), { target });
    expect(sqs.aws.counts).toEqual({ SendMessageBatch: 3 });
    expect((await sqs.aws.inspectQueue(target)).ready).toHaveLength(1);
  });

  it("whose answer is lost arrives once on a FIFO queue", async () => {
    const bus = sqs.open();
    const target = sqs.newQueue(".fifo");
    sqs.aws.faults.next({ kind: "reset", before: "answer" }, send);
    const [outcome] = await bus.sendMany([statusUpdate("R-1")], { target, key: "user-1" });
    expect(outcome).toMatchObject({ kind: "delivered", attempts: 2, sequenceNumber: expect.any(String) });
    expect((await sqs.aws.inspectQueue(target)).ready).toHaveLength(1);
  });

  it("that is not answered in time is tried again, and arrives once on a FIFO queue", async () => {
    const bus = sqs.open({ timeoutMs: 2_000 });
    const target = sqs.newQueue(".fifo");
    sqs.aws.faults.next(noAnswer, send);
    const [outcome] = await bus.sendMany([statusUpdate("R-1")], { target, key: "user-1" });
    expect(outcome).toMatchObject({ kind: "delivered", attempts: 2 });
    expect((await sqs.aws.inspectQueue(target)).ready).toHaveLength(1);
  });

  it("that fails for good says so with a name, the request's id, and nothing of the message", async () => {
    const bus = sqs.open();
    const target = sqs.newQueue();
    sqs.aws.faults.next(unavailable, { ...send, times: 3 });
    const message = { ...statusUpdate("R-secret") };
    const error = await bus.sendMessage(message, { target }).catch((thrown) => thrown);
    expect(error instanceof AwsError).toBe(true);
    expect(error).toMatchObject({
      message: `Sending to the queue "${target}" failed: ServiceUnavailable, HTTP 503`,
      code: "aws/transient",
      retryable: true,
      attempts: 3,
      details: { queue: target, requestId: "devstack" },
    });
    const shown = inspect(error, { depth: 20, showHidden: true });
    for (const secret of ["R-secret", sqs.aws.credentials.secretAccessKey])
      expect(shown).not.toContain(secret);
    expect(bus.stats()).toMatchObject({ sends: { delivered: 0, rejected: 1 } });
  });

  it("is not tried again where credentials are refused", async () => {
    const bus = sqs.open();
    sqs.aws.faults.next({ kind: "error", status: 403, code: "AccessDeniedException" }, send);
    await expect(bus.sendMessage(statusUpdate("R-1"), { target: sqs.newQueue() })).rejects.toMatchObject({
      code: "aws/denied",
      retryable: false,
      attempts: 1,
    });
    expect(sqs.aws.counts).toEqual({ SendMessageBatch: 1 });
  });

  it("to a queue that is not there names the queue", async () => {
    const bus = sqs.open();
    await expect(bus.sendMessage(statusUpdate("R-1"), { target: "nowhere" })).rejects.toMatchObject({
      code: "aws/gone",
      message: expect.stringContaining('"nowhere"'),
    });
  });

  it("sends again, alone, what failed in a request, and says which messages were refused", async () => {
    const bus = sqs.open();
    const target = sqs.newQueue();
    const failed = { kind: "fail-entries", code: "InternalError", senderFault: false } as const;
    const refused = { kind: "fail-entries", code: "InvalidMessageContents", senderFault: true } as const;
    sqs.aws.faults.next({ ...failed, which: ({ index }) => index % 2 === 0 }, send);
    sqs.aws.faults.next({ ...refused, which: ({ index }) => index === 0 }, send);
    const messages = references(6).map((reference) => statusUpdate(reference));
    const outcomes = await bus.sendMany(messages, { target });
    expect(outcomes.map((outcome) => [outcome.kind, "attempts" in outcome && outcome.attempts])).toEqual([
      ["rejected", false],
      ["delivered", 1],
      ["delivered", 2],
      ["delivered", 1],
      ["delivered", 2],
      ["delivered", 1],
    ]);
    expect(outcomes[0]).toMatchObject({
      error: {
        code: "aws/sender",
        message: `Sending to the queue "${target}" failed: InvalidMessageContents`,
        retryable: false,
        attempts: 2,
      },
    });
    expect((await sqs.aws.inspectQueue(target)).ready).toHaveLength(5);
  });

  it.each(["", ".fifo"])(
    "for which SQS refuses the whole request is refused alone, on a queue whose name ends in %j",
    async (suffix) => {
      const bus = sqs.open();
      const target = sqs.newQueue(suffix);
      sqs.aws.faults.next(
        { kind: "error", status: 400, code: "InvalidMessageContents" },
        { ...send, times: Number.POSITIVE_INFINITY, when: ({ body }) => body.includes("R-6") },
      );
      const messages = references(10).map((reference) => statusUpdate(reference));
      const key = (_: unknown, n: number) => `user-${n}`;
      const outcomes = await bus.sendMany(messages, { target, key });
      const isSpoilt = references(10).map((reference) => reference === "R-6");
      expect(outcomes.map(({ kind }) => kind === "rejected")).toEqual(isSpoilt);
      expect(outcomes[isSpoilt.indexOf(true)]).toMatchObject({ error: { code: "aws/sender", attempts: 1 } });
      const arrived = (await sqs.aws.inspectQueue(target)).ready.map(
        (body) => JSON.parse(body).payload.reference,
      );
      const expected = references(10).filter((reference) => reference !== "R-6");
      expect(suffix === "" ? [...arrived].sort() : arrived).toEqual(
        suffix === "" ? [...expected].sort() : expected,
      );
    },
  );

  it("of which nothing is known when the bus is closed is in its report", async () => {
    const bus = sqs.open();
    const target = sqs.newQueue();
    const held = sqs.aws.faults.next(noAnswer, send);
    const message = statusUpdate("R-1");
    const sending = bus.sendMany([message], { target });
    await held.struck();
    const report = await bus.close({ timeoutMs: 50 });
    expect(report).toEqual({ notSent: [], unconfirmed: [message], notHandled: 0 });
    expect(await sending).toMatchObject([
      { kind: "unconfirmed", error: { code: "wirekit/unconfirmed", cause: { code: "wirekit/closed" } } },
    ]);
  });

  it("that its caller gives up in the middle is told apart from one that never left", async () => {
    const bus = sqs.open();
    const target = sqs.newQueue();
    const held = sqs.aws.faults.next(noAnswer, send);
    const controller = new AbortController();
    const { signal } = controller;
    const one = bus.sendMessage(statusUpdate("R-1"), { target, signal });
    const many = bus.sendMany([statusUpdate("R-2")], { target, signal });
    await held.struck();
    controller.abort("enough");
    const unconfirmed = { code: "wirekit/unconfirmed", cause: "enough" };
    await expect(one).rejects.toMatchObject(unconfirmed);
    expect(await many).toMatchObject([{ kind: "unconfirmed", error: unconfirmed }]);
  });
});

describe("a receive", () => {
  it("is tried again when it fails, and gives the message once", async () => {
    const bus = sqs.open();
    const target = sqs.newQueue();
    await bus.sendMessage(statusUpdate("R-1"), { target });
    sqs.aws.faults.next(unavailable, receive);
    sqs.aws.faults.next({ kind: "reset", before: "apply" }, receive);
    const received = await bus.receiveMessage({ target });
    expect(received).toMatchObject({ kind: "message", attempt: 1 });
    expect(sqs.aws.counts.ReceiveMessage).toBe(3);
  });

  it("throws what is wrong, instead of saying that there is nothing", async () => {
    const bus = sqs.open();
    const target = sqs.newQueue();
    sqs.aws.faults.next(unavailable, { ...receive, times: 3 });
    const error = await bus.receiveMessage({ target }).catch((thrown) => thrown);
    expect(error instanceof AwsError).toBe(true);
    expect(error).toMatchObject({
      details: { queue: target, requestId: "devstack" },
      retryable: true,
      attempts: 3,
    });
  });

  it("ends with the bus, whatever it waits for", async () => {
    const bus = sqs.open();
    const target = sqs.newQueue();
    const seen: unknown[] = [];
    const looping = (async () => {
      for await (const received of bus.messages({ target })) seen.push(received);
    })();
    const waiting = bus.receiveMessage({ target, timeoutMs: 60_000 });
    const ended = expect(waiting).rejects.toMatchObject({ code: "wirekit/closed" });
    await bus.close();
    await ended;
    await looping;
    expect(seen).toEqual([]);
  });

  it("goes on when a message is given twice, each with a receipt handle of its own right", async () => {
    const bus = sqs.open();
    const target = sqs.newQueue();
    const handled: string[] = [];
    const consumer = bus.consume({ target }, (message) => handled.push(referenceOf(message)));
    const done = processed(consumer, 2);
    sqs.aws.faults.next({ kind: "duplicate" }, receive);
    await bus.sendMessage(statusUpdate("R-1"), { target });
    await done;
    expect(handled).toEqual(["R-1", "R-1"]);
    expect(consumer.health().status).toBe("ok");
  });
});

describe("an acknowledgement", () => {
  async function received(target: string) {
    const bus = sqs.open();
    await bus.sendMessage(statusUpdate("R-1"), { target });
    const one = await bus.receiveMessage({ target });
    if (one === undefined) throw new Error("nothing was received");
    return { bus, one };
  }

  it.each([
    ["answer is lost", { kind: "reset", before: "answer" }],
    ["request is cut off", { kind: "reset", before: "apply" }],
    [
      "entry failed alone",
      { kind: "fail-entries", code: "InternalError", senderFault: false, which: () => true },
    ],
  ] as const)("whose %s is made again", async (_, fault) => {
    const target = sqs.newQueue();
    const { bus, one } = await received(target);
    sqs.aws.faults.next(fault, remove);
    await bus.acknowledge(one);
    expect(await sqs.aws.inspectQueue(target)).toEqual({ ready: [], inFlight: [], delayed: [] });
    expect(sqs.aws.counts.DeleteMessageBatch).toBe(2);
    expect(bus.stats().acknowledged).toBe(1);
  });

  it.each([
    ["ReceiptHandleIsInvalid", "message-bus/unknown-receipt"],
    ["InvalidParameterValue", "message-bus/receipt-expired"],
  ])("by a receipt handle that SQS calls %s is a %s", async (code, expected) => {
    const { bus, one } = await received(sqs.newQueue());
    sqs.aws.faults.next({ kind: "fail-entries", code, senderFault: true, which: () => true }, remove);
    const error = await bus.acknowledge(one).catch((thrown) => thrown);
    expect(error instanceof ReceiptError).toBe(true);
    expect(error).toMatchObject({ code: expected, retryable: false });
    expect(bus.stats().acknowledged).toBe(0);
    expect(await bus.close()).toMatchObject({ notHandled: 1 });
  });

  it.each([undefined, null, "", 7, "cut \ud83d", "\0", "\uffff"])(
    "by what cannot be a receipt handle (%j) fails alone",
    async (receiptHandle) => {
      const target = sqs.newQueue();
      const { bus, one } = await received(target);
      const [wrong, right] = await Promise.allSettled([
        bus.deleteMessage(target, receiptHandle as string),
        bus.acknowledge(one),
      ]);
      expect(wrong).toMatchObject({
        reason: { code: "message-bus/unknown-receipt", issues: [{ path: "receiptHandle" }] },
      });
      for (const Class of [ReceiptError, ValidationError])
        expect(wrong).toMatchObject({ reason: expect.any(Class) });
      expect(right.status).toBe("fulfilled");
      expect(await sqs.aws.inspectQueue(target)).toEqual({ ready: [], inFlight: [], delayed: [] });
      expect(bus.health().reasons).toEqual([]);
    },
  );

  it.each([
    ["ReceiptHandleIsInvalid", "message-bus/unknown-receipt"],
    ["InvalidParameterValue", "message-bus/receipt-expired"],
  ])("for which SQS refuses the whole request with %s fails alone", async (code, expected) => {
    const target = sqs.newQueue();
    const { bus, one } = await received(target);
    sqs.aws.faults.next(
      { kind: "error", status: 400, code },
      { ...remove, times: Number.POSITIVE_INFINITY, when: ({ body }) => body.includes("spoilt") },
    );
    const [wrong, right] = await Promise.allSettled([
      bus.deleteMessage(target, "spoilt"),
      bus.acknowledge(one),
    ]);
    expect(wrong).toMatchObject({ reason: { code: expected } });
    expect(right.status).toBe("fulfilled");
    expect(sqs.aws.counts.DeleteMessageBatch).toBe(3);
  });

  it("that SQS cannot carry out is an error of SQS, for the whole request as for one entry", async () => {
    const target = sqs.newQueue();
    const { bus, one } = await received(target);
    sqs.aws.faults.next(unavailable, { ...remove, times: 3 });
    await expect(bus.acknowledge(one)).rejects.toMatchObject({ code: "aws/transient" });
    const failing = { kind: "fail-entries", code: "InternalError", senderFault: false } as const;
    sqs.aws.faults.next({ ...failing, which: () => true }, { ...remove, times: 3 });
    await expect(bus.acknowledge(one)).rejects.toMatchObject({
      code: "aws/transient",
      details: { queue: target },
      retryable: true,
    });
  });

  it("of a handled message is made again when its answer is lost, and the message is handled once", async () => {
    const bus = sqs.open({ visibilityTimeoutMs: 2_000 });
    const target = sqs.newQueue();
    let calls = 0;
    const consumer = bus.consume({ target }, () => {
      calls += 1;
    });
    const done = processed(consumer, 1);
    sqs.aws.faults.next({ kind: "reset", before: "answer" }, remove);
    await bus.sendMessage(statusUpdate("R-1"), { target });
    await done;
    expect(calls).toBe(1);
    expect(consumer.stats()).toMatchObject({ handled: 1, left: 0 });
    expect(bus.stats()).toMatchObject({ received: 1, acknowledged: 1 });
    expect(await sqs.aws.inspectQueue(target)).toEqual({ ready: [], inFlight: [], delayed: [] });
  });
});

describe("a consumer", () => {
  it("says that it cannot receive, goes on trying, and recovers", async () => {
    const bus = sqs.open();
    const target = sqs.newQueue();
    const planned = sqs.aws.faults.next(unavailable, { ...receive, times: 3 });
    const consumer = bus.consume({ target }, () => {});
    const recovered = new Promise((resolve) => consumer.on("recovered", resolve));
    const health = new Promise<Health>((resolve) => {
      consumer.on("fault", () => resolve(bus.health()));
    });
    expect(await health).toEqual({
      status: "degraded",
      reasons: [
        {
          code: "aws/transient",
          message: `Receiving from the queue "${target}" failed: ServiceUnavailable, HTTP 503`,
          sinceMs: expect.any(Number),
        },
      ],
    });
    await planned.struck(3);
    const done = processed(consumer, 1);
    await bus.sendMessage(statusUpdate("R-1"), { target });
    await Promise.all([recovered, done]);
    expect(bus.health()).toEqual({ status: "ok", reasons: [] });
  });

  it("stops by itself, loudly, when its queue is deleted, until another one takes its place", async () => {
    const bus = sqs.open();
    const target = sqs.newQueue();
    const consumer = bus.consume({ target }, () => {});
    const done = processed(consumer, 1);
    await bus.sendMessage(statusUpdate("R-1"), { target });
    await done;
    await sqs.client.send(new DeleteQueueCommand({ QueueUrl: `${sqs.aws.endpointUrl}/${target}` }));
    await expect(consumer.closed).rejects.toMatchObject({
      code: "aws/gone",
      details: { queue: target },
      retryable: false,
    });
    expect(consumer.health().status).toBe("failed");
    expect(bus.health()).toMatchObject({
      status: "degraded",
      reasons: [{ code: "aws/gone", message: expect.stringContaining(`"${target}"`) }],
    });
    await sqs.aws.createQueue(target);
    const next = bus.consume({ target }, () => {});
    expect(bus.health().reasons).toEqual([]);
    const handled = processed(next, 1);
    await bus.sendMessage(statusUpdate("R-2"), { target });
    await handled;
  });

  it("stops by itself when there is no such queue", async () => {
    const consumer = sqs.open().consume({ target: "nowhere" }, () => {});
    await expect(consumer.closed).rejects.toMatchObject({ code: "aws/gone" });
  });

  it("keeps a message until its dead letter has been taken, also when that fails at first", async () => {
    const bus = sqs.open({ visibilityTimeoutMs: 2_000 });
    const [target, deadLetterTarget] = [sqs.newQueue(), "dead.fifo"];
    // Copies are told by what the bus says they are, not by their content.
    await sqs.aws.createQueue(deadLetterTarget, { ContentBasedDeduplication: "false" });
    await sqs.sendText("not JSON", target);
    const options = { target, deadLetter: { target: deadLetterTarget }, retry: quickRetry };
    const consumer = bus.consume(options, () => {});
    // Refused for good: the message is left to its queue, and comes once more.
    sqs.aws.faults.next({ kind: "error", status: 400, code: "InvalidSecurity" }, send);
    // Lost with its answer: it is written again, and arrives once all the same.
    sqs.aws.faults.next({ kind: "reset", before: "answer" }, send);
    await processed(consumer, 2);
    expect(consumer.stats()).toMatchObject({ received: 2, retried: 0, invalid: 2, failedDeadLetters: 1 });
    expect(await sqs.aws.inspectQueue(target)).toEqual({ ready: [], inFlight: [], delayed: [] });
    expect((await sqs.aws.inspectQueue(deadLetterTarget)).ready).toEqual(["not JSON"]);
    const dead = (await bus.receiveMessage({ target: deadLetterTarget })) as ReceivedInvalid;
    expect(dead.headers).toMatchObject({ "dead-letter-reason": "invalid", "dead-letter-attempts": "2" });
    expect(bus.stats()).toMatchObject({ received: 3, redelivered: 1, invalid: 3, acknowledged: 1 });
  });

  it("writes a dead letter for each of two messages that are alike", async () => {
    const bus = sqs.open();
    const [target, deadLetterTarget] = [sqs.newQueue(), sqs.newQueue(".fifo")];
    for (let copy = 0; copy < 2; copy += 1) await sqs.sendText("not JSON", target);
    await processed(
      bus.consume({ target, deadLetter: { target: deadLetterTarget } }, () => {}),
      2,
    );
    expect((await sqs.aws.inspectQueue(deadLetterTarget)).ready).toEqual(["not JSON", "not JSON"]);
  });

  it("takes what a stranger put beside a body along to the dead letters, as far as there is room", async () => {
    const bus = sqs.open();
    const [target, deadLetterTarget] = [sqs.newQueue(), sqs.newQueue()];
    const names = ["SourceSystem", "Process", "Token", "Operation", "Channel", "MessageClass"];
    const own = [...names.map((name) => `MYKOBO.${name}`), "own-1", "own-2"];
    const text = { DataType: "String", StringValue: "value" };
    const command = new SendMessageCommand({
      QueueUrl: `${sqs.aws.endpointUrl}/${target}`,
      MessageBody: "not JSON",
      MessageAttributes: Object.fromEntries(own.map((name) => [name, text])),
    });
    await sqs.client.send(command);
    const seen = await bus.receiveMessage({ target, visibilityTimeoutMs: 0 });
    expect(seen?.headers).toEqual(Object.fromEntries(own.map((name) => [name, "value"])));

    await processed(
      bus.consume({ target, deadLetter: { target: deadLetterTarget } }, () => {}),
      1,
    );
    const dead = await bus.receiveMessage({ target: deadLetterTarget });
    expect(Object.keys(dead?.headers ?? {})).toHaveLength(10);
    expect(dead).toMatchObject({
      raw: "not JSON",
      headers: {
        "dead-letter-reason": "invalid",
        "dead-letter-error": "message-bus/invalid-body",
        "dead-letter-source": target,
        "dead-letter-failed-at": expect.any(String),
        "MYKOBO.SourceSystem": "value",
      },
    });
  });

  it("does not count a message as its own any more when its lease is lost", async () => {
    const bus = sqs.open({ visibilityTimeoutMs: 1_000 });
    const target = sqs.newQueue();
    const lost = { kind: "fail-entries", code: "ReceiptHandleIsInvalid", senderFault: true } as const;
    sqs.aws.faults.next({ ...lost, which: () => true }, { on: "ChangeMessageVisibilityBatch", times: 100 });
    const consumer = bus.consume({ target }, async (_message, { signal }) => {
      await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    });
    const left = new Promise<string | undefined>((resolve) => {
      consumer.on("processed", ({ outcome, error }) => resolve(`${outcome} ${error?.code}`));
    });
    await bus.sendMessage(statusUpdate("R-1"), { target });
    expect(await left).toBe("left wirekit/lease-lost");
    const closing = consumer.close();
    await closing;
    expect(await bus.close()).toMatchObject({ notHandled: 0 });
  });
});
