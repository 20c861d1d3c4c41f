import { constants } from "node:os";
import process from "node:process";
import { type Clock, systemClock } from "../clock.ts";
import { messageOf } from "../errors/wirekit-error.ts";
import { limitTime } from "../kit/limit-time.ts";
import { checkDurationMs, checkWhole, throwFaults } from "../kit/option-checks.ts";
import { consoleLogger, type Logger } from "../logger.ts";

/** A signal by its name in Node: `"SIGTERM"`. Written out, so that these types need no `@types/node`. */
export type SignalName = `SIG${Uppercase<string>}`;

/**
 * What can be closed within a time: a consumer, a batcher, any client of these packages, a server of your
 * own.
 */
export interface Closeable {
  close(options: { readonly timeoutMs: number }): unknown;
}

/** What is used of the process; hand in another one to test a shutdown without ending. */
export interface SignalledProcess {
  on(signal: SignalName, listener: (signal: SignalName) => void): unknown;
  off(signal: SignalName, listener: (signal: SignalName) => void): unknown;
  exit(code: number): unknown;
}

/** How a program ends on a signal. */
export interface CloseOnSignalsOptions {
  /** Default SIGTERM and SIGINT. */
  readonly signals?: readonly SignalName[] | undefined;
  /**
   * For all of them together, in milliseconds. Default 10,000: less than what Kubernetes and Docker allow.
   */
  readonly timeoutMs?: number | undefined;
  /**
   * `"exit"` the process when all is closed, whatever else keeps it alive, or `"return"` to the program.
   * Default `"exit"`.
   */
  readonly afterwards?: "exit" | "return" | undefined;
  /** When all was closed in time. Default 0. */
  readonly exitCode?: number | undefined;
  /** When something was not, or failed. Default 1. */
  readonly failureExitCode?: number | undefined;
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  readonly process?: SignalledProcess | undefined;
}

/** What became of a shutdown. */
export interface ShutdownReport {
  readonly signal: SignalName;
  /** Whether each was closed in time and without an error. */
  readonly isClean: boolean;
}

/** A program that waits for its signal. */
export interface SignalWatch {
  /** Resolves after the first signal, when all is closed or the time is over. Never rejects. */
  readonly closed: Promise<ShutdownReport>;
  /** Stops listening; the signals then have their usual effect. */
  remove(): void;
}

/**
 * Closes on the first signal, one after the other in the order given: what takes work in before what it works
 * with. Each is given nine tenths of the time that is left, and waited for until all of it is over. A second
 * signal ends the process at once, with 128 and the signal's number, as a shell would report it.
 */
export function closeOnSignals(
  closeables: readonly Closeable[],
  options: CloseOnSignalsOptions = {},
): SignalWatch {
  const { signals = ["SIGTERM", "SIGINT"], timeoutMs = 10_000, afterwards = "exit" } = options;
  const { exitCode = 0, failureExitCode = 1 } = options;
  const { logger = consoleLogger, clock = systemClock, process: target = process } = options;
  throwFaults([
    checkDurationMs("timeoutMs", timeoutMs, { minimum: 0 }),
    checkWhole("exitCode", exitCode, { minimum: 0, maximum: 255 }),
    checkWhole("failureExitCode", failureExitCode, { minimum: 0, maximum: 255 }),
  ]);
  let report: (report: ShutdownReport) => void = () => undefined;
  const closed = new Promise<ShutdownReport>((resolve) => {
    report = resolve;
  });
  let hasBegun = false;
  let isForced = false;

  function remove(): void {
    for (const signal of signals) target.off(signal, onSignal);
  }

  function onSignal(signal: SignalName): void {
    if (hasBegun) {
      logger.warn({ signal }, "A second signal: the process ends at once");
      isForced = true;
      remove();
      target.exit(128 + ((constants.signals as Readonly<Record<string, number>>)[signal] ?? 0));
      return;
    }
    hasBegun = true;
    logger.info({ signal, timeoutMs }, "Closing");
    void shutDown(signal);
  }

  async function shutDown(signal: SignalName): Promise<void> {
    const isClean = await closeAll(closeables, { timeoutMs, clock, logger });
    remove();
    report({ signal, isClean });
    if (afterwards === "exit" && !isForced) target.exit(isClean ? exitCode : failureExitCode);
  }

  for (const signal of signals) target.on(signal, onSignal);
  return { closed, remove };
}

/** The rest is for those that need a moment more to give up than they were given. */
const ownShare = 0.9;

async function closeAll(
  closeables: readonly Closeable[],
  {
    timeoutMs,
    clock,
    logger,
  }: { readonly timeoutMs: number; readonly clock: Clock; readonly logger: Logger },
): Promise<boolean> {
  const startedAt = clock.monotonic();
  let isClean = true;
  for (const [index, closeable] of closeables.entries()) {
    // Also when no time is left: whoever is told to close in no time can still let go of what it holds.
    const leftMs = Math.max(0, timeoutMs - (clock.monotonic() - startedAt));
    try {
      const closing = (async () => await closeable.close({ timeoutMs: Math.floor(leftMs * ownShare) }))();
      await limitTime("Closing", closing, { timeoutMs: leftMs, clock });
    } catch (thrown) {
      isClean = false;
      logger.error({ index, error: messageOf(thrown) }, "Not everything could be closed");
    }
  }
  return isClean;
}
