import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { Certificate } from "./certificate.ts";
import { Connection, type Peer } from "./connection.ts";

/** Where a listener takes connections, and what it does with them. */
export interface ListenerOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Connections are secured by TLS where there is one. */
  readonly certificate: Certificate | undefined;
  /** Told of each new connection; gives what answers it, or nothing where it is to end at once. */
  readonly accept: (closed: AbortSignal) => Peer | undefined;
}

/** One open port and the connections that came in by it. */
export interface Listener {
  readonly port: number;
  readonly connections: ReadonlySet<Connection>;
  /** Resolves when the port is free and every connection is gone. */
  close(): Promise<void>;
}

/** Opens the port. */
export async function listen({ host, port, certificate, accept }: ListenerOptions): Promise<Listener> {
  const connections = new Set<Connection>();
  /** By the port of the client. */
  const sockets = new Map<number | undefined, Socket>();
  const serve = (socket: Socket) => {
    const closed = new AbortController();
    const peer = accept(closed.signal);
    if (peer === undefined) {
      socket.on("error", ignore);
      socket.destroy();
      return;
    }
    const raw = sockets.get(socket.remotePort) ?? socket;
    const connection = new Connection(socket, raw, peer, closed);
    connections.add(connection);
    connection.closed.addEventListener("abort", () => connections.delete(connection));
  };
  const server: Server = certificate
    ? createTlsServer({ key: certificate.key, cert: certificate.certificate }, serve)
    : createServer(serve);
  // Below TLS, so that a client which never finishes its handshake does not keep the port open either.
  server.on("connection", (socket: Socket) => {
    const { remotePort } = socket;
    sockets.set(remotePort, socket);
    socket.on("close", () => sockets.delete(remotePort));
  });
  server.on("tlsClientError", ignore);
  server.listen(port, host);
  await once(server, "listening");

  return {
    port: (server.address() as AddressInfo).port,
    connections,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      for (const connection of [...connections]) connection.destroy();
      for (const socket of sockets.values()) socket.destroy();
      await closed;
    },
  };
}

/** A client that breaks off, or never manages to say hello, is no fault of ours. */
function ignore(): void {}
