import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { openSocket, rawRequestBytes, readToEnd, sendRaw } from "../../test/raw-http.ts";
import type { Exchange } from "./faulty-service.ts";
import { type ListeningServer, listen } from "./http-server.ts";

const get = { method: "GET", target: "/a/../b?x=%7e", headers: [["Host", "127.0.0.1"]] } as const;

let server: ListeningServer;
let url: string;
let exchanges: Exchange[];

beforeEach(async () => {
  exchanges = [];
  server = await listen(0, async (exchange) => {
    exchanges.push(exchange);
    if (exchange.head.target !== "/never") exchange.response.end("ok");
  });
  url = `http://127.0.0.1:${server.port}/`;
});

afterEach(() => server.close());

it("gives a request's head as it stood on the wire", async () => {
  await sendRaw(url, { ...get, headers: [...get.headers, ["X-Two", "b"], ["x-two", "\u00e9  a"]] });
  expect(exchanges[0]?.head).toMatchObject({
    number: 1,
    connection: 1,
    method: "GET",
    target: "/a/../b?x=%7e",
    headers: { host: "127.0.0.1", "x-two": "b, \u00e9  a" },
  });
  expect(exchanges[0]?.head.rawHeaders.slice(0, 3)).toEqual([
    ["Host", "127.0.0.1"],
    ["X-Two", "b"],
    ["x-two", "\u00e9  a"],
  ]);
});

it("counts requests and connections", async () => {
  await sendRaw(url, get);
  const socket = openSocket(url);
  const ended = readToEnd(socket);
  const bytes = rawRequestBytes(get).toString("latin1");
  socket.write(bytes.replace("Connection: close\r\n", "") + bytes);
  await ended;
  expect(server.counters).toMatchObject({ requests: 3, sockets: 2, maxOpenSockets: 1 });
  expect(exchanges.map(({ head }) => head.connection)).toEqual([1, 2, 2]);
});

it("ends idle and busy connections when it is closed, and can be closed twice", async () => {
  const idle = openSocket(url);
  const busy = openSocket(url);
  const ended = Promise.all([readToEnd(idle), readToEnd(busy)]);
  idle.write(rawRequestBytes(get).toString("latin1").replace("Connection: close\r\n", ""));
  await new Promise((resolve) => idle.once("data", resolve));
  busy.write(rawRequestBytes({ ...get, target: "/never" }));
  while (exchanges.length < 2) await new Promise(setImmediate);
  await Promise.all([server.close(), server.close()]);
  await ended;
  await server.close();
  expect(server.counters.openSockets).toBe(0);
});

it("names the port that is taken, and the option that asked for it", async () => {
  const message = expect.stringContaining(`port ${server.port}, which the option port asks for: it is taken`);
  await expect(listen(server.port, async () => {})).rejects.toMatchObject({ code: "EADDRINUSE", message });
});

it.each([-1, 65_536, 0.5, Number.NaN])("refuses %p, which is no port", async (port) => {
  await expect(listen(port, async () => {})).rejects.toThrow("port must be a port");
});
