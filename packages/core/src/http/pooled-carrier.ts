import { ConfigError } from "../errors/config-error.ts";
import { messageOf } from "../errors/wirekit-error.ts";
import type { Carrier } from "./carrier.ts";
import type { ConnectionTerms, SocketCensus } from "./connection.ts";
import { ConnectionPool } from "./connection-pool.ts";
import type { Exchange } from "./exchange.ts";
import { proxyFor, tunnelConnector } from "./proxy.ts";
import { originOf } from "./split-url.ts";
import type { HttpTransportSettings } from "./transport-options.ts";

/** Carries over undici's connections, which are loaded with the first request. */
export function pooledCarrier(settings: HttpTransportSettings): Carrier {
  const sockets: SocketCensus = { opened: 0, open: 0 };
  /** By origin, in each spelling that was used for it. */
  const pools = new Map<string, ConnectionPool>();
  let terms: ConnectionTerms | undefined;
  let loading: Promise<void> | undefined;

  async function load(): Promise<void> {
    const { Client, buildConnector } = await importUndici();
    const { connectTimeoutMs, tls } = settings;
    // Only a backstop: every connection has a time-out of its own that comes first.
    const timeout = Number.isFinite(connectTimeoutMs) ? 2 * connectTimeoutMs + 2_000 : 0;
    terms = { Client, connect: buildConnector({ ...tls, timeout }), settings, census: sockets };
  }

  function poolFor(spelling: string, shared: ConnectionTerms): ConnectionPool {
    const known = pools.get(spelling);
    if (known !== undefined) return known;
    const origin = originOf(spelling);
    const pool = pools.get(origin) ?? new ConnectionPool(origin, termsFor(origin, shared), forget);
    pools.set(origin, pool);
    pools.set(spelling, pool);
    return pool;
  }

  function termsFor(origin: string, shared: ConnectionTerms): ConnectionTerms {
    const proxy = proxyFor(origin, settings.proxy);
    if (proxy === undefined) return shared;
    if (origin.startsWith("https:")) return { ...shared, connect: tunnelConnector(proxy, shared) };
    const { connect } = shared;
    const { protocol, hostname, port } = proxy;
    const toProxy = { protocol, hostname, port, host: proxy.host };
    return {
      ...shared,
      forwardProxy: proxy,
      connect: (target, callback) => connect({ ...target, ...toProxy, servername: hostname }, callback),
    };
  }

  function forget(emptied: ConnectionPool): void {
    for (const [spelling, pool] of pools) if (pool === emptied) pools.delete(spelling);
  }

  function carry(exchange: Exchange): void {
    if (exchange.isSettled) return;
    try {
      poolFor(exchange.request.origin, terms as ConnectionTerms).carry(exchange);
    } catch (error) {
      exchange.fail(error);
    }
  }

  return {
    sockets,
    carry: (exchange) => {
      if (terms !== undefined) return carry(exchange);
      loading ??= load();
      loading.then(
        () => carry(exchange),
        (error) => exchange.fail(error),
      );
    },
    destroy: async () => {
      await Promise.all([...new Set(pools.values())].map((pool) => pool.destroy()));
    },
  };
}

async function importUndici(): Promise<typeof import("undici")> {
  try {
    return await import("undici");
  } catch (cause) {
    const message = `is needed here: the library undici, which sends without it, cannot be loaded: ${messageOf(cause)}`;
    throw new ConfigError([{ path: "fetch", message }], { cause });
  }
}
