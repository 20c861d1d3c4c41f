import { WirekitError } from "@wirekit/core";

/**
 * Why a server did not start: it ended before it was ready, it was not ready in time, its program could not
 * be executed, or a port that it was told to use belongs to another program.
 */
export type StartFault = "ended" | "not-ready" | "not-executed" | "port-taken";

/**
 * A server did not start, or not again. Its last lines are in the message, all of them in the file at
 * `logPath`.
 */
export class StartError extends WirekitError<"servers/start"> {
  static override readonly mark: string = "@wirekit/servers/StartError";

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
}
