import pc from "picocolors";
import { coalescing } from "./scenes/coalescing.ts";
import { idempotency } from "./scenes/idempotency.ts";
import { leases } from "./scenes/leases.ts";
import { orderPerKey } from "./scenes/order-per-key.ts";
import { poison } from "./scenes/poison.ts";
import { shutdown } from "./scenes/shutdown.ts";
import type { Print } from "./table.ts";

/**
 * Shows each engine at work, without any cloud: the queue and the service they talk to are a few lines in
 * this folder.
 */
export async function runDemo(print: Print): Promise<void> {
  const scenes = [
    ["1,000 single sends, ten to a request", coalescing],
    ["Order per key, and a slow key that holds back nobody else", orderPerKey],
    ["Leases: kept while a handler is slow, given up when they are lost", leases],
    ["A poison message: retried ever later, then a dead letter", poison],
    ["Delivered twice, handled once", idempotency],
    ["Closing in the middle: what is where", shutdown],
  ] as const;
  for (const [index, [title, scene]] of scenes.entries()) {
    print(`\n${pc.bold(`${index + 1}. ${title}`)}`);
    await scene(print);
  }
}
