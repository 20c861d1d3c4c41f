// Starts a broker, has it wait for many things at once, and closes it. Nothing may keep this process alive
// after that.
import { RawClient } from "../../src/kafka/conformance/raw-client.ts";
import { until } from "../../src/kafka/conformance/until.ts";
import { startKafka } from "../../src/kafka/index.ts";

const longMs = 1_000_000;
const kafka = await startKafka({ nodes: 3, topics: { payments: 1 }, initialRebalanceDelayMs: longMs });
const open = (nodeId: number) => RawClient.open(kafka.addresses[nodeId - 1] ?? "");

const fetching = await open(kafka.leaderOf({ topic: "payments", partition: 0 }));
const partitions = [{ index: 0, fetchOffset: 0n, maxBytes: 1_000 }];
const topics = [{ name: "payments", partitions }];
fetching.send("Fetch", 11, { replicaId: -1, maxWaitMs: longMs, minBytes: 1, topics });

const joining = await open(kafka.coordinatorOf("group"));
const group = { groupId: "group", sessionTimeoutMs: longMs, rebalanceTimeoutMs: longMs, memberId: "" };
joining.send("JoinGroup", 3, {
  ...group,
  protocolType: "x",
  protocols: [{ name: "x", metadata: Buffer.alloc(0) }],
});
const pending = await open(kafka.coordinatorOf("group"));
pending.send("JoinGroup", 5, {
  ...group,
  protocolType: "x",
  protocols: [{ name: "x", metadata: Buffer.alloc(0) }],
});

kafka.faults.next({ kind: "hold", before: "apply", forMs: longMs }, { on: "ApiVersions" });
const delayed = await open(1);
delayed.send("ApiVersions", 0, {});
const idle = await open(2);
const halfway = await open(3);
halfway.write(Buffer.from([0, 0, 1]));

await until(() => {
  const { Fetch, JoinGroup, ApiVersions } = kafka.counts.requests;
  return Fetch === 1 && JoinGroup === 2 && ApiVersions === 1;
});
await Promise.all([kafka.close(), kafka.close()]);
// The first answer to the member that must come back with its id is already there.
await pending.frame();
for (const client of [fetching, joining, pending, delayed, idle, halfway])
  if ((await client.frame()) !== "closed") throw new Error("a connection outlived the broker");
if (kafka.openConnections !== 0) throw new Error("the broker still counts connections");
