import { once } from "node:events";
import type { Socket } from "node:net";
import { FrameSplitter } from "./frame-splitter.ts";

/**
 * As a broker's `socket.request.max.bytes` and, before a client has said who it is,
 * `sasl.server.max.receive.size`.
 */
const maxFrameBytes = 100 * 1024 * 1024;
const maxFrameBytesBeforeLogin = 512 * 1024;

/** With more than this waiting for its turn, no more is read from the client. */
const maxQueuedBytes = 16 * 1024 * 1024;

/** What becomes of a request, and of its connection. */
export interface Answer {
  /** Nothing is sent where there is none. */
  readonly bytes?: Buffer | undefined;
  readonly next: "go-on" | "close" | "reset";
  /** Called once it is sent, or will never be. */
  readonly ended?: (() => void) | undefined;
}

/** Who is behind a connection, as far as answering its frames is concerned. */
export interface Peer {
  /** Whether the client may send what only those may who have logged in. */
  readonly trusted: boolean;
  /** Answers one frame. A rejection closes the connection. */
  answer(frame: Buffer): Promise<Answer>;
}

/**
 * Serves one client. Its frames are answered one after the other, in the order in which they came: a request
 * that waits holds up those behind it on this connection, and on no other.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #raw: Socket;
  readonly #peer: Peer;
  readonly #splitter = new FrameSplitter();
  readonly #queue: Buffer[] = [];
  readonly #closing: AbortController;
  #queuedBytes = 0;
  #busy = false;

  /** `raw` is the socket below TLS; `closing` is aborted when the connection is gone. */
  constructor(socket: Socket, raw: Socket, peer: Peer, closing: AbortController) {
    this.#socket = socket;
    this.#raw = raw;
    this.#peer = peer;
    this.#closing = closing;
    socket.setNoDelay();
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    // A client that vanishes is no fault of ours; "close" follows.
    socket.on("error", () => {});
    socket.on("close", () => this.#closing.abort());
  }

  /** Aborted when the connection is gone. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  /** Ends the connection without another byte. */
  destroy(): void {
    this.#socket.destroy();
    this.#closing.abort();
  }

  /** Ends the connection by RST. */
  #reset(): void {
    this.#raw.resetAndDestroy();
    this.destroy();
  }

  #take(chunk: Buffer): void {
    try {
      const limit = this.#peer.trusted ? maxFrameBytes : maxFrameBytesBeforeLogin;
      for (const frame of this.#splitter.push(chunk, limit)) {
        this.#queue.push(frame);
        this.#queuedBytes += frame.length;
      }
    } catch {
      this.destroy();
      return;
    }
    if (this.#queuedBytes > maxQueuedBytes) this.#socket.pause();
    if (!this.#busy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    for (let frame = this.#queue.shift(); frame; frame = this.#queue.shift()) {
      try {
        const answer = await this.#peer.answer(frame);
        await this.#send(answer).finally(answer.ended);
      } catch {
        this.destroy();
      }
      if (this.closed.aborted) return;
      this.#queuedBytes -= frame.length;
      if (this.#socket.isPaused() && this.#queuedBytes <= maxQueuedBytes) this.#socket.resume();
    }
    this.#busy = false;
  }

  async #send({ bytes, next }: Answer): Promise<void> {
    if (this.closed.aborted) return;
    if (next === "reset") return this.#reset();
    if (next === "close") {
      // Whatever the client has sent beyond this is not answered, and its half of the connection is not
      // waited for.
      this.#socket.end(bytes ?? "", () => this.destroy());
      await aborted(this.closed);
    } else if (bytes && !this.#socket.write(bytes)) {
      await once(this.#socket, "drain", { signal: this.closed }).catch(() => {});
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
