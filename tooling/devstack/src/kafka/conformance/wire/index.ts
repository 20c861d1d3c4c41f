import { type Transcript, TranscriptWriter } from "../transcript.ts";
import { fetchScript } from "./fetch.ts";
import { groupsScript } from "./groups.ts";
import { produceScript } from "./produce.ts";
import { sessionScript } from "./session.ts";
import { topicsScript } from "./topics.ts";

/**
 * Has a broker answer requests that are written by hand, among them many that no good client would send, and
 * gives what it answered. `prefix` must be new with every run against the same broker, which needs one node
 * and nobody to log in.
 */
export async function wireTranscript(address: string, prefix: string): Promise<Transcript> {
  const log = new TranscriptWriter(prefix);
  for (const script of [sessionScript, topicsScript, produceScript, fetchScript, groupsScript])
    await script(address, log);
  return log.transcript;
}
