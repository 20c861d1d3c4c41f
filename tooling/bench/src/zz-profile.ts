import { encodeMessage, KafkaMessageBus, decodeMessage } from "@wirekit/message-bus";
import { Kafka as Kafkajs, logLevel } from "kafkajs";
import { sampleStatusUpdate } from "./cases/sample-status-update.ts";
import { startKafka } from "@wirekit/devstack/kafka";
import { Worker } from "node:worker_threads";
import { Session } from "node:inspector/promises";
import { writeFileSync } from "node:fs";
import { PerformanceObserver } from "node:perf_hooks";
let gcMs = 0; 
new PerformanceObserver((l) => { for (const e of l.getEntries()) gcMs += e.duration; }).observe({ entryTypes: ["gc"] });
const which = process.argv[2]; const n = Number(process.argv[3] ?? 20000); const rounds = Number(process.argv[4] ?? 8); const profile = process.argv[5];
const bootstrapServers = process.argv[6] ?? "";
const kafka = new Kafkajs({ brokers: [bootstrapServers], logLevel: logLevel.NOTHING });
const value = encodeMessage(sampleStatusUpdate);
async function fill(topic: string) {
  const admin = kafka.admin(); await admin.connect(); await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] }); await admin.disconnect();
  const producer = kafka.producer(); await producer.connect();
  for (let f = 0; f < n; f += 500) await producer.send({ topic, messages: Array.from({ length: 500 }, (_, i) => ({ key: `user-${(f + i) % 100}`, value })) });
  await producer.disconnect();
}
const base = `t${process.pid}`;
for (let r = 0; r < rounds; r++) await fill(`${base}-${r}`);
const session = new Session(); session.connect();
if (profile) { await session.post("Profiler.enable"); await session.post("Profiler.setSamplingInterval", { interval: 200 }); }
for (let r = 0; r < rounds; r++) {
  const topic = `${base}-${r}`;
  (globalThis as any).gc?.();
  if (profile && r === 2) await session.post("Profiler.start");
  const cpu0 = process.cpuUsage(); const t0 = performance.now(); gcMs = 0; let first = 0, last = 0;
  if (which === "bus") {
    const bus = new KafkaMessageBus({ bootstrapServers, securityProtocol: "PLAINTEXT" });
    const consumer = bus.consume({ target: topic, concurrency: 100 }, () => undefined);
    await new Promise<void>((resolve) => { let h = 0; consumer.on("processed", () => { if (h === 0) first = performance.now(); h += 1; if (h === n) { last = performance.now(); resolve(); } }); });
    await bus.close();
  } else {
    const consumer = kafka.consumer({ groupId: `${topic}-group`, maxWaitTimeInMs: 500 });
    await consumer.connect(); await consumer.subscribe({ topic, fromBeginning: true });
    let h = 0;
    await new Promise<void>((resolve) => void consumer.run({ eachBatchAutoResolve: true, eachBatch: async ({ batch }) => {
      if (h === 0) first = performance.now();
      for (const { value } of batch.messages) decodeMessage(String(value));
      h += batch.messages.length; if (h >= n) { last = performance.now(); resolve(); }
    } }));
    await consumer.disconnect();
  }
  const end = performance.now(); const cpu = process.cpuUsage(cpu0);
  console.log(which, "total", (end - t0).toFixed(0), "join", (first - t0).toFixed(0), "work", (last - first).toFixed(0), "close", (end - last).toFixed(0), "cpu µs/msg", ((cpu.user + cpu.system) / n).toFixed(1), "gc ms", gcMs.toFixed(0));
}
if (profile) { const { profile: p } = await session.post("Profiler.stop"); writeFileSync(profile, JSON.stringify(p)); }
process.exit(0);
