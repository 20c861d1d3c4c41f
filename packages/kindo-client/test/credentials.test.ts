import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import { ManualClock } from "@wirekit/core/testing";
import type { Credentials } from "../src/index.ts";
import { aMessage, credentials } from "./messages.ts";
import { closeAll, openClient, startBoth, startService } from "./stack.ts";

afterEach(closeAll);

describe("a provider of credentials that hangs once", () => {
  it("is asked again, and the next sends are delivered", async () => {
    const clock = new ManualClock(new Date());
    let asked = 0;
    const provider = () => {
      asked += 1;
      return asked === 1 ? new Promise<Credentials>(() => {}) : Promise.resolve(credentials);
    };
    const { server, client } = await startBoth({ client: { credentials: provider, clock } });
    const sends = Array.from({ length: 5 }, () => client.send(aMessage()));
    await clock.settle();
    expect(asked).toBe(1);
    // The attempt is given up, and the pause before the next try is over.
    await clock.advance(10_100);
    for (const { attempts } of await Promise.all(sends)) expect(attempts).toBe(2);
    expect(asked).toBe(2);
    expect(server.stored).toHaveLength(5);
  });

  it("holds up no close, and nothing that it answers afterwards changes anything", async () => {
    let answer: (credentials: Credentials) => void = () => {};
    const provider = () => new Promise<Credentials>((resolve) => (answer = resolve));
    const { server, client } = await startBoth({ client: { credentials: provider } });
    const sending = client.send(aMessage()).catch((thrown: unknown) => thrown);
    expect(await client.close({ timeoutMs: 1 })).toEqual({
      notSent: [aMessage()],
      unconfirmed: [],
      notHandled: 0,
    });
    expect(await sending).toMatchObject({ code: "wirekit/closed" });
    const before = client.stats();
    answer(credentials);
    await new Promise((resolve) => setImmediate(resolve));
    expect(client.stats()).toEqual(before);
    expect(server.requests).toHaveLength(0);
  });
});

it("keys that were replaced in the profile file are picked up after a 403", async () => {
  const directory = await mkdtemp(join(tmpdir(), "kindo-profile-"));
  const file = join(directory, "credentials");
  const write = ({ accessKeyId, secretAccessKey }: Credentials) =>
    writeFile(
      file,
      `[kindo-test]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    );
  const { AWS_PROFILE, AWS_SHARED_CREDENTIALS_FILE } = process.env;
  Object.assign(process.env, { AWS_PROFILE: "kindo-test", AWS_SHARED_CREDENTIALS_FILE: file });
  try {
    await write({ ...credentials, secretAccessKey: "the old secret key" });
    const server = await startService();
    const client = openClient(server.url, { credentials: undefined });
    await expect(client.send(aMessage())).rejects.toMatchObject({ status: 403 });
    expect(client.health()).toMatchObject({
      status: "degraded",
      reasons: [{ code: "kindo/refused", message: expect.stringContaining("likely cause: key") }],
    });
    await write(credentials);
    await expect(client.send(aMessage())).resolves.toMatchObject({ attempts: 1 });
    expect(client.health()).toEqual({ status: "ok", reasons: [] });
  } finally {
    for (const [name, value] of Object.entries({ AWS_PROFILE, AWS_SHARED_CREDENTIALS_FILE })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await rm(directory, { recursive: true });
  }
});

describe("what is said of messages whose turn had not come", () => {
  it("four aborted sends over one connection: one went out, three did not", async () => {
    const { server, client } = await startBoth({ client: { maxConnections: 1 } });
    const held = server.faults.next({ kind: "hold", before: "answer" }, { times: Number.POSITIVE_INFINITY });
    const caller = new AbortController();
    const sending = client.sendMany(
      Array.from({ length: 4 }, () => aMessage()),
      {
        concurrency: 4,
        signal: caller.signal,
      },
    );
    await held.struck();
    caller.abort();
    expect((await sending).counts).toMatchObject({ unconfirmed: 1, "not-sent": 3 });
    expect(held.strikes).toBe(1);
  });

  it("an idempotency key that cannot be made fails its own message, and no other", async () => {
    const { server, client } = await startBoth({
      client: {
        idempotencyKey: ({ event_type }) => {
          if (event_type === "bad") throw new Error("no key");
          return event_type === "worse" ? "two words" : event_type;
        },
      },
    });
    const { outcomes } = await client.sendMany(
      ["good", "bad", "worse", "good"].map((event_type) => aMessage({ event_type })),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(["delivered", "not-sent", "not-sent", "delivered"]);
    for (const index of [1, 2]) {
      expect(outcomes[index]).toMatchObject({
        error: { name: "ValidationError", issues: [{ path: "idempotencyKey" }] },
      });
    }
    expect(server.stored).toHaveLength(2);
    expect(client.health().status).toBe("ok");
  });
});
