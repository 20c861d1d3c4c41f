import { PortError } from "../ports.ts";
import type { Certificate } from "./connections/certificate.ts";
import type { Connection, Peer } from "./connections/connection.ts";
import { type Listener, listen } from "./connections/listener.ts";
import type { NodeScope } from "./kafka.ts";

/** Where the nodes listen. */
export interface NodesOptions {
  readonly host: string;
  /** One port for each node; 0 for any that is free. */
  readonly ports: readonly number[];
  readonly certificate: Certificate | undefined;
}

/** The open ports that pose as the nodes of a cluster; the first one has the id 1. */
export class Nodes {
  readonly #listeners: Listener[] = [];
  readonly #offline = new Set<number>();
  #accept: ((nodeId: number, closed: AbortSignal) => Peer) | undefined;

  get ports(): readonly number[] {
    return this.#listeners.map(({ port }) => port);
  }

  /** Opens all ports, or none. */
  async open({ host, ports, certificate }: NodesOptions): Promise<void> {
    try {
      for (const [index, port] of ports.entries()) {
        const accept = (closed: AbortSignal) => this.#answerer(index + 1, closed);
        const listening = listen({ host, port, certificate, accept }).catch((cause: Error) => {
          throw new PortError(cause, port, `ports[${index}]`);
        });
        this.#listeners.push(await listening);
      }
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /**
   * Takes connections from now on. Before, the answers are not known: where all the nodes are is part of
   * them.
   */
  serve(accept: (nodeId: number, closed: AbortSignal) => Peer): void {
    this.#accept = accept;
  }

  connections({ nodeId }: NodeScope = {}): readonly Connection[] {
    const listeners = this.#listeners.filter((_, index) => nodeId === undefined || index + 1 === nodeId);
    return listeners.flatMap(({ connections }) => [...connections]);
  }

  drop(scope?: NodeScope): void {
    for (const connection of this.connections(scope)) connection.destroy();
  }

  goOffline(scope?: NodeScope): void {
    for (const nodeId of this.#ids(scope)) this.#offline.add(nodeId);
    this.drop(scope);
  }

  comeOnline(scope?: NodeScope): void {
    for (const nodeId of this.#ids(scope)) this.#offline.delete(nodeId);
  }

  /** Resolves when every port is free and every connection is gone. */
  async close(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.close()));
  }

  #ids({ nodeId }: NodeScope = {}): readonly number[] {
    return nodeId === undefined ? this.#listeners.map((_, index) => index + 1) : [nodeId];
  }

  #answerer(nodeId: number, closed: AbortSignal): Peer | undefined {
    return this.#offline.has(nodeId) ? undefined : this.#accept?.(nodeId, closed);
  }
}
