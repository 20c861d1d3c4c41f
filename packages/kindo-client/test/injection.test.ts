import { afterEach, describe, expect, it } from "@jest/globals";
import { KindoClient } from "../src/index.ts";
import { settled } from "./manual-clock.ts";
import { aMessage, credentials } from "./messages.ts";
import { closeAll, closeLater, openClient, startBoth, startService } from "./stack.ts";

afterEach(closeAll);

describe("over a fetch that is handed in,", () => {
  it("a message is delivered, and a fault is tried again", async () => {
    let calls = 0;
    const counting: typeof fetch = (input, init) => {
      calls += 1;
      return fetch(input, init);
    };
    const { server, client } = await startBoth({ client: { fetch: counting } });
    server.faults.next({ kind: "reset", before: "answer" });
    await expect(client.send(aMessage())).resolves.toMatchObject({ attempts: 2 });
    expect(calls).toBe(2);
    expect(client.stats().connections).toBeUndefined();
  });

  it("a send ends when it is aborted, and when its time is over, although fetch never answers", async () => {
    const silent: typeof fetch = () => new Promise(() => {});
    const { client } = await startBoth({ client: { fetch: silent } });
    const caller = new AbortController();
    const sending = client.send(aMessage(), { signal: caller.signal });
    await settled();
    caller.abort("enough");
    await expect(sending).rejects.toMatchObject({ code: "wirekit/unconfirmed", cause: "enough" });
    await expect(client.send(aMessage(), { timeoutMs: 20 })).rejects.toMatchObject({
      code: "wirekit/unconfirmed",
    });
  });
});

describe("over a transport that is handed in,", () => {
  const open = (transport: () => Promise<never>) => openClient("http://127.0.0.1:9/", { transport });

  it("a send ends when it is aborted, although the transport never answers", async () => {
    const client = open(() => new Promise<never>(() => {}));
    const caller = new AbortController();
    const sending = client.send(aMessage(), { signal: caller.signal });
    await settled();
    caller.abort("enough");
    await expect(sending).rejects.toMatchObject({ code: "wirekit/unconfirmed", cause: "enough" });
  });

  it("a send ends when its time is over, although the transport keeps none", async () => {
    const client = open(() => new Promise<never>(() => {}));
    await expect(client.send(aMessage(), { timeoutMs: 20 })).rejects.toMatchObject({
      code: "wirekit/unconfirmed",
    });
  });

  it("what it throws against its contract is reported, and not tried again", async () => {
    const client = open(() => Promise.reject(new TypeError("oops")));
    await expect(client.send(aMessage())).rejects.toMatchObject({
      code: "wirekit/unconfirmed",
      cause: { name: "TypeError" },
      attempts: 1,
    });
  });
});

describe("without credentials in its options, a client", () => {
  it("takes them from the standard AWS chain", async () => {
    const server = await startService();
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
    process.env.AWS_ACCESS_KEY_ID = credentials.accessKeyId;
    process.env.AWS_SECRET_ACCESS_KEY = credentials.secretAccessKey;
    try {
      const client = closeLater(new KindoClient({ url: server.url }));
      await expect(client.send(aMessage())).resolves.toMatchObject({ attempts: 1 });
    } finally {
      restore({ AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY });
    }
  });

  it("made from an environment takes them from there, without the chain", async () => {
    const server = await startService();
    const env = {
      KINDO_MESSAGE_PRODUCER_URL: server.url,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    };
    const client = closeLater(KindoClient.fromEnv(env));
    await client.send(aMessage());
    expect(server.stored).toHaveLength(1);
  });
});

function restore(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
