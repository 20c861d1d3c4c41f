import { describe, expect, it } from "@jest/globals";
import { type KafkaOptions, resolveOptions } from "./options.ts";

describe("the options", () => {
  it("have a default, each of them", () => {
    expect(resolveOptions()).toMatchObject({
      nodes: 1,
      host: "127.0.0.1",
      ports: [0],
      securityProtocol: "PLAINTEXT",
    });
  });

  it("mean the default where they are undefined", () => {
    expect(resolveOptions({ nodes: undefined, topics: undefined })).toEqual(resolveOptions());
  });

  it.each<readonly [string, KafkaOptions]>([
    ["nodes", { nodes: 4 }],
    ["nodes", { nodes: 0 }],
    ["ports", { nodes: 2, ports: [9_092] }],
    ["users", { securityProtocol: "SASL_SSL" }],
    ["users", { users: { alice: "secret" } }],
    ["topics", { topics: { "not a name": 1 } }],
    ["topics", { topics: { payments: 0 } }],
    ["defaultPartitions", { defaultPartitions: 1.5 }],
    ["maxMessageBytes", { maxMessageBytes: -1 }],
    ["maxLogBytes", { maxLogBytes: 0.5 }],
    ["ports[1]", { nodes: 2, ports: [9_092, 65_536] }],
    ["ports[0]", { ports: [-1] }],
  ])("are refused by name: %s", (name, options) => {
    expect(() => resolveOptions(options)).toThrow(name);
  });

  it("never show a password when they are refused", () => {
    const refused: unknown[] = [];
    try {
      resolveOptions({ users: { alice: "open sesame" } });
    } catch (error) {
      refused.push(String(error));
    }
    expect(refused).toEqual([expect.not.stringContaining("open sesame")]);
  });
});
