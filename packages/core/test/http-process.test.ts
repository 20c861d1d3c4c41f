import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "@jest/globals";
import { runTypeScript } from "@wirekit/test-support/run-typescript";
import { onRawRequest, rawResponse, startTcpServer } from "./servers.ts";

const packageDirectory = fileURLToPath(new URL("..", import.meta.url));
const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

describe("a process", () => {
  it("ends by itself although its transport has idle connections and was never closed", async () => {
    const server = await startTcpServer((socket) =>
      onRawRequest(socket, ({ line }) => void socket.write(rawResponse(line))),
    );
    opened.push(server.close);
    const code = `
      import { createHttpTransport } from "@wirekit/core/http";
      const send = createHttpTransport({ keepAliveMs: 3_600_000 });
      const calls = [1, 2, 3].map((n) => send({ method: "GET", url: process.env.ORIGIN + "/" + n, headers: {} }));
      console.log((await Promise.all(calls)).map(({ text }) => text).join(), send.stats().socketsOpen);
    `;
    const result = await runTypeScript(code, { packageDirectory, env: { ORIGIN: server.origin } });
    expect(result).toEqual({
      exitCode: 0,
      stdout: "GET /1 HTTP/1.1,GET /2 HTTP/1.1,GET /3 HTTP/1.1 3\n",
      stderr: "",
    });
  }, 60_000);

  it("is kept alive by a request that is under way, until its time-out", async () => {
    const server = await startTcpServer((socket) => void socket.resume());
    opened.push(server.close);
    const code = `
      import { createHttpTransport } from "@wirekit/core/http";
      const send = createHttpTransport({ responseTimeoutMs: 50 });
      send({ method: "GET", url: process.env.ORIGIN + "/", headers: {} }).catch((error) => console.log(error.code));
    `;
    const result = await runTypeScript(code, { packageDirectory, env: { ORIGIN: server.origin } });
    expect(result).toEqual({ exitCode: 0, stdout: "wirekit/timeout\n", stderr: "" });
  }, 60_000);

  it("hears of no leak when many requests share one signal", async () => {
    const server = await startTcpServer((socket) =>
      onRawRequest(socket, ({ line }) => void socket.write(rawResponse(line))),
    );
    opened.push(server.close);
    const code = `
      import { createHttpTransport } from "@wirekit/core/http";
      import { retry } from "@wirekit/core/kit";
      const send = createHttpTransport();
      const { signal } = new AbortController();
      const call = () => retry(() => send({ method: "GET", url: process.env.ORIGIN + "/", headers: {} }, { signal }), { signal });
      console.log((await Promise.all(Array.from({ length: 50 }, call))).length);
    `;
    const result = await runTypeScript(code, { packageDirectory, env: { ORIGIN: server.origin } });
    expect(result).toEqual({ exitCode: 0, stdout: "50\n", stderr: "" });
  }, 60_000);
});

describe("importing the entries", () => {
  it("loads no library; the first request loads undici", async () => {
    const code = `
      import { createRequire } from "node:module";
      const { cache } = createRequire(import.meta.url);
      const undici = () => Object.keys(cache).some((file) => file.includes("/undici/"));
      await import("@wirekit/core");
      await import("@wirekit/core/tracing");
      const { createHttpTransport } = await import("@wirekit/core/http");
      const send = createHttpTransport();
      const atFirst = undici();
      await send({ method: "GET", url: "http://127.0.0.1:1/", headers: {} }).catch(() => {});
      console.log(atFirst, undici(), Symbol.for("opentelemetry.js.api.1") in globalThis);
    `;
    const result = await runTypeScript(code, { packageDirectory });
    expect(result).toEqual({ exitCode: 0, stdout: "false true false\n", stderr: "" });
  }, 60_000);
});
