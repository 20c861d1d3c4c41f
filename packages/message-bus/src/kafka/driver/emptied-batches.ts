import { WirekitError } from "@wirekit/core";
import type { FetchRequest, KafkajsBroker } from "./kafkajs-cluster.ts";

// Where the fields of a record batch (magic 2) stand.
const lengthAt = 8;
const magicAt = 16;
const lastOffsetDeltaAt = 23;
const recordCountAt = 57;
const headerBytes = 61;
/** Base offset and length, which the length itself does not count. */
const prefixBytes = 12;

/**
 * Asks for one partition from an offset at which there is something, though no record came of it, and says where the batches end that are there and hold
 * none: compaction takes the records of a batch and may leave the batch. kafkajs reads over such batches without a word of their offsets, so that this
 * looks at the answer itself. `undefined` when the answer holds nothing at all, or holds records.
 *
 * @throws WirekitError when the answer cannot be understood.
 */
export async function findEmptiedBatches(
  broker: KafkajsBroker,
  request: FetchRequest,
): Promise<{ readonly nextOffset: bigint } | undefined> {
  const answers: Answer[] = [];
  const { responses } = await listeningTo(broker, (answer) => answers.push(answer)).fetch(request);
  // By now there are records, which the next fetch brings.
  if (responses.some(({ partitions }) => partitions.some(({ messages }) => messages.length > 0)))
    return undefined;
  const [answer] = answers;
  if (answer === undefined) throw unreadable();
  const nextOffset = endOfEmptied(recordSetOf(answer));
  return nextOffset === undefined ? undefined : { nextOffset };
}

/** An answer as it came, and the version of the request. */
interface Answer {
  readonly version: number;
  readonly bytes: Buffer;
}

/** What kafkajs makes of a request before it sends it. */
interface Protocol {
  readonly request: { readonly apiVersion: number };
  readonly response: { decode(bytes: Buffer): Promise<unknown> };
}

type Lookup = (apiKey: number, definition: unknown) => (request: unknown) => Protocol;

/** The same broker, which tells of each answer before it is decoded. Nothing of the broker itself is changed. */
function listeningTo(broker: KafkajsBroker, onAnswer: (answer: Answer) => void): KafkajsBroker {
  const lookup: unknown = Reflect.get(broker, "lookupRequest");
  if (typeof lookup !== "function") throw unreadable();
  const listening: Lookup = (apiKey, definition) => {
    const make = (lookup as Lookup)(apiKey, definition);
    return (request) => {
      const protocol = make(request);
      const { response } = protocol;
      const decode = (bytes: Buffer) => {
        onAnswer({ version: protocol.request.apiVersion, bytes });
        return response.decode(bytes);
      };
      return { ...protocol, response: { ...response, decode } };
    };
  };
  return Object.create(broker, { lookupRequest: { value: listening } }) as KafkajsBroker;
}

/** The record set of the one partition that was asked for, in an answer of version 4 to 11. */
function recordSetOf({ version, bytes }: Answer): Buffer {
  if (version < 4 || version > 11) throw unreadable();
  try {
    // The time that was throttled; an error and a session; how many topics.
    let at = 4 + (version >= 7 ? 6 : 0) + 4;
    at += 2 + bytes.readInt16BE(at);
    // How many partitions; number, error, high watermark and last stable offset; the start of the log.
    at += 4 + 4 + 2 + 8 + 8 + (version >= 5 ? 8 : 0);
    const aborted = Math.max(0, bytes.readInt32BE(at));
    at += 4 + aborted * 16 + (version >= 11 ? 4 : 0);
    const length = Math.max(0, bytes.readInt32BE(at));
    at += 4;
    if (at + length > bytes.length) throw unreadable();
    return bytes.subarray(at, at + length);
  } catch (thrown) {
    throw WirekitError.isInstance(thrown) ? thrown : unreadable();
  }
}

/** The offset after the last of the batches, none of which may hold a record; `undefined` where there is no whole batch. */
export function endOfEmptied(recordSet: Buffer): bigint | undefined {
  let end: bigint | undefined;
  for (let at = 0; at + headerBytes <= recordSet.length; ) {
    const batch = recordSet.subarray(at);
    const bytes = prefixBytes + batch.readInt32BE(lengthAt);
    // Only whole batches count: what is cut off is asked for again.
    if (bytes > batch.length) break;
    if (bytes < headerBytes || batch.readInt8(magicAt) !== 2) throw unreadable();
    if (batch.readInt32BE(recordCountAt) !== 0) throw unreadable();
    end = batch.readBigInt64BE(0) + BigInt(batch.readInt32BE(lastOffsetDeltaAt)) + 1n;
    at += bytes;
  }
  return end;
}

function unreadable(): WirekitError {
  return new WirekitError(
    "The broker has given something that kafkajs finds no record in, and it is no batch without records: reading cannot go on there",
    { code: "message-bus/unreadable-batch", retryable: true },
  );
}
