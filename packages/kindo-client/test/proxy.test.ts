import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { afterEach, beforeAll, expect, it } from "@jest/globals";
import { type Env, silentLogger } from "@wirekit/core";
import { main } from "../src/cli/main.ts";
import { KindoClient } from "../src/index.ts";
import { aMessage, credentials } from "./messages.ts";
import { closeAll, closeLater, startService } from "./stack.ts";

beforeAll(() => {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
});
afterEach(closeAll);

const keys: Env = {
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
};

/** A proxy that forwards what it is sent whole, and refuses every tunnel. */
async function startProxy() {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((incoming, outgoing) => {
    const { method, url = "", headers } = incoming;
    seen.push(`${method} ${url}`);
    const onward = httpRequest(url, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  server.on("connect", ({ url }, socket) => {
    seen.push(`CONNECT ${url}`);
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  closeLater({
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function clientOf(env: Env, overrides: object = {}): KindoClient {
  const options = { logger: silentLogger, retry: { maxAttempts: 1 }, ...overrides };
  const client = KindoClient.fromEnv({ ...keys, ...env }, options);
  return closeLater(client);
}

it.each(["HTTP_PROXY", "http_proxy"])("%s: fromEnv sends over it", async (variable) => {
  const [server, proxy] = [await startService(), await startProxy()];
  const client = clientOf({ KINDO_MESSAGE_PRODUCER_URL: server.url, [variable]: proxy.address });
  await expect(client.send(aMessage())).resolves.toMatchObject({ attempts: 1 });
  expect(proxy.seen).toEqual([`POST ${server.url}`]);
  expect(server.stored).toHaveLength(1);
});

it("HTTP_PROXY: fromEnv invokes over it too", async () => {
  const [server, proxy] = [await startService(), await startProxy()];
  const env = { KINDO_MESSAGE_PRODUCER_ARN: server.functionArn, HTTP_PROXY: proxy.address };
  const client = clientOf(env, { endpoint: server.lambdaEndpoint });
  await expect(client.send(aMessage())).resolves.toMatchObject({ attempts: 1 });
  expect(proxy.seen).toEqual([expect.stringMatching(/^POST .*\/invocations/)]);
});

it("HTTPS_PROXY: fromEnv asks it for a tunnel, and a refusal says that nothing was sent", async () => {
  const proxy = await startProxy();
  const env = { KINDO_MESSAGE_PRODUCER_URL: "https://producer.test/", HTTPS_PROXY: proxy.address };
  await expect(clientOf(env).send(aMessage())).rejects.toMatchObject({
    code: "wirekit/connection",
    message: `The proxy ${proxy.address} refused the connection with status 403`,
    details: { sent: false },
  });
  expect(proxy.seen).toEqual(["CONNECT producer.test:443"]);
});

it.each(["127.0.0.1", "*", "example.com, 127.0.0.1"])(
  "NO_PROXY=%s: fromEnv sends without one",
  async (noProxy) => {
    const [server, proxy] = [await startService(), await startProxy()];
    const env = { KINDO_MESSAGE_PRODUCER_URL: server.url, HTTP_PROXY: proxy.address, NO_PROXY: noProxy };
    await expect(clientOf(env).send(aMessage())).resolves.toMatchObject({ attempts: 1 });
    expect(proxy.seen).toEqual([]);
  },
);

it("the option proxy takes the place of the variables", async () => {
  const [server, proxy, other] = [await startService(), await startProxy(), await startProxy()];
  const env = { KINDO_MESSAGE_PRODUCER_URL: server.url, HTTP_PROXY: other.address };
  await clientOf(env, { proxy: { http: `http://${proxy.address}` } }).send(aMessage());
  expect([proxy.seen.length, other.seen.length]).toEqual([1, 0]);
});

it("kindo-send sends over the proxy of its environment, but not where NO_PROXY says so", async () => {
  const directory = await mkdtemp(join(tmpdir(), "kindo-proxy-"));
  try {
    const file = join(directory, "messages.jsonl");
    await writeFile(file, JSON.stringify(aMessage()));
    const [server, proxy] = [await startService(), await startProxy()];
    const run = (env: Env) =>
      main({
        args: [file, "--url", server.url],
        env: { ...keys, HTTP_PROXY: proxy.address, ...env },
        stdin: Readable.from([]),
        stdout: new PassThrough(),
        stderr: new PassThrough(),
        onInterrupt: () => () => {},
      });
    expect(await run({})).toBe(0);
    expect(proxy.seen).toEqual([`POST ${server.url}`]);
    expect(await run({ NO_PROXY: "127.0.0.1" })).toBe(0);
    expect(proxy.seen).toHaveLength(1);
    expect(server.stored).toHaveLength(2);
  } finally {
    await rm(directory, { recursive: true });
  }
});
