import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";

/** A server that listens. */
export interface Listening {
  readonly port: number;
  /** Cuts off every connection, and stops listening. Twice is fine. */
  close(): Promise<void>;
}

/** Has a server listen on a free port of the loopback interface, and keeps track of its connections. */
export async function listen(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await once(server.close(), "close");
    },
  };
}
