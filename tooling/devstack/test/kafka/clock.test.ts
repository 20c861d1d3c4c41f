import { describe, expect, it } from "@jest/globals";
import { ManualClock, settle } from "./manual-clock.ts";
import { broker, raw, until } from "./support.ts";

describe("a broker with a clock of its own", () => {
  it("takes a member for gone as soon as the clock says so", async () => {
    const clock = new ManualClock();
    const kafka = await broker({ clock });
    const connection = await raw(kafka);
    const joining = connection.request("JoinGroup", 3, {
      groupId: "group",
      sessionTimeoutMs: 30_000,
      rebalanceTimeoutMs: 60_000,
      memberId: "",
      protocolType: "consumer",
      protocols: [{ name: "range", metadata: Buffer.alloc(0) }],
    });
    await until(() => kafka.group("group")?.state === "PreparingRebalance");
    await clock.advance(0);
    expect(await joining).toMatchObject({ errorCode: 0, generationId: 1 });
    await clock.advance(29_999);
    expect(kafka.group("group")?.members).toHaveLength(1);
    await clock.advance(1);
    expect(kafka.group("group")).toMatchObject({ state: "Empty", members: [] });
  });

  it("ends the wait of a fetch as soon as the clock says so", async () => {
    const clock = new ManualClock();
    const kafka = await broker({ clock, topics: { payments: 1 } });
    const connection = await raw(kafka);
    const partitions = [{ index: 0, fetchOffset: 0n, maxBytes: 1_000 }];
    const topics = [{ name: "payments", partitions }];
    connection.send("Fetch", 11, { replicaId: -1, maxWaitMs: 5_000, minBytes: 1, topics });
    await until(() => clock.pending === 1);
    await clock.advance(4_999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect(await connection.frame()).not.toBe("closed");
    expect(clock.pending).toBe(0);
  });

  it("delays an answer for as long as the clock says", async () => {
    const clock = new ManualClock();
    const kafka = await broker({ clock });
    const connection = await raw(kafka);
    kafka.faults.next({ kind: "hold", before: "apply", forMs: 1_000 }, { on: "ApiVersions" });
    const answer = connection.request("ApiVersions", 2, {});
    await until(() => clock.pending === 1);
    await clock.advance(1_000);
    await settle();
    expect(await answer).toMatchObject({ errorCode: 0 });
  });
});
