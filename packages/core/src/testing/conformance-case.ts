/**
 * One case of a conformance suite. It runs under any test runner: `for (const { name, run } of cases)
 * test(name, run)`.
 */
export interface ConformanceCase {
  readonly name: string;
  /** Resolves when what is tested passes; else rejects with an `AssertionError`. */
  run(): Promise<void>;
}
