import { type Clock, ConfigError, type Issue, systemClock } from "@wirekit/core";

/** How a bus in memory behaves. */
export interface MemoryMessageBusOptions {
  /** How long a message that was received is held back before it comes again, in milliseconds. Default 30,000. */
  readonly visibilityTimeoutMs?: number | undefined;
  /** The most messages that one target holds. Default 10,000. */
  readonly maxMessages?: number | undefined;
  /** The most bytes that the bodies of one target's messages have together. Default 64 MiB. */
  readonly maxBytes?: number | undefined;
  /** How many events are remembered for `waitForMessage`. Default 1,000. */
  readonly maxRememberedEvents?: number | undefined;
  /** Where time comes from. Hand in a `ManualClock` to let time-outs pass without waiting. */
  readonly clock?: Clock | undefined;
}

/** {@link MemoryMessageBusOptions} with every default in its place. */
export type ResolvedMemoryOptions = {
  readonly [Option in keyof MemoryMessageBusOptions]-?: NonNullable<MemoryMessageBusOptions[Option]>;
};

/** @throws ConfigError naming every option at fault. */
export function resolveMemoryOptions(options: MemoryMessageBusOptions): ResolvedMemoryOptions {
  const resolved: ResolvedMemoryOptions = {
    visibilityTimeoutMs: options.visibilityTimeoutMs ?? 30_000,
    maxMessages: options.maxMessages ?? 10_000,
    maxBytes: options.maxBytes ?? 64 * 1024 * 1024,
    maxRememberedEvents: options.maxRememberedEvents ?? 1_000,
    clock: options.clock ?? systemClock,
  };
  const counts = ["maxMessages", "maxBytes"] as const;
  const issues: Issue[] = counts
    .filter((name) => !(Number.isSafeInteger(resolved[name]) && resolved[name] >= 1))
    .map((path) => ({ path, message: "must be a whole number of at least 1" }));
  if (!(Number.isSafeInteger(resolved.maxRememberedEvents) && resolved.maxRememberedEvents >= 0)) {
    issues.push({ path: "maxRememberedEvents", message: "must be a whole number of at least 0" });
  }
  if (!isDurationMs(resolved.visibilityTimeoutMs)) {
    issues.push({ path: "visibilityTimeoutMs", message: durationExpected });
  }
  if (issues.length > 0) throw new ConfigError(issues);
  return resolved;
}

/** The longest delay that the runtimes' timers take; a longer one would fire at once. */
export const maxTimerMs = 2_147_483_647;

export const durationExpected = `must be a number of milliseconds from 0 to ${maxTimerMs}`;

export function isDurationMs(value: number): boolean {
  return value >= 0 && value <= maxTimerMs;
}
