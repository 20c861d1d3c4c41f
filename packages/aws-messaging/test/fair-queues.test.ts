import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { deferred } from "@wirekit/core/testing";
import { numbers, OrderPlaced, placedAt, startFixture, until } from "./messaging-fixture.ts";

let fixture: Awaited<ReturnType<typeof startFixture>>;
let sqs: SQSClient;
/** The groups of the messages that were sent in batches. */
const sentGroups: unknown[] = [];

beforeEach(async () => {
  fixture = await startFixture();
  const { endpointUrl: endpoint, regionName: region, credentials } = fixture.aws;
  sqs = new SQSClient({ endpoint, region, credentials, maxAttempts: 1 });
  sentGroups.length = 0;
  // The embedded service knows groups on FIFO queues only: here each message is given with one.
  sqs.middlewareStack.add(
    (next) => async (args) => {
      const { Entries = [] } = args.input as { Entries?: readonly { MessageGroupId?: string }[] };
      if ("MessageBody" in (Entries[0] ?? {}))
        sentGroups.push(...Entries.map((entry) => entry.MessageGroupId));
      const result = await next(args);
      const { Messages = [] } = result.output as { Messages?: { Attributes?: Record<string, string> }[] };
      for (const message of Messages)
        message.Attributes = { ...message.Attributes, MessageGroupId: "tenant" };
      return result;
    },
    { step: "initialize" },
  );
});

afterEach(async () => {
  await fixture.close();
  sqs.destroy();
});

const target = { queue: "orders", schema: OrderPlaced, waitTimeMs: 1_000 };
const put = (n: number) =>
  sqs.send(
    new SendMessageCommand({
      QueueUrl: `${fixture.aws.endpointUrl}/orders`,
      MessageBody: JSON.stringify({ n, placed_at: placedAt }),
    }),
  );

it("handles the messages of a group on a standard queue at once, and no failure holds up the others", async () => {
  for (const queue of ["orders", "given-up"]) await fixture.aws.createQueue(queue);
  await Promise.all(numbers(10).map(put));
  const goOn = deferred();
  const groups: (string | undefined)[] = [];
  const options = { ...target, deadLetter: { queue: "given-up" }, retry: { maxAttempts: 1 } };
  const consumer = fixture.messaging({ sqs }).consume(options, async ({ n }, { metadata }) => {
    groups.push(metadata.groupId);
    await goOn.promise;
    if (n === 0) throw new Error("poison");
  });
  await until(() => groups.length === 10);
  expect(groups).toEqual(Array(10).fill("tenant"));
  goOn.resolve();
  await until(() => consumer.stats().handled === 9 && consumer.stats().deadLettered === 1);
  expect(consumer.stats().received).toBe(10);
  expect(sentGroups).toEqual(["tenant"]);
});
