/** The fields of a log line: plain data, no credentials, no message bodies. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Where a package logs. The order of the arguments is pino's. `console` accepts it as well, so both fit
 * without an adapter.
 */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

/** Logs nothing. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

function nothing(): void {}

/** The default of every package: logs warnings and errors to the console, the message first. */
export const consoleLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: (fields, message) => console.warn(message, fields),
  error: (fields, message) => console.error(message, fields),
};
