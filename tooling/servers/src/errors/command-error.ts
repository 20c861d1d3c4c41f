import { hasMark, WirekitError } from "@wirekit/core";

const mark = Symbol.for("@wirekit/servers/CommandError");

/** A command that was run to its end did not succeed. */
export class CommandError extends WirekitError<"servers/command"> {
  override readonly name: string = "CommandError";
  readonly [mark] = true;

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

  /** Whether `value` says that a command failed, whichever copy of the class made it. */
  static override isInstance(value: unknown): value is CommandError {
    return hasMark(value, mark);
  }
}
