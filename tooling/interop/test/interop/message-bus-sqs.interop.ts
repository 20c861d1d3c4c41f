import { expect } from "@jest/globals";
import { silentLogger } from "@wirekit/core";
import { sleep } from "@wirekit/core/kit";
import { SQS, SqsMessageBus, type SqsMessageBusOptions } from "@wirekit/message-bus";
import { clientPackages, type RunningServer, startElasticMq, startMoto } from "@wirekit/servers";
import { startPythonClient } from "../../src/programs/python-client.ts";
import type { TalkingProgram } from "../../src/programs/talking-program.ts";
import { describePair, type Pair } from "../../src/rows/describe-pair.ts";
import { copyOf } from "../../src/rows/originals.ts";
import { sharedServer } from "../../src/rows/servers-in-use.ts";
import type { AwsLike } from "./aws-peer.ts";
import { envelopes } from "./envelopes.ts";

const texts = envelopes.map(({ dictionary }) => JSON.stringify(dictionary)).sort();
const dictionaries = envelopes.map(({ dictionary }) => dictionary);
const keys = { AWS_ACCESS_KEY_ID: "any", AWS_SECRET_ACCESS_KEY: "any" };

interface Theirs extends Pick<Pair, "theirs" | "original"> {
  readonly file: string;
  readonly env?: Readonly<Record<string, string>>;
}

const clients: readonly Theirs[] = [
  { theirs: "mykobo-py's stand-in (boto3)", file: "mykobo_sqs_standin.py" },
  {
    theirs: "mykobo-py",
    original: "mykobo",
    file: "mykobo_sqs_original.py",
    env: { PYTHONPATH: copyOf("mykobo") ?? "" },
  },
];

for (const [on, need, start] of [
  ["moto (SQS)", "moto", startMoto],
  ["ElasticMQ", "elasticmq", startElasticMq],
] as const) {
  const server = sharedServer<RunningServer & AwsLike>(start);
  const startClient = async ({ file, env }: Omit<Theirs, "theirs">): Promise<TalkingProgram> => {
    const { url, region } = await server();
    return startPythonClient({
      packages: clientPackages.mykobo,
      file,
      args: [url],
      env: { AWS_REGION: region, ...keys, ...env },
    });
  };
  const optionsOf = async (): Promise<SqsMessageBusOptions> => {
    const { url, region } = await server();
    const credentials = { accessKeyId: "any", secretAccessKey: "any" };
    return { queueUrl: url, region, credentials, logger: silentLogger };
  };
  let queues = 0;
  const createQueue = async (suffix = ""): Promise<string> => {
    queues += 1;
    const queue = `queue-${queues}${suffix}`;
    await using owner = await startClient({ file: "mykobo_sqs_standin.py" });
    await owner.ask("create", { queue });
    return queue;
  };

  for (const { theirs, original, ...client } of clients) {
    const pair = { theirs, original, on, needs: [need, "python"] } as const;

    await describePair({ ...pair, ours: "message-bus SqsMessageBus" }, (row) => {
      row("ours -> theirs", "messages of every kind", async () => {
        await using bus = new SqsMessageBus(await optionsOf());
        await using peer = await startClient(client);
        const queue = await createQueue();
        const outcomes = await bus.sendMany(dictionaries, { target: queue });
        expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(["delivered"]));
        const received: string[] = [];
        while (received.length < texts.length) {
          const [handle, dictionary] = await receivedBy(peer, queue);
          received.push(JSON.stringify(dictionary));
          await peer.ask("delete", { queue, handle });
        }
        expect(received.sort()).toEqual(texts);
        return { sent: outcomes.length, received: received.length };
      });

      row("theirs -> ours", "messages of every kind", async () => {
        await using bus = new SqsMessageBus(await optionsOf());
        await using peer = await startClient(client);
        const queue = await createQueue();
        for (const message of dictionaries) await peer.ask("send", { message, queue });
        const received: string[] = [];
        for await (const one of bus.messages({ target: queue })) {
          received.push(one.raw);
          await bus.acknowledge(one);
          if (received.length === texts.length) break;
        }
        // To the letter.
        expect(received.sort()).toEqual(envelopes.map(({ text }) => text).sort());
        return { sent: texts.length, received: received.length };
      });
    });

    await describePair({ ...pair, ours: "message-bus SQS" }, (row) => {
      row(
        "ours -> theirs",
        "the same calls, both ways: sent, received, deleted by the receipt handle",
        async () => {
          await using ours = new SQS(await optionsOf(), {});
          await using peer = await startClient(client);
          const queue = await createQueue();
          const some = dictionaries.slice(0, 4);
          for (const message of some) {
            await ours.sendMessage(message, queue);
            const [handle, dictionary] = await receivedBy(peer, queue);
            expect(dictionary).toEqual(message);
            await peer.ask("delete", { queue, handle });
          }
          for (const message of some.slice(0, 1)) {
            await peer.ask("send", { message, queue });
            const received = (await ours.receiveMessage(queue, { timeoutMs: 120_000 })) ?? {};
            expect(Object.values(received)).toEqual([message]);
            for (const handle of Object.keys(received)) await ours.deleteMessage(queue, handle);
          }
          expect(await ours.receiveMessage(queue, { timeoutMs: 0 })).toBeUndefined();
          return { "to theirs": some.length, "to ours": 1 };
        },
      );
    });
  }

  const fifo = { ours: "message-bus SqsMessageBus", theirs: "boto3", on, needs: [need, "python"] } as const;
  await describePair(fifo, (row) => {
    const numbers = Array.from({ length: 40 }, (_, number) => number);
    const keyOf = (number: number) => `user-${number % 4}`;
    const message = (number: number) => ({
      meta_data: {
        source: "FIFO",
        created_at: "2026-01-01T00:00:00Z",
        token: "t",
        idempotency_key: `key-${number}`,
        instruction_type: "STATUS_UPDATE",
      },
      payload: { reference: String(number), status: "DONE" },
    });
    interface InOrder {
      readonly body: ReturnType<typeof message>;
      readonly group: string;
      readonly deduplication: string;
    }
    const ofKey = (key: string) => numbers.filter((number) => keyOf(number) === key);

    row("ours -> theirs", "FIFO: a key is a group and keeps its order, a copy is dropped", async () => {
      await using bus = new SqsMessageBus(await optionsOf());
      await using peer = await startClient({ file: "mykobo_sqs_standin.py" });
      const queue = await createQueue(".fifo");
      const key = (_: unknown, index: number) => keyOf(numbers[index] ?? 0);
      const messages = numbers.map(message);
      for (const outcome of await bus.sendMany([...messages], { target: queue, key }))
        expect(outcome.kind).toBe("delivered");
      await bus.sendMessage(message(0), { target: queue, key: keyOf(0) });
      const received = await peer.ask<InOrder[]>("receive_in_order", { queue, count: numbers.length });
      expect(received).toHaveLength(numbers.length);
      for (const { body, group, deduplication } of received) {
        expect(group).toBe(keyOf(Number(body.payload.reference)));
        expect(deduplication).toBe(body.meta_data.idempotency_key);
      }
      for (const group of new Set(numbers.map(keyOf)))
        expect(
          received.filter((one) => one.group === group).map(({ body }) => body.payload.reference),
        ).toEqual(ofKey(group).map(String));
      return { sent: numbers.length + 1, received: received.length, copies: 1 };
    });

    row("theirs -> ours", "FIFO: the order of each group is kept", async () => {
      await using bus = new SqsMessageBus(await optionsOf());
      await using peer = await startClient({ file: "mykobo_sqs_standin.py" });
      const queue = await createQueue(".fifo");
      const messages = numbers.map((number) => [message(number), keyOf(number)] as const);
      await peer.ask("send_in_order", { messages, queue });
      const handled: number[] = [];
      const handle = ({ raw }: { readonly raw: string }) =>
        handled.push(Number((JSON.parse(raw) as ReturnType<typeof message>).payload.reference));
      // moto looks once in each long poll which groups are in flight, so that a consumer waits for the end of
      // it.
      if (need === "moto") {
        for await (const received of bus.messages({ target: queue })) {
          handle(received);
          await bus.acknowledge(received);
          if (handled.length === numbers.length) break;
        }
      } else {
        await new Promise<void>((resolve, reject) => {
          const consumer = bus.consume({ target: queue }, async (_message, { received }) => {
            await sleep(1);
            if (handle(received) === numbers.length) resolve();
          });
          consumer.closed.catch(reject);
        });
      }
      const { notHandled: unacknowledged } = await bus.close();
      expect(unacknowledged).toBe(0);
      for (const key of new Set(numbers.map(keyOf)))
        expect(handled.filter((number) => keyOf(number) === key)).toEqual(ofKey(key));
      expect(await peer.ask("left", { queue })).toBe(0);
      return { sent: numbers.length, handled: handled.length };
    });
  });
}

/** The next message; what the original delays comes after ten seconds. */
async function receivedBy(peer: TalkingProgram, queue: string): Promise<readonly [string, unknown]> {
  const endsAt = performance.now() + 180_000;
  while (performance.now() < endsAt) {
    const received = await peer.ask<Record<string, unknown> | null>("receive", { queue });
    const [first] = Object.entries(received ?? {});
    if (first !== undefined) return first;
    await sleep(50);
  }
  throw new Error(`nothing was received from ${queue}`);
}
