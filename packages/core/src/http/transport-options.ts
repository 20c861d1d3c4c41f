import type { Clock } from "../clock.ts";
import { Faults } from "../kit/faults.ts";
import { option } from "../kit/option-rules.ts";
import { type OptionsOf, readOptions } from "../kit/read-options.ts";
import { type HttpProxyOptions, isProxyUrl, mustBeProxyUrl } from "./proxy.ts";

/** What TLS needs beyond the runtime's own trust store; PEM texts. */
export interface TlsOptions {
  /** The authorities to trust instead of the usual ones. */
  readonly ca?: string | string[] | undefined;
  /** The certificate with which the client identifies itself, and its key. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/**
 * How a transport connects, and for how long it waits. Durations are in milliseconds; `Infinity` is no limit.
 */
export interface HttpTransportOptions {
  /**
   * Sends over this function in place of pooled connections. Without it, Node uses the pool and other
   * runtimes their own `fetch`. What belongs to connections (`connectTimeoutMs`, `maxConnections`,
   * `keepAliveMs`, `maxConnectionAgeMs`, `tls`) has no effect on it.
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
   * How long an idle connection is kept; less when the server says so. Default 4,000: below the 5 seconds
   * after which many servers hang up, so that a request seldom meets a connection that is being closed.
   */
  readonly keepAliveMs?: number | undefined;
  /**
   * No request begins on a connection older than this: name servers and load balancers change. Default
   * 300,000.
   */
  readonly maxConnectionAgeMs?: number | undefined;
  readonly tls?: TlsOptions | undefined;
  /**
   * Proxies to go through. {@link proxyFromEnv} reads them from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`.
   * Default: none; the environment is not looked at. Has no effect on a given `fetch`.
   */
  readonly proxy?: HttpProxyOptions | undefined;
  readonly clock?: Clock | undefined;
}

/** The options with every default in place. */
export type HttpTransportSettings = OptionsOf<typeof rules>;

const duration = { minimum: 1, unlimited: "allowed" } as const;

const rules = {
  fetch: option.fn<typeof globalThis.fetch>(),
  connectTimeoutMs: option.durationMs({ ...duration, default: 10_000 }),
  responseTimeoutMs: option.durationMs({ ...duration, default: 30_000 }),
  timeoutMs: option.durationMs({ ...duration, default: 60_000 }),
  maxResponseBytes: option.whole({ minimum: 1, default: 10 * 1024 * 1024 }),
  maxConnections: option.whole({ minimum: 1, default: 64 }),
  keepAliveMs: option.durationMs({ ...duration, default: 4_000 }),
  maxConnectionAgeMs: option.durationMs({ ...duration, default: 300_000 }),
  tls: option.group({ ca: option.custom<string | string[]>(findPemFault), cert: pem(), key: pem() }),
  proxy: option.group({ https: proxyUrl(), http: proxyUrl(), noProxy: option.text() }),
  clock: option.clock(),
};

/** The rules of a transport's options, for a client that takes some of them as its own. */
export const httpTransportRules = rules;

/** @throws ConfigError naming every option that cannot be used. */
export function resolveTransportOptions(options: HttpTransportOptions): HttpTransportSettings {
  const faults = new Faults();
  const settings = readOptions(options, rules, faults);
  faults.throwIfAny();
  return settings;
}

function pem() {
  return option.text({ expected: "must be a PEM text" });
}

function findPemFault(value: unknown): string | undefined {
  const isText = (text: unknown) => typeof text === "string" && text.trim() !== "";
  const isFit = isText(value) || (Array.isArray(value) && value.length > 0 && value.every(isText));
  return isFit ? undefined : "must be a PEM text, or a list of them";
}

function proxyUrl() {
  return option.custom<string>((value) => (isProxyUrl(value) ? undefined : mustBeProxyUrl));
}
