import { ConfigError } from "../errors/config-error.ts";
import type { Issue } from "../errors/issues.ts";

/**
 * Collects the faults of a configuration, so that one `ConfigError` names all of them.
 *
 * ```ts
 * const faults = new Faults();
 * const { url, timeoutMs } = readOptions(options, rules, faults);
 * if (isClosedNetwork(url)) faults.add({ path: "url", message: "must be public" });
 * faults.throwIfAny();
 * ```
 */
export class Faults {
  readonly #issues: Issue[] = [];

  get issues(): readonly Issue[] {
    return this.#issues;
  }

  /** Adds the issues. `undefined` is ignored, because a check returns that if there is no fault. */
  add(...issues: readonly (Issue | undefined)[]): void {
    for (const issue of issues) if (issue !== undefined) this.#issues.push(issue);
  }

  /** Returns what `task` returns. If it throws a `ConfigError`, adds its issues and returns `undefined`. */
  collect<T>(task: () => T): T | undefined {
    try {
      return task();
    } catch (thrown) {
      if (!(thrown instanceof ConfigError)) throw thrown;
      this.add(...thrown.issues);
      return undefined;
    }
  }

  /** Whether anything is wrong with `path` or with something inside it. */
  has(path: string): boolean {
    return this.#issues.some((issue) => isWithin(issue.path, path));
  }

  /** @throws ConfigError naming everything that was added, if anything was. */
  throwIfAny(): void {
    if (this.#issues.length > 0) throw new ConfigError(this.#issues);
  }
}

/** Whether `path` is `parent` or names something inside it: `retry.maxAttempts` is within `retry`. */
export function isWithin(path: string, parent: string): boolean {
  if (!path.startsWith(parent)) return false;
  return path.length === parent.length || path[parent.length] === "." || path[parent.length] === "[";
}
