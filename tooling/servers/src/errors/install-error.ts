import { WirekitError } from "@wirekit/core";

/** A program could not be installed. What its installers printed is in the file that `logPath` names. */
export class InstallError extends WirekitError<"servers/install"> {
  static override readonly mark: string = "@wirekit/servers/InstallError";

  readonly program: string;
  readonly logPath: string;

  constructor(
    program: string,
    reason: string,
    options: { readonly logPath: string; readonly cause?: unknown },
  ) {
    super(`${program} could not be installed: ${reason}\nThe whole log: ${options.logPath}`, {
      code: "servers/install",
      // A registry that did not answer this time may answer the next.
      retryable: true,
      details: { program, logPath: options.logPath },
      cause: options.cause,
    });
    this.program = program;
    this.logPath = options.logPath;
  }
}
