import type { Socket } from "node:net";
import type { buildConnector, Client, Dispatcher } from "undici";
import { TimeoutError } from "../errors/timeout-error.ts";
import type { Exchange } from "./exchange.ts";
import { InterimResponses } from "./interim-responses.ts";
import { openSocket } from "./open-socket.ts";
import { proxyAuthorization } from "./proxy.ts";
import { ResponseHandler } from "./response-handler.ts";
import type { HttpTransportSettings } from "./transport-options.ts";

/** Sockets of a transport, over all origins. */
export interface SocketCensus {
  opened: number;
  open: number;
}

/** Settings and counters that all connections of a transport share. */
export interface ConnectionTerms {
  readonly Client: typeof Client;
  /** Opens a socket, with TLS where the origin asks for it. */
  readonly connect: buildConnector.connector;
  readonly settings: HttpTransportSettings;
  readonly census: SocketCensus;
  /** Set where the peer is a proxy that is sent whole requests, not a tunnel. */
  readonly forwardProxy?: URL | undefined;
}

/** The owner of a connection, which is told what becomes of it. */
export interface ConnectionOwner {
  /** It has done its exchange and can do another. */
  freed(connection: Connection): void;
  /** Its socket is closed, or could not be opened: it is of no more use. */
  ended(connection: Connection): void;
  /** It is still being opened, and its exchange was given up. */
  deserted(connection: Connection): void;
}

/** The library refuses a longer time than a timer can count. */
const longestKeepAliveMs = 2 ** 31 - 1;

/** One connection: one socket and one exchange at a time. */
export class Connection {
  private readonly origin: string;
  private readonly terms: ConnectionTerms;
  private readonly owner: ConnectionOwner;
  private readonly client: Client;
  private exchange: Exchange | undefined;
  private socket: Socket | undefined;
  private interim: InterimResponses | undefined;
  private openedAt = 0;
  private giveUpConnecting: ((error: Error) => void) | undefined;

  constructor(origin: string, terms: ConnectionTerms, owner: ConnectionOwner) {
    const keepAliveMs = Math.min(terms.settings.keepAliveMs, longestKeepAliveMs);
    this.origin = origin;
    this.terms = terms;
    this.owner = owner;
    this.client = new terms.Client(origin, {
      connect: (target, callback) => this.open(target, callback),
      // The exchange has time-outs of its own, exact to the millisecond; these are not.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: keepAliveMs,
      keepAliveMaxTimeout: keepAliveMs,
      keepAliveTimeoutThreshold: 1_000,
    });
  }

  /** Whether another exchange may begin on it. */
  isFresh(): boolean {
    const { clock, maxConnectionAgeMs } = this.terms.settings;
    const isOpen = this.socket !== undefined && !this.socket.destroyed;
    return isOpen && clock.monotonic() - this.openedAt < maxConnectionAgeMs;
  }

  carry(exchange: Exchange): void {
    const { method, target, headers, body } = exchange.request;
    this.exchange = exchange;
    this.interim?.expectResponse();
    exchange.abandon = () => this.owner.deserted(this);
    const { forwardProxy } = this.terms;
    const options = {
      method: method as Dispatcher.HttpMethod,
      path: forwardProxy === undefined ? target : `${this.origin}${target}`,
      headers: (forwardProxy === undefined ? headers : forProxy(headers, forwardProxy)) as string[],
      body: body ?? null,
    };
    this.client.dispatch(options, new ResponseHandler(exchange, () => this.release()));
  }

  /** Gives up the attempt to connect; `ended` follows. */
  stopConnecting(): void {
    this.giveUpConnecting?.(new Error("No caller waits for this connection any more"));
  }

  /** Closes the socket; `ended` follows. */
  retire(): void {
    this.socket?.destroy();
  }

  /** Ends it for good; resolves when the socket is closed. */
  async destroy(): Promise<void> {
    this.stopConnecting();
    await this.client.destroy();
  }

  /** The library is done with the exchange. */
  private release(): void {
    // Not at once: the library is in the middle of its own bookkeeping and cannot take another request yet.
    queueMicrotask(() => {
      this.exchange = undefined;
      if (this.socket === undefined) this.owner.ended(this);
      else if (!this.socket.destroyed) this.owner.freed(this);
    });
  }

  private open(target: buildConnector.Options, callback: buildConnector.Callback): void {
    const { connect, settings } = this.terms;
    const { clock, connectTimeoutMs: timeoutMs } = settings;
    const timeoutError = () => this.timeoutError();
    this.giveUpConnecting = openSocket(
      { connect, target, timeoutMs, clock, timeoutError },
      {
        opened: (socket) => {
          this.giveUpConnecting = undefined;
          this.adopt(socket);
          callback(null, socket);
        },
        failed: (error) => {
          this.giveUpConnecting = undefined;
          callback(error, null);
        },
      },
    );
  }

  private timeoutError(): TimeoutError {
    const details = { phase: "connect", origin: this.origin, sent: false };
    const { connectTimeoutMs } = this.terms.settings;
    return new TimeoutError(`The connection to ${this.origin}`, connectTimeoutMs, { details });
  }

  private adopt(socket: Socket): void {
    const { census, settings } = this.terms;
    census.opened += 1;
    census.open += 1;
    this.socket = socket;
    this.interim = new InterimResponses(socket);
    this.openedAt = settings.clock.monotonic();
    socket.once("close", () => {
      census.open -= 1;
      if (this.socket === socket) this.socket = undefined;
      if (this.exchange === undefined) this.owner.ended(this);
    });
  }
}

function forProxy(headers: readonly string[], proxy: URL): readonly string[] {
  const authorization = proxyAuthorization(proxy);
  return authorization === undefined ? headers : [...headers, "proxy-authorization", authorization];
}
