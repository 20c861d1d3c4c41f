import { afterEach, describe, expect, it } from "@jest/globals";
import { systemClock } from "@wirekit/core";
import { malformedJson, noTrackingId, redirect, throttled } from "@wirekit/devstack/lambda-url";
import { aMessage } from "./messages.ts";
import { closeAll, startBoth } from "./stack.ts";

afterEach(closeAll);

const forever = { times: Number.POSITIVE_INFINITY };

describe("a service that is busy or broken", () => {
  it.each([429, 500, 502, 503, 504])(
    "and answers %d twice gets the message with the third try",
    async (status) => {
      const { server, client } = await startBoth();
      server.faults.next({ kind: "answer", status }, { times: 2 });
      await expect(client.send(aMessage())).resolves.toMatchObject({ attempts: 3 });
      expect(server.requests).toHaveLength(3);
      expect(server.stored).toHaveLength(1);
    },
  );

  it("and stays so is reported with its status, its answer and the number of tries", async () => {
    const { server, client } = await startBoth();
    server.faults.next({ kind: "answer", status: 503, body: "try later" }, forever);
    await expect(client.send(aMessage())).rejects.toMatchObject({
      name: "SendError",
      code: "kindo/refused",
      message: "Failed to send message: 503 try later",
      status: 503,
      body: "try later",
      retryable: true,
      attempts: 3,
    });
    expect(server.requests).toHaveLength(3);
  });

  it("has every try signed anew", async () => {
    let seconds = 0;
    const clock = { ...systemClock, now: () => Date.now() + seconds * 1000 };
    const { server, client } = await startBoth({ client: { clock } });
    const later = () => {
      seconds += 2;
      return true;
    };
    server.faults.next({ kind: "answer", status: 503 }, { times: 2, when: later });
    await client.send(aMessage());
    const dates = server.requests.map(({ headers }) => headers["x-amz-date"]);
    expect(new Set(dates).size).toBe(3);
    for (const { signature } of server.requests) expect(signature.kind).toBe("accepted");
  });

  it.each([["0"], [new Date(0).toUTCString()]])(
    "that says Retry-After: %s is asked again",
    async (retryAfter) => {
      const { server, client } = await startBoth();
      server.faults.next(throttled(retryAfter));
      await expect(client.send(aMessage())).resolves.toMatchObject({ attempts: 2 });
    },
  );

  it.each([["31"], [new Date(Date.now() + 3_600_000).toUTCString()]])(
    "that wants to be left alone for longer than there is time (Retry-After: %s) is not asked again",
    async (retryAfter) => {
      const { server, client } = await startBoth();
      server.faults.next(throttled(retryAfter));
      const error: unknown = await client.send(aMessage()).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ status: 429, attempts: 1 });
      expect((error as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(30_000);
      expect(server.requests).toHaveLength(1);
    },
  );
});

describe("a message that is refused", () => {
  it.each([201, 204, 301, 400, 401, 404, 409, 413, 418])("with %d is not sent again", async (status) => {
    const { server, client } = await startBoth();
    server.faults.next({ kind: "answer", status, body: status === 204 ? "" : "no" }, forever);
    await expect(client.send(aMessage())).rejects.toMatchObject({
      name: "SendError",
      code: "kindo/refused",
      status,
      retryable: false,
      attempts: 1,
    });
    expect(server.requests).toHaveLength(1);
  });

  it("by way of a redirect is not sent elsewhere: the signature is for this place only", async () => {
    const { server, client } = await startBoth();
    server.faults.next(redirect(`${server.url}elsewhere`), forever);
    await expect(client.send(aMessage())).rejects.toMatchObject({ code: "kindo/refused", status: 307 });
    expect(server.requests).toHaveLength(1);
  });
});

describe("a 200 that does not say under which id", () => {
  it.each([
    ["because its JSON is broken off", malformedJson()],
    ["because there is none in it", noTrackingId()],
    ["because it is null", noTrackingId({ tracking_id: null })],
    ["because it is a number", noTrackingId({ tracking_id: 1 })],
    ["because the answer is a list", noTrackingId(["t-1"])],
  ])("%s is an error, and is not sent again: the message was taken", async (_name, fault) => {
    const { server, client } = await startBoth();
    server.faults.next(fault, forever);
    await expect(client.send(aMessage())).rejects.toMatchObject({
      name: "UnconfirmedError",
      code: "wirekit/unconfirmed",
      message: expect.stringMatching(/it may have arrived \(200 without a tracking_id: /),
      details: { status: 200 },
      cause: { name: "HttpResponseError", status: 200 },
      attempts: 1,
    });
    expect(server.requests).toHaveLength(1);
  });

  it("because it never ends is cut off", async () => {
    const { server, client } = await startBoth();
    server.faults.next({ kind: "endless" });
    await expect(client.send(aMessage())).rejects.toMatchObject({
      code: "wirekit/unconfirmed",
      cause: { code: "wirekit/http-response-too-large", status: 200 },
    });
    await expect(client.send(aMessage())).resolves.toMatchObject({ attempts: 1 });
  });
});

describe("a connection that breaks", () => {
  it.each(["read", "apply", "answer"] as const)(
    "before the service comes to %s is tried again",
    async (before) => {
      const { server, client } = await startBoth();
      server.faults.next({ kind: "reset", before });
      await expect(client.send(aMessage())).resolves.toMatchObject({ attempts: 2 });
      // The one that was reset after it was applied arrives twice, which only the service can know.
      expect(server.stored).toHaveLength(before === "answer" ? 2 : 1);
    },
  );

  it("in the middle of the answer is tried again", async () => {
    const { server, client } = await startBoth();
    server.faults.next({ kind: "truncate", afterBytes: 5 });
    await expect(client.send(aMessage())).resolves.toMatchObject({ attempts: 2 });
  });

  it("every time is reported with what broke", async () => {
    const { server, client } = await startBoth();
    server.faults.next({ kind: "reset", before: "apply" }, forever);
    await expect(client.send(aMessage())).rejects.toMatchObject({
      name: "UnconfirmedError",
      code: "wirekit/unconfirmed",
      retryable: false,
      attempts: 3,
      cause: { name: "ConnectionError", details: { sent: true } },
    });
  });

  it("because nobody listens is reported as well, and says that nothing was sent", async () => {
    const { server, client } = await startBoth();
    await server.close();
    await expect(client.send(aMessage())).rejects.toMatchObject({
      code: "wirekit/connection",
      message: expect.stringContaining("ECONNREFUSED"),
      attempts: 3,
      details: { sent: false },
    });
  });
});

describe("an answer that comes slowly", () => {
  it("is waited for", async () => {
    const { server, client } = await startBoth();
    server.faults.next({ kind: "slow", chunkBytes: 5, intervalMs: 1 });
    server.faults.next({ kind: "hold", before: "answer", forMs: 20 });
    await expect(client.send(aMessage())).resolves.toMatchObject({ attempts: 1 });
    await expect(client.send(aMessage())).resolves.toMatchObject({ attempts: 1 });
  });

  it("is given up for another try where a limit was set for that", async () => {
    const { server, client } = await startBoth({ client: { responseTimeoutMs: 100 } });
    const stuck = server.faults.next({ kind: "hold", before: "answer" });
    await expect(client.send(aMessage())).resolves.toMatchObject({ attempts: 2 });
    expect(stuck.strikes).toBe(1);
  });
});
