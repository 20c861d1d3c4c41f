import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { startAws } from "../src/aws/index.ts";
import { startKafka } from "../src/kafka/index.ts";
import { startLambdaUrl } from "../src/lambda-url/index.ts";
import { listeningSockets } from "./listening-sockets.ts";
import { openSocket, readToEnd, sendRaw } from "./raw-http.ts";

const credentials = { accessKeyId: "AKID", secretAccessKey: "secret" };
const starts = {
  kafka: async () => {
    const { addresses, close } = await startKafka({ nodes: 3, topics: { payments: 1 } });
    return { addresses, close, url: undefined };
  },
  "SNS and SQS": async () => {
    const { endpointUrl, close } = await startAws();
    return { addresses: [new URL(endpointUrl).host], close, url: `${endpointUrl}/` };
  },
  "the Kindo Producer": async () => {
    const { url, close } = await startLambdaUrl({ credentials });
    return { addresses: [new URL(url).host], close, url };
  },
};
const overHttp = ["SNS and SQS", "the Kindo Producer"] as const;

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(name: keyof typeof starts) {
  const server = await starts[name]();
  cleanups.push(server.close);
  return server;
}

async function startHttp(name: (typeof overHttp)[number]): Promise<string> {
  return (await start(name)).url ?? "";
}

/** That it still answers, whatever the answer is. */
async function expectItGoesOn(url: string): Promise<void> {
  expect((await fetch(url)).status).toBeGreaterThanOrEqual(200);
}

describe("the sockets of this process", () => {
  it.each(Object.keys(starts) as (keyof typeof starts)[])(
    "are those of %s, on the loopback only",
    async (name) => {
      const before = await listeningSockets();
      const { addresses } = await start(name);
      const after = await listeningSockets();
      if (before === undefined || after === undefined) return;
      expect(after.filter((address) => !before.includes(address)).sort()).toEqual([...addresses].sort());
      expect(addresses.every((address) => address.startsWith("127.0.0.1:"))).toBe(true);
    },
  );

  it("would show one that is open to all", async () => {
    const open: Server = createServer();
    await new Promise<void>((resolve) => open.listen(0, "0.0.0.0", resolve));
    cleanups.push(() => new Promise((resolve) => open.close(resolve)));
    const sockets = await listeningSockets();
    if (sockets !== undefined) expect(sockets.some((address) => address.startsWith("0.0.0.0:"))).toBe(true);
  });
});

const form = "Action=Publish&TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%3A000000000000%3At&Message=x";

describe.each(overHttp)("%s", (name) => {
  it.each([
    [
      "a page's form",
      [
        ["Host", "127.0.0.1"],
        ["Origin", "https://evil.example"],
      ],
    ],
    [
      "a page without an origin of its own",
      [
        ["Host", "127.0.0.1"],
        ["Origin", "null"],
      ],
    ],
    [
      "a page of this machine",
      [
        ["Host", "localhost"],
        ["Origin", "http://localhost:3000"],
      ],
    ],
    ["a name that was made to point here", [["Host", "evil.example"]]],
    ["a name that begins like the loopback", [["Host", "127.0.0.1.evil.example"]]],
    ["an address of the network", [["Host", "192.168.1.7:8080"]]],
  ] as const)("refuses %s and goes on", async (_, headers) => {
    const url = await startHttp(name);
    const typed = [...headers, ["Content-Type", "application/x-www-form-urlencoded"]] as const;
    const response = await sendRaw(url, { method: "POST", target: "/", headers: typed, body: form });
    expect(response).toMatchObject({ status: 403, headers: { "content-type": "text/plain" } });
    expect(response.body.toString()).toMatch(/refused: they come from a browser|must name the loopback/);
    await expectItGoesOn(url);
  });

  it.each(["localhost", "LOCALHOST:80", "sqs.localhost:4566", "127.1.2.3", "[::1]:80"])(
    "answers as %s",
    async (host) => {
      const url = await startHttp(name);
      const response = await sendRaw(url, {
        method: "POST",
        target: "/",
        headers: [["Host", host]],
        body: "{}",
      });
      expect(response.body.toString()).not.toContain("must name the loopback");
    },
  );

  it("refuses a body of 100 MiB without reading it, and goes on", async () => {
    const url = await startHttp(name);
    const socket = openSocket(url);
    const answer = readToEnd(socket);
    socket.write("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 104857600\r\n\r\n");
    const piece = Buffer.alloc(1024 * 1024);
    for (let sent = 0; sent < 100 && !socket.destroyed; sent += 1) {
      if (!socket.write(piece))
        await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), answer]);
      if (socket.readableLength > 0 || socket.writableEnded) break;
    }
    expect([0, 413]).toContain((await answer).status);
    expect(socket.bytesWritten).toBeLessThan(60 * 1024 * 1024);
    await expectItGoesOn(url);
  });

  it("answers what is no HTTP with 400 or an end, and goes on", async () => {
    const url = await startHttp(name);
    for (const nonsense of ["\0\0\0\x10nonsense\r\n\r\n", "GET\r\n\r\n", "POST / HTTP/9.9\r\n\r\n"]) {
      const socket = openSocket(url);
      const answer = readToEnd(socket);
      socket.write(nonsense);
      expect([0, 400]).toContain((await answer).status);
    }
    await expectItGoesOn(url);
  });
});

describe.each(Object.keys(starts) as (keyof typeof starts)[])("%s", (name) => {
  it("takes 1,000 connections at once, and goes on when they are gone", async () => {
    const { addresses, url } = await start(name);
    const [host = "", port] = addresses[0]?.split(":") ?? [];
    const open = () =>
      new Promise<ReturnType<typeof connect>>((resolve, reject) => {
        const socket = connect(Number(port), host, () => resolve(socket));
        socket.once("error", reject);
      });
    const sockets = await Promise.all(Array.from({ length: 1_000 }, open));
    for (const socket of sockets) socket.on("error", () => {}).resetAndDestroy();
    if (url !== undefined) await expectItGoesOn(url);
    else (await open()).destroy();
  });
});
