import { describe, it } from "@jest/globals";
import { isCi, lackOf, type Need, sayNotRun } from "@wirekit/servers";
import { note } from "./journal.ts";
import { copyOf, type Original } from "./originals.ts";
import type { Counts, Direction, Row } from "./row.ts";
import { showServerLogs } from "./servers-in-use.ts";

/** Who is held against whom, and what that takes. */
export interface Pair extends Pick<Row, "ours" | "theirs" | "on"> {
  readonly needs: readonly Need[];
  /** The rows drive this client, which is not published, and do not exist where no copy of it was given. */
  readonly original?: Original | undefined;
}

/** Registers one row; it has passed when `prove` resolves, and shows the counts that `prove` resolves to. */
export type RegisterRow = (direction: Direction, title: string, prove: () => Promise<Counts>) => void;

/**
 * The rows of one pair, each of which is a test and a line of the table at the end of the run. Where the
 * machine lacks what they need, they do not run, which is said loudly; with `CI=true` that is a failure.
 *
 * Await it at the top level of the test file.
 */
export async function describePair(pair: Pair, rows: (row: RegisterRow) => void): Promise<void> {
  const { ours, theirs, on, needs, original } = pair;
  const title = `${ours} and ${theirs} on ${on}`;
  const register = (how: (row: Row, prove: () => Promise<Counts>) => void): RegisterRow => {
    return (direction, what, prove) => {
      const row = { ours, theirs, on, direction, title: what, test: `${title} ${direction}: ${what}` };
      how(row, prove);
    };
  };

  if (original !== undefined && copyOf(original) === undefined) {
    rows(register((row) => note({ kind: "not-published", row })));
    return;
  }
  const lack = await lackOf(needs);
  if (lack === undefined) {
    describe(title, () => {
      rows(register(runRow));
    });
    return;
  }
  sayNotRun(title, lack.message);
  describe(title, () => {
    rows(
      register((row) => {
        note({ kind: "not-run", row, why: lack.message });
        // In CI everything has to run.
        if (isCi()) it(nameOf(row), () => Promise.reject(lack));
        else it.skip(nameOf(row), () => undefined);
      }),
    );
  });
}

function runRow(row: Row, prove: () => Promise<Counts>): void {
  note({ kind: "registered", row });
  it(nameOf(row), async () => {
    try {
      note({ kind: "counted", test: row.test, counts: await prove() });
    } catch (error) {
      await showServerLogs(row.test);
      throw error;
    }
  });
}

function nameOf({ direction, title }: Row): string {
  return `${direction}: ${title}`;
}
