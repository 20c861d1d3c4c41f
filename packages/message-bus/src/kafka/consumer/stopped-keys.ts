import { WirekitError } from "@wirekit/core";
import type { Settlement } from "@wirekit/core/inbound";
import type { KafkaDelivery } from "./kafka-delivery.ts";
import type { ResolvedSourceOptions } from "./kafka-source-options.ts";
import type { OpenPartition } from "./open-partition.ts";

/** How a message is left: why it was given up, and why it is in no place for dead letters. */
export type GivenUp = Pick<
  Extract<Settlement<KafkaDelivery>, { readonly kind: "leave" }>,
  "record" | "sinkError"
>;

/** What stopping a key asks of the source. */
export interface StoppedKeysSource {
  /** Lets nothing of an order key begin until the returned function is called. */
  readonly hold: (orderKey: string) => (() => void) | undefined;
  readonly onTrouble: (error: WirekitError) => void;
}

/**
 * Stops keys whose messages were given up with nowhere to put them, and then the partitions that hold nothing
 * else: loudly, and nothing is skipped.
 */
export class StoppedKeys {
  readonly #options: Pick<ResolvedSourceOptions, "logger" | "onStopped">;
  readonly #source: StoppedKeysSource;

  constructor(options: Pick<ResolvedSourceOptions, "logger" | "onStopped">, source: StoppedKeysSource) {
    this.#options = options;
    this.#source = source;
  }

  stop(partition: OpenPartition, delivery: KafkaDelivery, given: GivenUp): void {
    const { logger, onStopped } = this.#options;
    const { id, key: orderKey, record, received } = delivery;
    const { key } = received;
    const error = keyStoppedError(id, given);
    const letGo = (orderKey === undefined ? undefined : this.#source.hold(orderKey)) ?? (() => undefined);
    partition.stop(delivery, { id, key, error, letGo });
    logger.error({ id, code: error.code, cause: given.record.error.code }, error.message);
    this.#source.onTrouble(error);
    const { topic, partition: number } = partition;
    onStopped({ topic, partition: number, offset: record.offset, key, error });
    this.watch(partition);
  }

  /**
   * Says so once when a partition has come to a stand: it is full, and nothing of what it holds can be
   * handled.
   */
  watch(partition: OpenPartition): void {
    if (partition.stopped.size === 0 || partition.isStuck) return;
    if (!partition.isPaused || partition.blockedBytes < partition.bufferedBytes) return;
    partition.isStuck = true;
    const { topic, partition: number, stopped } = partition;
    const error = partitionStoppedError(topic, number, stopped.size);
    this.#options.logger.error({ topic, partition: number, code: error.code }, error.message);
    this.#source.onTrouble(error);
  }
}

/**
 * A record was given up, there is nowhere to put it, and it is not skipped: nothing of its key is handled any
 * more.
 */
function keyStoppedError(id: string, { record: { error: cause }, sinkError }: GivenUp): WirekitError {
  const why =
    sinkError === undefined
      ? "there is no dead-letter target"
      : `its dead letter cannot be written (${sinkError.message})`;
  return new WirekitError(
    `The message ${id} was given up and ${why}: its key has stopped, and nothing after it is committed`,
    {
      code: "message-bus/key-stopped",
      details: { id, cause: cause.code, ...(sinkError !== undefined && { deadLetter: sinkError.code }) },
      cause,
    },
  );
}

/** Nothing of what is held of a partition can be handled any more, and there is no room for more. */
function partitionStoppedError(topic: string, partition: number, keys: number): WirekitError {
  return new WirekitError(
    `Partition ${partition} of ${topic} has stopped: ${keys === 1 ? "a stopped key holds" : `${keys} stopped keys hold`} all that there is room for`,
    { code: "message-bus/partition-stopped", details: { topic, partition, keys } },
  );
}
