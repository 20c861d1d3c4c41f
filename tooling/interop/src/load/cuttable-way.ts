import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

const host = "127.0.0.1";

/**
 * A port that leads to a server, until it is cut: then connections break, and new ones are refused. The
 * server notices nothing else.
 */
export class CuttableWay implements AsyncDisposable {
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  private constructor(target: number) {
    this.#target = target;
  }

  static async to(target: number): Promise<CuttableWay> {
    const way = new CuttableWay(target);
    await way.mend();
    return way;
  }

  get url(): string {
    return `http://${host}:${this.#port}`;
  }

  /** Ends every connection at once, and takes no more. */
  async cut(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = server === undefined ? undefined : once(server, "close");
    server?.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Takes connections again, on the same port. */
  async mend(): Promise<void> {
    const server = createServer((near) => {
      const far = connect(this.#target, host);
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one);
        one.pipe(other);
        one.on("error", () => undefined);
        one.once("close", () => {
          this.#sockets.delete(one);
          other.destroy();
        });
      }
    });
    server.listen(this.#port, host);
    await once(server, "listening");
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cut();
  }
}
