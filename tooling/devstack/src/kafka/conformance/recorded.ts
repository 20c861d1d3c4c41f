import { readFile } from "node:fs/promises";
import type { Transcript } from "./transcript.ts";

/** What Apache Kafka answered, in both scripts. */
export interface RecordedTranscripts {
  readonly wire: Transcript;
  readonly client: Transcript;
}

/** Where the answers of Apache Kafka 3.9.2 are kept. */
export const recordingUrl = new URL("apache-kafka-3.9.2.json", import.meta.url);

/** The answers of Apache Kafka 3.9.2, as they were recorded. */
export async function recordedTranscripts(): Promise<RecordedTranscripts> {
  return JSON.parse(await readFile(recordingUrl, "utf8"));
}
