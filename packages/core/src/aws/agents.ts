import {
  type AgentOptions,
  type ClientRequest,
  type ClientRequestArgs,
  Agent as HttpAgent,
  request as requestPlain,
} from "node:http";
import { Agent as HttpsAgent, request as requestOverTls } from "node:https";
import type { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import { type HttpProxyOptions, proxyAuthorization, proxyFor, refusedTunnel } from "../http/proxy.ts";

/** What the AWS SDK's clients take their sockets from. */
export interface AwsAgents {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
}

/** How the sockets of {@link awsAgents} are held and opened. */
export interface AwsAgentOptions extends Pick<AgentOptions, "keepAlive" | "maxSockets"> {
  readonly proxy?: HttpProxyOptions | undefined;
  /** The longest that a connection may take, its TLS and the tunnel of a proxy included, in milliseconds. */
  readonly connectTimeoutMs: number;
}

/**
 * Agents of Node's that go through proxies, by the rules of `@wirekit/core/http`, and that tell a connection
 * which did not come up from a request without an answer. The SDK's own limit ends with TCP.
 */
export function awsAgents(options: AwsAgentOptions): AwsAgents {
  return { httpAgent: new ForwardingAgent(options), httpsAgent: new SecureAgent(options) };
}

type Connected = (error: Error | null, socket: Duplex) => void;

/** For `https:` addresses: through a tunnel if there is a proxy, and with a limit for TLS. */
class SecureAgent extends HttpsAgent {
  readonly #options: AwsAgentOptions;

  constructor(options: AwsAgentOptions) {
    super({ keepAlive: options.keepAlive, maxSockets: options.maxSockets });
    this.#options = options;
  }

  override createConnection(target: ClientRequestArgs, callback: Connected): Duplex | null | undefined {
    const { proxy: proxies, connectTimeoutMs } = this.#options;
    const address = addressOf(target, 443);
    const connect = (parts: object, timeoutMs: number) =>
      limited(super.createConnection({ ...target, ...parts }, callback) as Duplex, address, timeoutMs);
    const proxy = proxies && proxyFor(`https://${address}`, proxies);
    if (proxy === undefined) return connect({}, connectTimeoutMs);
    const startedAt = performance.now();
    openTunnel(proxy, address, connectTimeoutMs).then(
      // The socket goes to the callback only: as a result, it would be handed over twice.
      (socket) => {
        const leftMs = connectTimeoutMs - (performance.now() - startedAt);
        callback(null, connect({ socket }, Math.max(1, leftMs)));
      },
      (error: Error) => callback(error, undefined as never),
    );
    return undefined;
  }
}

/** Ends a socket whose TLS is not up in time. Until then nothing of a request is sent. */
function limited(socket: Duplex, address: string, timeoutMs: number): Duplex {
  const timer = setTimeout(() => socket.destroy(timedOut(`${address} did not open a connection`)), timeoutMs);
  const clear = () => clearTimeout(timer);
  return socket.once("secureConnect", clear).once("close", clear);
}

/** For `http:` addresses, which are few: sends the proxy the whole request. */
class ForwardingAgent extends HttpAgent {
  readonly #proxy: HttpProxyOptions | undefined;

  constructor({ proxy, keepAlive, maxSockets }: AwsAgentOptions) {
    super({ keepAlive, maxSockets });
    this.#proxy = proxy;
  }

  /** Node calls it with each request, before anything of it is written. */
  addRequest(request: ClientRequest, target: ClientRequestArgs): void {
    const address = addressOf(target, 80);
    const proxy = this.#proxy && proxyFor(`http://${address}`, this.#proxy);
    if (proxy === undefined) {
      addRequest.call(this, request, target);
      return;
    }
    request.path = `http://${address}${request.path}`;
    const authorization = proxyAuthorization(proxy);
    if (authorization !== undefined) request.setHeader("proxy-authorization", authorization);
    const { protocol, hostname: host } = proxy;
    addRequest.call(this, request, {
      ...target,
      host,
      hostname: host,
      port: portOf(proxy),
      toProxy: protocol,
    });
  }

  override createConnection(
    target: ClientRequestArgs & { readonly toProxy?: string },
    callback: Connected,
  ): Duplex | null | undefined {
    if (target.toProxy !== "https:") return super.createConnection(target, callback);
    return connectTls({
      host: String(target.host),
      port: Number(target.port),
      servername: String(target.host),
    });
  }
}

/** Node's own, which its types leave out, and which every agent for proxies builds upon. */
const { addRequest } = HttpAgent.prototype as unknown as {
  addRequest(this: HttpAgent, request: ClientRequest, target: object): void;
};

function openTunnel(proxy: URL, address: string, timeoutMs: number): Promise<Duplex> {
  const authorization = proxyAuthorization(proxy);
  const request = proxy.protocol === "https:" ? requestOverTls : requestPlain;
  return new Promise((resolve, reject) => {
    const asking = request({
      host: proxy.hostname,
      port: portOf(proxy),
      method: "CONNECT",
      path: address,
      headers: {
        host: address,
        ...(authorization !== undefined && { "proxy-authorization": authorization }),
      },
      agent: false,
      timeout: timeoutMs,
    });
    asking.once("error", reject);
    asking.once("timeout", () => asking.destroy(timedOut(`The proxy ${proxy.host} did not open a tunnel`)));
    asking.once("connect", ({ statusCode = 0 }, socket) => {
      if (statusCode === 200) return resolve(socket.setTimeout(0));
      socket.destroy();
      reject(refusedTunnel(proxy, statusCode));
    });
    // A proxy that answers as if it had been asked for a page.
    asking.once("response", ({ statusCode = 0 }) => {
      asking.destroy();
      reject(refusedTunnel(proxy, statusCode));
    });
    asking.end();
  });
}

/** In the form of Node's own, so that it is known that nothing was sent. */
function timedOut(what: string): Error {
  return Object.assign(new Error(`${what} in time`), { code: "ETIMEDOUT", syscall: "connect" });
}

function addressOf({ host, port }: ClientRequestArgs, defaultPort: number): string {
  const name = String(host);
  return `${name.includes(":") ? `[${name}]` : name}:${port ?? defaultPort}`;
}

function portOf({ protocol, port }: URL): number {
  return Number(port) || (protocol === "https:" ? 443 : 80);
}
