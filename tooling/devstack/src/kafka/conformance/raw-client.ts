import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Reader, Writer } from "@platformatic/kafka";
import { FrameSplitter } from "../connections/frame-splitter.ts";
import type { Read, Written } from "../protocol/fields.ts";
import { type ApiName, layouts } from "../protocol/layouts.ts";

/** A request as a client writes it. */
export type RequestBody<Name extends ApiName> = Written<(typeof layouts)[Name]["request"]>;
/** A response as a client reads it. */
export type ResponseBody<Name extends ApiName> = Read<(typeof layouts)[Name]["response"]>;

const maxFrameBytes = 0x7fffffff;

/**
 * One connection to a broker that sends exactly what it is told to: for what no well-behaved client would
 * send.
 */
export class RawClient {
  readonly #socket: Socket;
  readonly #splitter = new FrameSplitter();
  readonly #waiting: ((frame: Buffer | "closed") => void)[] = [];
  readonly #arrived: Buffer[] = [];
  #state: "open" | "closed" = "open";
  #correlationId = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      for (const frame of this.#splitter.push(chunk, maxFrameBytes)) {
        const waiting = this.#waiting.shift();
        if (waiting) waiting(frame);
        else this.#arrived.push(frame);
      }
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#state = "closed";
      for (const waiting of this.#waiting.splice(0)) waiting("closed");
    });
  }

  get state(): "open" | "closed" {
    return this.#state;
  }

  /** Connects to `host:port`. */
  static async open(address: string): Promise<RawClient> {
    const [, host, port] = /^(.+):(\d+)$/.exec(address) ?? [];
    const socket = connect({ host: host ?? address, port: Number(port), noDelay: true });
    await once(socket, "connect");
    return new RawClient(socket);
  }

  /** Sends a request and gives the answer, or `closed` when the broker ends the connection instead. */
  async request<Name extends ApiName>(
    name: Name,
    version: number,
    body: RequestBody<Name>,
    clientId = "raw",
  ): Promise<ResponseBody<Name> | "closed"> {
    this.send(name, version, body, clientId);
    const frame = await this.frame();
    return frame === "closed" ? frame : readResponse(name, version, frame);
  }

  /** Sends a request, for which no answer is expected or not yet. */
  send<Name extends ApiName>(name: Name, version: number, body: RequestBody<Name>, clientId = "raw"): void {
    this.#correlationId += 1;
    this.write(writeRequest(name, version, this.#correlationId, clientId, body));
  }

  /** Sends bytes as they are. */
  write(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** The next frame that comes in; `closed` when none does. */
  async frame(): Promise<Buffer | "closed"> {
    const arrived = this.#arrived.shift();
    if (arrived) return arrived;
    if (this.#state === "closed") return "closed";
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Ends the connection without a farewell. */
  close(): void {
    this.#socket.destroy();
  }
}

/** A complete request frame, its size in front. */
export function writeRequest<Name extends ApiName>(
  name: Name,
  version: number,
  correlationId: number,
  clientId: string | null,
  body: RequestBody<Name>,
): Buffer {
  const writer = Writer.create()
    .appendInt16(layouts[name].key)
    .appendInt16(version)
    .appendInt32(correlationId)
    .appendString(clientId, false);
  layouts[name].request.write(writer, body as never, version);
  return writer.prependLength().buffer;
}

/** Reads a response frame, without its size. */
export function readResponse<Name extends ApiName>(
  name: Name,
  version: number,
  frame: Buffer,
): ResponseBody<Name> {
  const reader = Reader.from(frame);
  reader.skip(4);
  const body = layouts[name].response.read(reader, version) as ResponseBody<Name>;
  if (reader.remaining > 0)
    throw new RangeError(`${reader.remaining} bytes are left after ${name} version ${version}`);
  return body;
}
