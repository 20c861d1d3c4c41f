import { ConfigError, type WirekitError } from "@wirekit/core";
import { parseKafkaReceipt, unknownReceipt } from "./consumer/kafka-receipt.ts";
import type { KafkaReceiver } from "./consumer/kafka-receiver.ts";
import type { KafkaSourceDetails } from "./consumer/source-details.ts";

/** One topic, as one group reads it. */
export interface TopicOfGroup {
  readonly topic: string;
  readonly groupId: string;
}

/** What the receivers say of themselves. */
export interface ReceiverState extends TopicOfGroup {
  readonly details: KafkaSourceDetails;
  readonly fault: WirekitError | undefined;
}

interface Open extends TopicOfGroup {
  readonly receiver: KafkaReceiver;
}

/** The receivers of one bus: one for each topic and group that something was received from. */
export class KafkaReceivers {
  readonly #open = new Map<string, Open>();
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
   * @throws ReceiptError when it is malformed, or nothing was received from there; ConfigError when several groups are open on its topic, and none
   * is named.
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

  states(): ReceiverState[] {
    return [...this.#open.values()].map(({ topic, groupId, receiver }) => ({
      topic,
      groupId,
      details: receiver.details(),
      fault: receiver.fault,
    }));
  }

  /** Closes all; how many messages were received and not acknowledged. */
  async close(options: { readonly timeoutMs: number }): Promise<number> {
    const reports = await Promise.all(
      [...this.#open.values()].map(({ receiver }) => receiver.close(options)),
    );
    return reports.reduce((sum, { unacknowledged }) => sum + unacknowledged, 0);
  }
}

function nameOf({ topic, groupId }: TopicOfGroup): string {
  return JSON.stringify([topic, groupId]);
}
