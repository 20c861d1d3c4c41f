import { describe, expect, it } from "@jest/globals";
import { silentLogger } from "@wirekit/core";
import { KafkaMessageBus } from "@wirekit/message-bus";
import { GroupAccount, type Handling } from "./group-account.ts";
import { SendAccount } from "./send-account.ts";

describe("the account of a group", () => {
  const at = (reference: string, offset: number, more: Partial<Handling> = {}): Handling => {
    return { by: "a", partition: 0, offset, reference, at: offset, ...more };
  };

  it("finds nothing where all was handled in order, also when something came again", () => {
    const account = accountOf(
      at("k#0", 0),
      at("k#1", 1),
      at("k#1", 1, { by: "b", at: 5 }),
      at("k#2", 2, { at: 6 }),
    );
    expect([...account.skipped(), ...account.disorder()]).toEqual([]);
    expect(account.twice().map((handlings) => handlings.map(({ by }) => by))).toEqual([["a", "b"]]);
  });

  it("finds what was skipped, and what was read as something else", () => {
    expect(accountOf(at("k#0", 0), at("x#0", 1)).skipped()).toEqual([
      "0:1 is k#1, not x#0",
      "k#2 at 0:2 was not handled",
    ]);
  });

  it("finds a key out of its order, in one member and between two", () => {
    expect(accountOf(at("k#1", 1), at("k#0", 0, { at: undefined })).disorder()).toEqual([
      "a handled k#0 after #1",
    ]);
    const between = accountOf(at("k#1", 1), at("k#0", 0, { by: "b", at: 2 }));
    expect(between.disorder()).toEqual(["b handled k#0 after #1"]);
  });

  it("says when all before an offset were handled", () => {
    const account = accountOf(at("k#0", 0, { at: 7 }), at("k#1", 1, { at: 4 }));
    expect([0, 1, 2, 3].map((offset) => account.handledUpTo(0, offset))).toEqual([0, 7, 7, Infinity]);
  });

  it("lets nobody wait for a member that has failed", async () => {
    const account = new GroupAccount();
    const waiting = account.until(() => false);
    account.fail(new Error("it is gone"));
    await expect(waiting).rejects.toThrow("it is gone");
    await expect(account.until(() => false)).rejects.toThrow("it is gone");
  });

  function accountOf(...handlings: readonly Handling[]): GroupAccount {
    const account = new GroupAccount();
    for (const offset of [0, 1, 2]) account.sent(`k#${offset}`, { partition: 0, offset });
    for (const handling of handlings) account.handled(handling);
    return account;
  }
});

describe("the account of senders", () => {
  const record = (number: number, offset: number) => {
    const value = JSON.stringify({ payload: { reference: `k#${number}` } });
    return { key: "k", value, partition: 0, offset };
  };

  it("finds nothing where the log is what they were told", async () => {
    const account = await accountOf();
    expect(account.faultsOf([record(0, 0)])).toEqual([]);
    // Nobody has said whether that one has arrived.
    account.unconfirmed.add("k#0");
    account.delivered.clear();
    expect(account.faultsOf([])).toEqual([]);
  });

  it("finds what was lost, doubled, put in another order, or is there against what was said", async () => {
    const account = await accountOf();
    expect(account.faultsOf([])).toEqual(["k#0 was lost"]);
    expect(account.faultsOf([record(0, 1)])).toEqual(["k#0 was lost"]);
    expect(account.faultsOf([record(0, 0), record(0, 0)])).toContain("k#0 was written twice");
    expect(account.faultsOf([record(2, 3), record(1, 4), record(0, 0)])).toContain("k#1 stands behind #2");
    account.notSent.set("k#3", new Error("refused"));
    expect(account.faultsOf([record(0, 0), record(3, 1)])).toEqual([
      "k#3 was written, though it was said not to be",
      "1 were accepted, and 2 accounted for",
    ]);
  });

  /** Of one message, which was delivered to the first place. */
  async function accountOf(): Promise<SendAccount> {
    const account = new SendAccount();
    await using bus = new KafkaMessageBus({
      logger: silentLogger,
      securityProtocol: "PLAINTEXT",
      driver: oneTaken(),
    });
    await account.send(bus, "topic", "k", "k#0");
    return account;
  }
});

/** Writes whatever it is given to offset 0. */
function oneTaken(): NonNullable<ConstructorParameters<typeof KafkaMessageBus>[0]["driver"]> {
  return {
    openProducer: () => ({
      send: async (records) =>
        records.map(({ topic, partition }) => ({ kind: "written", topic, partition, baseOffset: 0n })),
      close: async () => undefined,
    }),
    openMember: () => {
      throw new Error("nothing is read");
    },
    partitionCount: async () => 1,
    lag: async () => [],
    close: async () => undefined,
  };
}
