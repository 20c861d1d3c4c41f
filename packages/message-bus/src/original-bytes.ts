/** One header, as it came. */
export interface RawHeader {
  readonly name: string;
  readonly nameBytes: Uint8Array;
  /** `undefined` for a header of Kafka without a value. */
  readonly value: Uint8Array | undefined;
  /** SQS's data type: `"Number"`, `"Binary"`, `"String.uuid"`. Absent on other buses. */
  readonly type?: string | undefined;
}

/** A message byte for byte, where texts do not say all that is in it. */
export interface OriginalBytes {
  /** `undefined` for a record of Kafka without a value (a tombstone). */
  readonly body: Uint8Array | undefined;
  /** `undefined` for a record without a key, which is not the same as one with an empty key. */
  readonly key: Uint8Array | undefined;
  /** In their order, all of those that share a name included. */
  readonly headers: readonly RawHeader[];
}

type TextHeaders = Readonly<Record<string, string>>;

/** Headers of texts as bytes. */
export function rawHeadersOf(headers: TextHeaders): RawHeader[] {
  return Object.entries(headers).map(([name, value]) => ({
    name,
    nameBytes: Buffer.from(name),
    value: Buffer.from(value),
  }));
}

/** The headers as texts: the last of those that share a name, and none without a value. */
export function textHeadersOf({ headers }: OriginalBytes): TextHeaders {
  const texts = new Map<string, string>();
  for (const { name, value } of headers) {
    if (value === undefined) texts.delete(name);
    else texts.set(name, Buffer.from(value).toString("utf8"));
  }
  return Object.fromEntries(texts);
}

/** The original with `added` headers, which take the place of those that have the same name. */
export function withHeaders({ key, body, headers }: OriginalBytes, added: TextHeaders): OriginalBytes {
  const kept = headers.filter(({ name }) => !Object.hasOwn(added, name));
  return { key, body, headers: [...kept, ...rawHeadersOf(added)] };
}
