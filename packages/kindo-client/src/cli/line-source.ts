import { onAbort } from "@wirekit/core/kit";
import type { ProducerPayload } from "../wire/producer-payload.ts";
import { type InvalidLine, parseLine } from "./parse-line.ts";
import type { Line } from "./read-lines.ts";

/** The messages of an input's lines, and which line each came from. */
export class LineSource {
  /** The number of the last line that was read. */
  lastLine = 0;
  /** What the input threw instead of its next line. */
  failure: { readonly thrown: unknown } | undefined;
  /** Told of a line that is no message at all. It may throw what the input throws. */
  onInvalid: (line: Line, found: InvalidLine) => Promise<void> = async () => {};

  readonly #lines: AsyncGenerator<Line, void, undefined>;
  readonly #stop: AbortSignal;
  readonly #given = new Map<number, Line>();
  #count = 0;
  /** A line that was asked for and did not come before the stop. */
  #pending: Promise<IteratorResult<Line, void>> | undefined;

  constructor(lines: AsyncGenerator<Line, void, undefined>, stop: AbortSignal) {
    this.#lines = lines;
    this.#stop = stop;
  }

  /** The messages, until the end of the input or the stop, whichever comes first. */
  async *messages(): AsyncGenerator<ProducerPayload, void, undefined> {
    for (let line = await this.#next(this.#stop); line !== undefined; line = await this.#next(this.#stop)) {
      const parsed = parseLine(line);
      if (parsed.kind === "invalid") await this.#reading(() => this.onInvalid(line, parsed));
      if (parsed.kind !== "message") continue;
      this.#given.set(this.#count, line);
      this.#count += 1;
      yield parsed.message;
    }
  }

  /** The line that the message at `index` came from. It is not asked for again. */
  release(index: number): Line {
    const line = this.#given.get(index);
    if (line === undefined) throw new RangeError(`No message ${index} is under way`);
    this.#given.delete(index);
    return line;
  }

  /** Lines whose messages were given and came to no outcome. */
  unclaimed(): readonly Line[] {
    return [...this.#given.values()];
  }

  /** Tells `each` of what the input still has after the stop, blank lines aside. */
  async rest(abort: AbortSignal, each: (line: Line) => Promise<void>): Promise<void> {
    for (let line = await this.#next(abort); line !== undefined; line = await this.#next(abort)) {
      const current = line;
      if (parseLine(current).kind !== "blank") await this.#reading(() => each(current));
    }
  }

  /** Does what may read on in the input. */
  async #reading(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      this.failure ??= { thrown };
    }
  }

  /** The next line; `undefined` at the end, at a failure, or as soon as `signal` is aborted. */
  async #next(signal: AbortSignal): Promise<Line | undefined> {
    if (signal.aborted || this.failure !== undefined) return undefined;
    this.#pending ??= this.#lines.next();
    let stopListening = () => {};
    const stopped = new Promise<undefined>((resolve) => {
      stopListening = onAbort(signal, () => resolve(undefined));
    });
    try {
      const next = await Promise.race([this.#pending, stopped]);
      if (next === undefined) return undefined;
      this.#pending = undefined;
      if (next.done === true) return undefined;
      this.lastLine = next.value.number;
      return next.value;
    } catch (thrown) {
      this.failure = { thrown };
      return undefined;
    } finally {
      stopListening();
    }
  }
}
