import { silentLogger } from "../../src/index.ts";
import type { ClientHarness } from "../../src/testing/index.ts";
import { FakePeer } from "./fake-peer.ts";
import { ReferenceClient, type ReferenceOptions } from "./reference-client.ts";

/** How the suite makes a reference client. */
export const referenceHarness: ClientHarness<ReferenceClient, FakePeer> = {
  startPeer: () => new FakePeer(),
  create: (peer, overrides) => new ReferenceClient(optionsOf(peer, overrides)),
  send: (client, options) => client.send("hello", options),
  sendMany: (client, count, options) => client.sendMany(Array(count).fill("hello"), options),
  options: {
    durations: ["requestTimeoutMs", "retry.baseDelayMs"],
    numbers: ["maxEntries", "retry.maxAttempts"],
    texts: ["name"],
    functions: ["audit"],
    objects: ["peer", "retry", "logger", "clock"],
  },
  fromEnv: {
    create: (env, overrides) => ReferenceClient.fromEnv(env, { peer: new FakePeer(), ...overrides }),
    env: { REFERENCE_NAME: "shop" },
    bad: [
      { env: {}, names: ["REFERENCE_NAME"] },
      { env: { REFERENCE_MAX_ENTRIES: "many" }, names: ["REFERENCE_NAME", "REFERENCE_MAX_ENTRIES"] },
      { env: { REFERENCE_NAME: "shop", REFERENCE_MAX_ENTRIES: "0" }, names: ["REFERENCE_MAX_ENTRIES"] },
    ],
  },
  hooks: ["audit"],
  listen: (client, listener) => {
    client.on("sent", listener);
    client.on("failed", listener);
  },
};

export function optionsOf(peer: FakePeer, overrides: object): ReferenceOptions {
  return {
    peer,
    name: "shop",
    logger: silentLogger,
    retry: { maxAttempts: 2, baseDelayMs: 1 },
    ...overrides,
  };
}
