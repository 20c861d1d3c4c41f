import { describe, expect, it } from "@jest/globals";
import { silentLogger } from "@wirekit/core";
import { settled } from "../../test/manual-clock.ts";
import type { KindoOutcome, NumberedOutcome } from "../outcome.ts";
import { collectOutcomes } from "./collect-outcomes.ts";
import { Intake, type MessageSource } from "./intake.ts";
import { outcomeStream } from "./outcome-stream.ts";

/** Sends that end when the test says so. */
class Sends {
  readonly started: string[] = [];
  most = 0;
  readonly #open = new Map<string, (outcome: KindoOutcome) => void>();

  send = (message: string): Promise<KindoOutcome> => {
    this.started.push(message);
    return new Promise((resolve) => {
      this.#open.set(message, resolve);
      this.most = Math.max(this.most, this.#open.size);
    });
  };

  async finish(...messages: readonly string[]): Promise<void> {
    for (const message of messages) {
      this.#open.get(message)?.({ kind: "delivered", trackingId: message, attempts: 1, latencyMs: 0 });
      this.#open.delete(message);
    }
    await settled();
  }

  get open(): readonly string[] {
    return [...this.#open.keys()];
  }
}

function setUp(source: MessageSource<string>, concurrency = 2) {
  const sends = new Sends();
  const stop = new AbortController();
  const options = { concurrency, stop: stop.signal, sendOne: sends.send };
  const stream = outcomeStream(() => new Intake(source, options));
  return { sends, stop, stream };
}

/** Reads a stream to its end in the background. */
function readAll(stream: AsyncIterable<NumberedOutcome>) {
  const seen: string[] = [];
  const kinds: string[] = [];
  const done = (async () => {
    for await (const { index, outcome } of stream) {
      seen[index] = outcome.kind === "delivered" ? outcome.trackingId : outcome.kind;
      kinds.push(outcome.kind);
    }
  })();
  done.catch(() => {});
  return { seen, done };
}

function* letters() {
  for (let index = 0; ; index += 1) yield `m${index}`;
}

describe("a stream of outcomes", () => {
  it.each<[string, () => MessageSource<string>]>([
    ["an array", () => ["a", "b", "c"]],
    ["a Set", () => new Set(["a", "b", "c"])],
    [
      "an async generator",
      async function* () {
        yield* ["a", "b", "c"];
      },
    ],
  ])("sends what %s gives, and numbers it", async (_name, open) => {
    const { sends, stream } = setUp(open(), 3);
    const { seen, done } = readAll(stream);
    await settled();
    await sends.finish("c", "a", "b");
    await done;
    expect(seen).toEqual(["a", "b", "c"]);
  });

  it("of nothing is empty", async () => {
    const { seen, done } = readAll(setUp([]).stream);
    await done;
    expect(seen).toEqual([]);
  });

  it("has no more under way than allowed, and never waits for the slowest", async () => {
    const { sends, stream } = setUp(["slow", "b", "c", "d", "e"], 2);
    const { done } = readAll(stream);
    await settled();
    expect(sends.open).toEqual(["slow", "b"]);
    await sends.finish("b");
    await sends.finish("c");
    await sends.finish("d");
    expect(sends.open).toEqual(["slow", "e"]);
    await sends.finish("e", "slow");
    await done;
    expect(sends.most).toBe(2);
  });

  it("takes no more from an endless source than it is asked for", async () => {
    const { sends, stream } = setUp(letters(), 3);
    const first = stream.next();
    await settled();
    expect(sends.started).toHaveLength(3);
    await sends.finish("m0", "m1", "m2");
    await first;
    await settled();
    // The reader has seen one of three, and asks for nothing: two wait for it, and nothing more is taken.
    expect(sends.started).toHaveLength(3);
    await stream.next();
    expect(sends.started).toHaveLength(4);
    const left = stream.return();
    await settled();
    await sends.finish(...sends.open);
    await left;
  });

  it("does not ask a source for a second message before the first is there", async () => {
    let asked = 0;
    const answer: ((result: IteratorResult<string>) => void)[] = [];
    const source: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          asked += 1;
          return new Promise((resolve) => answer.push(resolve));
        },
      }),
    };
    const { sends, stream } = setUp(source, 5);
    const { done } = readAll(stream);
    await settled();
    expect(asked).toBe(1);
    answer[0]?.({ value: "a", done: false });
    await settled();
    expect(asked).toBe(2);
    answer[1]?.({ value: undefined, done: true });
    await sends.finish("a");
    await done;
  });
});

describe("a source that throws", () => {
  const boom = new Error("boom");
  function* throwing() {
    yield "a";
    yield "b";
    throw boom;
  }

  it.each<[string, () => MessageSource<string>]>([
    ["at once", throwing],
    [
      "later",
      async function* () {
        yield* throwing();
      },
    ],
  ])("%s loses no outcome of the messages before, and then fails the stream", async (_name, open) => {
    const { sends, stream } = setUp(open(), 5);
    const { seen, done } = readAll(stream);
    await settled();
    expect(sends.open).toEqual(["a", "b"]);
    await sends.finish("b", "a");
    await expect(done).rejects.toBe(boom);
    expect(seen).toEqual(["a", "b"]);
  });
});

describe("a source that does not keep to the protocol of iterators", () => {
  const rogue = (next: () => unknown): MessageSource<string> =>
    ({ [Symbol.asyncIterator]: () => ({ next }) }) as MessageSource<string>;
  const protocol = "does not keep to the protocol of iterators";
  const unreadable = (name: "done" | "value") =>
    Object.defineProperty({ done: false }, name, {
      get() {
        throw new Error(`no ${name}`);
      },
    });

  it.each<[string, MessageSource<string>, string]>([
    ["resolves to undefined", rogue(async () => undefined), protocol],
    ["resolves to null", rogue(async () => null), protocol],
    ["resolves to a text", rogue(async () => "a"), protocol],
    ["returns undefined", rogue(() => undefined), protocol],
    ["has no next", { [Symbol.iterator]: () => ({}) } as never, "next is not a function"],
    ["opens to undefined", { [Symbol.asyncIterator]: () => undefined } as never, protocol],
    [
      "throws as it is opened",
      {
        [Symbol.iterator]() {
          throw new Error("not today");
        },
      } as never,
      "not today",
    ],
    ["has results whose end cannot be read", rogue(async () => unreadable("done")), "no done"],
    ["has results whose value cannot be read", rogue(async () => unreadable("value")), "no value"],
    [
      "returns what only looks like a promise, and throws",
      rogue(() => ({
        // biome-ignore lint/suspicious/noThenProperty: that is what is tried.
        then() {
          throw new Error("no promise");
        },
      })),
      "no promise",
    ],
  ])("because it %s fails the stream, and nothing else", async (_name, source, problem) => {
    const { done } = readAll(setUp(source).stream);
    await expect(done).rejects.toThrow(problem);
    const options = { concurrency: 2, stop: new AbortController().signal, sendOne: new Sends().send };
    const report = await collectOutcomes(new Intake(source, options), {
      onProgress: undefined,
      logger: silentLogger,
    });
    expect(report.outcomes).toEqual([]);
    expect(report.sourceError).toMatchObject({ message: expect.stringContaining(problem) });
  });
});

describe("when it is stopped", () => {
  it("an array's rest is not sent, and what is on its way still gets its outcome", async () => {
    const { sends, stream, stop } = setUp(["a", "b", "c", "d"], 2);
    const { seen, done } = readAll(stream);
    await settled();
    stop.abort("enough");
    await sends.finish("a", "b");
    await done;
    expect(seen).toEqual(["a", "b", "not-sent", "not-sent"]);
  });

  it("before it began, nothing is sent", async () => {
    const { sends, stream, stop } = setUp(["a", "b"]);
    stop.abort("enough");
    const outcomes: NumberedOutcome[] = [];
    for await (const outcome of stream) outcomes.push(outcome);
    expect(outcomes).toEqual([
      { index: 0, outcome: { kind: "not-sent", error: expect.objectContaining({ cause: "enough" }) } },
      { index: 1, outcome: { kind: "not-sent", error: expect.objectContaining({ cause: "enough" }) } },
    ]);
    expect(sends.started).toEqual([]);
  });

  it("a source that never gives its next message does not hold it up, and is told to end", async () => {
    let isEnded = false;
    const source: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => {}),
        return: () => {
          isEnded = true;
          return new Promise(() => {});
        },
      }),
    };
    const { stream, stop } = setUp(source);
    const { done } = readAll(stream);
    await settled();
    stop.abort("enough");
    await done;
    expect(isEnded).toBe(true);
  });

  it("a message that the source still gives is not sent", async () => {
    let give: (result: IteratorResult<string>) => void = () => {};
    const source: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({
        next: () =>
          new Promise((resolve) => {
            give = resolve;
          }),
      }),
    };
    const { sends, stream, stop } = setUp(source);
    const { done } = readAll(stream);
    await settled();
    stop.abort("enough");
    await done;
    give({ value: "late", done: false });
    await settled();
    expect(sends.started).toEqual([]);
  });
});

describe("when its reader leaves early", () => {
  it("takes nothing more, ends the source, and waits for what is on its way", async () => {
    const ended: string[] = [];
    function* source() {
      try {
        yield* letters();
      } finally {
        ended.push("source");
      }
    }
    const { sends, stream } = setUp(source(), 2);
    const reading = (async () => {
      for await (const _ of stream) break;
      ended.push("loop");
    })();
    await settled();
    await sends.finish("m0");
    expect(ended).toEqual(["source"]);
    expect(sends.open).toEqual(["m1"]);
    await sends.finish("m1");
    await reading;
    expect(ended).toEqual(["source", "loop"]);
    expect(sends.started).toEqual(["m0", "m1"]);
  });
});
