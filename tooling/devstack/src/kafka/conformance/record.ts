// Writes down what a running Apache Kafka answers: pnpm --filter @wirekit/devstack record-kafka
// 127.0.0.1:19092
import { writeFile } from "node:fs/promises";
import { clientTranscript, recordingUrl, wireTranscript } from "./index.ts";

const [address] = process.argv.slice(2);
if (address === undefined) throw new TypeError("the address of a broker is needed: host:port");
const run = `run-${Date.now()}`;
const client = await clientTranscript({ brokers: [address] }, `${run}-client`);
const wire = await wireTranscript(address, `${run}-wire`);
await writeFile(recordingUrl, `${JSON.stringify({ wire, client }, null, 2)}\n`);
