import type { OriginalBytes, RawHeader } from "../../original-bytes.ts";
import type { ConsumedRecord, RecordReader } from "../kafka-driver.ts";
import { recordOverheadBytes } from "../record-reader.ts";
import { type RecordBatch, RecordBytes } from "./record-batch.ts";

/**
 * Reads the records of batches from `fetchOffset` on: a broker sends whole batches, and the first may begin
 * before what was asked for. The batches have been checked.
 */
export class BatchReader implements RecordReader {
  readonly #batches: readonly RecordBatch[];
  #index = 0;
  #batch: RecordBatch | undefined;
  #reader = new RecordBytes(noBytes);
  #leftInBatch = 0;
  #size = 0;
  #bytesBehind = 0;
  /** Read ahead, to find out where `fetchOffset` is. */
  #first: ConsumedRecord | undefined;

  constructor(batches: readonly RecordBatch[], fetchOffset: bigint) {
    this.#batches = batches;
    for (const { count, records } of batches) {
      this.#size += count;
      this.#bytesBehind += records.length;
    }
    let record = this.#read();
    while (record !== undefined && record.offset < fetchOffset) record = this.#read();
    this.#first = record;
    if (record !== undefined) this.#size += 1;
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    const bytesOfBatch = this.#reader.bytes.length - this.#reader.at;
    return this.#bytesBehind + bytesOfBatch + this.#size * recordOverheadBytes;
  }

  next(): ConsumedRecord | undefined {
    const first = this.#first;
    if (first === undefined) return this.#read();
    this.#first = undefined;
    this.#size -= 1;
    return first;
  }

  #read(): ConsumedRecord | undefined {
    while (this.#leftInBatch === 0) {
      const batch = this.#batches[this.#index];
      this.#index += 1;
      this.#batch = batch;
      this.#reader = new RecordBytes(batch?.records ?? noBytes);
      if (batch === undefined) return undefined;
      this.#bytesBehind -= batch.records.length;
      this.#leftInBatch = batch.count;
    }
    this.#leftInBatch -= 1;
    this.#size -= 1;
    return this.#batch && readRecord(this.#reader, this.#batch);
  }
}

const noBytes = Buffer.alloc(0);

function readRecord(reader: RecordBytes, batch: RecordBatch): ConsumedRecord {
  const length = reader.varint();
  const end = reader.at + length;
  // Attributes, of which there are none.
  reader.at += 1;
  const timestampDelta = reader.varlong();
  const offset = batch.baseOffset + BigInt(reader.varint());
  const { at } = reader;
  reader.isExact = true;
  const key = reader.text();
  const value = reader.text();
  const valueBytes = reader.textBytes;
  if (key === "" || value === undefined) reader.isExact = false;
  const headers = readHeaders(reader);
  let original: OriginalBytes | undefined;
  if (!reader.isExact) {
    reader.at = at;
    original = readOriginal(reader);
  }
  reader.at = end;
  const timestampMs = batch.logAppendTimeMs ?? batch.baseTimestampMs + timestampDelta;
  return { offset, key, value, valueBytes, headers, timestampMs, original };
}

/** The same fields once more, as bytes. They are copies: the batch is not kept for them. */
function readOriginal(reader: RecordBytes): OriginalBytes {
  const key = reader.copy();
  const body = reader.copy();
  const count = reader.varint();
  const headers: RawHeader[] = [];
  for (let place = 0; place < count; place += 1) {
    const nameBytes = reader.copy() ?? noBytes;
    headers.push({ name: nameBytes.toString("utf8"), nameBytes, value: reader.copy() });
  }
  return { key, body, headers };
}

/**
 * Of headers that share a name, the last one counts: it was added by whoever came later. One without a value
 * counts as absent. Where that leaves something out, or an object would have the names in another order, the
 * reader is not exact.
 */
function readHeaders(reader: RecordBytes): Readonly<Record<string, string>> {
  const count = reader.varint();
  if (count === 0) return noHeaders;
  const headers: Record<string, string> = {};
  for (let place = 0; place < count; place += 1) {
    const name = reader.text() ?? "";
    const value = reader.text();
    if (value === undefined || name in headers || beginsWithDigit(name)) reader.isExact = false;
    if (value === undefined) delete headers[name];
    else define(headers, name, value);
  }
  return headers;
}

/** Objects have names that are numbers first, by their size. */
function beginsWithDigit(name: string): boolean {
  const unit = name.charCodeAt(0);
  return unit >= 48 && unit <= 57;
}

/** Most records have none. */
export const noHeaders: Readonly<Record<string, string>> = Object.freeze({});

/** With a definition where it has to be, because a header may be called `__proto__`. */
function define(texts: Record<string, string>, name: string, value: string): void {
  if (name === "__proto__")
    Object.defineProperty(texts, name, { value, enumerable: true, configurable: true });
  else texts[name] = value;
}
