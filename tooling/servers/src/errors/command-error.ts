import { WirekitError } from "@wirekit/core";

/** A command that was run to its end did not succeed. */
export class CommandError extends WirekitError<"servers/command"> {
  static override readonly mark: string = "@wirekit/servers/CommandError";

  /** The command's name, without its arguments. */
  readonly command: string;
  /** Whether there is no such command on this machine. */
  readonly missing: boolean;

  constructor(
    command: string,
    reason: string,
    options: { readonly missing: boolean; readonly output: string; readonly cause?: unknown },
  ) {
    super(`${command} ${reason}${options.output === "" ? "" : `:\n${options.output}`}`, {
      code: "servers/command",
      details: { command },
      cause: options.cause,
    });
    this.command = command;
    this.missing = options.missing;
  }
}
