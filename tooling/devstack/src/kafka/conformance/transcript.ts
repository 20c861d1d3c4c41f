import { errorName } from "../errors.ts";

/** What was asked and what was answered, step by step, with nothing in it that differs from run to run. */
export type Transcript = Readonly<Record<string, unknown>>;

/**
 * Writes a transcript. Names made by it differ from run to run, so that one broker can be asked again and
 * again.
 */
export class TranscriptWriter {
  readonly #prefix: string;
  readonly #steps: Record<string, unknown> = {};
  readonly #aliases = new Map<unknown, string>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  get transcript(): Transcript {
    return this.#steps;
  }

  /** A name for a topic or a group that no other run uses. */
  name(plain: string): string {
    return `${this.#prefix}-${plain}`;
  }

  /** What the broker made up, such as a member's id, goes by this name in the transcript. */
  alias<T>(value: T, plain: string): T {
    this.#aliases.set(value, `<${plain}>`);
    return value;
  }

  note(step: string, value: unknown): void {
    if (step in this.#steps) throw new TypeError(`two steps are named ${step}`);
    this.#steps[step] = this.#plain(value);
  }

  #plain(value: unknown, key = ""): unknown {
    const alias = this.#aliases.get(value);
    if (alias !== undefined) return alias;
    if (key === "errorCode" && typeof value === "number") return errorName(value);
    if (typeof value === "bigint") return `${value}`;
    if (typeof value === "string") return value.replaceAll(`${this.#prefix}-`, "");
    if (Buffer.isBuffer(value)) return value.toString("latin1");
    if (Array.isArray(value)) return value.map((item) => this.#plain(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, this.#plain(inner, name)]));
  }
}
