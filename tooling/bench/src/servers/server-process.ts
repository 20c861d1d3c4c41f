import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Traffic } from "../harness/compare.ts";

export interface ServerProcess {
  readonly url: string;
  /** What it counted since it started. */
  traffic(): Promise<Traffic>;
  close(): Promise<void>;
}

/** Starts the Lambda Function URL of the devstack in a process of its own: its work is not the client's. */
export async function startServerProcess(): Promise<ServerProcess> {
  // Node's own options, and with them the loader for TypeScript, are handed on by `fork`.
  const child = fork(fileURLToPath(new URL("./lambda-url.ts", import.meta.url)));
  const { url } = await nextMessage<{ url: string }>(child);
  return {
    url,
    async traffic() {
      child.send("traffic");
      return nextMessage<Traffic>(child);
    },
    async close() {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}

/** What the child says next; or an error, when it ends without a word. */
export async function nextMessage<T>(child: ChildProcess): Promise<T> {
  const stop = new AbortController();
  try {
    const ended = once(child, "exit", { signal: stop.signal }).then(([status]) => {
      throw new Error(`the server ended with status ${status}`);
    });
    const [message] = await Promise.race([once(child, "message", { signal: stop.signal }), ended]);
    return message as T;
  } finally {
    stop.abort();
  }
}
