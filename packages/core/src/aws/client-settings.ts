import type { Issue } from "../errors/issues.ts";
import type { HttpProxyOptions } from "../http/proxy.ts";
import { type AwsCredentialsOption, type SdkCredentials, sdkCredentials } from "./credentials.ts";

/** How a client of the AWS SDK reaches AWS. */
export interface AwsConnectionOptions {
  readonly region: string;
  /** Default: none, which leaves the standard chain to the SDK. */
  readonly credentials?: AwsCredentialsOption | undefined;
  /** Default: AWS itself. */
  readonly endpoint?: string | undefined;
  /** Proxies to go through. Default: none; the environment is not looked at. */
  readonly proxy?: HttpProxyOptions | undefined;
  /** The longest that one request may take, in milliseconds. */
  readonly requestTimeoutMs: number;
}

/** An agent of Node's, as far as it can be told to programs that have no types of Node's. */
interface AwsAgent {
  keepAlive: boolean;
  maxSockets: number;
}

/** What every client of the AWS SDK is made with. It fits the settings of any of them. */
export interface AwsClientSettings {
  region: string;
  endpoint?: string;
  credentials?: SdkCredentials | (() => Promise<SdkCredentials>);
  maxAttempts: number;
  cacheMiddleware?: boolean;
  requestHandler: {
    connectionTimeout: number;
    requestTimeout?: number;
    throwOnRequestTimeout?: boolean;
    socketTimeout?: number;
    httpAgent: AwsAgent;
    httpsAgent: AwsAgent;
  };
}

/**
 * A consumer holds several long polls open beside its deletes. The SDK's own limit of 50 sockets would be in
 * their way.
 */
const maxSockets = 500;
/** A connection that takes longer than this will not come. */
const longestConnectingMs = 10_000;

/** A source of credentials that takes longer than this will not answer. */
const longestAskingMs = 15_000;

/**
 * The settings of a client whose requests end by their signals: for long polls, and what happens seldom.
 * Node's modules for HTTP are loaded with the first of them.
 */
export async function awsClientSettings({
  region,
  credentials,
  endpoint,
  proxy,
  requestTimeoutMs,
}: AwsConnectionOptions): Promise<AwsClientSettings> {
  const { awsAgents } = await import("./agents.ts");
  // Less than a request has: the source is named, and not SQS.
  const askingMs = Math.min(requestTimeoutMs * 0.75, longestAskingMs);
  const connectionTimeout = Math.min(requestTimeoutMs, longestConnectingMs);
  // A little shorter than a request may take, so that it is known which of them took too long.
  const connectTimeoutMs = connectionTimeout * 0.9;
  const agents: object = awsAgents({ keepAlive: true, maxSockets, proxy, connectTimeoutMs });
  return {
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials: sdkCredentials(credentials, { timeoutMs: askingMs }) }),
    // The engines retry: they know which entries of a batch have failed, and what order must be kept.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout,
      ...(agents as Readonly<Record<"httpAgent" | "httpsAgent", AwsAgent>>),
    },
  };
}

/**
 * The same settings for a client that ends its requests by itself, each after `requestTimeoutMs` at most, and
 * is asked without a signal. A signal makes a request up to a fifth dearer for the process, because the SDK
 * then builds its chain of middleware anew. Not for long polls.
 */
export function endingByTimeOut<Settings extends { readonly requestHandler: object }>(
  settings: Settings,
  requestTimeoutMs: number,
) {
  const requestHandler: Settings["requestHandler"] = settings.requestHandler;
  return {
    ...settings,
    cacheMiddleware: true,
    requestHandler: {
      ...requestHandler,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      // An answer that has begun does not count towards the request's time.
      socketTimeout: requestTimeoutMs,
    },
  };
}

/**
 * Takes the SDK's log of requests out of a client that has no logger. Otherwise the client copies each
 * request and each answer, to hand them to a logger that throws them away.
 */
export function withoutRequestLog<Client extends LoggingClient>(client: Client): Client {
  client.middlewareStack.remove("loggerMiddleware");
  return client;
}

/** A client of the AWS SDK, as far as it is looked at here. */
interface LoggingClient {
  readonly middlewareStack: { remove(name: string): boolean };
}

/**
 * A fault unless `value` is a URL with TLS. Without it only loopback and the hosts in `plainHttpHosts` are
 * allowed.
 */
export function checkEndpoint(
  path: string,
  value: unknown,
  plainHttpHosts: readonly string[] = [],
): Issue | undefined {
  if (typeof value !== "string" || !URL.canParse(value)) return { path, message: "must be an http(s) URL" };
  const { protocol, host, hostname } = new URL(value);
  if (protocol === "https:") return undefined;
  if (protocol !== "http:") return { path, message: "must be an http(s) URL" };
  const isLoopback = hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
  if (isLoopback || plainHttpHosts.includes(host) || plainHttpHosts.includes(hostname)) return undefined;
  const message = "must be an https URL: plain http is for loopback, and for hosts named in plainHttpHosts";
  return { path, message };
}
