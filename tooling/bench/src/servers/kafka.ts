import { startKafka } from "@wirekit/devstack/kafka";

// A broker in a process of its own. Asked for its traffic, it tells how often it was asked for what, and what
// processor time it took.
const kafka = await startKafka();
process.send?.({ bootstrapServers: kafka.bootstrapServers });
process.on("message", (request: { readonly newTopic?: string; readonly partitions?: number }) => {
  if (request.newTopic !== undefined) kafka.createTopic(request.newTopic, request.partitions);
  const { user, system } = process.cpuUsage();
  process.send?.({ counts: { ...kafka.counts.requests }, processorMs: (user + system) / 1000 });
});
process.on("disconnect", () => void kafka.close());
