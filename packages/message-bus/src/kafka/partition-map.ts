import type { TopicPartition } from "./kafka-driver.ts";

/** A value for each partition, in the order in which they came. Makes no text of the two, which would cost more than what is done with it. */
export class PartitionMap<Value> {
  readonly #topics = new Map<string, Value[]>();
  readonly #values: Value[] = [];

  get({ topic, partition }: TopicPartition): Value | undefined {
    return this.#topics.get(topic)?.[partition];
  }

  getOrAdd(place: TopicPartition, make: () => Value): Value {
    const known = this.get(place);
    if (known !== undefined) return known;
    const partitions = this.#topics.get(place.topic) ?? [];
    this.#topics.set(place.topic, partitions);
    const made = make();
    partitions[place.partition] = made;
    this.#values.push(made);
    return made;
  }

  values(): Value[] {
    return this.#values;
  }
}
