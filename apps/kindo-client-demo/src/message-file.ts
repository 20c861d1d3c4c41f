import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { ProducerPayload } from "@wirekit/kindo-client";

/**
 * The messages of a JSONL file, one by one, so that a file of any size needs no more memory than a line. Whether each is a
 * valid message is for the client to say, when it is sent.
 */
export async function* readMessages(path: string): AsyncGenerator<ProducerPayload> {
  const lines = createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) {
    if (line.trim() !== "") yield JSON.parse(line) as ProducerPayload;
  }
}
