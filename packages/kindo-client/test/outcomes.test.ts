import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { silentLogger, systemClock } from "@wirekit/core";
import { ManualClock } from "@wirekit/core/testing";
import type { LambdaUrlFault, LambdaUrlServer } from "@wirekit/devstack/lambda-url";
import { KindoClient, type KindoClientOptions } from "../src/index.ts";
import { aMessage, credentials } from "./messages.ts";
import { closeAll, closeLater, startService } from "./stack.ts";
import { until } from "./until.ts";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const opened: (() => void)[] = [];
afterEach(async () => {
  await closeAll();
  for (const close of opened.splice(0)) close();
});

const ways = ["url", "arn"] as const;
type Way = (typeof ways)[number];

/** A send that has come to a stage, and can be broken off from the other side. */
interface Staged {
  readonly target: KindoClientOptions;
  readonly reached: () => Promise<unknown>;
  readonly breakOff: () => void;
  /** Requests that have come to the service. */
  readonly requests: () => number;
}

const anArn = "arn:aws:lambda:ap-southeast-2:123456789012:function:kindo";

function targetAt(way: Way, origin: string, { functionArn = anArn } = {}): KindoClientOptions {
  return way === "url" ? { url: `${origin}/` } : { arn: functionArn, endpoint: origin };
}

/** A port that accepts connections, and says nothing. */
async function startMute(): Promise<{ readonly port: number; readonly sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on("error", () => {}));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  opened.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sockets };
}

async function atService(way: Way, hold: LambdaUrlFault): Promise<Staged> {
  const server: LambdaUrlServer = await startService();
  const fault = server.faults.next(hold);
  const target =
    way === "url" ? { url: server.url } : { arn: server.functionArn, endpoint: server.lambdaEndpoint };
  return {
    target,
    reached: () => fault.struck(),
    breakOff: () => void server.close(),
    requests: () => fault.strikes,
  };
}

const stages: Readonly<Record<string, { readonly isSent: boolean; open(way: Way): Promise<Staged> }>> = {
  "TLS is negotiated": {
    isSent: false,
    async open(way) {
      const { port, sockets } = await startMute();
      return {
        target: targetAt(way, `https://127.0.0.1:${port}`),
        reached: () => until(() => sockets.length === 1),
        breakOff: () => sockets[0]?.resetAndDestroy(),
        requests: () => 0,
      };
    },
  },
  "a proxy is asked for a tunnel": {
    isSent: false,
    async open(way) {
      const { port, sockets } = await startMute();
      return {
        target: { ...targetAt(way, "https://kindo.test"), proxy: { https: `http://127.0.0.1:${port}` } },
        reached: () => until(() => sockets.length === 1),
        breakOff: () => sockets[0]?.resetAndDestroy(),
        requests: () => 0,
      };
    },
  },
  "the service does not read the request": {
    isSent: true,
    open: (way) => atService(way, { kind: "hold", before: "read" }),
  },
  "the service does not act": {
    isSent: true,
    open: (way) => atService(way, { kind: "hold", before: "apply" }),
  },
  "the answer is awaited": {
    isSent: true,
    open: (way) => atService(way, { kind: "hold", before: "answer" }),
  },
  "the answer is half read": {
    isSent: true,
    open: (way) => atService(way, { kind: "stall", afterBytes: 5 }),
  },
};

const limitMs = 8_000;

describe.each(ways)("by %s, a message", (way) => {
  for (const [name, { isSent, open }] of Object.entries(stages)) {
    it.each(["abort", "time-out", "reset", "close"] as const)(
      `that meets a(n) %s while ${name} is ${isSent ? "unconfirmed" : "known not to have left"}`,
      async (interruption) => {
        const { target, reached, breakOff, requests } = await open(way);
        const manual = new ManualClock(new Date());
        const clock = interruption === "time-out" ? manual : systemClock;
        const retry = { maxAttempts: 1 };
        const client = closeLater(
          new KindoClient({ ...target, credentials, retry, clock, logger: silentLogger }),
        );
        const caller = new AbortController();
        const sending = client.sendMany([aMessage()], { signal: caller.signal, timeoutMs: limitMs });
        await reached();
        if (interruption === "abort") caller.abort();
        else if (interruption === "time-out") await manual.advance(limitMs);
        else if (interruption === "reset") breakOff();
        else void client.close({ timeoutMs: 1 });

        const { outcomes } = await sending;
        const kept = interruption === "time-out" ? "expired" : "not-sent";
        expect(outcomes).toMatchObject([{ kind: isSent ? "unconfirmed" : kept }]);
        expect(requests()).toBe(isSent ? 1 : 0);
      },
    );
  }

  it("beside three others is the only one that is unconfirmed, if only it has gone out", async () => {
    const held = { kind: "hold", before: "answer" } as const;
    const server = await startService();
    const fault = server.faults.next(held);
    const target =
      way === "url" ? { url: server.url } : { arn: server.functionArn, endpoint: server.lambdaEndpoint };
    const client = closeLater(new KindoClient({ ...target, credentials, logger: silentLogger }));
    const caller = new AbortController();
    const sending = client.sendMany(
      Array.from({ length: 4 }, () => aMessage()),
      { concurrency: 1, signal: caller.signal },
    );
    await fault.struck();
    caller.abort();
    expect((await sending).counts).toMatchObject({ unconfirmed: 1, "not-sent": 3 });
    expect(fault.strikes).toBe(1);
  });

  it("that an unexpected 100 Continue precedes is delivered once", async () => {
    const server = await startService();
    const { port, hostname } = new URL(server.url);
    let continues = 0;
    // Between the two stands one that says 100 Continue before each answer.
    const between = createServer((socket) => {
      const up = new (socket.constructor as typeof Socket)();
      up.connect(Number(port), hostname);
      let isDue = false;
      socket
        .on("error", () => up.destroy())
        .on("data", (data) => {
          isDue = true;
          up.write(data);
        });
      up.on("error", () => socket.destroy()).on("data", (data) => {
        if (isDue) {
          continues += 1;
          socket.write("HTTP/1.1 100 Continue\r\n\r\n");
        }
        isDue = false;
        socket.write(data);
      });
    }).listen(0, "127.0.0.1");
    await once(between, "listening");
    opened.push(() => void between.close());
    const origin = `http://127.0.0.1:${(between.address() as AddressInfo).port}`;
    const client = closeLater(
      new KindoClient({ ...targetAt(way, origin, server), credentials, logger: silentLogger }),
    );
    for (let count = 1; count <= 3; count += 1) {
      await expect(client.send(aMessage())).resolves.toMatchObject({ attempts: 1 });
      expect(server.stored).toHaveLength(count);
    }
    expect(continues).toBe(3);
  });
});

describe.each([...ways, "fetch"] as const)("by %s, a message", (way) => {
  it.each<[string, () => Promise<string>]>([
    ["whose host is not found", async () => "http://kindo.invalid"],
    ["where nobody listens", closedPlace],
    ["where plain HTTP is spoken", async () => new URL((await startService()).url).host],
    ["where nonsense is spoken", () => hostThat((socket) => socket.end("nonsense, and more of it"))],
    ["where TLS is ended", () => hostThat((socket) => socket.end())],
  ])("%s is known not to have left", async (_name, open) => {
    const place = await open();
    const origin = place.startsWith("http") ? place : `https://${place}`;
    const target =
      way === "fetch" ? { ...targetAt("url", origin), fetch: globalThis.fetch } : targetAt(way, origin);
    const retry = { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1 };
    const client = closeLater(new KindoClient({ ...target, credentials, retry, logger: silentLogger }));
    const { outcomes } = await client.sendMany([aMessage()]);
    expect(outcomes).toMatchObject([
      { kind: "not-sent", error: { code: "wirekit/connection", details: { sent: false } } },
    ]);
  });
});

async function closedPlace(): Promise<string> {
  const server = await startService();
  await server.close();
  return server.url.replace(/\/$/, "");
}

/** What a server does that has read the beginning of a handshake. */
async function hostThat(answers: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => {}).once("data", () => answers(socket));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  opened.push(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
