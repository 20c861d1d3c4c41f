import type { IncomingMessage } from "node:http";

/** The head of a request, as it stood on the wire. In `target` and `rawHeaders` one character is one byte. */
export interface RequestHead {
  /** 1 for the first request that reached the server. */
  readonly number: number;
  /** 1 for the first connection that was opened to the server. */
  readonly connection: number;
  readonly method: string;
  /** Path and query exactly as they were sent: nothing decoded, resolved or encoded. */
  readonly target: string;
  /** Every header field in the order and spelling it was sent. */
  readonly rawHeaders: readonly (readonly [name: string, value: string])[];
  /** The same by lower-case name; a repeated field is joined by `", "`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A request that was read to its end. */
export interface ReceivedRequest extends RequestHead {
  readonly body: Buffer;
}

/** What `node:http` parsed, without any of its conveniences: duplicates are kept, and so is the order. */
export function requestHead(
  incoming: IncomingMessage,
  { number, connection }: { readonly number: number; readonly connection: number },
): RequestHead {
  const rawHeaders = pairs(incoming.rawHeaders);
  const headers: Record<string, string> = Object.create(null);
  for (const [name, value] of rawHeaders) {
    const key = name.toLowerCase();
    headers[key] = key in headers ? `${headers[key]}, ${value}` : value;
  }
  return {
    number,
    connection,
    method: incoming.method ?? "",
    target: incoming.url ?? "",
    rawHeaders,
    headers,
  };
}

function pairs(flat: readonly string[]): (readonly [string, string])[] {
  const result: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) {
    result.push([flat[index] ?? "", flat[index + 1] ?? ""]);
  }
  return result;
}

/** What reading a body came to. */
export type BodyReading =
  | { readonly kind: "read"; readonly body: Buffer }
  | { readonly kind: "too-large" }
  /** The client broke the connection in the middle of its own request. */
  | { readonly kind: "broken" };

/** Reads a body to its end. One that passes `maxBytes` is read no further. */
export function readBody(incoming: IncomingMessage, maxBytes: number): Promise<BodyReading> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        incoming.pause();
        return resolve({ kind: "too-large" });
      }
      chunks.push(chunk);
    });
    incoming.on("end", () => resolve({ kind: "read", body: Buffer.concat(chunks) }));
    incoming.on("error", () => resolve({ kind: "broken" }));
    incoming.on("close", () => resolve({ kind: "broken" }));
  });
}
