import { readFile } from "node:fs/promises";
import { expect } from "@jest/globals";
import { silentLogger } from "@wirekit/core";
import { KafkaMessageBus, type KafkaMessageBusOptions } from "@wirekit/message-bus";
import { startKafka } from "@wirekit/servers";
import { describePair } from "../../../src/rows/describe-pair.ts";
import { sharedServer } from "../../../src/rows/servers-in-use.ts";
import { createTopic, kafka, optionsFor, plaintext, withAdmin } from "./broker.ts";
import { loadMessage, referenceOf } from "./load.ts";

/** Makes no topic by itself. */
const strict = sharedServer(() => startKafka({ properties: { "auto.create.topics.enable": "false" } }));

const password = "not-the-password";

export async function refusalRows(): Promise<void> {
  const pair = { ours: "message-bus KafkaMessageBus", needs: ["kafka"] } as const;

  await describePair(
    { ...pair, theirs: "a broker that refuses", on: "Apache Kafka, SASL_PLAINTEXT" },
    (row) => {
      for (const mechanism of ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] as const)
        row(
          "ours -> theirs",
          `a wrong password by ${mechanism}: said so, at the fifth refusal where it receives`,
          async () => {
            const server = await kafka();
            const before = await refusals(server.logPath);
            const options: KafkaMessageBusOptions = {
              ...optionsFor(server, { protocol: "SASL_PLAINTEXT", mechanism }),
              password,
            };
            const refused = { name: "LoginRefusedError", mechanism, retryable: false };
            for (const use of [
              (bus: KafkaMessageBus) => bus.sendMessage(loadMessage("k#0"), { target: "nowhere", key: "k" }),
              (bus: KafkaMessageBus) => bus.receiveMessage({ target: "nowhere", timeoutMs: 60_000 }),
              (bus: KafkaMessageBus) => bus.consume({ target: "nowhere" }, () => undefined).closed,
              (bus: KafkaMessageBus) => bus.lag({ target: "nowhere" }),
            ]) {
              await using bus = new KafkaMessageBus(options);
              const error = await thrownBy(() => use(bus));
              expect(error).toMatchObject(refused);
              expect(String(error)).toContain(mechanism);
              expect(JSON.stringify(error) + String(error)).not.toContain(password);
            }
            const logins = (await refusals(server.logPath)) - before;
            // A broker may not know a new password yet: what receives ends at the fifth refusal in a row.
            expect(logins).toBe(2 + 2 * 5);
            return { uses: 4, logins };
          },
        );
    },
  );

  await describePair({ ...pair, theirs: "a broker that makes no topics", on: "Apache Kafka" }, (row) => {
    row("ours -> theirs", "a topic that is missing is named; once it is there, all goes on", async () => {
      const server = await strict();
      await using bus = new KafkaMessageBus({ ...optionsFor(server, plaintext), logger: silentLogger });
      const target = "late-1";
      const missing = { name: "TopicMissingError", details: { topic: target } };
      const sending = await thrownBy(() => bus.sendMessage(loadMessage("k#0"), { target, key: "k" }));
      expect(sending).toMatchObject(missing);
      const [outcome] = await bus.sendMany([loadMessage("k#0")], { target });
      expect(outcome).toMatchObject({ kind: "rejected", error: missing });
      expect(await thrownBy(() => bus.receiveMessage({ target, timeoutMs: 10_000 }))).toMatchObject(missing);
      expect(await thrownBy(() => bus.lag({ target }))).toMatchObject(missing);

      const handled: string[] = [];
      let tell = () => {};
      const isHandled = new Promise<void>((resolve) => {
        tell = resolve;
      });
      const consumer = bus.consume({ target, groupId: "waiting" }, (_message, { received }) => {
        handled.push(referenceOf(received.raw));
        tell();
      });
      await withAdmin((admin) => admin.createTopics({ topics: [{ topic: target }] }), server);
      await bus.sendMessage(loadMessage("k#1"), { target, key: "k" });
      await isHandled;
      expect(handled).toEqual(["k#1"]);
      await consumer.close();
      return { refused: 4, handled: handled.length };
    });

    row(
      "ours -> theirs",
      "topics are not made where they are not to be, also by a broker that would",
      async () => {
        const server = await kafka();
        await createTopic("other", 1);
        await using bus = new KafkaMessageBus({ ...optionsFor(server, plaintext), topicCreation: "never" });
        const error = await thrownBy(() => bus.sendMessage(loadMessage("k#0"), { target: "unwanted" }));
        expect(error).toMatchObject({ name: "TopicMissingError" });
        await bus.receiveMessage({ target: "unwanted", timeoutMs: 1_000 }).catch(() => undefined);
        expect(await withAdmin((admin) => admin.listTopics())).not.toContain("unwanted");
        await using allowing = new KafkaMessageBus(optionsFor(server, plaintext));
        await allowing.sendMessage(loadMessage("k#0"), { target: "wanted" });
        expect(await withAdmin((admin) => admin.listTopics())).toContain("wanted");
        return { refused: 1, made: 1 };
      },
    );
  });
}

/** How often the broker has refused a login so far. */
async function refusals(logPath: string): Promise<number> {
  return (await readFile(logPath, "utf8")).split("Failed authentication with").length - 1;
}

async function thrownBy(task: () => Promise<unknown>): Promise<unknown> {
  return task().then(
    () => {
      throw new Error("it was not refused");
    },
    (error: unknown) => error,
  );
}
