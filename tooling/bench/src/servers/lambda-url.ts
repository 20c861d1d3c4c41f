import { startLambdaUrl } from "@wirekit/devstack/lambda-url";
import { credentials, region, service } from "../cases/sample-message.ts";

// The server under test, in a process of its own. Asked for its traffic, it tells it, and forgets what it has
// stored.
const server = await startLambdaUrl({ credentials, region, service });
process.send?.({ url: server.url });
process.on("message", () => {
  const { requests, sockets } = server.counters;
  server.forget();
  process.send?.({ requests, sockets });
});
process.on("disconnect", () => void server.close());
