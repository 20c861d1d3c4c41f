import type { Clock } from "../clock.ts";
import { Faults } from "../kit/faults.ts";
import type { Resolved } from "../kit/option-checks.ts";
import { option } from "../kit/option-rules.ts";
import { readOptions } from "../kit/read-options.ts";
import type { Logger } from "../logger.ts";
import type { Slot } from "./key-queues.ts";

/** How many tasks run, and wait, and how one is run. */
export interface SlotsOptions<Task> {
  /** The most tasks that run at once. */
  readonly concurrency: number;
  /**
   * The most tasks that are held: waiting, running, and reserved for. What waits for its key does not count
   * while a slot stands idle, up to ten tasks for each slot. Default: no limit.
   */
  readonly capacity?: number | undefined;
  /** Runs a task. Its slot, capacity and key are taken until this settles. What it throws is logged. */
  readonly run: (task: Task, slot: Slot) => unknown;
  /** Tasks of one key run one at a time, in the order of their arrival. `undefined`: no order. */
  readonly keyOf?: ((task: Task) => string | undefined) | undefined;
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
}

const rules = {
  concurrency: option.whole({ minimum: 1, presence: "required" }),
  capacity: option.whole({ minimum: 1, unlimited: "allowed", default: Number.POSITIVE_INFINITY }),
  run: option.fn({ presence: "required" }),
  keyOf: option.fn({ default: () => undefined }),
  logger: option.logger(),
  clock: option.clock(),
};

/** @throws ConfigError naming every option at fault. */
export function resolveSlotsOptions<Task>(options: SlotsOptions<Task>): Resolved<SlotsOptions<Task>> {
  const faults = new Faults();
  const resolved = readOptions(options, rules, faults);
  faults.throwIfAny();
  return resolved as unknown as Resolved<SlotsOptions<Task>>;
}
