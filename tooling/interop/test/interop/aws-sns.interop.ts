import { randomBytes } from "node:crypto";
import { expect } from "@jest/globals";
import { type AwsMessaging, kmsKeyProvider, localKeyring, messageCipher } from "@wirekit/aws-messaging";
import { withTimeout } from "@wirekit/core/kit";
import { startMoto } from "@wirekit/servers";
import type { TalkingProgram } from "../../src/programs/talking-program.ts";
import { describePair } from "../../src/rows/describe-pair.ts";
import type { Counts } from "../../src/rows/row.ts";
import { sharedServer } from "../../src/rows/servers-in-use.ts";
import {
  base64,
  bytes,
  configOn,
  consume,
  messagingOn,
  note,
  numbers,
  Order,
  order,
  type PeerMessage,
  type PeerReceived,
  startPeer,
} from "./aws-peer.ts";

const moto = sharedServer(startMoto);
const count = 25;
const attributes = { kind: "placed", price: 12.5, bytes } as const;
const peerAttributes = { kind: "placed", price: 12.5, bytes: { base64 } } as const;

/** A topic of its own for each row, ours and theirs on the same server. */
async function withBoth(
  run: (messaging: AwsMessaging, peer: TalkingProgram) => Promise<Counts>,
  parts?: Parameters<typeof messagingOn>[1],
): Promise<Counts> {
  const server = await moto();
  await using messaging = messagingOn(server, parts);
  await using peer = await startPeer(server);
  return await run(messaging, peer);
}

const bodies = (received: readonly PeerReceived[]) => received.map(({ body }) => JSON.parse(body) as Order);
const byNumber = (a: { n: number }, b: { n: number }) => a.n - b.n;
const peerOrders = (more: Omit<PeerMessage, "body"> = {}): readonly PeerMessage[] =>
  numbers(count).map((n) => ({ body: JSON.stringify(order(n)), ...more }));

await describePair(
  { ours: "aws-messaging", theirs: "boto3", on: "moto (SNS to SQS)", needs: ["moto", "python"] },
  (row) => {
    for (const delivery of ["raw", "wrapped"] as const) {
      row("theirs -> ours", `${delivery}, with text, number and binary attributes`, () =>
        withBoth(async (messaging, peer) => {
          const topic = `theirs-${delivery}`;
          const { topicArn, queueUrl } = await messaging.provision(topic, { delivery });
          const messages = peerOrders({ attributes: peerAttributes, subject: "an order" });
          const published = await peer.ask<number>("publish", { topic: topicArn, messages });
          const handled = await consume(messaging, { topic }, count);
          expect(handled.map((one) => one.order).sort(byNumber)).toEqual(numbers(count).map(order));
          for (const { metadata } of handled) {
            expect({ ...metadata.attributes }).toEqual(attributes);
            if (delivery === "wrapped")
              expect(metadata).toMatchObject({ topicArn, subject: "an order", receiveCount: 1 });
          }
          expect(await peer.ask("left", { queue: queueUrl })).toBe(0);
          return { published, handled: handled.length };
        }),
      );

      row("ours -> theirs", `${delivery}, with text, number and binary attributes`, () =>
        withBoth(async (messaging, peer) => {
          const topic = `ours-${delivery}`;
          const { topicArn, queueUrl } = await messaging.provision(topic, { delivery });
          const outcomes = await messaging.publishBatch(
            { topic, schema: Order },
            numbers(count).map((n) => ({ event: order(n), attributes, subject: "an order" })),
          );
          const ids = outcomes.map((outcome) => (outcome.kind === "delivered" ? outcome.messageId : ""));
          const received = await peer.ask<readonly PeerReceived[]>("receive", { queue: queueUrl, count });
          expect(await peer.ask("left", { queue: queueUrl })).toBe(0);
          const messages = received.map((message) =>
            delivery === "raw" ? message : unwrapped(message, topicArn, ids),
          );
          expect(bodies(messages).sort(byNumber)).toEqual(numbers(count).map(order));
          for (const message of messages)
            expect(message.attributes).toEqual({ kind: "placed", price: "12.5", bytes: { base64 } });
          return { published: outcomes.length, received: received.length };
        }),
      );
    }

    row("theirs -> ours", "FIFO: groups keep their order, duplicates are dropped", () =>
      withBoth(async (messaging, peer) => {
        const topic = "theirs.fifo";
        const { topicArn, queueUrl } = await messaging.provision(topic, { deduplication: "id" });
        const messages = numbers(count).map((n) => ({
          body: JSON.stringify(order(n)),
          group: `g${n % 3}`,
          deduplication: `d${n}`,
        }));
        const published = await peer.ask<number>("publish", { topic: topicArn, messages });
        await peer.ask("publish_one", { topic: topicArn, message: messages[0] });
        const handled = await consume(messaging, { topic }, count);
        for (const group of numbers(3))
          expect(handled.map((one) => one.order.n).filter((n) => n % 3 === group)).toEqual(
            numbers(count).filter((n) => n % 3 === group),
          );
        for (const {
          metadata,
          order: { n },
        } of handled)
          expect(metadata).toMatchObject({ groupId: `g${n % 3}`, deduplicationId: `d${n}` });
        expect(await peer.ask("left", { queue: queueUrl })).toBe(0);
        return { published: published + 1, handled: handled.length, duplicates: 1 };
      }),
    );

    row("ours -> theirs", "FIFO: groups keep their order, duplicates are dropped", () =>
      withBoth(async (messaging, peer) => {
        const topic = "ours.fifo";
        const { queueUrl } = await messaging.provision(topic, { deduplication: "id" });
        const events = [...numbers(count), 0].map((n) => ({
          event: order(n),
          groupId: `g${n % 3}`,
          deduplicationId: `d${n}`,
        }));
        const outcomes = await messaging.publishBatch({ topic, schema: Order }, events);
        expect(outcomes.map(({ kind }) => kind)).toEqual(events.map(() => "delivered"));
        const received = await peer.ask<readonly PeerReceived[]>("receive", { queue: queueUrl, count });
        expect(await peer.ask("left", { queue: queueUrl })).toBe(0);
        for (const group of numbers(3)) {
          const ofGroup = received.filter((message) => message.group === `g${group}`);
          expect(bodies(ofGroup).map(({ n }) => n)).toEqual(numbers(count).filter((n) => n % 3 === group));
        }
        return { published: events.length, received: received.length, duplicates: 1 };
      }),
    );

    row("ours -> theirs", "a filter policy takes what fits and nothing else", () =>
      withBoth(async (messaging, peer) => {
        const topic = "filtered";
        const filterPolicy = { tier: ["gold"], price: [{ numeric: [">=", 10] }] };
        const { topicArn, queueUrl } = await messaging.provision(topic, { filterPolicy });
        const tiers = numbers(count).map((n) => ({ tier: n % 2 === 0 ? "gold" : "basic", price: n }));
        const outcomes = await messaging.publishBatch(
          { topic, schema: Order },
          tiers.map((own, n) => ({ event: order(n), attributes: own })),
        );
        expect(outcomes.every(({ kind }) => kind === "delivered")).toBe(true);
        const fitting = numbers(count).filter((n) => n % 2 === 0 && n >= 10);
        const received = await peer.ask<readonly PeerReceived[]>("receive", {
          queue: queueUrl,
          count: fitting.length,
        });
        expect(
          bodies(received)
            .sort(byNumber)
            .map(({ n }) => n),
        ).toEqual(fitting);

        const theirs = tiers.map((own, n) => ({ body: JSON.stringify(order(n)), attributes: own }));
        await peer.ask("publish", { topic: topicArn, messages: theirs });
        const handled = await consume(messaging, { topic }, fitting.length);
        expect(handled.map((one) => one.order).sort(byNumber)).toEqual(fitting.map(order));
        expect(await peer.ask("left", { queue: queueUrl })).toBe(0);
        return { published: 2 * count, taken: received.length + handled.length };
      }),
    );

    row(
      "ours <-> ours",
      "encrypted, boto3 between them: it sees nothing, and what it changes is found out",
      () => {
        const keys = localKeyring({ keys: { k1: randomBytes(32) }, currentKeyId: "k1" });
        return withBoth(
          async (messaging, peer) => {
            const { queueUrl } = await messaging.provision("secret");
            const { queueUrl: relayed } = await messaging.provision("relayed");
            const events = numbers(count).map((n) => ({ event: order(n), attributes: { tenant: `t${n}` } }));
            await messaging.publishBatch({ topic: "secret", schema: Order }, events);
            const received = await peer.ask<readonly PeerReceived[]>("receive", { queue: queueUrl, count });
            for (const { body, attributes: seen } of received) {
              expect(body).not.toContain(note);
              expect(seen).toMatchObject({ "wirekit.encryption": "A256GCM", "wirekit.key-id": "k1" });
            }
            const messages = received.map(({ body, attributes }) => ({ body, attributes }));
            const [first, ...rest] = messages;
            if (first === undefined) throw new Error("there is one");
            const changed = { ...first, attributes: { ...first.attributes, tenant: "another" } };
            await peer.ask("send", { queue: relayed, messages: [...rest, changed] });
            const outcomes = await outcomesOf(messaging, "relayed", count);
            expect(outcomes).toEqual({ handled: count - 1, invalid: 1 });
            return { published: count, relayed: count, ...outcomes };
          },
          { encryption: messageCipher({ keys }) },
        );
      },
    );

    row(
      "ours -> theirs",
      "encrypted under KMS: boto3 sees nothing but a data key that KMS can open",
      async () => {
        const server = await moto();
        await using owner = await startPeer(server);
        const keyArn = await owner.ask<string>("create_key");
        const context = { application: "orders" };
        const keys = kmsKeyProvider({ keyId: keyArn, encryptionContext: context, config: configOn(server) });
        try {
          return await withBoth(
            async (messaging, peer) => {
              const { queueUrl } = await messaging.provision("kms");
              const { queueUrl: relayed } = await messaging.provision("kms-relayed");
              await messaging.publishBatch(
                { topic: "kms", schema: Order },
                numbers(count).map((n) => ({ event: order(n) })),
              );
              const received = await peer.ask<readonly PeerReceived[]>("receive", { queue: queueUrl, count });
              for (const { body, attributes: seen } of received) {
                expect(body).not.toContain(note);
                expect(seen).toMatchObject({ "wirekit.encryption": "A256GCM", "wirekit.key-id": keyArn });
              }
              const data = received[0]?.attributes["wirekit.data-key"];
              expect(await peer.ask("decrypt", { key: keyArn, data, context })).toBe(32);
              await peer.ask("send", {
                queue: relayed,
                messages: received.map(({ body, attributes: seen }) => ({ body, attributes: seen })),
              });
              const outcomes = await outcomesOf(messaging, "kms-relayed", count);
              expect(outcomes).toEqual({ handled: count });
              return { published: count, ...outcomes };
            },
            { encryption: messageCipher({ keys }) },
          );
        } finally {
          keys.close();
        }
      },
    );
  },
);

/** What came of `count` messages, by outcome. */
async function outcomesOf(
  messaging: AwsMessaging,
  topic: string,
  count: number,
): Promise<Readonly<Record<string, number>>> {
  const outcomes: Record<string, number> = {};
  const consumer = messaging.consume({ topic, schema: Order, waitTimeMs: 1_000 }, () => {});
  let done = 0;
  const all = new Promise<void>((resolve, reject) => {
    consumer.on("processed", ({ outcome }) => {
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      done += 1;
      if (done === count) resolve();
    });
    consumer.closed.catch(reject);
  });
  try {
    await withTimeout(`${count} outcomes`, () => all, { timeoutMs: 240_000 });
    return outcomes;
  } finally {
    await consumer.close();
  }
}

/** The message that is in an SNS envelope, which must be as SNS makes it. */
function unwrapped(message: PeerReceived, topicArn: string, ids: readonly string[]): PeerReceived {
  const envelope = JSON.parse(message.body) as {
    readonly Message: string;
    readonly MessageId: string;
    readonly MessageAttributes: Readonly<Record<string, { readonly Type: string; readonly Value: string }>>;
  };
  expect(envelope).toMatchObject({ Type: "Notification", TopicArn: topicArn, Subject: "an order" });
  expect(ids).toContain(envelope.MessageId);
  const read = Object.entries(envelope.MessageAttributes).map(
    ([name, { Type, Value }]) => [name, Type === "Binary" ? { base64: Value } : Value] as const,
  );
  return { ...message, body: envelope.Message, attributes: Object.fromEntries(read) };
}
