import type { Clock, Logger } from "@wirekit/core";
import { Faults, type OptionsOf, option, readOptions } from "@wirekit/core/kit";

/** How a bus in memory behaves. */
export interface MemoryMessageBusOptions {
  /**
   * How long a message that was received is held back before it comes again, in milliseconds. Default 30,000.
   */
  readonly visibilityTimeoutMs?: number | undefined;
  /** The most messages that one target holds. Default 10,000. */
  readonly maxMessages?: number | undefined;
  /** The most bytes that the bodies of one target's messages have together. Default 64 MiB. */
  readonly maxBytes?: number | undefined;
  /** How many events are remembered for `waitForMessage`. Default 1,000. */
  readonly maxRememberedEvents?: number | undefined;
  /** Where time comes from. Hand in a `ManualClock` to let time-outs pass without waiting. */
  readonly clock?: Clock | undefined;
  /** Where consumers tell what goes wrong. Default: the console. */
  readonly logger?: Logger | undefined;
}

const rules = {
  visibilityTimeoutMs: option.durationMs({ minimum: 1, default: 30_000 }),
  maxMessages: option.whole({ minimum: 1, default: 10_000 }),
  maxBytes: option.whole({ minimum: 1, default: 64 * 1024 * 1024 }),
  maxRememberedEvents: option.whole({ minimum: 0, default: 1_000 }),
  clock: option.clock(),
  logger: option.logger(),
};

/** {@link MemoryMessageBusOptions} with every default in its place. */
export type ResolvedMemoryOptions = OptionsOf<typeof rules>;

/** @throws ConfigError naming every option at fault. */
export function resolveMemoryOptions(options: MemoryMessageBusOptions): ResolvedMemoryOptions {
  const faults = new Faults();
  const resolved = readOptions(options, rules, faults);
  faults.throwIfAny();
  return resolved;
}
