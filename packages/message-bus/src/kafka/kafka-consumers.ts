import type { MessageConsumer } from "../consume-options.ts";
import type { KafkaSource } from "./consumer/kafka-source.ts";
import type { KafkaSourceDetails } from "./consumer/source-details.ts";
import type { TopicOfGroup } from "./kafka-receivers.ts";

interface Running extends TopicOfGroup {
  readonly source: Pick<KafkaSource, "details">;
}

/** The consumers of one bus that run, and what they say of their groups. */
export class KafkaConsumers {
  readonly #running = new Map<MessageConsumer, Running>();

  add(consumer: MessageConsumer, running: Running): void {
    this.#running.set(consumer, running);
    consumer.on("stopped", () => this.#running.delete(consumer));
  }

  states(): (TopicOfGroup & { readonly details: KafkaSourceDetails })[] {
    return [...this.#running.values()].map(({ topic, groupId, source }) => ({
      topic,
      groupId,
      details: source.details(),
    }));
  }
}
