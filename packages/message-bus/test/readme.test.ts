import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";
import { startAws } from "@wirekit/devstack/aws";
import { readSnippets, runSnippets } from "@wirekit/test-support/readme";

const packageDirectory = fileURLToPath(new URL("..", import.meta.url));

it("every other example in the README runs, and prints what it says", async () => {
  const aws = await startAws();
  try {
    for (const queue of ["status-updates.fifo", "users"]) await aws.createQueue(queue);
    const all = readSnippets(fileURLToPath(new URL("../README.md", import.meta.url)));
    // Those of Kafka have a test of their own, beside the broker that they need.
    const snippets = all.filter(({ code }) => !/\bKafka(MessageBus)?\b/.test(code));
    expect(snippets.length).toBeGreaterThan(3);
    const env = {
      SQS_QUEUE_URL: aws.endpointUrl,
      AWS_REGION: aws.regionName,
      AWS_ACCESS_KEY_ID: aws.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: aws.credentials.secretAccessKey,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
      NO_COLOR: "1",
    };
    expect(await runSnippets(snippets, { packageDirectory, env })).toEqual(
      snippets.map(({ name, prints }) => ({ name, printed: prints, complaints: "" })),
    );
  } finally {
    await aws.close();
  }
}, 120_000);
