import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "@jest/globals";
import { readSnippets, runSnippets } from "@wirekit/test-support/readme";
import { credentials } from "./messages.ts";
import { closeAll, startService } from "./stack.ts";

afterEach(closeAll);

const packageDirectory = fileURLToPath(new URL("..", import.meta.url));

it("every example in the README runs as it stands there, and prints what it says", async () => {
  const server = await startService();
  const snippets = readSnippets(fileURLToPath(new URL("../README.md", import.meta.url)));
  expect(snippets.length).toBeGreaterThan(8);
  const env = {
    KINDO_MESSAGE_PRODUCER_URL: server.url,
    KINDO_MESSAGE_PRODUCER_ARN: server.functionArn,
    AWS_ENDPOINT_URL_LAMBDA: server.lambdaEndpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    NO_COLOR: "1",
  };
  expect(await runSnippets(snippets, { packageDirectory, env })).toEqual(
    snippets.map(({ name, prints }) => ({ name, printed: prints, complaints: "" })),
  );
}, 60_000);
