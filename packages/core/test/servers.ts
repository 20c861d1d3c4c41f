import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";

/** A server on the loopback interface. */
export interface LocalServer extends AsyncDisposable {
  readonly port: number;
  /** `http://127.0.0.1:` and the port. */
  readonly origin: string;
  /** Connections accepted so far. */
  readonly accepted: number;
  /** The most connections that were open at one time. */
  readonly mostOpen: number;
  /** Resolves when `count` connections have been accepted. */
  untilAccepted(count: number): Promise<void>;
  /** Resolves when `count` connections have been closed. */
  untilClosed(count: number): Promise<void>;
  close(): Promise<void>;
}

/** A server that does with each connection what it is told: for answers that no HTTP server would give. */
export function startTcpServer(onConnection: (socket: Socket) => void, port = 0): Promise<LocalServer> {
  return start(createTcpServer(onConnection), port);
}

/** A server of HTTP, as Node has it. */
export function startHttpServer(onRequest: RequestListener): Promise<LocalServer> {
  return start(createHttpServer(onRequest), 0);
}

async function start(server: Server, port: number): Promise<LocalServer> {
  const open = new Set<Socket>();
  const counts = { accepted: 0, mostOpen: 0, closed: 0 };
  const waiting = new Set<() => void>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    counts.accepted += 1;
    counts.mostOpen = Math.max(counts.mostOpen, open.size);
    for (const look of waiting) look();
    // A client that resets the connection is part of what is tested.
    socket.on("error", () => {});
    socket.on("close", () => {
      open.delete(socket);
      counts.closed += 1;
      for (const look of waiting) look();
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address() as AddressInfo;

  const until = (isReached: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!isReached()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  const close = async () => {
    const closed = once(server, "close");
    server.close();
    for (const socket of open) socket.destroy();
    await closed;
  };
  return {
    port: address.port,
    origin: `http://127.0.0.1:${address.port}`,
    get accepted() {
      return counts.accepted;
    },
    get mostOpen() {
      return counts.mostOpen;
    },
    untilAccepted: (count) => until(() => counts.accepted >= count),
    untilClosed: (count) => until(() => counts.closed >= count),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * Collects what `socket` receives until the request with its body is complete; then tells `onRequest` of it,
 * for each.
 */
export function onRawRequest(socket: Socket, onRequest: (request: RawRequest) => void): void {
  let received = "";
  socket.setEncoding("latin1");
  socket.on("data", (chunk: string) => {
    received += chunk;
    for (let request = parse(received); request !== undefined; request = parse(received)) {
      received = received.slice(request.length);
      onRequest(request);
    }
  });
}

/** A request as it came over the wire. */
export interface RawRequest {
  /** `POST /a?b HTTP/1.1` */
  readonly line: string;
  /** `Name: value`, in the order in which they came. */
  readonly fields: readonly string[];
  readonly body: string;
  readonly length: number;
}

function parse(received: string): RawRequest | undefined {
  const end = received.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const [line = "", ...fields] = received.slice(0, end).split("\r\n");
  const bodyLength = Number(/^content-length: (\d+)$/im.exec(received.slice(0, end))?.[1] ?? 0);
  const length = end + 4 + bodyLength;
  return received.length < length
    ? undefined
    : { line, fields, body: received.slice(end + 4, length), length };
}

/** A complete response, ready to be written. */
export function rawResponse(body: string, fields: readonly string[] = [], status = "200 OK"): string {
  const head = [`HTTP/1.1 ${status}`, ...fields, `Content-Length: ${Buffer.byteLength(body)}`];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}
