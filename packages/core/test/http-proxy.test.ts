import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer, request as httpRequest, type IncomingMessage } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, connect, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { createHttpTransport, type HttpProxyOptions, proxyFromEnv } from "../src/http/index.ts";
import { proxyFor } from "../src/http/proxy.ts";

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8");
const cert = fixture("localhost.crt");
const key = fixture("localhost.key");

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  opened.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

interface Seen {
  readonly line: string;
  readonly authorization: string | undefined;
}

/** A proxy as they are met: tunnels by CONNECT, and forwards what it is sent whole. */
async function startProxy(refusal?: number): Promise<{ readonly port: number; readonly seen: Seen[] }> {
  const seen: Seen[] = [];
  const note = ({ method, url, headers }: IncomingMessage) =>
    seen.push({ line: `${method} ${url}`, authorization: headers["proxy-authorization"] });
  const server = createHttpServer((incoming, outgoing) => {
    note(incoming);
    const { host } = incoming.headers;
    const onward = httpRequest(
      incoming.url ?? "",
      { method: incoming.method, headers: { host } },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500);
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(onward);
  });
  server.on("connect", (incoming, socket, head) => {
    note(incoming);
    if (refusal !== undefined) return socket.end(`HTTP/1.1 ${refusal} No\r\n\r\n`);
    const { port } = new URL(`http://${incoming.url}`);
    const onward = connect(Number(port), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    socket.on("error", () => onward.destroy());
    onward.on("error", () => socket.destroy());
  });
  return { port: await listen(server), seen };
}

const startTls = () =>
  listen(createHttpsServer({ cert, key }, ({ url }, response) => void response.end(`secret ${url}`)));
const startPlain = () => listen(createHttpServer(({ url }, response) => void response.end(`plain ${url}`)));

function transport(proxy: HttpProxyOptions) {
  const send = createHttpTransport({ proxy, tls: { ca: cert } });
  opened.push(() => send.close({ timeoutMs: 0 }));
  return send;
}

const get = (url: string) => ({ method: "GET", url, headers: {} });

describe("a transport with a proxy", () => {
  it("tunnels to an https address, and uses one tunnel for requests after each other", async () => {
    const proxy = await startProxy();
    const port = await startTls();
    const send = transport({ https: `http://user:p%40ss@127.0.0.1:${proxy.port}` });
    expect((await send(get(`https://localhost:${port}/a/../b`))).text).toBe("secret /a/../b");
    expect((await send(get(`https://localhost:${port}/c`))).text).toBe("secret /c");
    const authorization = `Basic ${Buffer.from("user:p@ss").toString("base64")}`;
    expect(proxy.seen).toEqual([{ line: `CONNECT localhost:${port}`, authorization }]);
  });

  it("has an http address fetched by the proxy", async () => {
    const proxy = await startProxy();
    const port = await startPlain();
    const send = transport({ http: `http://127.0.0.1:${proxy.port}` });
    const url = `http://127.0.0.1:${port}/x?y=1`;
    expect((await send(get(url))).text).toBe("plain /x?y=1");
    expect(proxy.seen).toEqual([{ line: `GET ${url}`, authorization: undefined }]);
  });

  it("goes past it where noProxy says so", async () => {
    const proxy = await startProxy();
    const port = await startPlain();
    const send = transport({ http: `http://127.0.0.1:${proxy.port}`, noProxy: "127.0.0.1" });
    expect((await send(get(`http://127.0.0.1:${port}/`))).text).toBe("plain /");
    expect(proxy.seen).toEqual([]);
  });

  it.each([
    [407, false],
    [503, true],
  ])(
    "says what the proxy answered when it refuses with %s, and that nothing was sent",
    async (status, retryable) => {
      const proxy = await startProxy(status);
      const send = transport({ https: `http://user:hidden-word@127.0.0.1:${proxy.port}` });
      const error = await send(get("https://localhost:1/")).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: "wirekit/connection",
        retryable,
        details: { status, sent: false },
      });
      expect(String(error)).toContain(`127.0.0.1:${proxy.port}`);
      expect(JSON.stringify(error) + String(error)).not.toContain("hidden-word");
    },
  );

  it("fails like any connection when the proxy is not there", async () => {
    const send = transport({ https: "http://127.0.0.1:1" });
    const call = send(get("https://localhost:1/"));
    await expect(call).rejects.toMatchObject({ code: "wirekit/connection", details: { sent: false } });
  });
});

describe("proxyFromEnv", () => {
  it("reads the variables, in lower case first, and takes a proxy without a scheme for http", () => {
    expect(
      proxyFromEnv({
        HTTPS_PROXY: "http://upper:1",
        https_proxy: "lower:2",
        HTTP_PROXY: " ",
        NO_PROXY: "a,b",
      }),
    ).toEqual({ https: "http://lower:2", http: undefined, noProxy: "a,b" });
    expect(proxyFromEnv({ NO_PROXY: "a" })).toBeUndefined();
  });
});

it.each([
  ["example.com", "https://example.com", true],
  ["example.com", "https://api.example.com", true],
  [".example.com", "https://api.example.com", true],
  ["*.example.com", "https://api.example.com", true],
  ["example.com", "https://badexample.com", false],
  ["EXAMPLE.com", "https://example.com", true],
  ["example.com:443", "https://example.com", true],
  ["example.com:8443", "https://example.com", false],
  ["other, example.com", "https://example.com", true],
  ["*", "https://example.com", true],
  ["127.0.0.1", "https://127.0.0.1:8443", true],
  ["", "https://example.com", false],
])("noProxy %j for %s: reached directly: %s", (noProxy, origin, isDirect) => {
  expect(proxyFor(origin, { https: "http://proxy:1", noProxy }) === undefined).toBe(isDirect);
});

it("names a proxy that is no URL, and shows nothing of it", () => {
  const create = () => createHttpTransport({ proxy: { https: "hidden-word@host" } });
  expect(create).toThrow("proxy.https must be the http(s) URL of a proxy");
  expect(create).not.toThrow("hidden-word");
});
