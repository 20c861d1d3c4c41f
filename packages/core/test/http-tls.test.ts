import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { createHttpTransport, type HttpTransportOptions } from "../src/http/index.ts";
import { startTcpServer } from "./servers.ts";

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8");
// Made for these tests, for `localhost`, and trusted by nobody else.
const cert = fixture("localhost.crt");
const key = fixture("localhost.key");

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function startTls(): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer({ cert, key }, (request, response) => void response.end(`${request.url}`));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  opened.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return { server, port: (server.address() as AddressInfo).port };
}

function transport(options: HttpTransportOptions) {
  const send = createHttpTransport(options);
  opened.push(() => send.close({ timeoutMs: 0 }));
  return send;
}

const get = (origin: string) => ({ method: "GET", url: `${origin}/a/../b`, headers: {} });
const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("over TLS", () => {
  it("a request goes to a server whose authority is trusted by the options", async () => {
    const { port, server } = await startTls();
    let secured = 0;
    server.on("secureConnection", () => {
      secured += 1;
    });
    const send = transport({ tls: { ca: cert } });
    for (let number = 0; number < 3; number += 1) {
      expect((await send(get(`https://localhost:${port}`))).text).toBe("/a/../b");
    }
    expect(secured).toBe(1);
  });

  it("a server that nobody vouches for is not sent anything, and not asked again", async () => {
    const { port } = await startTls();
    expect(await failureOf(transport({})(get(`https://localhost:${port}`)))).toMatchObject({
      code: "wirekit/connection",
      retryable: false,
      details: { code: "DEPTH_ZERO_SELF_SIGNED_CERT", sent: false },
    });
  });

  it("a certificate for another name is refused, call after call", async () => {
    const { port } = await startTls();
    const send = transport({ tls: { ca: cert } });
    for (let number = 0; number < 3; number += 1) {
      expect(await failureOf(send(get(`https://127.0.0.1:${port}`)))).toMatchObject({
        retryable: false,
        details: { code: "ERR_TLS_CERT_ALTNAME_INVALID", sent: false },
      });
    }
    expect(send.stats()).toMatchObject({ inFlight: 0, socketsOpen: 0 });
  });

  it("a server that speaks plain HTTP is not asked again", async () => {
    const server = await startTcpServer((socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    opened.push(server.close);
    expect(await failureOf(transport({})(get(`https://127.0.0.1:${server.port}`)))).toMatchObject({
      code: "wirekit/connection",
      retryable: false,
      details: { sent: false },
    });
  });

  it("an authority that is no certificate is told of with the first request", async () => {
    const { port } = await startTls();
    const send = transport({ tls: { cert: "nonsense", key: "nonsense" } });
    expect(await failureOf(send(get(`https://localhost:${port}`)))).toMatchObject({
      code: "wirekit/connection",
      retryable: false,
      details: { sent: false },
    });
  });
});
