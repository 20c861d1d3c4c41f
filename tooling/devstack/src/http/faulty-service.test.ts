import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { openSocket, type RawResponse, rawRequestBytes, readToEnd, sendRaw } from "../../test/raw-http.ts";
import { FaultScript } from "../faults/fault-script.ts";
import { text } from "../faults/rules.ts";
import { errorRules } from "../faults/vocabulary.ts";
import { jsonAnswer } from "./answer.ts";
import { type HttpErrorFault, serveFaulty } from "./faulty-service.ts";
import {
  type HttpFault,
  type HttpOn,
  httpFaults,
  httpVocabulary,
  type MatchedRequest,
} from "./http-fault.ts";
import { type ListeningServer, listen } from "./http-server.ts";

const now = Date.UTC(2026, 0, 15, 12, 0, 0);
const maxBodyBytes = 1000;
const post = { target: "/a", headers: [["Host", "127.0.0.1"]], body: "hello" } as const;

type Script = FaultScript<HttpFault | HttpErrorFault, HttpOn, MatchedRequest>;
let script: Script;
let faults: Script["faults"];
let server: ListeningServer;
let url: string;
let observed: string[];
let applied: string[];
let applying: Promise<void>;

beforeEach(async () => {
  script = new FaultScript({ ...httpVocabulary, faults: { ...httpFaults, error: errorRules(text) } });
  faults = script.faults;
  observed = [];
  applied = [];
  applying = Promise.resolve();
  const service = {
    understand: (request: MatchedRequest) => request,
    refuse: (_: unknown, { code }: HttpErrorFault) => jsonAnswer(418, { code }),
    observe(request: { readonly body: Buffer }, at: number) {
      observed.push(request.body.toString());
      return { text: request.body.toString(), at };
    },
    async apply({ text, at }: { readonly text: string; readonly at: number }) {
      applied.push(text);
      await applying;
      return jsonAnswer(200, { text, at });
    },
  };
  const serving = { service, script, now: () => now, maxBodyBytes };
  server = await listen(0, (exchange) => serveFaulty(exchange, serving));
  url = `http://127.0.0.1:${server.port}/`;
});

afterEach(async () => {
  await server.close();
  script.close();
});

function send(): Promise<RawResponse> {
  return sendRaw(url, post);
}

it("answers, with the server's own date, when nothing is scripted", async () => {
  const response = await send();
  expect(response).toMatchObject({ status: 200, end: "closed" });
  expect(response.body.toString()).toBe(JSON.stringify({ text: "hello", at: now }));
  expect(response.headers.date).toBe("Thu, 15 Jan 2026 12:00:00 GMT");
});

describe("an answer in the service's place", () => {
  it("carries its status, headers and body, and the service does not act", async () => {
    faults.next({ kind: "answer", status: 503, headers: { "Retry-After": "7" }, body: { message: "later" } });
    const response = await send();
    expect(response.status).toBe(503);
    expect(response.headers).toMatchObject({ "retry-after": "7", "content-type": "application/json" });
    expect(response.body.toString()).toBe('{"message":"later"}');
    expect({ observed, applied }).toEqual({ observed: ["hello"], applied: [] });
  });

  it("may be any bytes", async () => {
    faults.next({ kind: "answer", status: 200, body: Uint8Array.of(0xff, 0x00, 0xfe) });
    expect([...(await send()).body]).toEqual([0xff, 0x00, 0xfe]);
  });
});

it("lets the service act and changes its answer on the way back", async () => {
  faults.next({
    kind: "rewrite",
    edit: (answer) => ({ ...answer, body: Buffer.from(`${answer.body} and more`) }),
  });
  expect((await send()).body.toString()).toBe(`${JSON.stringify({ text: "hello", at: now })} and more`);
  expect(applied).toEqual(["hello"]);
});

describe("a reset", () => {
  it("before the request is read leaves it unseen", async () => {
    faults.next({ kind: "reset", before: "read" });
    await expect(send()).resolves.toMatchObject({ status: 0, end: "reset" });
    expect({ observed, applied }).toEqual({ observed: [], applied: [] });
    expect(server.counters.requests).toBe(1);
  });

  it("before it is applied leaves it read and without effect", async () => {
    faults.next({ kind: "reset", before: "apply" });
    await expect(send()).resolves.toMatchObject({ status: 0, end: "reset" });
    expect({ observed, applied }).toEqual({ observed: ["hello"], applied: [] });
  });

  it("before the answer loses no more than the answer", async () => {
    faults.next({ kind: "reset", before: "answer" });
    await expect(send()).resolves.toMatchObject({ status: 0, end: "reset" });
    expect(applied).toEqual(["hello"]);
  });
});

describe("a close", () => {
  it.each([
    { before: "read", seen: [], done: [] },
    { before: "apply", seen: ["hello"], done: [] },
    { before: "answer", seen: ["hello"], done: ["hello"] },
  ] as const)("before $before ends the connection in good order", async ({ before, seen, done }) => {
    faults.next({ kind: "close", before });
    await expect(send()).resolves.toMatchObject({ status: 0, end: "closed" });
    expect({ observed, applied }).toEqual({ observed: seen, applied: done });
  });
});

it.each([
  { before: undefined, done: [] },
  { before: "apply", done: [] },
  { before: "answer", done: ["hello"] },
] as const)("answers with an error in the service's own form, before $before", async ({ before, done }) => {
  faults.next({ kind: "error", code: "teapot", before });
  const response = await send();
  expect([response.status, response.body.toString()]).toEqual([418, '{"code":"teapot"}']);
  expect(applied).toEqual(done);
});

describe("a hold", () => {
  it.each([
    { before: "read", seen: [], done: [] },
    { before: "apply", seen: ["hello"], done: [] },
    { before: "answer", seen: ["hello"], done: ["hello"] },
  ] as const)("before $before lasts until it is released", async ({ before, seen, done }) => {
    const hold = faults.next({ kind: "hold", before });
    const response = send();
    await hold.struck();
    // The strike is told as soon as the head has come; one more whole exchange lets the held one come as far
    // as it may.
    await send();
    expect(observed.length + applied.length).toBe(seen.length + done.length + 2);
    hold.release();
    await expect(response).resolves.toMatchObject({ status: 200 });
    expect(applied).toHaveLength(2);
  });

  it("for a time ends by itself", async () => {
    faults.next({ kind: "hold", before: "answer", forMs: 1 });
    await expect(send()).resolves.toMatchObject({ status: 200 });
  });

  it("for a time can be cut short", async () => {
    const hold = faults.next({ kind: "hold", before: "answer", forMs: 1e9 });
    const response = send();
    await hold.struck();
    hold.release();
    await expect(response).resolves.toMatchObject({ status: 200 });
  });

  it("can come before another fault", async () => {
    const fault = faults.next([
      { kind: "hold", before: "apply" },
      { kind: "answer", status: 500 },
    ]);
    const response = send();
    await fault.struck();
    fault.release();
    await expect(response).resolves.toMatchObject({ status: 500 });
  });

  it("ends without effect when the client closes the connection", async () => {
    const hold = faults.next({ kind: "hold", before: "apply" });
    const socket = openSocket(url);
    const response = readToEnd(socket);
    socket.write(rawRequestBytes(post));
    await hold.struck();
    socket.destroy();
    await response;
    await hold.ended();
    hold.release();
    await send();
    expect(applied).toEqual(["hello"]);
  });
});

it("ends when the client has left while the service was at work", async () => {
  let finish = () => {};
  applying = new Promise((resolve) => {
    finish = resolve;
  });
  const hold = faults.next({ kind: "hold", before: "answer" });
  const socket = openSocket(url);
  const response = readToEnd(socket);
  socket.write(rawRequestBytes(post));
  await hold.struck();
  while (applied.length === 0) await new Promise(setImmediate);
  socket.destroy();
  await response;
  while (server.counters.openSockets > 0) await new Promise(setImmediate);
  finish();
  await hold.ended();
});

it("is told another time by a clock that is off", async () => {
  faults.next({ kind: "clock", skewMs: -600_000 });
  const response = await send();
  expect(response.headers.date).toBe("Thu, 15 Jan 2026 11:50:00 GMT");
  expect(JSON.parse(response.body.toString())).toEqual({ text: "hello", at: now - 600_000 });
});

describe("a body", () => {
  const whole = JSON.stringify({ text: "hello", at: now });

  it("that comes slowly comes whole", async () => {
    faults.next({ kind: "slow", chunkBytes: 5, intervalMs: 1 });
    const response = await send();
    expect(response.headers["content-length"]).toBe(String(whole.length));
    expect(response.body.toString()).toBe(whole);
  });

  it("that comes slowly has a head that comes at once, and can be hurried", async () => {
    const fault = faults.next({ kind: "slow", chunkBytes: 1, intervalMs: 1e9 });
    const socket = openSocket(url);
    const response = readToEnd(socket);
    const head = new Promise<Buffer>((resolve) => socket.once("data", resolve));
    socket.write(rawRequestBytes(post));
    expect((await head).toString()).toMatch(/^HTTP\/1.1 200 OK\r\n[\s\S]*\r\n\r\n$/);
    fault.release();
    expect((await response).body.toString()).toBe(whole);
  });

  it("that stalls stops after so many bytes, and goes on when it is released", async () => {
    const fault = faults.next({ kind: "stall", afterBytes: 3 });
    const socket = openSocket(url);
    const response = readToEnd(socket);
    let received = "";
    const stalled = new Promise<void>((resolve) =>
      socket.on("data", (chunk) => {
        received += chunk;
        if (received.endsWith(`\r\n\r\n${whole.slice(0, 3)}`)) resolve();
      }),
    );
    socket.write(rawRequestBytes(post));
    await stalled;
    fault.release();
    expect((await response).body.toString()).toBe(whole);
  });

  it("that is truncated is shorter than was announced", async () => {
    faults.next({ kind: "truncate", afterBytes: 4 });
    const response = await send();
    expect(response.headers["content-length"]).toBe(String(whole.length));
    expect(response).toMatchObject({ status: 200, end: "closed" });
    expect(response.body.toString()).toBe(whole.slice(0, 4));
  });

  it("that is truncated breaks off in the middle unless it is said where", async () => {
    faults.next({ kind: "truncate" });
    expect((await send()).body.toString()).toBe(whole.slice(0, whole.length >> 1));
  });

  it("that is truncated to nothing leaves a head", async () => {
    faults.next({ kind: "truncate", afterBytes: 0 });
    await expect(send()).resolves.toMatchObject({ status: 200, body: Buffer.alloc(0) });
  });

  it("that has no end goes on until the client has enough", async () => {
    const fault = faults.next({ kind: "endless" });
    const socket = openSocket(url);
    let size = 0;
    const enough = new Promise<void>((resolve) =>
      socket.on("data", (chunk) => {
        size += chunk.length;
        if (size > 1_000_000) resolve();
      }),
    );
    socket.write(rawRequestBytes(post));
    await enough;
    socket.destroy();
    await fault.ended();
  });
});

it("refuses a body that is too large, without reading all of it", async () => {
  const response = await sendRaw(url, { ...post, body: "x".repeat(maxBodyBytes + 1) });
  expect(response.status).toBe(413);
  expect(observed).toEqual([]);
});

it("forgets a request whose body never comes whole", async () => {
  const fault = faults.next({ kind: "answer", status: 500 });
  const socket = openSocket(url);
  const response = readToEnd(socket);
  socket.write("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\nabc");
  await fault.struck();
  socket.destroy();
  await response;
  await fault.ended();
  expect(observed).toEqual([]);
});

it("answers 500 when a test's own predicate or edit throws", async () => {
  faults.next(
    { kind: "answer", status: 200 },
    {
      when: () => {
        throw new Error("a fault in the test");
      },
    },
  );
  const response = await send();
  expect(response.status).toBe(500);
  expect(response.body.toString()).toContain("a fault in the test");
});
