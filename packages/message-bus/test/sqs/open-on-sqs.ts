import { SQSClient } from "@aws-sdk/client-sqs";
import type { ContractBus } from "../contract/contract-bus.ts";
import { QueueTime } from "./queue-time.ts";
import { startSqs } from "./sqs-fixture.ts";

const visibilityTimeoutMs = 2_000;

/** SQS counts in whole seconds, and some of them pass here: a test may take so long, in milliseconds. */
export const testTimeoutMs = 120_000;

/** What queues are by nature. */
export const traits = { groups: "none", comesAgain: "when its time is over" } as const;

/** A bus for the contract, on queues of the embedded AWS whose names end in `suffix`. */
export async function openOnSqs(suffix: string): Promise<ContractBus> {
  const sqs = await startSqs();
  const { endpointUrl: endpoint, regionName: region, credentials } = sqs.aws;
  const client = new SQSClient({ endpoint, region, credentials, maxAttempts: 1 });
  const requests = countRequests(client);
  const time = new QueueTime(() => requests.underWay === 0);
  const open = () => sqs.open({ visibilityTimeoutMs, client, clock: time });
  return {
    bus: open(),
    newTarget: async () => sqs.newQueue(suffix),
    sendText: (text, { target, key }) => sqs.sendText(text, target, key),
    eventually: (outcome) => outcome,
    outlastVisibility: () => time.skip(visibilityTimeoutMs + 100),
    another: async () => open(),
    close: async () => {
      await sqs.close();
      client.destroy();
      time.end();
    },
  };
}

/** Counts the requests that are under way, except receives, which wait for messages. */
function countRequests(client: SQSClient): { readonly underWay: number } {
  const requests = { underWay: 0 };
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const count = commandName === "ReceiveMessageCommand" ? 0 : 1;
        requests.underWay += count;
        try {
          return await next(args);
        } finally {
          requests.underWay -= count;
        }
      },
    { step: "initialize" },
  );
  return requests;
}
