import { afterAll } from "@jest/globals";
import type { RunningServer } from "@wirekit/servers";
import { endOfLog } from "./end-of-log.ts";

/** What the test file has started so far. A test file has this module for itself. */
const started: Promise<RunningServer>[] = [];

/**
 * A server for the rows of one test file: started when the first of them asks for it, stopped after the last.
 * The start is made once, and a failure of it is every row's.
 */
export function sharedServer<Server extends RunningServer>(
  start: () => Promise<Server>,
): () => Promise<Server> {
  let server: Promise<Server> | undefined;
  return () => {
    if (server === undefined) {
      server = start();
      started.push(server);
    }
    return server;
  };
}

afterAll(async () => {
  for (const server of await Promise.allSettled(started.splice(0)))
    if (server.status === "fulfilled") await server.value.stop();
});

/** What the servers of this file printed last: where a row fails, the reason often stands there. */
export async function showServerLogs(test: string): Promise<void> {
  for (const server of await Promise.allSettled(started)) {
    if (server.status === "rejected") continue;
    const { name, logPath, state } = server.value;
    process.stderr.write(`\n${test} failed.\n${name} (${state}), ${await endOfLog(logPath)}\n`);
  }
}
