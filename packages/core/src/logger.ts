/** What a log line carries besides its message: plain data, no credentials, no message bodies. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Where a package tells what happens. The order of the arguments is pino's; `console` takes them as well, so
 * that both fit without an adapter.
 */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

/** Says nothing. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

function nothing(): void {}

/** What packages use unless told otherwise: warnings and errors, to the console, the message first. */
export const consoleLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: (fields, message) => console.warn(message, fields),
  error: (fields, message) => console.error(message, fields),
};
