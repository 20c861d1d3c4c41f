import { describe, expect, it } from "@jest/globals";
import {
  clientTranscript,
  recordedTranscripts,
  type Transcript,
  wireTranscript,
} from "../../src/kafka/conformance/index.ts";
import { broker } from "./support.ts";

describe("the broker, asked what Apache Kafka 3.9.2 was asked", () => {
  it("answers a program that uses kafkajs the same", async () => {
    const { client } = await recordedTranscripts();
    const kafka = await broker();
    expectSame(await clientTranscript({ brokers: [...kafka.addresses] }, "run"), client);
  }, 60_000);

  it("answers requests written by hand the same, those that no good client sends included", async () => {
    const { wire } = await recordedTranscripts();
    const kafka = await broker();
    expectSame(await wireTranscript(kafka.addresses[0] ?? "", "run"), wire);
  }, 60_000);
});

/** Step by step, so that a difference says where it is. */
function expectSame(transcript: Transcript, recorded: Transcript): void {
  expect(Object.keys(transcript)).toEqual(Object.keys(recorded));
  for (const [step, answer] of Object.entries(recorded)) {
    // Undefined and absent are the same in JSON, in which the recording is kept.
    expect({ step, answer: JSON.parse(JSON.stringify(transcript[step])) }).toEqual({ step, answer });
  }
}
