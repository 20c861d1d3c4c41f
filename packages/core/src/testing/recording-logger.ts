import type { LogFields, Logger } from "../logger.ts";

/** One line of a log. */
export interface LogLine {
  readonly level: keyof Logger;
  readonly message: string;
  readonly fields: LogFields;
}

/** A logger that keeps its lines. */
export interface RecordingLogger extends Logger {
  /** All lines so far, the oldest first. */
  readonly lines: readonly LogLine[];
  /** The lines of one level. */
  at(level: keyof Logger): readonly LogLine[];
  /** Every line as `message {"field":1}`: to look for what must be in a log, or must not. */
  texts(): readonly string[];
}

/** Makes a logger that keeps its lines, for a test to look at. */
export function recordingLogger(): RecordingLogger {
  const lines: LogLine[] = [];
  const keep = (level: keyof Logger) => (fields: LogFields, message: string) =>
    void lines.push({ level, message, fields });
  return {
    lines,
    at: (level) => lines.filter((line) => line.level === level),
    texts: () => lines.map(({ message, fields }) => `${message} ${JSON.stringify(fields)}`),
    debug: keep("debug"),
    info: keep("info"),
    warn: keep("warn"),
    error: keep("error"),
  };
}
