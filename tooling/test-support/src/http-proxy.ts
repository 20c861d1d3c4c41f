import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { listen } from "./listen.ts";

/** One request that a proxy was sent. */
export interface ProxiedRequest {
  /** `CONNECT localhost:443`, or `POST http://localhost/path`. */
  readonly line: string;
  /** The value of `Proxy-Authorization`. */
  readonly authorization: string | undefined;
}

/** A proxy on the loopback interface. */
export interface HttpProxy {
  readonly port: number;
  readonly url: string;
  /** What it was sent, in order. */
  readonly requests: readonly ProxiedRequest[];
  close(): Promise<void>;
}

/** How a proxy behaves. */
export interface HttpProxyBehaviour {
  /** The status that it refuses each tunnel with. Default: it opens them; `"silent"`: it never answers. */
  readonly refusal?: number | "silent" | undefined;
}

/**
 * A proxy as they are met: tunnels by `CONNECT` to ports of this machine, and forwards what it is sent whole.
 */
export async function startHttpProxy({ refusal }: HttpProxyBehaviour = {}): Promise<HttpProxy> {
  const requests: ProxiedRequest[] = [];
  const note = ({ method, url, headers }: IncomingMessage) =>
    requests.push({ line: `${method} ${url}`, authorization: headers["proxy-authorization"] });
  const server = createServer((incoming, outgoing) => {
    note(incoming);
    const { "proxy-authorization": _own, ...headers } = incoming.headers;
    const onward = httpRequest(incoming.url ?? "", { method: incoming.method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  server.on("connect", (incoming, socket, head) => {
    note(incoming);
    socket.on("error", () => undefined);
    if (refusal === "silent") return;
    if (refusal !== undefined) return void socket.end(`HTTP/1.1 ${refusal} No\r\n\r\n`);
    const { port } = new URL(`http://${incoming.url}`);
    const onward = connect(Number(port), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    socket.on("close", () => onward.destroy());
    onward.on("error", () => socket.destroy());
  });
  const { port, close } = await listen(server);
  return { port, url: `http://127.0.0.1:${port}`, requests, close };
}
