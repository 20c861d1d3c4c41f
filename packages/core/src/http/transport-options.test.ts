import { describe, expect, it } from "@jest/globals";
import { isNode, type RuntimeGlobals } from "./runtime.ts";
import { type HttpTransportOptions, resolveTransportOptions } from "./transport-options.ts";

describe("the options of a transport", () => {
  it("have defaults, also where they are undefined", () => {
    expect(resolveTransportOptions({ timeoutMs: undefined, maxConnections: 8 })).toMatchObject({
      connectTimeoutMs: 10_000,
      responseTimeoutMs: 30_000,
      timeoutMs: 60_000,
      maxResponseBytes: 10_485_760,
      maxConnections: 8,
      keepAliveMs: 4_000,
      maxConnectionAgeMs: 300_000,
    });
  });

  it("may be without limit in time", () => {
    const timeoutMs = Number.POSITIVE_INFINITY;
    expect(resolveTransportOptions({ timeoutMs, keepAliveMs: timeoutMs })).toMatchObject({ timeoutMs });
  });

  it("are refused together, each by name", () => {
    const options = {
      connectTimeoutMs: 0,
      keepAliveMs: Number.NaN,
      maxConnections: 1.5,
      maxResponseBytes: -1,
    };
    expect(() => resolveTransportOptions(options)).toThrow(
      "Invalid configuration: connectTimeoutMs must be a number of at least 1 and at most 2147483647, or Infinity; " +
        "maxResponseBytes must be a whole number of at least 1; maxConnections must be a whole number of at least 1; " +
        "keepAliveMs must be a number of at least 1 and at most 2147483647, or Infinity",
    );
  });

  it("that do not exist are named with the one that was probably meant", () => {
    const options = {
      maxConnection: 1,
      proxy: { htps: "http://p" },
      tls: { ca: [] },
    } as HttpTransportOptions;
    expect(() => resolveTransportOptions(options)).toThrow(
      "maxConnection is not an option; did you mean maxConnections?; tls.ca must be a PEM text, or a list of them; " +
        "proxy.htps is not an option; did you mean https?",
    );
  });
});

describe("the runtime", () => {
  const node = { process: { versions: { node: "20.19.0" } } };

  it.each<[string, RuntimeGlobals, boolean]>([
    ["Node", node, true],
    ["Node with a navigator", { ...node, navigator: { userAgent: "Node.js/22" } }, true],
    ["Bun", { ...node, Bun: {} } as RuntimeGlobals, false],
    ["Deno", { ...node, Deno: {} } as RuntimeGlobals, false],
    ["Workers", { ...node, navigator: { userAgent: "Cloudflare-Workers" } }, false],
    ["a browser", { navigator: { userAgent: "Mozilla/5.0" } }, false],
    ["a browser with a process of a bundler", { process: {} }, false],
  ])("of %s is Node: %p", (_, globals, expected) => {
    expect(isNode(globals)).toBe(expected);
  });

  it("of this test is Node", () => {
    expect(isNode()).toBe(true);
  });
});
