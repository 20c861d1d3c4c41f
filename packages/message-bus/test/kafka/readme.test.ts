import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";
import { readSnippets, runSnippets } from "@wirekit/test-support/readme";
import { openBroker } from "./open-bus.ts";

const packageDirectory = fileURLToPath(new URL("../..", import.meta.url));

it("every example of Kafka in the README runs, and prints what it says", async () => {
  const broker = await openBroker();
  const all = readSnippets(fileURLToPath(new URL("../../README.md", import.meta.url)));
  const snippets = all.filter(({ code }) => /\bKafka(MessageBus)?\b/.test(code));
  expect(snippets).toHaveLength(2);
  const env = {
    KAFKA_BOOTSTRAP_SERVERS: broker.bootstrapServers,
    KAFKA_API_PROTOCOL: "PLAINTEXT",
    NO_COLOR: "1",
  };
  const runs = await runSnippets(snippets, { packageDirectory, env });
  expect(runs.map(({ printed, ...run }) => ({ ...run, printed: [...printed].sort() }))).toEqual(
    snippets.map(({ name, prints }) => ({ name, printed: [...prints].sort(), complaints: "" })),
  );
}, 120_000);
