import type { Socket } from "node:net";
import type { buildConnector, Client } from "undici";
import { ConfigError } from "../errors/config-error.ts";
import { ConnectionError } from "../errors/connection-error.ts";
import type { Env } from "../kit/read-env.ts";

/** Which proxies requests go through. */
export interface HttpProxyOptions {
  /**
   * For `https:` addresses: `http://user:password@proxy:3128`. The proxy is asked for a tunnel by `CONNECT`.
   */
  readonly https?: string | undefined;
  /** For `http:` addresses. The proxy is sent the whole request. */
  readonly http?: string | undefined;
  /**
   * Hosts that are reached without a proxy, in the form of `NO_PROXY`: separated by commas or blanks, each
   * with its subdomains (`example.com` and `.example.com` mean the same), with a port if only that is meant;
   * `*` for all.
   */
  readonly noProxy?: string | undefined;
}

/**
 * The proxies that the environment names: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in lower case first, as
 * curl and Python read them. `undefined` if it names none.
 */
export function proxyFromEnv(env: Env): HttpProxyOptions | undefined {
  const read = (name: string) => env[name.toLowerCase()]?.trim() || env[name]?.trim() || undefined;
  const [https, http] = [read("HTTPS_PROXY"), read("HTTP_PROXY")].map(withScheme);
  if (https === undefined && http === undefined) return undefined;
  return { https, http, noProxy: read("NO_PROXY") };
}

/**
 * The options of a `fromEnv`, with the proxies that the environment names, unless the options name some.
 *
 * @throws ConfigError naming the variable that holds no URL of a proxy.
 */
export function withProxyFromEnv<Options extends { readonly proxy?: HttpProxyOptions | undefined }>(
  options: Options,
  env: Env,
): Options {
  const proxy = options.proxy === undefined ? proxyFromEnv(env) : undefined;
  if (proxy === undefined) return options;
  const issues = Object.entries({ HTTPS_PROXY: proxy.https, HTTP_PROXY: proxy.http }).flatMap(
    ([path, url]) => (url === undefined || isProxyUrl(url) ? [] : [{ path, message: mustBeProxyUrl }]),
  );
  if (issues.length > 0) throw new ConfigError(issues);
  return { ...options, proxy };
}

export const mustBeProxyUrl = "must be the http(s) URL of a proxy";

export function isProxyUrl(value: unknown): boolean {
  return typeof value === "string" && URL.canParse(value) && /^https?:\/\/[^/]/i.test(value);
}

/** `proxy:3128` is common in the environment. */
function withScheme(proxy: string | undefined): string | undefined {
  return proxy === undefined || proxy.includes("://") ? proxy : `http://${proxy}`;
}

/** The proxy for an origin; `undefined` if it is reached directly. */
export function proxyFor(origin: string, proxies: HttpProxyOptions): URL | undefined {
  const { protocol, hostname, port } = new URL(origin);
  const proxy = protocol === "https:" ? proxies.https : proxies.http;
  if (proxy === undefined) return undefined;
  const effectivePort = port === "" ? (protocol === "https:" ? "443" : "80") : port;
  const isExcepted = (proxies.noProxy ?? "")
    .split(/[\s,]+/)
    .some((entry) => entry !== "" && matches(entry.toLowerCase(), hostname, effectivePort));
  return isExcepted ? undefined : new URL(proxy);
}

function matches(entry: string, hostname: string, port: string): boolean {
  if (entry === "*") return true;
  const [, name = entry, entryPort] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if (entryPort !== undefined && entryPort !== port) return false;
  const host = name.replace(/^\*?\./, "");
  return hostname === host || hostname.endsWith(`.${host}`);
}

/** The value of `Proxy-Authorization`, if the proxy's URL has a user. */
export function proxyAuthorization({ username, password }: URL): string | undefined {
  if (username === "" && password === "") return undefined;
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(login).toString("base64")}`;
}

/** What opens tunnels. */
export interface TunnelParts {
  readonly Client: typeof Client;
  /** Opens a socket, or adds TLS to one that is open. */
  readonly connect: buildConnector.connector;
}

/** Opens sockets to origins through a tunnel of `proxy`, with TLS to the origin inside. */
export function tunnelConnector(proxy: URL, { Client, connect }: TunnelParts): buildConnector.connector {
  return (target, callback) => {
    const client = new Client(proxy.origin, { connect });
    const authorization = proxyAuthorization(proxy);
    const host = `${target.hostname}:${target.port || "443"}`;
    const headers = authorization === undefined ? { host } : { host, "proxy-authorization": authorization };
    client.connect({ path: host, headers }).then(
      ({ statusCode, socket }) => {
        if (statusCode === 200) return connect({ ...target, httpSocket: socket as Socket }, callback);
        socket.on("error", () => undefined).destroy();
        callback(refusedTunnel(proxy, statusCode), null);
      },
      (error: Error) => callback(error, null),
    );
    return { destroy: () => void client.destroy() };
  };
}

/** The proxy answered, and opened no tunnel: nothing was sent to the origin. */
export function refusedTunnel({ host }: URL, status: number): ConnectionError {
  const hint = status === 407 ? ": it wants a user name and password, in its URL" : "";
  return new ConnectionError(`The proxy ${host} refused the connection with status ${status}${hint}`, {
    retryable: status >= 500,
    details: { proxy: host, status, sent: false },
  });
}
