import { KindoClient, signRequest } from "@wirekit/kindo-client";
import { AwsClient } from "aws4fetch";
import { type BenchmarkCase, comparisonTable } from "../harness/benchmark-case.ts";
import { type Contender, compare, type Measured } from "../harness/compare.ts";
import { judgeRatio } from "../harness/goals.ts";
import { summarize } from "../harness/statistics.ts";
import { startServerProcess } from "../servers/server-process.ts";
import { forEachInFlight } from "./in-flight.ts";
import { openPool } from "./pool-with-aws4.ts";
import { credentials, region, sampleMessage, service } from "./sample-message.ts";
import { sendInTheOriginalsManner } from "./sequential-sender.ts";

const operations = 5_000;
const inFlight = 16;
const names = {
  sendMany: "KindoClient.sendMany",
  send: "KindoClient.send",
  pool: "undici Pool + aws4",
  aws4fetch: "aws4fetch",
  sequential: "one at a time",
};

/**
 * Whole sends over loopback to a server in another process, which verifies every signature and every message.
 */
export const sending: BenchmarkCase = {
  name: "sending",
  async run({ rounds }) {
    const server = await startServerProcess();
    const pool = openPool(server.url, inFlight);
    const client = new KindoClient({ url: server.url, region, credentials });
    try {
      const contenders = sendersTo(server.url, client, pool);
      const measured = await compare(contenders, { rounds, operations, traffic: () => server.traffic() });
      return {
        name: "sending",
        title: `${operations.toLocaleString("en")} sends, ${inFlight} in flight`,
        ...comparisonTable(measured, { peer: names.pool, unit: "sends" }),
        goals: [
          judgeRatio({ contender: names.sendMany, peer: names.pool, atLeast: 0.9 }, measured),
          judgeRatio({ contender: names.sendMany, peer: names.aws4fetch, atLeast: 1.5 }, measured),
          judgeRatio({ contender: names.sendMany, peer: names.sequential, atLeast: 4 }, measured),
        ],
        notes: [
          `${names.pool} is the ceiling: it validates nothing, retries nothing and has no time limit`,
          `${names.sequential}: for each send the schema is read from disk and a new connection is opened`,
          await signingShare(measured),
        ],
        results: measured,
      };
    } finally {
      await client.close();
      await pool.close();
      await server.close();
    }
  },
};

function sendersTo(
  url: string,
  client: KindoClient,
  pool: ReturnType<typeof openPool>,
): readonly Contender[] {
  const messages = Array.from({ length: operations }, (_, number) => sampleMessage(number));
  const aws = new AwsClient({ ...credentials, region, service, retries: 0 });
  const oneByOne = (name: string, width: number, send: (message: object) => Promise<unknown>): Contender => ({
    name,
    run: () =>
      forEachInFlight(messages, width, async (message) => requireTrackingId(name, await send(message))),
  });
  return [
    {
      name: names.sendMany,
      async run() {
        const { outcomes } = await client.sendMany(messages, { concurrency: inFlight });
        const delivered = outcomes.filter(({ kind }) => kind === "delivered").length;
        if (delivered !== operations)
          throw new Error(`${operations - delivered} messages were not delivered`);
      },
    },
    {
      name: names.send,
      run: () =>
        forEachInFlight(messages, inFlight, async (message) => {
          const { trackingId } = await client.send(message);
          requireTrackingId(names.send, { tracking_id: trackingId });
        }),
    },
    oneByOne(names.pool, inFlight, (message) => pool.send(message)),
    oneByOne(names.aws4fetch, inFlight, async (message) => {
      const headers = { "Content-Type": "application/json" };
      const body = JSON.stringify(message);
      const response = await aws.fetch(url, { method: "POST", headers, body, aws: { allHeaders: true } });
      return response.json();
    }),
    oneByOne(names.sequential, 1, (message) => sendInTheOriginalsManner(url, message)),
  ];
}

function requireTrackingId(name: string, answer: unknown): void {
  const id =
    typeof answer === "object" && answer !== null && "tracking_id" in answer ? answer.tracking_id : undefined;
  if (typeof id !== "string") throw new Error(`${name} was answered ${JSON.stringify(answer)}`);
}

/** How much of the client's work in a send is its signature. */
async function signingShare(measured: readonly Measured[]): Promise<string> {
  const headers = { "Content-Type": "application/json" };
  const bodies = Array.from({ length: operations }, (_, number) => JSON.stringify(sampleMessage(number)));
  const run = async () => {
    for (const body of bodies) {
      const request = { method: "POST", url: "http://127.0.0.1/", headers, body };
      await signRequest(request, { region, service, credentials });
    }
  };
  const [signed] = await compare([{ name: "signRequest", run }], { rounds: 3, operations });
  const sent = measured.find(({ name }) => name === names.sendMany);
  const signingMicros = summarize(signed?.processorMicros ?? []).median;
  const sendMicros = summarize(sent?.processorMicros ?? []).median;
  const share = ((signingMicros / sendMicros) * 100).toFixed(0);
  return `signing takes ${signingMicros.toFixed(1)} of the ${sendMicros.toFixed(1)} µs of processor time of a send: ${share} %`;
}
