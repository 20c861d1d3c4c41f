import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { ProducerPayload } from "@wirekit/kindo-client";

/**
 * The messages of a JSONL file, one by one, so that a file of any size needs no more memory than a line.
 * Whether each is a valid message is for the client to say, when it is sent.
 */
export async function* readMessages(path: string): AsyncGenerator<ProducerPayload> {
  const lines = createInterface({
    input: createReadStream(path, "utf8"),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line.trim() !== "") yield parseLine(line, number);
  }
}

function parseLine(line: string, number: number): ProducerPayload {
  try {
    return JSON.parse(line) as ProducerPayload;
  } catch {
    // Without the cause, which quotes the line: what is in it may be sensitive.
    throw new Error(`Line ${number} is not JSON`);
  }
}
