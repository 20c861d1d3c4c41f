import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";
import { startAws } from "@wirekit/devstack/aws";
import { readSnippets, runSnippets } from "@wirekit/test-support/readme";

const packageDirectory = fileURLToPath(new URL("..", import.meta.url));

it("every example in the README runs, and prints what it says", async () => {
  const aws = await startAws();
  try {
    const written = readSnippets(fileURLToPath(new URL("../README.md", import.meta.url)));
    // The one thing that a reader's program has no need to say: where the AWS of this test is.
    const endpoint = "endpointUrl: process.env.ENDPOINT_URL";
    const snippets = written.map((snippet) => ({
      ...snippet,
      code: snippet.code
        .replaceAll("awsMessagingConfigFromEnv()", `awsMessagingConfigFromEnv(process.env, { ${endpoint} })`)
        .replaceAll("AwsMessaging.fromEnv(process.env, {", `AwsMessaging.fromEnv(process.env, { ${endpoint},`)
        .replaceAll("AwsMessaging.fromEnv()", `AwsMessaging.fromEnv(process.env, { ${endpoint} })`),
    }));
    expect(snippets.length).toBeGreaterThan(10);
    const env = {
      AWS_REGION_NAME: aws.regionName,
      AWS_ACCESS_KEY_ID: aws.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: aws.credentials.secretAccessKey,
      ENDPOINT_URL: aws.endpointUrl,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
      NO_COLOR: "1",
    };
    expect(await runSnippets(snippets, { packageDirectory, env })).toEqual(
      snippets.map(({ name, prints }) => ({ name, printed: prints, complaints: "" })),
    );
  } finally {
    await aws.close();
  }
}, 60_000);
