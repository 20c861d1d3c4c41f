import { afterEach, describe, expect, it } from "@jest/globals";
import { ClosedError, silentLogger, systemClock, TimeoutError, UnconfirmedError } from "@wirekit/core";
import { Deadline, Troubles } from "@wirekit/core/kit";
import * as z from "zod";
import { type AwsMessagingOptions, awsMessagingConfig } from "../config.ts";
import type { AwsClients } from "../connection/clients.ts";
import type { PublishEntry, SnsApi } from "../connection/sns-api.ts";
import { ValidationFailedError } from "../errors.ts";
import type { EventSchema } from "../events/schema.ts";
import { Publisher, type PublisherOptions } from "./publisher.ts";

const Plain = z.object({ n: z.number() });
const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
const WithCodec = z.object({ n: z.number(), at: isoDate });
const neverDone: EventSchema<{ n: number }> = {
  "~standard": { version: 1, vendor: "test", validate: () => new Promise(() => undefined) },
};
const orders = { topic: "orders", schema: Plain };

const opened: Publisher[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((publisher) => publisher.close(new Deadline(0, systemClock))));
});

/**
 * A publisher over an SNS in memory, which takes everything; and what that was asked to take, request by
 * request.
 */
function open(
  {
    config = {},
    ...options
  }: Partial<Omit<PublisherOptions, "config">> & {
    readonly config?: Partial<AwsMessagingOptions>;
  } = {},
  sns: Partial<SnsApi> = {},
) {
  const requests: (readonly PublishEntry[])[] = [];
  const api: Partial<SnsApi> = {
    publishBatch: async ({ PublishBatchRequestEntries: entries }) => {
      requests.push(entries);
      return { Successful: entries.map(({ Id }) => ({ Id, MessageId: `m-${Id}` })) };
    },
    ...sns,
  };
  const made = new Publisher({
    config: awsMessagingConfig({
      regionName: "eu-west-1",
      accountId: "123456789012",
      retry: { maxAttempts: 1 },
      logger: silentLogger,
      ...config,
    }),
    clients: { sns: async () => api as SnsApi } as AwsClients,
    troubles: new Troubles(systemClock),
    audit: undefined,
    ...options,
  });
  opened.push(made);
  const bodies = () => requests.flat().map(({ Message }) => JSON.parse(Message) as { readonly n: number });
  return { publisher: made, requests, bodies };
}

async function warmedUp(...parameters: Parameters<typeof open>) {
  const made = open(...parameters);
  const event = { n: -1 };
  await made.publisher.publish({ target: orders, event, options: {} });
  const fifo = { topic: "orders.fifo", schema: Plain };
  await made.publisher.publish({ target: fifo, event, options: { groupId: "first" } });
  made.requests.length = 0;
  return made;
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

describe("a topic that is known, and a plain schema", () => {
  it("bring a message to its batch within the call", async () => {
    const { publisher, requests } = await warmedUp();
    const sent = Promise.all(
      numbers(25).map((n) => publisher.publish({ target: orders, event: { n }, options: {} })),
    );
    expect(publisher.stats().topics["arn:aws:sns:eu-west-1:123456789012:orders"]).toMatchObject({
      waitingEntries: 25,
    });
    await expect(sent).resolves.toHaveLength(25);
    expect(requests.map((entries) => entries.length)).toEqual([10, 10, 5]);
  });

  it("still refuse what does not fit, by a rejection and by an outcome", async () => {
    const { publisher, requests } = await warmedUp();
    const call = { target: orders, event: { n: "1" } as unknown as { n: number }, options: {} };
    await expect(publisher.publish(call)).rejects.toThrow(ValidationFailedError);
    await expect(publisher.publishOutcome(call)).resolves.toMatchObject({
      kind: "not-sent",
      error: { code: "aws-messaging/validation-failed" },
    });
    expect(requests).toEqual([]);
  });

  it("give an outcome with its receipt, and one that SNS refused with its error", async () => {
    const { publisher } = await warmedUp(
      {},
      {
        publishBatch: async ({ PublishBatchRequestEntries: [entry] }) => ({
          ...(entry?.Message === '{"n":1}'
            ? { Failed: [{ Id: "0", Code: "InvalidParameter", SenderFault: true }] }
            : { Successful: [{ Id: "0", MessageId: "m", SequenceNumber: "7" }] }),
        }),
      },
    );
    const outcomeOf = (n: number) => publisher.publishOutcome({ target: orders, event: { n }, options: {} });
    await expect(outcomeOf(0)).resolves.toMatchObject({
      kind: "delivered",
      attempts: 1,
      messageId: "m",
      sequenceNumber: "7",
    });
    await expect(outcomeOf(1)).resolves.toMatchObject({
      kind: "rejected",
      error: { code: "aws/sender" },
    });
  });

  it("send nothing for a caller that has given up already", async () => {
    const { publisher, requests } = await warmedUp();
    const reason = new Error("changed my mind");
    const options = { signal: AbortSignal.abort(reason) };
    await expect(publisher.publish({ target: orders, event: { n: 1 }, options })).rejects.toBe(reason);
    await expect(
      publisher.publishOutcome({ target: orders, event: { n: 1 }, options }),
    ).resolves.toMatchObject({
      kind: "not-sent",
      error: { cause: reason },
    });
    expect(requests).toEqual([]);
  });
});

describe("on a FIFO topic", () => {
  const schemas = [Plain, WithCodec] as unknown as readonly EventSchema<{
    n: number;
    at: Date;
  }>[];

  it.each([0, 1, 2])(
    "messages keep the order of their calls, be their schemas quick or slow (%s)",
    async (first) => {
      const { publisher, bodies } = await warmedUp();
      const at = new Date(0);
      const sent = numbers(30).map((n) =>
        publisher.publish({
          target: {
            topic: "orders.fifo",
            schema: schemas[(n * 7 + first) % 3 === 0 ? 1 : 0] as EventSchema<{
              n: number;
              at: Date;
            }>,
          },
          event: { n, at },
          options: { groupId: "one" },
        }),
      );
      await Promise.all(sent);
      expect(bodies().map(({ n }) => n)).toEqual(numbers(30));
    },
  );

  it("one that is given up while it waits for its turn is not sent, and holds up nobody", async () => {
    const { publisher, bodies } = await warmedUp();
    let finish = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const gated = z.object({ n: z.number() }).refine(async () => {
      await gate;
      return true;
    });
    const call = (n: number, schema: typeof Plain, signal?: AbortSignal) =>
      publisher.publish({
        target: { topic: "orders.fifo", schema },
        event: { n },
        options: { groupId: "g", signal },
      });
    const caller = new AbortController();
    const ahead = call(0, gated);
    const givenUp = call(1, Plain, caller.signal);
    const behind = call(2, Plain);
    caller.abort(new Error("enough"));
    await expect(givenUp).rejects.toThrow("enough");
    finish();
    await Promise.all([ahead, behind]);
    expect(bodies().map(({ n }) => n)).toEqual([0, 2]);
  });

  it.each(["at once", "later"])(
    "an event that its group cannot be read from is refused %s for what is wrong with it",
    async (when) => {
      const { publisher } = await warmedUp();
      const plain = z.object({ customer: z.object({ id: z.string() }) });
      const target = {
        topic: "orders.fifo",
        schema: when === "at once" ? plain : plain.refine(async () => true),
        groupId: ({ customer }: { customer: { id: string } }) => customer.id,
      };
      const call = { target, event: {} as { customer: { id: string } }, options: {} };
      await expect(publisher.publish(call)).rejects.toMatchObject({
        name: "ValidationFailedError",
        issues: [{ path: "customer" }],
      });
    },
  );
});

describe("a call that takes too long", () => {
  it("to be validated ends by its time limit, and was not sent", async () => {
    const { publisher, requests } = open();
    const call = {
      target: { topic: "orders", schema: neverDone },
      event: { n: 1 },
      options: { timeoutMs: 5 },
    };
    await expect(publisher.publish(call)).rejects.toThrow(TimeoutError);
    await expect(publisher.publishOutcome(call)).resolves.toMatchObject({ kind: "expired" });
    expect(requests).toEqual([]);
  });

  it("to be validated does not keep the client from closing", async () => {
    const { publisher } = open();
    const sent = publisher.publish({
      target: { topic: "orders", schema: neverDone },
      event: { n: 1 },
      options: {},
    });
    const refused = expect(sent).rejects.toThrow(ClosedError);
    await expect(publisher.close(new Deadline(5, systemClock))).resolves.toEqual({
      notSent: [{ target: { topic: "orders", schema: neverDone }, event: { n: 1 }, options: {} }],
      unconfirmed: [],
    });
    await refused;
  });

  it("to find its topic is expired, and a reason of health", async () => {
    const troubles = new Troubles(systemClock);
    const sns = { listTopics: () => new Promise<never>(() => undefined) };
    const { publisher } = open({ troubles, config: { accountId: undefined } }, sns);
    const call = { target: orders, event: { n: 1 }, options: { timeoutMs: 5 } };
    await expect(publisher.publishOutcome(call)).resolves.toMatchObject({ kind: "expired" });
    expect(troubles.reasons).toMatchObject([{ code: "wirekit/timeout" }]);
  });

  it("in a request has used up some of its time before", async () => {
    const { publisher } = open({}, { publishBatch: () => new Promise(() => undefined) });
    const options = { timeoutMs: 20 };
    await expect(publisher.publish({ target: orders, event: { n: 1 }, options })).rejects.toThrow(
      UnconfirmedError,
    );
  });
});

it("keeps to a topic's rate limit, or to that of all others", async () => {
  const limit = { perSecond: 0.001, burst: 1, whenExceeded: "reject" } as const;
  const once = async (rateLimits: NonNullable<AwsMessagingOptions["rateLimits"]>) => {
    const { publisher, requests } = open({ config: { rateLimits } });
    const call = { target: orders, event: { n: 1 }, options: {} };
    const kinds = [await publisher.publishOutcome(call), await publisher.publishOutcome(call)];
    expect(requests.length).toBe(kinds.filter(({ kind }) => kind === "delivered").length);
    return kinds.map((outcome) => ("error" in outcome ? outcome.error?.code : outcome.kind));
  };
  await expect(once({ orders: limit })).resolves.toEqual(["delivered", "aws-messaging/rate-limited"]);
  await expect(once({ "*": limit })).resolves.toEqual(["delivered", "aws-messaging/rate-limited"]);
  await expect(once({ others: limit })).resolves.toEqual(["delivered", "delivered"]);
});

it("takes nothing once it is closed", async () => {
  const { publisher } = await warmedUp();
  await publisher.close(new Deadline(10, systemClock));
  await expect(publisher.publish({ target: orders, event: { n: 1 }, options: {} })).rejects.toThrow(
    ClosedError,
  );
});

it("asks for the SDK again after it could not be loaded", async () => {
  let tries = 0;
  const { publisher } = open({
    clients: {
      sns: async () => {
        tries += 1;
        if (tries === 1) throw new Error("no such module");
        return {
          publishBatch: async () => ({ Successful: [{ Id: "0", MessageId: "m" }] }),
        } as Partial<SnsApi>;
      },
    } as unknown as AwsClients,
  });
  const call = { target: orders, event: { n: 1 }, options: {} };
  await expect(publisher.publish(call)).rejects.toThrow("no such module");
  await expect(publisher.publish(call)).resolves.toEqual({ messageId: "m" });
});
