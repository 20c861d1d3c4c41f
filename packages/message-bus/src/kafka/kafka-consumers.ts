import type { MessageConsumer } from "../consume-options.ts";
import { RunningConsumers } from "../running-consumers.ts";
import type { KafkaSource } from "./consumer/kafka-source.ts";
import type { KafkaSourceDetails } from "./consumer/source-details.ts";
import type { TopicOfGroup } from "./kafka-receivers.ts";

interface Running extends TopicOfGroup {
  readonly source: Pick<KafkaSource, "details">;
}

/** The consumers of one bus, and what they say of their groups. */
export class KafkaConsumers {
  readonly #all = new RunningConsumers();
  readonly #running = new Map<MessageConsumer, Running>();

  add(consumer: MessageConsumer, running: Running): void {
    this.#all.add(consumer, running.topic);
    this.#running.set(consumer, running);
    consumer.on("stopped", () => this.#running.delete(consumer));
  }

  problems(): string[] {
    return this.#all.problems();
  }

  states(): (TopicOfGroup & { readonly details: KafkaSourceDetails })[] {
    return [...this.#running.values()].map(({ topic, groupId, source }) => ({
      topic,
      groupId,
      details: source.details(),
    }));
  }

  /** Closes all; how many messages were read, and come again. */
  async close(options: { readonly timeoutMs: number }): Promise<number> {
    const reports = await Promise.all([...this.#running.keys()].map((consumer) => consumer.close(options)));
    return reports.reduce((sum, { left }) => sum + left.length, 0);
  }
}
