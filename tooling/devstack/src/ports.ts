/** @throws RangeError that names the option, unless `port` can be listened on. */
export function checkPort(port: number, option: string): void {
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new RangeError(`${option} must be a port from 1 to 65535, or 0 for any that is free`);
}

/** A server cannot listen on the port that an option asks for. */
export class PortError extends Error {
  /** The system's own: `EADDRINUSE` where the port is taken, `EACCES` where it needs a right. */
  readonly code: string | undefined;

  constructor(cause: NodeJS.ErrnoException, port: number, option: string) {
    const reason = reasons[cause.code ?? ""] ?? cause.message;
    super(`cannot listen on port ${port}, which the option ${option} asks for: ${reason}`, { cause });
    this.name = "PortError";
    this.code = cause.code;
  }
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE:
    "it is taken. Close what listens there, name another one, or leave the option out for a free one",
  EACCES: "the system does not let this process have it",
};
