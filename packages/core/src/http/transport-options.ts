import { type Clock, systemClock } from "../clock.ts";
import { ConfigError } from "../errors/config-error.ts";
import type { Issue } from "../errors/issues.ts";

/** What TLS needs beyond the runtime's own trust store; PEM texts. */
export interface TlsOptions {
  /** The authorities to trust instead of the usual ones. */
  readonly ca?: string | string[] | undefined;
  /** The certificate with which the client identifies itself, and its key. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** How a transport connects, and for how long it waits. Durations are in milliseconds; `Infinity` is no limit. */
export interface HttpTransportOptions {
  /**
   * Sends over this function in place of pooled connections. Without it, Node uses the pool and other runtimes their own
   * `fetch`. What belongs to connections (`connectTimeoutMs`, `maxConnections`, `keepAliveMs`,
   * `maxConnectionAgeMs`, `tls`) has no effect on it.
   */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** From the first packet to a connection that can be used, TLS included. Default 10,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** From the sending of the request to the end of the response's body. Default 30,000. */
  readonly responseTimeoutMs?: number | undefined;
  /** The whole call, the wait for a free connection included. A call may say otherwise. Default 60,000. */
  readonly timeoutMs?: number | undefined;
  /** The longest response body that is read, in bytes. Default 10 MiB. */
  readonly maxResponseBytes?: number | undefined;
  /** Connections to one origin; requests beyond that wait for one. Default 64. */
  readonly maxConnections?: number | undefined;
  /**
   * How long an idle connection is kept; less when the server says so. Default 4,000: below the 5 seconds after which many
   * servers hang up, so that a request seldom meets a connection that is being closed.
   */
  readonly keepAliveMs?: number | undefined;
  /** No request begins on a connection older than this: name servers and load balancers change. Default 300,000. */
  readonly maxConnectionAgeMs?: number | undefined;
  readonly tls?: TlsOptions | undefined;
  readonly clock?: Clock | undefined;
}

/** The options with every default in place. */
export interface HttpTransportSettings {
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly connectTimeoutMs: number;
  readonly responseTimeoutMs: number;
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  readonly maxConnections: number;
  readonly keepAliveMs: number;
  readonly maxConnectionAgeMs: number;
  readonly tls: TlsOptions;
  readonly clock: Clock;
}

/** @throws ConfigError naming every option that cannot be used. */
export function resolveTransportOptions(options: HttpTransportOptions): HttpTransportSettings {
  const settings = {
    fetch: options.fetch,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    responseTimeoutMs: options.responseTimeoutMs ?? 30_000,
    timeoutMs: options.timeoutMs ?? 60_000,
    maxResponseBytes: options.maxResponseBytes ?? 10 * 1024 * 1024,
    maxConnections: options.maxConnections ?? 64,
    keepAliveMs: options.keepAliveMs ?? 4_000,
    maxConnectionAgeMs: options.maxConnectionAgeMs ?? 300_000,
    tls: options.tls ?? {},
    clock: options.clock ?? systemClock,
  };
  const issues = [
    ...durations
      .filter((name) => !(settings[name] > 0))
      .map(issue("must be a number of milliseconds above 0")),
    ...counts
      .filter((name) => !(Number.isSafeInteger(settings[name]) && settings[name] > 0))
      .map(issue("must be a whole number above 0")),
  ];
  if (issues.length > 0) throw new ConfigError(issues);
  return settings;
}

const durations = [
  "connectTimeoutMs",
  "responseTimeoutMs",
  "timeoutMs",
  "keepAliveMs",
  "maxConnectionAgeMs",
] as const;
const counts = ["maxResponseBytes", "maxConnections"] as const;

function issue(message: string): (path: string) => Issue {
  return (path) => ({ path, message });
}
