import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ConformancePeer, PeerBehaviour } from "@wirekit/core/testing";

/** An SNS that takes batches, and does with its requests what it is told. */
export class SnsPeer implements ConformancePeer {
  #behaviour: PeerBehaviour = "works";
  #received = 0;
  #server: Server | undefined;
  #port = 0;
  readonly #unanswered: (() => void)[] = [];

  static async start(): Promise<SnsPeer> {
    const peer = new SnsPeer();
    await peer.#listen();
    return peer;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  received(): number {
    return this.#received;
  }

  async become(behaviour: PeerBehaviour): Promise<void> {
    this.#behaviour = behaviour;
    if (behaviour === "unreachable") await this.#stop();
    else if (this.#server === undefined) await this.#listen();
  }

  answerLate(): void {
    for (const answer of this.#unanswered.splice(0)) answer();
  }

  close(): Promise<void> {
    return this.#stop();
  }

  async #listen(): Promise<void> {
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => {
        body += chunk;
      });
      request.on("end", () => this.#take(new URLSearchParams(body), response));
    });
    this.#server = server;
    await once(server.listen(this.#port, "127.0.0.1"), "listening");
    this.#port = (server.address() as AddressInfo).port;
  }

  async #stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  }

  #take(fields: URLSearchParams, response: ServerResponse): void {
    const ids = [...fields].filter(([name]) => name.endsWith(".Id")).map(([, id]) => id);
    this.#received += ids.length;
    const answer = () => void response.end(taken(ids));
    if (this.#behaviour === "works") answer();
    else if (this.#behaviour === "resets") response.destroy();
    else this.#unanswered.push(answer);
  }
}

function taken(ids: readonly string[]): string {
  const members = ids.map((id) => `<member><Id>${id}</Id><MessageId>m-${id}</MessageId></member>`);
  return `<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult>
    <Successful>${members.join("")}</Successful></PublishBatchResult></PublishBatchResponse>`;
}
