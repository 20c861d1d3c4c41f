import { expect } from "@jest/globals";
import type { AwsMessaging } from "@wirekit/aws-messaging";
import { type RunningServer, startElasticMq, startMoto } from "@wirekit/servers";
import type { TalkingProgram } from "../../src/programs/talking-program.ts";
import { describePair } from "../../src/rows/describe-pair.ts";
import type { Counts } from "../../src/rows/row.ts";
import { sharedServer } from "../../src/rows/servers-in-use.ts";
import {
  type AwsLike,
  alwaysFail,
  base64,
  bytes,
  consume,
  messagingOn,
  numbers,
  type Order,
  order,
  type PeerReceived,
  startPeer,
} from "./aws-peer.ts";

const count = 25;
const groups = 3;
/** How often the queue lets a message be received. */
const maxReceives = 3;

const ordersOf = (received: readonly PeerReceived[]) =>
  received.map(({ body }) => JSON.parse(body) as Order).sort((a, b) => a.n - b.n);

interface Redriven {
  readonly queue: string;
  readonly dead: string;
}

for (const [on, need, start] of [
  ["moto (SQS)", "moto", startMoto],
  ["ElasticMQ", "elasticmq", startElasticMq],
] as const) {
  const server = sharedServer<RunningServer & AwsLike>(start);
  const withBoth = async (
    run: (messaging: AwsMessaging, peer: TalkingProgram) => Promise<Counts>,
  ): Promise<Counts> => {
    await using messaging = messagingOn(await server());
    await using peer = await startPeer(await server());
    return await run(messaging, peer);
  };

  await describePair({ ours: "aws-messaging", theirs: "boto3", on, needs: [need, "python"] }, (row) => {
    row("theirs -> ours", "text, number and binary attributes beside the body", () =>
      withBoth(async (messaging, peer) => {
        const queue = await peer.ask<string>("create_queue", { name: "plain" });
        const attributes = { kind: "placed", price: 12.5, bytes: { base64 } };
        const messages = numbers(count).map((n) => ({ body: JSON.stringify(order(n)), attributes }));
        const sent = await peer.ask<number>("send", { queue, messages });
        const handled = await consume(messaging, { queue: "plain" }, count);
        expect(handled.map((one) => one.order).sort((a, b) => a.n - b.n)).toEqual(numbers(count).map(order));
        for (const { metadata } of handled)
          expect({ ...metadata.attributes }).toEqual({ kind: "placed", price: 12.5, bytes });
        expect(await peer.ask("left", { queue })).toBe(0);
        return { sent, handled: handled.length };
      }),
    );

    row("theirs -> ours", "FIFO: groups keep their order, duplicates are dropped", () =>
      withBoth(async (messaging, peer) => {
        const name = "ordered.fifo";
        const queue = await peer.ask<string>("create_queue", { name, attributes: { FifoQueue: "true" } });
        const messages = numbers(count).map((n) => ({
          body: JSON.stringify(order(n)),
          group: `g${n % groups}`,
          deduplication: `d${n}`,
        }));
        const sent = await peer.ask<number>("send", {
          queue,
          messages: [...messages, ...messages.slice(0, 5)],
        });
        const handled = await consume(messaging, { queue: name }, count);
        for (const group of numbers(groups))
          expect(handled.map((one) => one.order.n).filter((n) => n % groups === group)).toEqual(
            numbers(count).filter((n) => n % groups === group),
          );
        expect(await peer.ask("left", { queue })).toBe(0);
        return { sent, handled: handled.length, duplicates: 5 };
      }),
    );

    row("ours -> theirs", "what ours gives up is written to another queue, attributes and all", () =>
      withBoth(async (messaging, peer) => {
        const queue = await peer.ask<string>("create_queue", { name: "failing" });
        const dead = await peer.ask<string>("create_queue", { name: "given-up" });
        const attributes = { kind: "placed", bytes: { base64 } };
        const messages = numbers(count).map((n) => ({ body: JSON.stringify(order(n)), attributes }));
        await peer.ask("send", { queue, messages });
        const consumer = alwaysFail(
          messaging,
          { queue: "failing" },
          { deadLetter: { queue: "given-up" }, retry: { maxAttempts: 2 } },
        );
        const received = await peer.ask<readonly PeerReceived[]>("receive", { queue: dead, count });
        await consumer.close();
        expect(ordersOf(received)).toEqual(numbers(count).map(order));
        for (const message of received)
          expect(message.attributes).toMatchObject({
            ...attributes,
            "wirekit.dead-letter.reason": "attempts-exhausted",
            "wirekit.dead-letter.attempts": "2",
          });
        for (const url of [queue, dead]) expect(await peer.ask("left", { queue: url })).toBe(0);
        return { sent: count, "dead letters": received.length };
      }),
    );

    row("ours -> theirs", "the queue's redrive policy takes what ours keeps failing", () =>
      withBoth(async (messaging, peer) => {
        const { queue, dead } = await peer.ask<Redriven>("queue_with_redrive", {
          name: "redriven",
          receives: maxReceives,
          visibility: 30,
        });
        await peer.ask("send", {
          queue,
          messages: numbers(count).map((n) => ({ body: JSON.stringify(order(n)) })),
        });
        const consumer = alwaysFail(messaging, { queue: "redriven" });
        const received = await peer.ask<readonly PeerReceived[]>("receive", { queue: dead, count });
        await consumer.close();
        expect(ordersOf(received)).toEqual(numbers(count).map(order));
        expect(consumer.stats()).toMatchObject({ retried: count * maxReceives, handled: 0, left: 0 });
        return { sent: count, redriven: received.length };
      }),
    );
  });
}
