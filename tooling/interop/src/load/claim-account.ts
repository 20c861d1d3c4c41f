import type { TalkingProgram } from "../programs/talking-program.ts";

interface Claim {
  readonly key: string;
  readonly token: string;
  readonly worker: number;
}

/** What processes have said of their claims, and whether it adds up. */
export class ClaimAccount {
  readonly #begun: Claim[] = [];
  readonly #accepted = new Map<string, string>();
  readonly #tooLate = new Set<string>();
  readonly #killed = new Set<number>();
  readonly #watchers = new Set<() => void>();

  /** Listens to a process. */
  follow(program: TalkingProgram, worker: number): void {
    program.on("begun", (value) => {
      const { key, token } = value as Claim;
      this.#begun.push({ key, token, worker });
    });
    program.on("completed", (value) => {
      const { key, token, accepted } = value as Claim & { readonly accepted: boolean };
      if (!accepted) this.#tooLate.add(token);
      else if (this.#accepted.has(key)) throw new Error(`${key} was completed twice`);
      else this.#accepted.set(key, token);
      for (const look of this.#watchers) look();
    });
  }

  killed(worker: number): void {
    this.#killed.add(worker);
  }

  /** Forgets everything, for the next keys. */
  clear(): void {
    for (const known of [this.#accepted, this.#tooLate, this.#killed]) known.clear();
    this.#begun.length = 0;
  }

  /** Resolves when so many keys are known to be done. */
  reached(count: number): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.#accepted.size < count) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  /**
   * Every claim that did not become the result, by what became of it. `results`: the token that Redis has for
   * each key in the end.
   */
  settle(results: ReadonlyMap<string, string>): {
    readonly claims: number;
    readonly unexplained: readonly string[];
    readonly freed: number;
    readonly late: number;
  } {
    const unexplained: string[] = [];
    for (const [key, token] of this.#accepted)
      if (results.get(key) !== token) unexplained.push(`${key}: what was completed is not the result`);
    let freed = 0;
    let late = 0;
    const tokens = new Set(this.#begun.map(({ token }) => token));
    for (const [key, token] of results)
      if (!tokens.has(token)) unexplained.push(`${key}: a result of nobody's`);
    for (const { key, token, worker } of this.#begun) {
      if (results.get(key) === token) continue;
      if (this.#tooLate.has(token)) late += 1;
      else if (this.#killed.has(worker)) freed += 1;
      else unexplained.push(`${key}: claimed by ${worker} besides another`);
    }
    return { claims: this.#begun.length, unexplained, freed, late };
  }
}
