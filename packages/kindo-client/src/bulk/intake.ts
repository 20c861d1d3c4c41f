import { WirekitError } from "@wirekit/core";
import { onAbort } from "@wirekit/core/kit";
import type { KindoOutcome, NumberedOutcome } from "../outcome.ts";

/** Where messages come from: an array, or anything that can be iterated, also without an end. */
export type MessageSource<Message> = Iterable<Message> | AsyncIterable<Message>;

/** How the messages of a source are sent. */
export interface IntakeOptions<Message> {
  /** Messages that have been taken and whose outcome was not handed on yet. */
  readonly concurrency: number;
  /** Once aborted, nothing more is taken from the source. */
  readonly stop: AbortSignal;
  /** Sends one. Never rejects. */
  sendOne(message: Message): Promise<KindoOutcome>;
  /** Told of each message that is not sent because of the stop. */
  leaveOut?(): void;
  /** Called once, at the end. */
  ended?(): void;
}

/**
 * Takes messages from a source as there is room, sends them, and keeps their outcomes until they are taken.
 */
export class Intake<Message> {
  /** Messages taken so far. */
  taken = 0;
  /** What the source threw instead of its next message. */
  failure: { readonly thrown: unknown } | undefined;

  readonly #source: MessageSource<Message>;
  readonly #iterator: Iterator<Message> | AsyncIterator<Message>;
  readonly #options: IntakeOptions<Message>;
  readonly #settled: NumberedOutcome[] = [];
  readonly #stopListening: () => void;
  #running = 0;
  #isPulling = false;
  #isExhausted = false;
  #wake: () => void = () => {};

  constructor(source: MessageSource<Message>, options: IntakeOptions<Message>) {
    this.#source = source;
    this.#iterator = this.#open(source);
    this.#options = options;
    this.#stopListening = onAbort(options.stop, () => this.#wake());
  }

  /** Messages in all, where that can be known. */
  get total(): number | undefined {
    return Array.isArray(this.#source) ? this.#source.length : undefined;
  }

  /** A source that cannot be opened fails as one does that throws in place of its first message. */
  #open(source: MessageSource<Message>): Iterator<Message> | AsyncIterator<Message> {
    try {
      const openAsync = (source as Partial<AsyncIterable<Message>>)[Symbol.asyncIterator];
      const iterator: unknown =
        openAsync == null ? (source as Iterable<Message>)[Symbol.iterator]() : openAsync.call(source);
      if (typeof iterator !== "object" || iterator === null) throw protocolError();
      return iterator as Iterator<Message> | AsyncIterator<Message>;
    } catch (thrown) {
      this.#fail(thrown);
      return [][Symbol.iterator]();
    }
  }

  /** Takes and sends as many as there is room for. */
  fill(): void {
    while (this.#hasRoom()) this.#pull();
  }

  /** An outcome that was not handed on yet. */
  takeSettled(): NumberedOutcome | undefined {
    return this.#settled.shift();
  }

  /** Whether no further outcome will come, and all were handed on. */
  isFinished(): boolean {
    if (this.#running > 0 || this.#settled.length > 0) return false;
    return this.#options.stop.aborted || (this.#isExhausted && !this.#isPulling);
  }

  /** Resolves when there is an outcome more, or a message, or nothing more to wait for. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /**
   * What is left of an array after a stop. What other sources would still have given is not known.
   */
  *untaken(): Generator<NumberedOutcome> {
    const { stop } = this.#options;
    if (!stop.aborted) return;
    for (let index = this.taken; index < (this.total ?? 0); index += 1) {
      this.#options.leaveOut?.();
      yield { index, outcome: { kind: "not-sent", error: WirekitError.from(stop.reason) } };
    }
  }

  /** Takes nothing more, and waits for what is on its way. */
  async end(): Promise<void> {
    this.#stopListening();
    const wasExhausted = this.#isExhausted;
    this.#isExhausted = true;
    try {
      if (!wasExhausted) await this.#leaveSource();
    } finally {
      while (this.#running > 0) await this.changed();
      this.#options.ended?.();
    }
  }

  #hasRoom(): boolean {
    const { concurrency, stop } = this.#options;
    const held = this.#running + this.#settled.length;
    return !this.#isPulling && !this.#isExhausted && !stop.aborted && held < concurrency;
  }

  /** Asks for one message, and not for a second one before that is there: not every source can bear it. */
  #pull(): void {
    try {
      const pulled = this.#iterator.next();
      if (isThenable(pulled)) this.#await(pulled);
      else this.#start(pulled);
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  #await(pulled: PromiseLike<IteratorResult<Message>>): void {
    this.#isPulling = true;
    // What only looks like a promise may throw, or call back more than once.
    void Promise.resolve(pulled)
      .then((result) => this.#start(result))
      .catch((thrown: unknown) => this.#fail(thrown))
      .then(() => {
        this.#isPulling = false;
        this.#wake();
      });
  }

  #start(result: IteratorResult<Message>): void {
    if (typeof result !== "object" || result === null) throw protocolError();
    if (result.done === true) {
      this.#isExhausted = true;
      return;
    }
    // It comes after the end, when no one would see its outcome: it is not sent.
    if (this.#isExhausted || this.#options.stop.aborted) return;
    const { value } = result;
    const index = this.taken;
    this.taken += 1;
    this.#running += 1;
    void this.#options.sendOne(value).then((outcome) => {
      this.#running -= 1;
      this.#settled.push({ index, outcome });
      this.#wake();
    });
  }

  #fail(thrown: unknown): void {
    this.#isExhausted = true;
    this.failure = { thrown };
  }

  async #leaveSource(): Promise<void> {
    const left = this.#iterator.return?.();
    // A source that still owes a message may never come to its end.
    if (this.#isPulling) void Promise.resolve(left).catch(() => {});
    else await left;
  }
}

function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

function protocolError(): TypeError {
  return new TypeError("The source of messages does not keep to the protocol of iterators");
}
