import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What a check found worth showing although it is no failure: a size, a time, someone else's error. */
export type Remarks = readonly string[];

interface Outcome {
  readonly name: string;
  readonly failure?: string;
}

/** Runs checks one after the other, shows each as it ends, and remembers which failed. */
export class Checks {
  readonly #outcomes: Outcome[] = [];

  /** A check fails by throwing. Its failure is recorded, and the next one runs all the same. */
  async run(name: string, check: () => Promise<Remarks>): Promise<void> {
    try {
      const remarks = await check();
      this.#outcomes.push({ name });
      show(`✓ ${name}`, remarks);
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      this.#outcomes.push({ name, failure });
      show(`✗ ${name}`, [failure]);
    }
  }

  /** What failed, by name, and why. */
  get failures(): readonly { readonly name: string; readonly message: string }[] {
    return this.#outcomes.flatMap(({ name, failure }) =>
      failure === undefined ? [] : [{ name, message: failure }],
    );
  }

  /** Leaves the counts where `.ci/run` adds them up, in the shape that the tests' reporter writes. */
  async writeCounts(directory: string): Promise<void> {
    const failures = this.failures.map(({ name, message }) => ({ name: `consumer: ${name}`, message }));
    const counts = {
      passed: this.#outcomes.length - failures.length,
      failed: failures.length,
      skipped: 0,
      failures,
    };
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, "consumer-counts.json"), `${JSON.stringify(counts)}\n`);
  }
}

function show(heading: string, lines: readonly string[]): void {
  console.log(heading);
  for (const line of lines.flatMap((text) => text.trimEnd().split("\n")))
    if (line !== "") console.log(`    ${line}`);
}
