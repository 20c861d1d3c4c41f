import type { Socket } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import {
  type ClosableHttpTransport,
  createHttpTransport,
  HttpResponseError,
  type HttpTransportOptions,
} from "../src/http/index.ts";
import { ClosedError, ConnectionError, TimeoutError, ValidationError } from "../src/index.ts";
import {
  type LocalServer,
  onRawRequest,
  type RawRequest,
  rawResponse,
  startHttpServer,
  startTcpServer,
} from "./servers.ts";

const nothingLeft = { notSent: [], unconfirmed: [], notHandled: 0 };

/** Closed after each test, the last opened first. */
const opened: { close(): Promise<unknown> }[] = [];

afterEach(async () => {
  for (const resource of opened.splice(0).reverse()) await resource.close();
});

function closing<T extends { close(options?: object): Promise<unknown> }>(resource: T): T {
  opened.push({ close: () => resource.close({ timeoutMs: 0 }) });
  return resource;
}

const tcp = async (onConnection: (socket: Socket) => void) => closing(await startTcpServer(onConnection));

/** Answers each request with what `answer` writes. */
const answering = (answer: (socket: Socket, request: RawRequest) => void) =>
  tcp((socket) => onRawRequest(socket, (request) => answer(socket, request)));

const silent = () => tcp((socket) => void socket.resume());

/** What a rejected call rejected with; fails when it did not. */
async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    (value) => {
      throw new Error(`expected a failure, got ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}

/** Everything that an error shows of itself to a log, causes included. */
function shownBy(error: unknown): string {
  const parts: unknown[] = [];
  for (
    let current = error;
    typeof current === "object" && current !== null;
    current = (current as Error).cause
  ) {
    const own = Object.getOwnPropertyNames(current).map((name) => (current as Record<string, unknown>)[name]);
    parts.push(String(current), own);
  }
  return JSON.stringify(parts);
}

const carriers: [string, (options?: HttpTransportOptions) => ClosableHttpTransport][] = [
  ["pooled connections", (options) => closing(createHttpTransport(options))],
  ["fetch", (options) => closing(createHttpTransport({ fetch: globalThis.fetch, ...options }))],
];

const get = (server: LocalServer, path = "/") => ({ method: "GET", url: server.origin + path, headers: {} });
const post = (server: LocalServer, body: string | Uint8Array = "{}") => ({
  method: "POST",
  url: `${server.origin}/messages?key=hunter22`,
  headers: { "content-type": "application/json", authorization: "hunter22" },
  body,
});

describe.each(carriers)("over %s, a request", (_, create) => {
  it("is sent with its method, target, headers and body, and its response is read to the end", async () => {
    let received: RawRequest | undefined;
    const server = await answering((socket, request) => {
      received = request;
      socket.write(rawResponse('{"tracking_id":"1"}', ["X-Kind: Test"], "201 Created"));
    });
    const response = await create()(post(server, '{"a":1}'));
    expect(response).toMatchObject({
      status: 201,
      text: '{"tracking_id":"1"}',
      headers: { "x-kind": "Test" },
    });
    expect(received).toMatchObject({ line: "POST /messages?key=hunter22 HTTP/1.1", body: '{"a":1}' });
    const fields = received?.fields.map((field) => field.toLowerCase());
    expect(fields).toEqual(
      expect.arrayContaining(["authorization: hunter22", `host: 127.0.0.1:${server.port}`]),
    );
    expect(fields?.filter((field) => field.startsWith("content-type"))).toEqual([
      "content-type: application/json",
    ]);
  });

  it("adds no content type to a body that has none", async () => {
    let fields: readonly string[] = [];
    const server = await answering((socket, request) => {
      fields = request.fields;
      socket.write(rawResponse(""));
    });
    await create()({ ...post(server, "text"), headers: {} });
    expect(fields.join("\n")).not.toMatch(/content-type/i);
  });

  it.each(["/", "//x//", "/%7e%7E", "/a%20b/c%2Fd", "/?k=b&k=a&k=", "/?flag&a=1", "/caf%C3%A9/%E2%82%AC"])(
    "goes to the target %s as it is written",
    async (target) => {
      let line = "";
      const server = await answering((socket, request) => {
        line = request.line;
        socket.write(rawResponse(""));
      });
      await create()(get(server, target));
      expect(line).toBe(`GET ${target} HTTP/1.1`);
    },
  );

  it("sends bytes and text as UTF-8, and reads UTF-8 that is cut in the middle of a character", async () => {
    const server = closing(
      await startHttpServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
          for (const byte of Buffer.concat(chunks)) response.write(Uint8Array.of(byte));
          response.end();
        });
      }),
    );
    const send = create();
    expect((await send(post(server, "grüße 😀"))).text).toBe("grüße 😀");
    expect((await send(post(server, new TextEncoder().encode("bytes €")))).text).toBe("bytes €");
    expect((await send(post(server, Uint8Array.of(0x61, 0xff, 0x62)))).text).toBe("a\uFFFDb");
    expect((await send(post(server, "\uFEFFmarked"))).text).toBe("marked");
  });

  it("joins a header that is repeated, in the request as in the response", async () => {
    let fields: readonly string[] = [];
    const server = await answering((socket, request) => {
      fields = request.fields.map((field) => field.toLowerCase());
      socket.write(rawResponse("", ["X-A: 1", "x-a: 2", "Set-Cookie: a=1", "Set-Cookie: b=2"]));
    });
    const headers = [
      ["x-b", "1"],
      ["x-b", "2"],
    ] as const;
    const response = await create()({ ...get(server), headers });
    expect(fields.filter((field) => field.startsWith("x-b")).join(" ")).toMatch(/^x-b: 1(, | x-b: )2$/);
    expect(response.headers).toMatchObject({ "x-a": "1, 2", "set-cookie": "a=1, b=2" });
  });

  it("can be answered with a header named __proto__", async () => {
    const server = await answering((socket) => void socket.write(rawResponse("ok", ["__proto__: x"])));
    expect((await create()(get(server))).text).toBe("ok");
  });

  it("is not repeated at the place that a redirect names", async () => {
    const lines: string[] = [];
    const server = await answering((socket, { line }) => {
      lines.push(line);
      socket.write(rawResponse("", [`Location: ${server.origin}/elsewhere`], "307 Temporary Redirect"));
    });
    const response = await create()(post(server));
    expect(response).toMatchObject({ status: 307, headers: { location: `${server.origin}/elsewhere` } });
    expect(lines).toEqual(["POST /messages?key=hunter22 HTTP/1.1"]);
  });

  it.each([
    ["204 No Content", ""],
    ["304 Not Modified", ""],
    ["500 Internal Server Error", "broken"],
    ["429 Too Many Requests", ""],
  ])("may be answered with %s: any status is a response", async (status, body) => {
    const head =
      body === "" ? `HTTP/1.1 ${status}\r\n` : `HTTP/1.1 ${status}\r\nContent-Length: ${body.length}\r\n`;
    const server = await answering((socket) => void socket.end(`${head}Connection: close\r\n\r\n${body}`));
    expect(await create()(get(server))).toMatchObject({ status: Number.parseInt(status, 10), text: body });
  });

  it("for headers alone gets the length of a body that is not there", async () => {
    const server = await answering(
      (socket) => void socket.end("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"),
    );
    const response = await create({ maxResponseBytes: 10 })({ ...get(server), method: "HEAD" });
    expect(response).toMatchObject({ status: 200, text: "" });
  });

  it("may be answered in HTTP/1.0, where the body ends with the connection", async () => {
    const server = await answering((socket) => void socket.end("HTTP/1.0 200 OK\r\n\r\nold but whole"));
    const send = create();
    expect((await send(get(server))).text).toBe("old but whole");
    expect((await send(get(server))).text).toBe("old but whole");
  });

  it("is not taken for answered by what comes before a response", async () => {
    const early = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    const server = await answering((socket) => void socket.write(early + rawResponse("late", ["X-A: 1"])));
    expect(await create()(get(server))).toMatchObject({ status: 200, text: "late", headers: { "x-a": "1" } });
  });

  it.each<[string, string]>([
    ["a fragment", "/a#b"],
    ["a blank", "/a b"],
    ["no ASCII", "/ሴ"],
  ])("with %s in its URL is refused before anything is sent", async (_name, target) => {
    const server = await silent();
    expect((await failureOf(create()(get(server, target)))) instanceof ValidationError).toBe(true);
    expect(server.accepted).toBe(0);
  });

  it("to a port that is none is refused", async () => {
    const call = create()({ method: "GET", url: "http://127.0.0.1:99999/", headers: {} });
    expect((await failureOf(call)) instanceof ValidationError).toBe(true);
  });
});

describe.each(carriers)("over %s, a time-out", (_, create) => {
  it("ends the wait for a server that accepts and never answers", async () => {
    const server = await silent();
    const error = await failureOf(create({ responseTimeoutMs: 30 })(post(server)));
    expect(error instanceof TimeoutError && error.message).toBe(
      `The response of ${server.origin} took longer than 30 ms`,
    );
    expect(error).toMatchObject({
      retryable: true,
      details: { phase: "response", sent: true, timeoutMs: 30 },
    });
    await server.untilClosed(1);
  });

  it("is not put off by a body that never stops coming", async () => {
    const server = await answering((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
      const drip = setInterval(() => socket.write("x"), 2);
      socket.on("close", () => clearInterval(drip));
    });
    const error = await failureOf(create({ responseTimeoutMs: 40 })(get(server)));
    expect(error).toMatchObject({ code: "wirekit/timeout", details: { phase: "response" } });
    await server.untilClosed(1);
  });

  it("over the whole call comes from the options, or from the call", async () => {
    const server = await silent();
    const send = create({ timeoutMs: 25 });
    const [byOption, byCall] = [
      await failureOf(send(get(server))),
      await failureOf(send(get(server), { timeoutMs: 20 })),
    ];
    expect(byOption).toMatchObject({ timeoutMs: 25, details: { phase: "total" } });
    expect(byCall).toMatchObject({ timeoutMs: 20, details: { phase: "total" } });
    expect((byCall as Error).message).toBe(`The request to ${server.origin} took longer than 20 ms`);
  });

  it.each([0, -1, Number.NaN])("of %d ms is refused", async (timeoutMs) => {
    const error = await failureOf(create()(get(await silent()), { timeoutMs }));
    expect(error).toMatchObject({ code: "wirekit/config", message: expect.stringContaining("timeoutMs") });
  });
});

describe.each(carriers)("over %s, an abort", (_, create) => {
  const reason = { why: "the user left" };

  it("before the call prevents it", async () => {
    const server = await silent();
    const signal = AbortSignal.abort(reason);
    expect(await failureOf(create()(get(server), { signal }))).toBe(reason);
    expect(server.accepted).toBe(0);
  });

  it("right after the call rejects with the signal's own reason", async () => {
    const controller = new AbortController();
    const call = create()(get(await silent()), { signal: controller.signal });
    controller.abort(reason);
    expect(await failureOf(call)).toBe(reason);
  });

  it("while the response is awaited rejects with the signal's own reason, and ends the connection", async () => {
    const controller = new AbortController();
    const server = await answering(() => controller.abort(reason));
    expect(await failureOf(create()(post(server), { signal: controller.signal }))).toBe(reason);
    await server.untilClosed(1);
  });

  it("in the middle of the body rejects with the signal's own reason, and ends the connection", async () => {
    const controller = new AbortController();
    const server = await answering((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", () => controller.abort(reason));
    });
    expect(await failureOf(create()(get(server), { signal: controller.signal }))).toBe(reason);
    await server.untilClosed(1);
  });

  it("after the response changes nothing", async () => {
    const controller = new AbortController();
    const server = await answering((socket) => void socket.write(rawResponse("ok")));
    const response = await create()(get(server), { signal: controller.signal });
    controller.abort(reason);
    expect(response.text).toBe("ok");
  });
});

describe.each(carriers)("over %s, a connection", (_, create) => {
  it("that is refused says so, that nothing was sent, and that it may pass", async () => {
    const server = await silent();
    await server.close();
    opened.pop();
    const error = await failureOf(create()(post(server)));
    expect(error instanceof ConnectionError && error.message).toBe(
      `Could not connect to ${server.origin} (ECONNREFUSED)`,
    );
    expect(error).toMatchObject({
      retryable: true,
      details: { code: "ECONNREFUSED", sent: false, origin: server.origin },
    });
  });

  it.each<[string, (socket: Socket) => void]>([
    ["is reset before the response", (socket) => void socket.resetAndDestroy()],
    ["is closed before the response", (socket) => void socket.end()],
    [
      "is reset in the middle of the body",
      (socket) =>
        void socket.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", () =>
          socket.resetAndDestroy(),
        ),
    ],
    [
      "is closed in the middle of the body",
      (socket) => void socket.end("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
    ],
    [
      "is closed in the middle of a body that ends with it",
      (socket) => void socket.end("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 10\r\n\r\nhalf"),
    ],
    ["is closed in the middle of the headers", (socket) => void socket.end("HTTP/1.1 200 OK\r\nContent-Le")],
  ])("that %s says that the request may have arrived, and may be repeated", async (_name, fault) => {
    const server = await answering((socket) => fault(socket));
    const error = await failureOf(create()(post(server)));
    expect(error instanceof ConnectionError && error.message).toMatch(
      /^The connection to .* broke before the response/,
    );
    expect(error).toMatchObject({ retryable: true, details: { sent: true, origin: server.origin } });
  });

  it("to something that speaks no HTTP is not tried again", async () => {
    const server = await answering((socket) => void socket.end("SSH-2.0-OpenSSH_9.6\r\n"));
    const error = await failureOf(create()(post(server)));
    expect(error).toMatchObject({ name: "ConnectionError", retryable: false, details: { sent: true } });
  });

  it("that fails shows nothing of the request in its error", async () => {
    const server = await answering(
      (socket) => void socket.end("HTTP/1.1 200 hunter22\r\nbroken hunter22\r\n\r\n"),
    );
    const refused = await silent();
    await refused.close();
    opened.pop();
    for (const call of [post(server), post(refused)]) {
      const shown = shownBy(await failureOf(create()(call)));
      expect(shown).not.toContain("hunter22");
      expect(shown).not.toContain("/messages");
    }
  });
});

describe.each(carriers)("over %s, a body beyond the limit", (_, create) => {
  it("is not read on, also when it never ends, and its connection is closed", async () => {
    const server = await answering((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      const pour = () => {
        while (!socket.destroyed && socket.write(`4000\r\n${"x".repeat(0x4000)}\r\n`));
      };
      socket.on("drain", pour);
      pour();
    });
    const error = await failureOf(create({ maxResponseBytes: 100_000 })(get(server)));
    expect(error instanceof HttpResponseError && error.message).toBe(
      "The response is larger than the limit of 100000 bytes (maxResponseBytes)",
    );
    expect(error).toMatchObject({ status: 200, code: "wirekit/http-response-too-large", retryable: false });
    await server.untilClosed(1);
  });

  it("is not even begun when its length was announced", async () => {
    const server = await answering(
      (socket) => void socket.write("HTTP/1.1 503 Busy\r\nContent-Length: 101\r\n\r\n"),
    );
    const error = await failureOf(create({ maxResponseBytes: 100 })(get(server)));
    expect(error).toMatchObject({ status: 503, code: "wirekit/http-response-too-large", retryable: true });
    await server.untilClosed(1);
  });

  it("is one byte more than what is still read", async () => {
    const server = await answering(
      (socket, { line }) => void socket.write(rawResponse(line.includes("more") ? "12345" : "1234")),
    );
    const send = create({ maxResponseBytes: 4 });
    expect((await send(get(server))).text).toBe("1234");
    expect(await failureOf(send(get(server, "/more")))).toMatchObject({
      code: "wirekit/http-response-too-large",
    });
  });
});

describe.each(carriers)("over %s, closing", (_, create) => {
  it("waits for what is under way, and refuses what comes after", async () => {
    let answer = () => {};
    const server = await answering((socket) => {
      answer = () => void socket.write(rawResponse("done"));
      arrived();
    });
    let arrived = () => {};
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const send = create();
    const call = send(post(server));
    await arrival;
    const closed = send.close();
    const late = await failureOf(send(post(server)));
    expect(late instanceof ClosedError && late.message).toBe("The HTTP transport is closed");
    answer();
    expect((await call).text).toBe("done");
    expect(await closed).toEqual(nothingLeft);
  });

  it("cuts off what is not done in time, and says how much that was", async () => {
    const server = await silent();
    const send = create();
    const calls = [failureOf(send(post(server))), failureOf(send(post(server)))];
    await server.untilAccepted(2);
    expect(await send.close({ timeoutMs: 20 })).toEqual({
      ...nothingLeft,
      unconfirmed: [post(server), post(server)],
    });
    for (const error of await Promise.all(calls)) {
      expect(error).toMatchObject({
        message: "The HTTP transport was closed before the response was complete",
        code: "wirekit/connection",
        retryable: false,
        details: { sent: true },
      });
    }
    await server.untilClosed(2);
    expect(send.stats()).toMatchObject({ inFlight: 0, socketsOpen: 0 });
  });

  it("can be done twice, and before anything was sent", async () => {
    const send = create();
    expect(await Promise.all([send.close(), send.close()])).toEqual([nothingLeft, nothingLeft]);
    expect(await send.close()).toEqual(nothingLeft);
  });

  it("returns the first report to a second call", async () => {
    const server = await silent();
    const send = create();
    const call = failureOf(send(post(server)));
    const first = send.close({ timeoutMs: 20 });
    expect(await send.close({ timeoutMs: 600_000 })).toBe(await first);
    await call;
  });

  it("does not begin with a limit that is no time", async () => {
    const server = await answering((socket) => void socket.write(rawResponse("ok")));
    const send = create();
    await expect(send.close({ timeoutMs: Number.NaN })).rejects.toThrow("timeoutMs must be a number");
    expect((await send(get(server))).text).toBe("ok");
  });

  it("is done at the end of a block that uses it", async () => {
    const server = await answering((socket) => void socket.write(rawResponse("ok")));
    const send = create();
    await send(get(server));
    await send[Symbol.asyncDispose]();
    expect((await failureOf(send(get(server)))) instanceof ClosedError).toBe(true);
  });
});
