import { describe, expect, it } from "@jest/globals";
import { ConfigError } from "../errors/config-error.ts";
import { peerFailure } from "./peer-failure.ts";

const missing = (name: string, code = "ERR_MODULE_NOT_FOUND") =>
  Object.assign(new Error(`Cannot find package '${name}' imported from /app/index.js`), { code });

describe("peerFailure", () => {
  it("resolves with what is found", async () => {
    const module = await import("node:path").catch(peerFailure("node:path", "PathClient"));
    expect(module.join("a", "b")).toMatch(/^a.b$/);
  });

  it.each(["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"])("says what to install on %s", async (code) => {
    const cause = missing("kafkajs", code);
    const loading = Promise.reject(cause).catch(peerFailure("kafkajs", "KafkaMessageBus"));
    await expect(loading).rejects.toThrow(
      "Invalid configuration: KafkaMessageBus needs the package kafkajs: run `npm install kafkajs`",
    );
    await expect(loading).rejects.toMatchObject({ issues: [{ path: "KafkaMessageBus" }], cause });
    await expect(loading).rejects.toBeInstanceOf(ConfigError);
  });

  it("says so of a package that the runtime does not find", async () => {
    const name = "@wirekit/there-is-no-such-package";
    const loading = import(name).catch(peerFailure(name, "A client"));
    await expect(loading).rejects.toThrow(/A client needs the package @wirekit\/there-is-no-such-package/);
  });

  it.each([
    ["throws while it loads", new SyntaxError("Unexpected token")],
    ["lacks a package of its own", missing("lz4")],
    ["rejects with what is no error", "broken"],
  ])("does not advise to install a package that %s", async (_, cause) => {
    const loading = Promise.reject(cause).catch(peerFailure("kafkajs", "KafkaMessageBus"));
    await expect(loading).rejects.toThrow(
      "KafkaMessageBus needs the package kafkajs, which is installed but cannot be loaded: ",
    );
    await expect(loading).rejects.not.toThrow("npm install");
  });
});
