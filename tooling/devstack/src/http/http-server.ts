import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { checkPort, PortError } from "../ports.ts";
import type { Exchange } from "./faulty-service.ts";
import { refusalOf, refuse } from "./loopback.ts";
import { requestHead } from "./received-request.ts";

/** What has reached a server so far. */
export interface TrafficCounters {
  /** Requests whose head has come, also those that were never read or answered. */
  readonly requests: number;
  /** Connections that were opened. */
  readonly sockets: number;
  /** Connections that are open now. */
  readonly openSockets: number;
  /** The most that were ever open at a time. */
  readonly maxOpenSockets: number;
}

export interface ListeningServer {
  readonly port: number;
  readonly counters: TrafficCounters;
  /** Ends every connection, whatever runs on it, and stops listening. Closing twice is fine. */
  close(): Promise<void>;
}

/**
 * Listens on 127.0.0.1, on `port` or on a free one, and hands each request to `serve` before its body is
 * read. A request that a page in a browser can have sent is refused; `hosts` may stand in `Host` besides the
 * loopback.
 *
 * @throws RangeError when it is no port; PortError when it is taken.
 */
export async function listen(
  port: number,
  serve: (exchange: Exchange) => Promise<void>,
  hosts: readonly string[] = [],
): Promise<ListeningServer> {
  checkPort(port, "port");
  const connections = new Map<Socket, number>();
  const counts = { requests: 0, sockets: 0, maxOpenSockets: 0 };

  // Its own limits are off: a server that drops what is idle or slow would add faults that no script asked
  // for.
  const server = createServer({ requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 });
  server.on("connection", (socket: Socket) => {
    counts.sockets += 1;
    connections.set(socket, counts.sockets);
    counts.maxOpenSockets = Math.max(counts.maxOpenSockets, connections.size);
    socket.once("close", () => connections.delete(socket));
  });
  server.on("request", (incoming, response) => {
    const refusal = refusalOf(incoming.headers, hosts);
    if (refusal !== undefined) return refuse(response, refusal);
    counts.requests += 1;
    const connection = connections.get(incoming.socket) ?? 0;
    const head = requestHead(incoming, { number: counts.requests, connection });
    void serve({ head, incoming, response });
  });

  await new Promise<void>((resolve, reject) => {
    const fail = (cause: Error) => reject(new PortError(cause, port, "port"));
    server.once("error", fail);
    server.listen(port, "127.0.0.1", () => {
      server.removeListener("error", fail);
      resolve();
    });
  });

  let closed: Promise<void> | undefined;
  return {
    port: (server.address() as AddressInfo).port,
    counters: {
      get requests() {
        return counts.requests;
      },
      get sockets() {
        return counts.sockets;
      },
      get openSockets() {
        return connections.size;
      },
      get maxOpenSockets() {
        return counts.maxOpenSockets;
      },
    },
    close() {
      closed ??= new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of connections.keys()) socket.destroy();
      });
      return closed;
    },
  };
}
