import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";
import { readSnippets, runSnippets } from "@wirekit/test-support/readme";
import { startHttpServer } from "./servers.ts";

const packageDirectory = fileURLToPath(new URL("..", import.meta.url));

it("every example in the README runs, and prints what it says", async () => {
  let isUp = false;
  const service = await startHttpServer((request, response) => {
    request.resume();
    // Down for the first request: the README says that it is tried again.
    const status = isUp ? 200 : 503;
    isUp = true;
    response.writeHead(status, { "content-type": "application/json", "retry-after": "0" }).end('{"id":"1"}');
  });
  try {
    const snippets = readSnippets(fileURLToPath(new URL("../README.md", import.meta.url)));
    expect(snippets.length).toBeGreaterThan(5);
    const env = { SERVICE_URL: `${service.origin}/messages`, NO_COLOR: "1" };
    expect(await runSnippets(snippets, { packageDirectory, env })).toEqual(
      snippets.map(({ name, prints }) => ({ name, printed: prints, complaints: "" })),
    );
  } finally {
    await service.close();
  }
}, 60_000);
