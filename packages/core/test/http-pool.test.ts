import type { Socket } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { scale } from "@wirekit/test-support/scale";
import { createHttpTransport, type HttpTransportOptions } from "../src/http/index.ts";
import { ClosedError, ConnectionError, systemClock, TimeoutError } from "../src/index.ts";
import { retry } from "../src/kit/index.ts";
import { deferred, until } from "../src/testing/index.ts";
import { type LocalServer, onRawRequest, rawResponse, startTcpServer } from "./servers.ts";

/** Closed after each test, the last opened first. */
const opened: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function serve(onConnection: (socket: Socket, number: number) => void, port = 0): Promise<LocalServer> {
  let number = 0;
  const server = await startTcpServer((socket) => {
    number += 1;
    onConnection(socket, number);
  }, port);
  opened.push(server.close);
  return server;
}

/** A server that answers each request with its request line. */
const echoing = () =>
  serve((socket) => onRawRequest(socket, ({ line }) => void socket.write(rawResponse(line))));

function transport(options: HttpTransportOptions = {}) {
  const send = createHttpTransport(options);
  opened.push(() => send.close({ timeoutMs: 0 }));
  return send;
}

const get = (server: { readonly origin: string }, target = "/") => ({
  method: "GET",
  url: server.origin + target,
  headers: {},
});

const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    (value) => Promise.reject(new Error(`expected a failure, got ${JSON.stringify(value)}`)),
    (error: unknown) => error,
  );

describe("a target", () => {
  it.each(["/a/../b", "/./a/./", "/%2e%2e/x", "/?", `/"<>\\^\`{|}`, "/'?'", "/a;b=c?d=[e]"])(
    "of %s goes out on a pooled connection as it is written, though a URL parser would rewrite it",
    async (target) => {
      const response = await transport()(get(await echoing(), target));
      expect(response.text).toBe(`GET ${target} HTTP/1.1`);
    },
  );

  it.each(["/a/../b", "/./a", "/%2e%2e/x", "/?", '/"x"'])(
    "of %s is not sent over fetch, which would rewrite it",
    async (target) => {
      const send = transport({ fetch: () => Promise.reject(new Error("must not be called")) });
      expect(await failureOf(send(get({ origin: "http://h.test" }, target)))).toMatchObject({
        code: "wirekit/invalid-request",
        message: expect.stringContaining("fetch would rewrite"),
      });
    },
  );
});

describe("a host header", () => {
  it("is the URL's host in its usual form, unless the request has one", async () => {
    const hosts: (string | undefined)[] = [];
    const server = await serve((socket) =>
      onRawRequest(socket, ({ fields }) => {
        hosts.push(fields.find((field) => field.toLowerCase().startsWith("host:")));
        socket.write(rawResponse(""));
      }),
    );
    const send = transport();
    await send(get({ origin: `HTTP://LOCALHOST:${server.port}` }));
    await send({ ...get(server), headers: { Host: "signed.test" } });
    expect(hosts).toEqual([`host: localhost:${server.port}`, "host: signed.test"]);
  });

  it("that stands there twice is refused", async () => {
    const headers = [
      ["Host", "a.test"],
      ["host", "b.test"],
    ] as const;
    const error = await failureOf(transport()({ ...get(await echoing()), headers }));
    expect(error).toMatchObject({ code: "wirekit/invalid-request" });
  });
});

describe("connections", () => {
  const count = scale({ small: 1_000, full: 10_000 });

  it(`of ${count} requests are never more than allowed, and used again`, async () => {
    const server = await echoing();
    const send = transport({ maxConnections: 8 });
    const texts = await Promise.all(
      Array.from({ length: count }, async (_, number) => (await send(get(server, `/${number}`))).text),
    );
    expect(texts).toEqual(Array.from({ length: count }, (_, number) => `GET /${number} HTTP/1.1`));
    expect(server.mostOpen).toBeLessThanOrEqual(8);
    expect(server.accepted).toBeLessThanOrEqual(8);
    expect(send.stats()).toEqual({
      requests: count,
      inFlight: 0,
      socketsOpened: server.accepted,
      socketsOpen: server.accepted,
    });
  });

  it("are shared by every spelling of an origin, and not by different origins", async () => {
    const [one, other] = [await echoing(), await echoing()];
    const send = transport();
    for (const origin of [
      one.origin,
      `HTTP://127.0.0.1:${one.port}`,
      `http://127.1:${one.port}`,
      other.origin,
    ]) {
      await send(get({ origin }));
    }
    expect([one.accepted, other.accepted]).toEqual([1, 1]);
  });

  it("stay within their number although connecting fails while requests wait", async () => {
    // A port that nobody listens on until the first requests have failed.
    const placeholder = await startTcpServer(() => {});
    await placeholder.close();
    const send = transport({ maxConnections: 3 });
    const target = get(placeholder);
    let revive: Promise<LocalServer> | undefined;
    const policy = { maxAttempts: 1_000, baseDelayMs: 5, maxDelayMs: 20 };
    const onRetry = () => {
      revive ??= serve(
        (socket) => onRawRequest(socket, ({ line }) => void socket.write(rawResponse(line))),
        placeholder.port,
      );
    };
    const calls = Array.from({ length: 60 }, () => retry(() => send(target), { policy, onRetry }));
    expect((await Promise.all(calls)).length).toBe(60);
    expect((await revive)?.mostOpen).toBeLessThanOrEqual(3);
  });

  it("that the server closes after each response cost no request, also without a word from it", async () => {
    const server = await serve((socket) =>
      onRawRequest(socket, ({ line }) => void socket.end(rawResponse(line))),
    );
    const send = transport({ maxConnections: 2 });
    const policy = { maxAttempts: 50, baseDelayMs: 1, maxElapsedMs: 600_000 };
    const calls = Array.from({ length: 100 }, async (_, number) => {
      const response = await retry(() => send(get(server, `/${number}`)), { policy });
      return response.text;
    });
    expect(await Promise.all(calls)).toEqual(calls.map((_, number) => `GET /${number} HTTP/1.1`));
  });

  it("that the server announces to close are not used again", async () => {
    const server = await serve((socket) =>
      onRawRequest(socket, ({ line }) => void socket.write(rawResponse(line, ["Connection: close"]))),
    );
    const send = transport({ maxConnections: 1 });
    for (let number = 0; number < 5; number += 1) await send(get(server, `/${number}`));
    expect(server.accepted).toBe(5);
  });

  it("that are reset while idle are replaced", async () => {
    const sockets: Socket[] = [];
    const server = await serve((socket) => {
      sockets.push(socket);
      onRawRequest(socket, ({ line }) => void socket.write(rawResponse(line)));
    });
    const send = transport();
    await send(get(server));
    sockets[0]?.resetAndDestroy();
    const policy = { maxAttempts: 5, baseDelayMs: 1 };
    expect((await retry(() => send(get(server)), { policy })).status).toBe(200);
    expect(server.accepted).toBe(2);
  });

  it("are closed when they have been idle long enough", async () => {
    const server = await echoing();
    const send = transport({ keepAliveMs: 10 });
    await send(get(server));
    await server.untilClosed(1);
    await until(() => send.stats().socketsOpen === 0);
  });

  it("are not kept longer than the server says it will keep them", async () => {
    const server = await serve((socket) =>
      onRawRequest(socket, ({ line }) => void socket.write(rawResponse(line, ["Keep-Alive: timeout=1"]))),
    );
    const send = transport({ keepAliveMs: 600_000 });
    await send(get(server));
    await server.untilClosed(1);
  });

  it("are replaced between two requests when they are too old", async () => {
    const server = await echoing();
    let elapsedMs = 0;
    const clock = { ...systemClock, monotonic: () => elapsedMs };
    const send = transport({ clock, maxConnectionAgeMs: 1_000, maxConnections: 1 });
    for (elapsedMs of [0, 999, 1_000, 1_500, 2_500]) {
      await send(get(server));
      expect(send.stats().socketsOpen).toBe(1);
    }
    expect(server.accepted).toBe(3);
  });

  it("are replaced also under a queue of requests", async () => {
    const server = await echoing();
    let elapsedMs = 0;
    const clock = { ...systemClock, monotonic: () => (elapsedMs += 1) };
    const send = transport({ clock, maxConnectionAgeMs: 20, maxConnections: 2 });
    const calls = Array.from({ length: 100 }, async (_, number) => {
      await send(get(server, `/${number}`));
      return send.stats().socketsOpen;
    });
    expect(Math.max(...(await Promise.all(calls)))).toBeLessThanOrEqual(2);
    expect(server.accepted).toBeGreaterThan(2);
  });
});

describe("a request that waits for a connection", () => {
  /** One connection, taken by a request that is answered when the gate opens. */
  async function occupied() {
    const answer = deferred();
    const lines: string[] = [];
    const server = await serve((socket) =>
      onRawRequest(socket, ({ line }) => {
        lines.push(line);
        void answer.promise.then(() => socket.write(rawResponse(line)));
      }),
    );
    const send = transport({ maxConnections: 1 });
    const first = send(get(server, "/first"));
    await server.untilAccepted(1);
    return { server, send, first, lines, answer };
  }

  it("is never sent once it was aborted, and the connection goes to the next", async () => {
    const { server, send, first, lines, answer } = await occupied();
    const controller = new AbortController();
    const second = failureOf(send(get(server, "/second"), { signal: controller.signal }));
    const third = send(get(server, "/third"));
    controller.abort("not needed");
    expect(await second).toBe("not needed");
    answer.resolve();
    await Promise.all([first, third]);
    expect(lines).toEqual(["GET /first HTTP/1.1", "GET /third HTTP/1.1"]);
    expect(server.accepted).toBe(1);
  });

  it("has a time-out all the same, which says that nothing was sent", async () => {
    const { server, send, first, answer } = await occupied();
    const error = await failureOf(send(get(server, "/second"), { timeoutMs: 20 }));
    expect(error).toMatchObject({ code: "wirekit/timeout", details: { phase: "total", sent: false } });
    answer.resolve();
    await first;
  });

  it("is told that it was not sent when the transport is closed", async () => {
    const { server, send, first } = await occupied();
    const calls = [failureOf(first), failureOf(send(get(server, "/second")))];
    const { notSent, unconfirmed } = await send.close({ timeoutMs: 1 });
    expect(
      [notSent, unconfirmed].map((requests) => requests.map(({ url }) => new URL(url).pathname)),
    ).toEqual([["/second"], ["/first"]]);
    const [cut, unsent] = await Promise.all(calls);
    expect(cut).toMatchObject({ code: "wirekit/connection", details: { sent: true } });
    expect(unsent instanceof ClosedError).toBe(true);
  });

  it("is sent when closing has time for it", async () => {
    const { server, send, first, answer } = await occupied();
    const second = send(get(server, "/second"));
    const closed = send.close();
    answer.resolve();
    expect((await Promise.all([first, second])).map(({ status }) => status)).toEqual([200, 200]);
    expect(await closed).toEqual({ notSent: [], unconfirmed: [], notHandled: 0 });
  });
});

describe("connecting", () => {
  /** TLS is part of connecting, and a server that says nothing never gets through it. */
  const mute = async () => {
    const server = await serve((socket) => void socket.resume());
    return { ...server, origin: `https://127.0.0.1:${server.port}`, server };
  };

  it("has a time-out of its own, which says that nothing was sent", async () => {
    const { origin, server } = await mute();
    const error = await failureOf(transport({ connectTimeoutMs: 30 })(get({ origin })));
    expect(error instanceof TimeoutError && error.message).toBe(
      `The connection to ${origin} took longer than 30 ms`,
    );
    expect(error).toMatchObject({ retryable: true, details: { phase: "connect", sent: false, origin } });
    await server.untilClosed(1);
  });

  it("is given up when nobody waits for it any more", async () => {
    const { origin, server } = await mute();
    const controller = new AbortController();
    const call = failureOf(
      transport({ connectTimeoutMs: 600_000 })(get({ origin }), { signal: controller.signal }),
    );
    await server.untilAccepted(1);
    controller.abort("enough");
    expect(await call).toBe("enough");
    await server.untilClosed(1);
  });

  it("goes on for the next in the queue when the first gives up", async () => {
    const { origin, server } = await mute();
    const send = transport({ connectTimeoutMs: 600_000, maxConnections: 1 });
    const controller = new AbortController();
    const first = failureOf(send(get({ origin }), { signal: controller.signal }));
    const second = failureOf(send(get({ origin })));
    await server.untilAccepted(1);
    controller.abort("enough");
    expect(await first).toBe("enough");
    expect(send.stats().inFlight).toBe(1);
    await send.close({ timeoutMs: 1 });
    expect((await second) instanceof ClosedError).toBe(true);
    expect(server.accepted).toBe(1);
  });

  it("is cut off by closing", async () => {
    const { origin, server } = await mute();
    const send = transport({ connectTimeoutMs: 600_000 });
    const call = failureOf(send(get({ origin })));
    await server.untilAccepted(1);
    expect(await send.close({ timeoutMs: 1 })).toMatchObject({
      notSent: [{ method: "GET" }],
      unconfirmed: [],
    });
    expect((await call) instanceof ClosedError).toBe(true);
    await server.untilClosed(1);
  });

  it("fails for all that wait when nobody listens, each with an error of its own", async () => {
    const placeholder = await startTcpServer(() => {});
    await placeholder.close();
    const send = transport({ maxConnections: 2 });
    const errors = await Promise.all(Array.from({ length: 20 }, () => failureOf(send(get(placeholder)))));
    expect(errors.every((error) => error instanceof ConnectionError)).toBe(true);
    expect(new Set(errors).size).toBe(20);
    expect(send.stats()).toMatchObject({ inFlight: 0, socketsOpened: 0, socketsOpen: 0 });
  });
});

describe("a pooled connection", () => {
  it("does not read a compressed response that nobody asked for", async () => {
    const server = await serve((socket) =>
      onRawRequest(socket, () => void socket.write(rawResponse("x", ["Content-Encoding: gzip"]))),
    );
    expect(await failureOf(transport()(get(server)))).toMatchObject({
      code: "wirekit/http-body",
      status: 200,
      message: "The response is compressed, which was not asked for",
    });
  });

  it("knows a response that is cut off in the middle of a chunk, which fetch of Node 20 takes for whole", async () => {
    const cut = "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal";
    const server = await serve((socket) => onRawRequest(socket, () => void socket.end(cut)));
    expect(await failureOf(transport()(get(server)))).toMatchObject({
      code: "wirekit/connection",
      retryable: true,
      details: { sent: true },
    });
  });

  it("is not confused by a response that comes without a request", async () => {
    const server = await serve((socket) =>
      onRawRequest(socket, ({ line }) => void socket.write(rawResponse(line) + rawResponse("uncalled for"))),
    );
    const send = transport({ maxConnections: 1 });
    const policy = { maxAttempts: 20, baseDelayMs: 1 };
    for (let number = 0; number < 5; number += 1) {
      const response = await retry(() => send(get(server, `/${number}`)), { policy });
      expect(response.text).toBe(`GET /${number} HTTP/1.1`);
    }
  });
});
