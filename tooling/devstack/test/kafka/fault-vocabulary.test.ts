import { once } from "node:events";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { describe, expect, it } from "@jest/globals";
import { broker, raw } from "./support.ts";

const topics = { payments: 1 };

describe("a fault", () => {
  const produce = (topic: string) => ({
    transactionalId: null,
    acks: 1,
    timeoutMs: 1_000,
    topics: [{ name: topic, partitions: [{ index: 0, records: null }] }],
  });

  it("can be for one topic, and waits for those of the group or client that it is for", async () => {
    const kafka = await broker({ topics: { payments: 1, orders: 1 } });
    const connection = await raw(kafka);
    const error = { kind: "error", code: "NOT_ENOUGH_REPLICAS" } as const;
    kafka.faults.next(error, { on: { api: "Produce", topic: "orders" } });
    kafka.faults.next(error, { on: { groupId: "other" } });
    kafka.faults.next(error, { on: { clientId: "somebody" } });
    await connection.request("Produce", 3, produce("payments"));
    await connection.request("FindCoordinator", 0, { key: "group" });
    expect(kafka.faults.pending).toBe(3);
    await connection.request("Produce", 3, produce("orders"));
    expect(kafka.faults.pending).toBe(2);
    await connection.request("FindCoordinator", 0, { key: "other" });
    expect(kafka.faults.pending).toBe(1);
  });

  it.each(["read", "apply", "answer"] as const)(
    "holds a request before its %s until it is released",
    async (before) => {
      const kafka = await broker({ topics });
      const connection = await raw(kafka);
      const hold = kafka.faults.next({ kind: "hold", before }, { on: "Metadata" });
      const answer = connection.request("Metadata", 1, { topics: ["payments"] });
      await expect(hold.struck()).resolves.toMatchObject({ api: "Metadata", version: 1, nodeId: 1 });
      hold.release();
      await expect(answer).resolves.toMatchObject({ topics: [{ name: "payments" }] });
      await hold.ended();
    },
  );

  it.each(["PLAINTEXT", "SSL"] as const)("resets a connection over %s", async (securityProtocol) => {
    const kafka = await broker({ topics, securityProtocol });
    kafka.faults.next({ kind: "reset", before: "apply" }, { on: "ApiVersions" });
    const [host = "", port] = kafka.addresses[0]?.split(":") ?? [];
    const tls = { host, port: Number(port), ca: kafka.certificate };
    const socket = kafka.certificate ? connectTls(tls) : connect(tls);
    await once(socket, kafka.certificate ? "secureConnect" : "connect");
    const ended = once(socket, "close").then(
      () => "FIN",
      (error: NodeJS.ErrnoException) => error.code,
    );
    const apiVersions = [0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 255, 255];
    socket.write(Uint8Array.from(apiVersions));
    expect(await ended).toBe("ECONNRESET");
  });

  it.each([
    [
      "a kind",
      { kind: "drop" },
      {},
      'fault.kind "drop" does not exist: the kinds are hold, reset, close, error',
    ],
    ["an error code", { kind: "error", code: "NONSENSE" }, {}, "fault (error).code must be one of"],
    ["an API", { kind: "no-answer" }, { on: "Produse" }, 'not "Produse"'],
    ["a member of on", { kind: "no-answer" }, { on: { partition: 1 } }, "target.on.partition does not exist"],
    ["a node", { kind: "no-answer" }, { on: { nodeId: 2 } }, "the id of a node, from 1 to 1, not 2"],
    [
      "a topic where there is none",
      { kind: "no-answer" },
      { on: { api: "Heartbeat", topic: "x" } },
      "names no topic",
    ],
    [
      "a group where there is none",
      { kind: "no-answer" },
      { on: { api: "Fetch", groupId: "x" } },
      "about no group",
    ],
    [
      "a topic that is not read yet",
      { kind: "reset", before: "read" },
      { on: { topic: "x" } },
      "before the request is read",
    ],
  ])("is refused when it names %s", async (_, fault, target, message) => {
    const kafka = await broker();
    expect(() => kafka.faults.next(fault as never, target as never)).toThrow(message);
  });
});
