import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer, request as plainRequest } from "node:http";
import { createServer as createHttpsServer, request as tlsRequest } from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { startHttpProxy } from "@wirekit/test-support/http-proxy";
import { awsAgents } from "../src/aws/agents.ts";
import { toAwsError } from "../src/aws/index.ts";
import {
  createHttpTransport,
  type HttpProxyOptions,
  proxyFromEnv,
  withProxyFromEnv,
} from "../src/http/index.ts";
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

async function startProxy(refusal?: number) {
  const proxy = await startHttpProxy({ refusal });
  opened.push(() => proxy.close());
  return proxy;
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
    expect(proxy.requests).toEqual([{ line: `CONNECT localhost:${port}`, authorization }]);
  });

  it("has an http address fetched by the proxy", async () => {
    const proxy = await startProxy();
    const port = await startPlain();
    const send = transport({ http: `http://127.0.0.1:${proxy.port}` });
    const url = `http://127.0.0.1:${port}/x?y=1`;
    expect((await send(get(url))).text).toBe("plain /x?y=1");
    expect(proxy.requests).toEqual([{ line: `GET ${url}`, authorization: undefined }]);
  });

  it("goes past it where noProxy says so", async () => {
    const proxy = await startProxy();
    const port = await startPlain();
    const send = transport({ http: `http://127.0.0.1:${proxy.port}`, noProxy: "127.0.0.1" });
    expect((await send(get(`http://127.0.0.1:${port}/`))).text).toBe("plain /");
    expect(proxy.requests).toEqual([]);
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

describe("agents for the AWS SDK's clients", () => {
  interface AgentCall {
    readonly port: number;
    readonly path: string;
    readonly proxy: HttpProxyOptions;
    readonly connectTimeoutMs?: number;
  }

  /** One agent for each set of options, as each client has. */
  function agentsFor({ proxy, connectTimeoutMs = 5_000 }: Pick<AgentCall, "proxy" | "connectTimeoutMs">) {
    const agents = awsAgents({ proxy, connectTimeoutMs, keepAlive: true, maxSockets: 10 });
    opened.push(() => {
      agents.httpAgent.destroy();
      agents.httpsAgent.destroy();
    });
    const ask = (scheme: "http" | "https", port: number, path: string) =>
      new Promise<string>((resolve, reject) => {
        const target = { host: scheme === "https" ? "localhost" : "127.0.0.1", port, path };
        const request =
          scheme === "https"
            ? tlsRequest({ ...target, ca: cert, agent: agents.httpsAgent })
            : plainRequest({ ...target, agent: agents.httpAgent });
        request.on("error", reject).on("response", (answer) => {
          let text = "";
          answer.setEncoding("utf8").on("data", (chunk: string) => {
            text += chunk;
          });
          answer.on("end", () => resolve(text));
        });
        request.end();
      });
    return ask;
  }

  it("tunnel to https addresses, once for requests after each other", async () => {
    const proxy = await startProxy();
    const port = await startTls();
    const ask = agentsFor({ proxy: { https: `http://user:p%40ss@127.0.0.1:${proxy.port}` } });
    expect(await ask("https", port, "/a")).toBe("secret /a");
    expect(await ask("https", port, "/b")).toBe("secret /b");
    const authorization = `Basic ${Buffer.from("user:p@ss").toString("base64")}`;
    expect(proxy.requests).toEqual([{ line: `CONNECT localhost:${port}`, authorization }]);
  });

  it("have http addresses fetched by the proxy", async () => {
    const proxy = await startProxy();
    const port = await startPlain();
    const ask = agentsFor({ proxy: { http: `http://user:word@127.0.0.1:${proxy.port}` } });
    expect(await ask("http", port, "/x?y=1")).toBe("plain /x?y=1");
    const authorization = `Basic ${Buffer.from("user:word").toString("base64")}`;
    expect(proxy.requests).toEqual([{ line: `GET http://127.0.0.1:${port}/x?y=1`, authorization }]);
  });

  it("go past the proxy where noProxy says so, and where there is none for the scheme", async () => {
    const proxy = await startProxy();
    const [plain, secret] = [await startPlain(), await startTls()];
    const url = `http://127.0.0.1:${proxy.port}`;
    const ask = agentsFor({ proxy: { http: url, https: url, noProxy: "127.0.0.1, localhost" } });
    expect([await ask("http", plain, "/"), await ask("https", secret, "/")]).toEqual(["plain /", "secret /"]);
    expect(await agentsFor({ proxy: { https: url } })("http", plain, "/")).toBe("plain /");
    expect(await agentsFor({ proxy: { http: url } })("https", secret, "/")).toBe("secret /");
    expect(proxy.requests).toEqual([]);
  });

  it.each([
    ["refuses", 407, "ConnectionError"],
    ["is not there", "absent", "ECONNREFUSED"],
    ["does not answer", "silent", "ETIMEDOUT"],
  ] as const)("say that nothing was sent when the proxy %s", async (_, refusal, fault) => {
    const proxy = await startHttpProxy({ refusal: refusal === "absent" ? undefined : refusal });
    opened.push(() => proxy.close());
    if (refusal === "absent") await proxy.close();
    const ask = agentsFor({
      proxy: { https: `http://user:hidden-word@127.0.0.1:${proxy.port}` },
      connectTimeoutMs: refusal === "silent" ? 20 : 5_000,
    });
    const error = await ask("https", 1, "/").catch((thrown: unknown) => toAwsError("Sending", thrown));
    expect(error).toMatchObject({ code: "aws/transient", request: "unsent", fault });
    expect(JSON.stringify(error) + String(error)).not.toContain("hidden-word");
  });
});

describe("withProxyFromEnv", () => {
  it("adds the proxies of the environment to options that name none", () => {
    const env = { HTTPS_PROXY: "proxy.test:3128", NO_PROXY: "internal" };
    const fromEnv = { https: "http://proxy.test:3128", http: undefined, noProxy: "internal" };
    const options: { region: string; proxy?: HttpProxyOptions } = { region: "r" };
    expect(withProxyFromEnv(options, env)).toEqual({ region: "r", proxy: fromEnv });
    expect(withProxyFromEnv({ proxy: { noProxy: "*" } }, env)).toEqual({ proxy: { noProxy: "*" } });
    expect(withProxyFromEnv(options, {})).toBe(options);
  });

  it("names the variable that holds no URL of a proxy, and shows nothing of it", () => {
    const read = () => withProxyFromEnv({}, { HTTPS_PROXY: "ftp://hidden-word" });
    expect(read).toThrow("HTTPS_PROXY must be the http(s) URL of a proxy");
    expect(read).not.toThrow("hidden-word");
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
