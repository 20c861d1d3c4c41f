import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MessageBus } from "@wirekit/message-bus";
import { type Ledger, openLedger } from "../ledger.ts";
import type { PaymentTargets } from "../payment-targets.ts";
import type { Instance } from "./instance.ts";

/** What a day of payments is played on: one bus, and what only that bus knows. */
export interface Stage {
  /** What people call it. */
  readonly busName: string;
  /** Where the bus is, in a sentence. */
  readonly where: string;
  /** The desk's own connection to the bus. */
  readonly bus: MessageBus;
  readonly targets: PaymentTargets;
  readonly ledger: Ledger;
  /** Starts one more instance of the payment service. */
  startInstance(name: string): Promise<Instance>;
  /**
   * After how long another instance gets the work of one that is dead; absent where no instance can die
   * alone.
   */
  readonly takeover?: { readonly afterMs: number; readonly called: string } | undefined;
  /** What takes messages in hand from an instance that is alive; absent where nothing does. */
  readonly sharesAnew?: string | undefined;
  /** Requests by what they are, where the server counts them. */
  requests(): Readonly<Record<string, number>> | undefined;
  close(): Promise<void>;
}

const prefixOfARun = /^demo-\d+-[0-9a-z]+-/;

/** Of its own for each run: on a server that others use as well, no run meets what another one left. */
export function runPrefix(): string {
  return `demo-${process.pid}-${Date.now().toString(36)}-`;
}

/** A target as a person would name it. */
export function withoutPrefix(target: string): string {
  return target.replace(prefixOfARun, "");
}

/** A ledger in a folder of its own. */
export async function temporaryLedger(): Promise<{
  readonly path: string;
  readonly ledger: Ledger;
  remove(): Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), "message-bus-demo-"));
  const path = join(folder, "ledger.jsonl");
  return { path, ledger: openLedger(path), remove: () => rm(folder, { recursive: true, force: true }) };
}
