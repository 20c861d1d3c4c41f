import { LinkedList, type ListMember } from "../kit/linked-list.ts";
import { Connection, type ConnectionTerms } from "./connection.ts";
import type { Exchange } from "./exchange.ts";

/** An exchange that waits for a connection. */
interface Waiter extends ListMember<Waiter> {
  readonly exchange: Exchange;
}

/**
 * The connections to one origin, never more than allowed, and the exchanges that wait for one.
 *
 * It stands in for undici's own `Pool`, which passes its limit when connections fail while requests wait: a
 * connection that failed leaves the list but goes on being used, and closing the pool leaves it open.
 */
export class ConnectionPool {
  private readonly origin: string;
  private readonly terms: ConnectionTerms;
  private readonly emptied: (pool: ConnectionPool) => void;
  private readonly connections = new Set<Connection>();
  /** The one used last is at the end and taken first: the others may go idle until they are closed. */
  private readonly idle: Connection[] = [];
  private readonly waiting = new LinkedList<Waiter>();

  /** @param emptied called when the pool has no connection and no exchange waits for one. */
  constructor(origin: string, terms: ConnectionTerms, emptied: (pool: ConnectionPool) => void) {
    this.origin = origin;
    this.terms = terms;
    this.emptied = emptied;
  }

  carry(exchange: Exchange): void {
    const connection = this.takeIdle() ?? this.add();
    if (connection !== undefined) {
      connection.carry(exchange);
      return;
    }
    const waiter: Waiter = { exchange, previous: undefined, next: undefined, list: undefined };
    this.waiting.append(waiter);
    exchange.abandon = () => this.waiting.remove(waiter);
  }

  async destroy(): Promise<void> {
    await Promise.all([...this.connections].map((connection) => connection.destroy()));
  }

  freed(connection: Connection): void {
    if (!connection.isFresh()) {
      connection.retire();
      return;
    }
    const next = this.waiting.shift();
    if (next === undefined) this.idle.push(connection);
    else connection.carry(next.exchange);
  }

  ended(connection: Connection): void {
    this.connections.delete(connection);
    const position = this.idle.indexOf(connection);
    if (position !== -1) this.idle.splice(position, 1);
    void connection.destroy();

    const next = this.waiting.shift();
    if (next !== undefined) this.carry(next.exchange);
    else if (this.connections.size === 0) this.emptied(this);
  }

  deserted(connection: Connection): void {
    // While others wait, the connection is opened for them.
    if (this.waiting.size === 0) connection.stopConnecting();
  }

  private takeIdle(): Connection | undefined {
    for (let connection = this.idle.pop(); connection !== undefined; connection = this.idle.pop()) {
      if (connection.isFresh()) return connection;
      connection.retire();
    }
    return undefined;
  }

  private add(): Connection | undefined {
    if (this.connections.size >= this.terms.settings.maxConnections) return undefined;
    const connection = new Connection(this.origin, this.terms, this);
    this.connections.add(connection);
    return connection;
  }
}
