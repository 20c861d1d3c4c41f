import { hasMark, WirekitError } from "@wirekit/core";

const mark = Symbol.for("@wirekit/servers/StartError");

/**
 * Why a server did not start: it ended before it was ready, it was not ready in time, its program could not be
 * executed, or a port that it was told to use belongs to another program.
 */
export type StartFault = "ended" | "not-ready" | "not-executed" | "port-taken";

/** A server did not start, or not again. Its last lines are in the message, all of them in the file at `logPath`. */
export class StartError extends WirekitError<"servers/start"> {
  override readonly name: string = "StartError";
  readonly [mark] = true;

  readonly server: string;
  readonly fault: StartFault;
  readonly logPath: string;

  constructor(
    server: string,
    options: {
      readonly fault: StartFault;
      /** What happened, after the server's name: `ended before it was ready (exit code 1)`. */
      readonly reason: string;
      readonly logPath: string;
      /** The end of the log, without credentials. */
      readonly lastLines: string;
      readonly cause?: unknown;
    },
  ) {
    const { fault, reason, logPath, lastLines } = options;
    const excerpt = lastLines === "" ? "" : `\nIts last lines:\n${lastLines}`;
    super(`${server} ${reason}${excerpt}\nThe whole log: ${logPath}`, {
      code: "servers/start",
      details: { server, fault, logPath },
      cause: options.cause,
    });
    this.server = server;
    this.fault = fault;
    this.logPath = logPath;
  }

  /** Whether `value` says that a server did not start, whichever copy of the class made it. */
  static override isInstance(value: unknown): value is StartError {
    return hasMark(value, mark);
  }
}
