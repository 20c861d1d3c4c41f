import { expect } from "@jest/globals";
import {
  clientTranscript,
  recordedTranscripts,
  type Transcript,
  wireTranscript,
} from "@wirekit/devstack/kafka-conformance";
import { startKafka } from "@wirekit/servers";
import { describePair } from "../../src/rows/describe-pair.ts";
import { sharedServer } from "../../src/rows/servers-in-use.ts";

const kafka = sharedServer(startKafka);

await describePair(
  { ours: "embedded broker", theirs: "Apache Kafka", on: "kafkajs and bare requests", needs: ["kafka"] },
  (row) => {
    row("ours = theirs", "the same scripts get the same answers", async () => {
      const { wire, client } = await recordedTranscripts();
      const { addresses } = await kafka();
      const run = `interop-${Date.now()}`;
      const address = addresses.plaintext;
      expectSame(await clientTranscript({ brokers: [address] }, `${run}-client`), client);
      expectSame(await wireTranscript(address, `${run}-wire`), wire);
      return { steps: Object.keys(client).length + Object.keys(wire).length };
    });
  },
);

/**
 * The embedded broker is held against the recording by its own tests; this holds the recording against the
 * original.
 */
function expectSame(transcript: Transcript, recorded: Transcript): void {
  for (const [step, answer] of Object.entries(recorded)) {
    expect({ step, answer: JSON.parse(JSON.stringify(transcript[step])) }).toEqual({ step, answer });
  }
}
