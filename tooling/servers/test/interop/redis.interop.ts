import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeWith } from "../../src/gate.ts";
import { type RedisServer, startRedis } from "../../src/redis/start-redis.ts";
import { exchange } from "../../src/run/probes.ts";
import { expectGone, report } from "./expect-gone.ts";

await describeWith(["redis"], "Redis", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis({ password: "open-sesame" });
    report(redis);
  });
  afterAll(() => redis?.stop());

  it("answers who knows the password, and nobody else", async () => {
    expect(await say("GET a", "AUTH wrong")).toContain("-NOAUTH");
    expect(await say("SET a 1", "AUTH open-sesame")).toContain("+OK\r\n+OK");
  });

  it("has everything that it acknowledged when it comes back after SIGKILL", async () => {
    const writes = Array.from({ length: 500 }, (_, index) => `SET key-${index} ${index}`);
    const answers = await say(writes.join("\r\n"), "AUTH open-sesame", writes.length + 1);
    expect(answers?.match(/\+OK/g)).toHaveLength(writes.length + 1);
    await redis.restart({ signal: "SIGKILL" });
    expect(await say("DBSIZE", "AUTH open-sesame")).toContain(":501");
    expect(await say("GET key-499", "AUTH open-sesame", 3)).toContain("499");
  });

  it("is silent while it is paused", async () => {
    redis.pause();
    expect(await say("GET a", "AUTH open-sesame")).toBeUndefined();
    redis.resume();
    expect(await say("GET a", "AUTH open-sesame")).toContain("+OK");
  });

  it("forgets everything on a restart where it was told to keep nothing", async () => {
    await using forgetful = await startRedis({ persistence: "memory" });
    const { port } = forgetful.address;
    expect(await exchange(port, { say: "SET a 1\r\n", until: (text) => text.includes("\n") })).toBe(
      "+OK\r\n",
    );
    await forgetful.restart();
    expect(await exchange(port, { say: "DBSIZE\r\n", until: (text) => text.includes("\n") })).toBe(":0\r\n");
  });

  it("leaves nothing behind", () => expectGone(redis));

  /** What is answered to the log-in and the command, in `lines` lines. */
  function say(command: string, login: string, lines = 2): Promise<string | undefined> {
    const until = (text: string) => text.split("\r\n").length > lines;
    return exchange(redis.address.port, { say: `${login}\r\n${command}\r\n`, until });
  }
});
