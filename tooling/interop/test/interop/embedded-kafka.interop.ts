import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "@jest/globals";
import { type Kafka as EmbeddedKafka, startKafka as startEmbeddedKafka } from "@wirekit/devstack/kafka";
import {
  clientTranscript,
  recordedTranscripts,
  type Transcript,
  wireTranscript,
} from "@wirekit/devstack/kafka-conformance";
import { clientPackages, kafkaConsoleTools, pythonEnvironment, startKafka } from "@wirekit/servers";
import { describeWith } from "@wirekit/servers/gate";
import { runProgram } from "../run-program.ts";

let embedded: EmbeddedKafka | undefined;

afterEach(async () => {
  await embedded?.close();
  embedded = undefined;
});

const script = (name: string) =>
  fileURLToPath(new URL(`../../../devstack/test/kafka/clients/${name}`, import.meta.url));

async function embeddedAddress(): Promise<string> {
  embedded = await startEmbeddedKafka();
  return embedded.addresses[0] ?? "";
}

await describeWith(["python"], "Python's clients on the embedded broker", () => {
  it.each([
    ["confluent-kafka (librdkafka)", "confluent.py"],
    ["kafka-python", "kafka_python.py"],
  ])("%s produces, consumes and shares a group", async (_client, file) => {
    const { python } = await pythonEnvironment(clientPackages.kafka);
    await runProgram(python, [script(file), await embeddedAddress()]);
  });
});

await describeWith(["java", "kafka"], "Java's console tools on the embedded broker", () => {
  it("produce and consume", async () => {
    const tools = await kafkaConsoleTools();
    const address = await embeddedAddress();
    const produce = tools.producer(["--bootstrap-server", address, "--topic", "console"]);
    await runProgram(produce.command, produce.args, { input: "one\ntwo\n" });
    const options = [
      "--topic",
      "console",
      "--from-beginning",
      "--max-messages",
      "2",
      "--timeout-ms",
      "60000",
    ];
    const consume = tools.consumer(["--bootstrap-server", address, ...options]);
    expect((await runProgram(consume.command, consume.args)).trim().split("\n").sort()).toEqual([
      "one",
      "two",
    ]);
  });
});

await describeWith(["kafka"], "Apache Kafka and the embedded broker", () => {
  it("give the same answers to the same scripts", async () => {
    const { wire, client } = await recordedTranscripts();
    await using kafka = await startKafka();
    const run = `interop-${Date.now()}`;
    const address = kafka.addresses.plaintext;
    expectSame(await clientTranscript({ brokers: [address] }, `${run}-client`), client);
    expectSame(await wireTranscript(address, `${run}-wire`), wire);
  });
});

/** The embedded broker is held against the recording by its own tests; this holds the recording against the original. */
function expectSame(transcript: Transcript, recorded: Transcript): void {
  for (const [step, answer] of Object.entries(recorded)) {
    expect({ step, answer: JSON.parse(JSON.stringify(transcript[step])) }).toEqual({ step, answer });
  }
}
