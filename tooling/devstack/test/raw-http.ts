import { connect, type Socket } from "node:net";

/** What came back over a connection until it ended. */
export interface RawResponse {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** What followed the head, as it stood on the wire. */
  readonly body: Buffer;
  /** How the connection ended: closed in order, or reset. */
  readonly end: "closed" | "reset";
}

/** A request as bytes, of which nothing is added, sorted or rewritten. */
export interface RawRequest {
  readonly method?: string;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Buffer;
}

/** The head's text is one byte per character. `Content-Length` and `Connection: close` come on top. */
export function rawRequestBytes({ method = "POST", target, headers, body = "" }: RawRequest): Buffer {
  const content = Buffer.from(body as string);
  const fields = [...headers, ["Content-Length", String(content.length)], ["Connection", "close"]];
  const lines = [`${method} ${target} HTTP/1.1`, ...fields.map(([name, value]) => `${name}: ${value}`)];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), content]);
}

/** Sends a request over a connection of its own, and reads until that ends. Status 0: no answer came. */
export async function sendRaw(url: string, request: RawRequest): Promise<RawResponse> {
  const socket = openSocket(url);
  socket.write(rawRequestBytes(request));
  return readToEnd(socket);
}

export function openSocket(url: string): Socket {
  const { hostname, port } = new URL(url);
  return connect(Number(port), hostname);
}

export function readToEnd(socket: Socket): Promise<RawResponse> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let end: RawResponse["end"] = "closed";
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", () => {
      end = "reset";
    });
    socket.on("close", () => resolve({ ...parseResponse(Buffer.concat(chunks)), end }));
  });
}

function parseResponse(bytes: Buffer): Omit<RawResponse, "end"> {
  const headLength = bytes.indexOf("\r\n\r\n");
  if (headLength < 0) return { status: 0, headers: {}, body: bytes };
  const [statusLine = "", ...lines] = bytes.subarray(0, headLength).toString("latin1").split("\r\n");
  const headers = lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return {
    status: Number(statusLine.split(" ")[1]),
    headers: Object.fromEntries(headers),
    body: bytes.subarray(headLength + 4),
  };
}

/** The body as JSON. */
export function jsonOf(response: Pick<RawResponse, "body">): unknown {
  return JSON.parse(response.body.toString("utf8"));
}
