import type { ConsumedRecord, RecordReader } from "./kafka-driver.ts";

/** Records, and where reading goes on after them. */
export interface FetchedRecords {
  readonly records: RecordReader;
  /** The end of the last batch that was there in whole; where there was none, what was asked for. */
  readonly nextOffset: bigint;
  /** What the records took on the wire; 0 where that is not known. */
  readonly fetchedBytes: number;
}

/** What a record takes in memory besides its bytes, roughly: or very small ones would hardly count. */
export const recordOverheadBytes = 256;

/** What a record counts for in the bound of what is held. */
export function bufferedBytesOf({ key, valueBytes, headers, original }: ConsumedRecord): number {
  let bytes = recordOverheadBytes + (key?.length ?? 0) + valueBytes;
  if (original !== undefined) bytes *= 2;
  for (const name in headers) bytes += name.length + (headers[name]?.length ?? 0);
  return bytes;
}

/** Reads records that are there already: for a driver that gets them whole. */
export function readerOf(records: readonly ConsumedRecord[]): RecordReader {
  let place = 0;
  let bytes = records.reduce((sum, record) => sum + bufferedBytesOf(record), 0);
  return {
    get size() {
      return records.length - place;
    },
    get bytes() {
      return bytes;
    },
    next: () => {
      const record = records[place];
      if (record === undefined) return undefined;
      place += 1;
      bytes -= bufferedBytesOf(record);
      return record;
    },
  };
}
