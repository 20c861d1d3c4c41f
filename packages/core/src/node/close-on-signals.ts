import { constants } from "node:os";
import process from "node:process";
import type { Clock } from "../clock.ts";
import type { CloseReport } from "../contract.ts";
import { messageOf } from "../errors/wirekit-error.ts";
import { Deadline } from "../kit/deadline.ts";
import { Faults } from "../kit/faults.ts";
import { option } from "../kit/option-rules.ts";
import { readOptions } from "../kit/read-options.ts";
import type { Logger } from "../logger.ts";

/** A signal by its name in Node: `"SIGTERM"`. Declared here, so that these types need no `@types/node`. */
export type SignalName = `SIG${Uppercase<string>}`;

/**
 * Something that closes within a time: a consumer, a bus, any client of these packages, a server of your own.
 */
export interface Closeable {
  close(options: { readonly timeoutMs: number }): unknown;
}

/**
 * The part of the process that is used. You can inject another one, to test a shutdown without ending the
 * process.
 */
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
  /** The exit code of a clean shutdown. Default 0. */
  readonly exitCode?: number | undefined;
  /** The exit code of any other. Default 1. */
  readonly failureExitCode?: number | undefined;
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  readonly process?: SignalledProcess | undefined;
}

/** What became of a shutdown: the reports of all that was closed, in one. */
export interface ShutdownReport extends CloseReport<unknown> {
  readonly signal: SignalName;
  /** Whether each was closed in time and without an error, and nothing that was to be sent is left. */
  readonly isClean: boolean;
}

/** A program that waits for its signal. */
export interface SignalWatch {
  /** Resolves after the first signal, when all is closed or the time is over. Never rejects. */
  readonly closed: Promise<ShutdownReport>;
  /** Stops listening; the signals then have their usual effect. */
  remove(): void;
}

const closeable = option.methods<Closeable, { presence: "required" }>(["close"], { presence: "required" });

const rules = {
  signals: option.list(
    option.text({
      presence: "required",
      pattern: /^SIG[A-Z0-9]+$/,
      expected: 'must be a signal, such as "SIGTERM"',
    }),
    { default: ["SIGTERM", "SIGINT"] },
  ),
  timeoutMs: option.durationMs({ minimum: 0, default: 10_000 }),
  afterwards: option.oneOf(["exit", "return"], { default: "exit" }),
  exitCode: option.whole({ minimum: 0, maximum: 255, default: 0 }),
  failureExitCode: option.whole({ minimum: 0, maximum: 255, default: 1 }),
  logger: option.logger(),
  clock: option.clock(),
  process: option.methods<SignalledProcess, { default: SignalledProcess }>(["on", "off", "exit"], {
    default: process,
  }),
};

/**
 * Closes everything on the first signal, one after the other in the order given: what takes work in before
 * what it works with. Each is given nine tenths of the time that is left, and waited for until all of it is
 * over. A second signal ends the process at once, with 128 and the signal's number, as a shell would report
 * it.
 *
 * @throws ConfigError naming every option at fault, and everything that cannot be closed.
 */
export function closeOnSignals(
  closeables: readonly Closeable[],
  options: CloseOnSignalsOptions = {},
): SignalWatch {
  const faults = new Faults();
  if (!Array.isArray(closeables)) faults.add({ path: "closeables", message: "must be a list" });
  else option.list(closeable)(closeables, "closeables", faults);
  const {
    timeoutMs,
    afterwards,
    exitCode,
    failureExitCode,
    logger,
    clock,
    process: target,
    ...read
  } = readOptions(options, rules, faults);
  faults.throwIfAny();
  const signals = read.signals as readonly SignalName[];
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
    const closedAll = await closeAll(closeables, { deadline: new Deadline(timeoutMs, clock), logger });
    remove();
    report({ signal, ...closedAll });
    if (afterwards === "exit" && !isForced) target.exit(closedAll.isClean ? exitCode : failureExitCode);
  }

  for (const signal of signals) target.on(signal, onSignal);
  return { closed, remove };
}

/**
 * The share of the time left that each is given. The rest is for those that take a moment more to give up.
 */
const ownShare = 0.9;

async function closeAll(
  closeables: readonly Closeable[],
  { deadline, logger }: { readonly deadline: Deadline; readonly logger: Logger },
): Promise<Omit<ShutdownReport, "signal">> {
  const notSent: unknown[] = [];
  const unconfirmed: unknown[] = [];
  let notHandled = 0;
  let isInTime = true;
  for (const [index, closeable] of closeables.entries()) {
    // Also when no time is left: it can still let go of what it holds.
    const timeoutMs = Math.floor(deadline.leftMs() * ownShare);
    try {
      const closed = readReport(await deadline.limit("Closing", () => closeable.close({ timeoutMs })));
      notSent.push(...closed.notSent);
      unconfirmed.push(...closed.unconfirmed);
      notHandled += closed.notHandled;
    } catch (thrown) {
      isInTime = false;
      logger.error({ index, error: messageOf(thrown) }, "Not everything could be closed");
    }
  }
  const isAllSent = notSent.length + unconfirmed.length === 0;
  if (!isAllSent) {
    const fields = { notSent: notSent.length, unconfirmed: unconfirmed.length };
    logger.error(fields, "Messages were left unsent or unconfirmed");
  }
  return { notSent, unconfirmed, notHandled, isClean: isInTime && isAllSent };
}

/** What is a `CloseReport` in what `close` returned. A server of the program's own returns none. */
function readReport(returned: unknown): CloseReport<unknown> {
  const report = (typeof returned === "object" && returned !== null ? returned : {}) as Partial<
    CloseReport<unknown>
  >;
  return {
    notSent: Array.isArray(report.notSent) ? report.notSent : [],
    unconfirmed: Array.isArray(report.unconfirmed) ? report.unconfirmed : [],
    notHandled: typeof report.notHandled === "number" ? report.notHandled : 0,
  };
}
