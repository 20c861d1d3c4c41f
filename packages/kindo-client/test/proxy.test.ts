import { once } from "node:events";
import { createServer, request as sendOn } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { silentLogger } from "@wirekit/core";
import { KindoClient } from "../src/index.ts";
import { file, line, run } from "./kindo-send/stage.ts";
import { aMessage, credentials } from "./messages.ts";
import { closeLater, startService } from "./stack.ts";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const opened: (() => void)[] = [];
afterEach(() => {
  for (const close of opened.splice(0)) close();
});

/** A proxy that forwards requests, and refuses tunnels. */
async function startProxy() {
  const seen: string[] = [];
  const proxy = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    const onward = sendOn(
      request.url ?? "",
      { method: request.method, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(onward.on("error", () => response.destroy()));
  }).on("connect", (request, socket) => {
    seen.push(`CONNECT ${request.url}`);
    socket.end("HTTP/1.1 503 Service Unavailable\r\n\r\n");
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  opened.push(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return { seen, url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
}

const keys = {
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
};
const quick = { retry: { maxAttempts: 1 }, logger: silentLogger };

describe.each(["url", "arn"] as const)("by %s, a client from the environment", (way) => {
  async function openAt(proxies: Readonly<Record<string, string>>) {
    const server = await startService();
    const { functionArn: arn, lambdaEndpoint: endpoint, url } = server;
    const target = way === "url" ? { url } : { arn, endpoint };
    const client = KindoClient.fromEnv({ ...keys, ...proxies }, { ...target, ...quick });
    return { server, client: closeLater(client) };
  }

  it.each(["HTTP_PROXY", "http_proxy"])("goes through the proxy of %s", async (name) => {
    const proxy = await startProxy();
    const { server, client } = await openAt({ [name]: proxy.url });
    await client.send(aMessage());
    expect(server.stored).toHaveLength(1);
    expect(proxy.seen).toEqual([expect.stringMatching(/^POST http:\/\/127\.0\.0\.1:\d+\//)]);
  });

  it.each(["127.0.0.1", "other.test, 127.0.0.1", "*"])("goes past it where NO_PROXY is %s", async (hosts) => {
    const proxy = await startProxy();
    const { server, client } = await openAt({ HTTP_PROXY: proxy.url, NO_PROXY: hosts });
    await client.send(aMessage());
    expect(server.stored).toHaveLength(1);
    expect(proxy.seen).toEqual([]);
  });

  it("asks the proxy of HTTPS_PROXY for a tunnel, and says so if there is none", async () => {
    const proxy = await startProxy();
    const target =
      way === "url"
        ? { url: "https://kindo.test/" }
        : {
            arn: "arn:aws:lambda:eu-west-1:123456789012:function:f",
            endpoint: "https://kindo.test",
          };
    const client = closeLater(
      KindoClient.fromEnv({ ...keys, HTTPS_PROXY: proxy.url }, { ...target, ...quick }),
    );
    await expect(client.send(aMessage())).rejects.toMatchObject({
      code: "wirekit/connection",
      message: expect.stringContaining("proxy"),
      details: { status: 503, sent: false },
    });
    expect(proxy.seen).toEqual(["CONNECT kindo.test:443"]);
  });
});

it("kindo-send goes through the proxy of the environment, and past it where NO_PROXY says so", async () => {
  const proxy = await startProxy();
  const server = await startService();
  const input = await file("orders.jsonl", line(0));
  const proxies = { HTTP_PROXY: proxy.url };
  expect(await run([input, "--url", server.url], { env: { ...keys, ...proxies } }).exit).toBe(0);
  expect(proxy.seen).toHaveLength(1);
  const env = { ...keys, ...proxies, NO_PROXY: "127.0.0.1" };
  expect(await run([input, "--url", server.url], { env }).exit).toBe(0);
  expect(proxy.seen).toHaveLength(1);
  expect(server.stored).toHaveLength(2);
});
