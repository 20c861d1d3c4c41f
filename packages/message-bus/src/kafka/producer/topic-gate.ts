/** What is to happen once the number of partitions is known, or cannot be known. */
export interface Waiting {
  readonly go: (partitionCount: number) => void;
  readonly fail: (error: unknown) => void;
}

interface Topic {
  partitionCount: number | undefined;
  readonly waiting: Set<Waiting>;
}

/**
 * Keeps sends back until it is known how many partitions their topic has, and lets them go in their order. A topic that is known holds nobody
 * up, not even for one turn, or what was called later could overtake.
 */
export class TopicGate {
  readonly #ask: (topic: string) => Promise<number>;
  readonly #topics = new Map<string, Topic>();

  /** @param ask is asked for a topic that is not known, and again by {@link refresh}; it may answer from memory. */
  constructor(ask: (topic: string) => Promise<number>) {
    this.#ask = ask;
  }

  /** The number of partitions, where it is known. */
  partitionCount(topic: string): number | undefined {
    return this.#topics.get(topic)?.partitionCount;
  }

  /** Calls one of the two functions once the answer is there; neither of them after the returned function was called. */
  wait(topic: string, waiting: Waiting): () => void {
    const asked = this.#topics.get(topic) ?? this.#askFor(topic);
    asked.waiting.add(waiting);
    return () => asked.waiting.delete(waiting);
  }

  #askFor(topic: string): Topic {
    const asked: Topic = { partitionCount: undefined, waiting: new Set() };
    this.#topics.set(topic, asked);
    this.#ask(topic).then(
      (count) => {
        asked.partitionCount = count;
        for (const { go } of asked.waiting) go(count);
        asked.waiting.clear();
      },
      (error: unknown) => {
        // Whoever comes next asks anew.
        this.#topics.delete(topic);
        for (const { fail } of asked.waiting) fail(error);
        asked.waiting.clear();
      },
    );
    return asked;
  }

  /** Looks whether topics have grown. What is known stays where that cannot be told. */
  refresh(topics: Iterable<string>): void {
    for (const topic of new Set(topics)) {
      const known = this.#topics.get(topic);
      if (known?.partitionCount === undefined) continue;
      this.#ask(topic).then(
        (count) => {
          known.partitionCount = count;
        },
        () => undefined,
      );
    }
  }
}
