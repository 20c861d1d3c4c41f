import type { LogFields, Logger } from "../logger.ts";
import { catchRejection } from "./catch-rejection.ts";

/**
 * A logger that never throws and never rejects: a log line that cannot be written must not fail what it tells
 * of.
 */
export function safeLogger(logger: Logger): Logger {
  const safely = (level: keyof Logger) => (fields: LogFields, message: string) => {
    try {
      catchRejection(logger[level](fields, message), ignore);
    } catch {
      // There is no place left to report it.
    }
  };
  return { debug: safely("debug"), info: safely("info"), warn: safely("warn"), error: safely("error") };
}

function ignore(): void {}
