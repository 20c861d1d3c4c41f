import { ConfigError } from "@wirekit/core";

/** What a server that is written in Java can be given. */
export interface JavaOptions {
  /**
   * Options of Java's virtual machine, in place of all those by which the server is small and quick to start:
   * `["-Xmx1g", "-XX:+UseG1GC"]`. Small is right for a test; in a benchmark, the server would be what is
   * measured.
   */
  readonly javaOptions?: readonly string[] | undefined;
}

/** Compiled once instead of twice, and one thread that collects. */
export const quickToStart: readonly string[] = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];

/**
 * The options that were asked for, or the default ones.
 *
 * @throws ConfigError where one is none: Java would take it for the program that it is to run.
 */
export function javaOptionsOf(
  { javaOptions }: JavaOptions,
  defaultOptions: readonly string[],
): readonly string[] {
  if (javaOptions === undefined) return defaultOptions;
  const issues = javaOptions.flatMap((option, index) =>
    option.startsWith("-")
      ? []
      : [{ path: `javaOptions.${index}`, message: "must be an option, which begins with '-'" }],
  );
  if (issues.length > 0) throw new ConfigError(issues);
  return javaOptions;
}
