import type { LogFields, Logger } from "../logger.ts";

/** A logger that never throws: a log line that cannot be written must not fail what it tells of. */
export function safeLogger(logger: Logger): Logger {
  const safely = (level: keyof Logger) => (fields: LogFields, message: string) => {
    try {
      logger[level](fields, message);
    } catch {
      // There is nowhere left to tell it.
    }
  };
  return { debug: safely("debug"), info: safely("info"), warn: safely("warn"), error: safely("error") };
}
