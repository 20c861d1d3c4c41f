import { afterEach, describe, expect, it } from "@jest/globals";
import { onRawRequest, startTcpServer } from "../../test/servers.ts";
import { type ClosableHttpTransport, createHttpTransport } from "./transport.ts";

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

const interim = "HTTP/1.1 100 Continue\r\n\r\n";
const final = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** A server that answers each request with `parts`, one packet after the other, and a transport to it. */
async function answering(...parts: readonly string[]) {
  let requests = 0;
  const server = await startTcpServer((socket) => {
    socket.setNoDelay();
    const answer = async () => {
      requests += 1;
      for (const part of parts) {
        socket.write(part, "latin1");
        // A turn of the event loop each, so that the client reads them one by one.
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    onRawRequest(socket, () => void answer());
  });
  const send: ClosableHttpTransport = createHttpTransport({
    maxConnections: 1,
  });
  opened.push(server, { close: () => send.close({ timeoutMs: 0 }) });
  const post = () => send({ method: "POST", url: `${server.origin}/`, headers: {}, body: "x" });
  return { post, send, requests: () => requests };
}

describe("a 100 Continue that nobody asked for", () => {
  it.each<[string, readonly string[]]>([
    ["before the response", [interim + final]],
    ["in a packet of its own", [interim, final]],
    ["with headers", ["HTTP/1.1 100 Continue\r\nX-A: 1\r\n\r\n", final]],
    [
      "in pieces",
      ["HTTP", "/1.1 1", "00 Continue\r\n", "\r", "\nHTTP/1.1 200 OK\r\nContent-", "Length: 2\r\n\r\nok"],
    ],
    ["more than once", [interim + interim, interim, final]],
    ["before another interim response", [`${interim}HTTP/1.1 103 Early Hints\r\n\r\n`, final]],
    ["not at all", [final]],
  ])("%s is passed over, request after request on one connection", async (_name, parts) => {
    const { post, send, requests } = await answering(...parts);
    for (let number = 1; number <= 3; number += 1) {
      expect(await post()).toMatchObject({ status: 200, text: "ok" });
      expect(requests()).toBe(number);
    }
    expect(send.stats().socketsOpened).toBe(1);
  });

  it("and whose head never ends is an error", async () => {
    const { post } = await answering(`HTTP/1.1 100 Continue\r\nX-A: ${"a".repeat(70_000)}`);
    await expect(post()).rejects.toMatchObject({ details: { sent: true } });
  });
});

it("tells of the request when it goes out, and not while it waits for a connection", async () => {
  const { send } = await answering();
  const server = await startTcpServer((socket) => void socket.resume());
  opened.push(server);
  const told: string[] = [];
  const caller = new AbortController();
  const call = (name: string) =>
    send(
      { method: "POST", url: `${server.origin}/`, headers: {}, body: "x" },
      { signal: caller.signal, onSent: () => told.push(name) },
    ).catch(() => {});
  const calls = ["first", "second", "third"].map(call);
  while (told.length === 0) await new Promise((resolve) => setImmediate(resolve));
  caller.abort();
  await Promise.all(calls);
  expect(told).toEqual(["first"]);
});
