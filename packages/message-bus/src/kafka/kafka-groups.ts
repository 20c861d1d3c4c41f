import { ConfigError, type Health } from "@wirekit/core";
import type { MessageConsumer } from "../consume-options.ts";
import { parseKafkaReceipt, unknownReceipt } from "./consumer/kafka-receipt.ts";
import type { KafkaReceiver } from "./consumer/kafka-receiver.ts";
import type { KafkaSource } from "./consumer/kafka-source.ts";
import type { KafkaSourceDetails } from "./consumer/source-details.ts";

/** One topic, as one group reads it. */
export interface TopicOfGroup {
  readonly topic: string;
  readonly groupId: string;
}

/** One group that a bus takes part in, by a consumer or by `receiveMessage`. */
export interface KafkaGroupHealth extends KafkaSourceDetails {
  readonly topic: string;
  readonly groupId: string;
  readonly role: "consumer" | "receiver";
}

/** Whether a bus over Kafka can do its work. */
export interface KafkaBusHealth extends Health {
  /** Assignment and lag are as of the last fetch; {@link KafkaMessageBus.lag} asks the broker. */
  readonly groups: readonly KafkaGroupHealth[];
}

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

  health(): KafkaGroupHealth[] {
    return [...this.#running.values()].map(({ topic, groupId, source }) => ({
      topic,
      groupId,
      role: "consumer",
      ...source.details(),
    }));
  }
}

interface OpenReceiver extends TopicOfGroup {
  readonly receiver: KafkaReceiver;
}

/** The receivers of one bus: one for each topic and group that something was received from. */
export class KafkaReceivers {
  readonly #open = new Map<string, OpenReceiver>();
  readonly #make: (place: TopicOfGroup) => KafkaReceiver;

  constructor(make: (place: TopicOfGroup) => KafkaReceiver) {
    this.#make = make;
  }

  /** The receiver for that place, opened where there is none yet. */
  at(place: TopicOfGroup): KafkaReceiver {
    const name = nameOf(place);
    const known = this.#open.get(name);
    // One that was thrown out for good would refuse for ever; the next call begins anew.
    if (known !== undefined && known.receiver.details().state !== "failed") return known.receiver;
    void known?.receiver.close({ timeoutMs: 0 });
    const receiver = this.#make(place);
    this.#open.set(name, { ...place, receiver });
    return receiver;
  }

  /**
   * The receiver that gave out a receipt handle.
   *
   * @throws ReceiptError when it is malformed, or nothing was received from there; ConfigError when several
   * groups are open on its topic, and none is named.
   */
  ofReceipt(topic: string, groupId: string | undefined, receiptHandle: string): KafkaReceiver {
    const receipt = parseKafkaReceipt(receiptHandle);
    const open = [...this.#open.values()].filter(
      (one) => one.topic === topic && (groupId === undefined || one.groupId === groupId),
    );
    if (open.length > 1) {
      const message =
        "is needed: several groups receive from this topic, and a receipt handle does not say which";
      throw new ConfigError([{ path: "groupId", message }]);
    }
    const [only] = open;
    if (only === undefined || receipt.topic !== topic) throw unknownReceipt();
    return only.receiver;
  }

  health(): KafkaGroupHealth[] {
    return [...this.#open.values()].map(({ topic, groupId, receiver }) => ({
      topic,
      groupId,
      role: "receiver",
      ...receiver.details(),
    }));
  }

  /** Closes all; how many messages were received and not acknowledged. */
  async close(options: { readonly timeoutMs: number }): Promise<number> {
    const reports = await Promise.all(
      [...this.#open.values()].map(({ receiver }) => receiver.close(options)),
    );
    return reports.reduce((sum, { notHandled }) => sum + notHandled, 0);
  }
}

function nameOf({ topic, groupId }: TopicOfGroup): string {
  return JSON.stringify([topic, groupId]);
}
