import type { ISocketFactory } from "kafkajs";

type Socket = ReturnType<ISocketFactory>;

/** How long a connection is silent before the system asks whether there is still somebody. */
const keepAliveMs = 60_000;

/**
 * The connections of one client, kept at hand so that they can be ended at once. kafkajs itself waits, when it disconnects, for every answer that
 * is still due, and a client that retries while it is disconnected connects again.
 */
export class Sockets {
  readonly #open = new Set<Socket>();
  readonly #net: typeof import("node:net");
  readonly #tls: typeof import("node:tls");
  #isEnded = false;

  private constructor(net: typeof import("node:net"), tls: typeof import("node:tls")) {
    this.#net = net;
    this.#tls = tls;
  }

  static async load(): Promise<Sockets> {
    const [net, tls] = await Promise.all([import("node:net"), import("node:tls")]);
    return new Sockets(net, tls);
  }

  readonly factory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    if (this.#isEnded) throw new Error("the client is closed");
    const socket = ssl
      ? this.#secured(host, port, ssl, onConnect)
      : this.#net.connect({ host, port }, onConnect);
    socket.setKeepAlive(true, keepAliveMs);
    // kafkajs writes a request once it is whole: to wait for more gains nothing.
    socket.setNoDelay(true);
    this.#open.add(socket);
    socket.once("close", () => this.#open.delete(socket));
    return socket;
  };

  /** Ends every connection, with whatever is on its way, and lets no new one open. */
  destroy(): void {
    this.#isEnded = true;
    this.drop();
  }

  /** Ends every connection, with whatever is on its way. New ones may open. */
  drop(): void {
    // With an error: kafkajs rejects what waits for an answer when it hears of one, and not on a mere close.
    for (const socket of this.#open) socket.destroy(new Error("the client is done with it"));
  }

  #secured(
    host: string,
    port: number,
    ssl: import("node:tls").ConnectionOptions,
    onConnect: () => void,
  ): Socket {
    const serverName = this.#net.isIP(host) === 0 ? { servername: host } : {};
    return this.#tls.connect({ host, port, ...serverName, ...ssl }, onConnect);
  }
}
