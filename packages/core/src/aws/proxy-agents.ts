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
export interface ProxyAgents {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
}

/** How the sockets of {@link proxyAgents} are held, and which proxies they go through. */
export interface ProxyAgentOptions extends Pick<AgentOptions, "keepAlive" | "maxSockets"> {
  readonly proxy: HttpProxyOptions;
  /** The longest that a proxy may take to open a tunnel, in milliseconds. */
  readonly connectTimeoutMs: number;
}

/**
 * Agents of Node's that go through proxies, by the rules of `@wirekit/core/http`. The SDK's clients take no
 * other transport that would keep their limits of time.
 */
export function proxyAgents(options: ProxyAgentOptions): ProxyAgents {
  return { httpAgent: new ForwardingAgent(options), httpsAgent: new TunnellingAgent(options) };
}

type Connected = (error: Error | null, socket: Duplex) => void;

/** For `https:` addresses: asks the proxy for a tunnel, and speaks TLS to the peer inside of it. */
class TunnellingAgent extends HttpsAgent {
  readonly #options: ProxyAgentOptions;

  constructor(options: ProxyAgentOptions) {
    super({ keepAlive: options.keepAlive, maxSockets: options.maxSockets });
    this.#options = options;
  }

  override createConnection(target: ClientRequestArgs, callback: Connected): Duplex | null | undefined {
    const address = addressOf(target, 443);
    const proxy = proxyFor(`https://${address}`, this.#options.proxy);
    if (proxy === undefined) return super.createConnection(target, callback);
    openTunnel(proxy, address, this.#options.connectTimeoutMs).then(
      // The socket goes to the callback only: as a result, it would be handed over twice.
      (socket) => callback(null, super.createConnection({ ...target, socket } as object) as Duplex),
      (error: Error) => callback(error, undefined as never),
    );
    return undefined;
  }
}

/** For `http:` addresses, which are few: sends the proxy the whole request. */
class ForwardingAgent extends HttpAgent {
  readonly #proxy: HttpProxyOptions;

  constructor({ proxy, keepAlive, maxSockets }: ProxyAgentOptions) {
    super({ keepAlive, maxSockets });
    this.#proxy = proxy;
  }

  /** Node calls it with each request, before anything of it is written. */
  addRequest(request: ClientRequest, target: ClientRequestArgs): void {
    const address = addressOf(target, 80);
    const proxy = proxyFor(`http://${address}`, this.#proxy);
    if (proxy === undefined) return addRequest.call(this, request, target);
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
    asking.once("timeout", () => asking.destroy(timedOut(proxy)));
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
function timedOut({ host }: URL): Error {
  const error = new Error(`The proxy ${host} did not open a connection in time`);
  return Object.assign(error, { code: "ETIMEDOUT", syscall: "connect" });
}

function addressOf({ host, port }: ClientRequestArgs, defaultPort: number): string {
  const name = String(host);
  return `${name.includes(":") ? `[${name}]` : name}:${port ?? defaultPort}`;
}

function portOf({ protocol, port }: URL): number {
  return Number(port) || (protocol === "https:" ? 443 : 80);
}
