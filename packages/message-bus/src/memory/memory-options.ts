import { type Clock, ConfigError, consoleLogger, type Issue, type Logger, systemClock } from "@wirekit/core";

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
  /** Where consumers tell what goes wrong. Default: the console. */
  readonly logger?: Logger | undefined;
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
    logger: options.logger ?? consoleLogger,
  };
  const counts = ["maxMessages", "maxBytes"] as const;
  const issues: Issue[] = counts
    .filter((name) => !(Number.isSafeInteger(resolved[name]) && resolved[name] >= 1))
    .map((path) => ({ path, message: "must be a whole number of at least 1" }));
  if (!(Number.isSafeInteger(resolved.maxRememberedEvents) && resolved.maxRememberedEvents >= 0)) {
    issues.push({ path: "maxRememberedEvents", message: "must be a whole number of at least 0" });
  }
  if (!isDurationMs(resolved.visibilityTimeoutMs, 1)) {
    issues.push({ path: "visibilityTimeoutMs", message: durationExpected(1) });
  }
  if (issues.length > 0) throw new ConfigError(issues);
  return resolved;
}

/** The longest delay that the runtimes' timers take; a longer one would fire at once. */
export const maxTimerMs = 2_147_483_647;

/** @throws ConfigError unless a timer can wait for it, and it is long enough. */
export function checkDuration(path: string, valueMs: number, minimumMs: number): void {
  if (isDurationMs(valueMs, minimumMs)) return;
  throw new ConfigError([{ path, message: durationExpected(minimumMs) }]);
}

function isDurationMs(valueMs: number, minimumMs: number): boolean {
  return valueMs >= minimumMs && valueMs <= maxTimerMs;
}

function durationExpected(minimumMs: number): string {
  return `must be a number of milliseconds from ${minimumMs} to ${maxTimerMs}`;
}
