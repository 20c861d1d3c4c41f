import type { WirekitError } from "@wirekit/core";
import { keyStoppedError, partitionStoppedError } from "./consumer-errors.ts";
import type { HeldPartition } from "./held-partition.ts";
import type { KafkaDelivery } from "./kafka-delivery.ts";
import type { ResolvedSourceOptions } from "./kafka-source-options.ts";

/** What stopping asks of the source. */
export interface StoppingParts {
  /** Lets nothing of a line begin until the returned function is called. */
  readonly hold: (line: string) => (() => void) | undefined;
  readonly onFault: (error: WirekitError) => void;
}

/** Stops keys whose messages were given up with nowhere to put them, and then the partitions that hold nothing else: loudly, and nothing is skipped. */
export class Stopping {
  readonly #options: Pick<ResolvedSourceOptions, "logger" | "onStopped">;
  readonly #parts: StoppingParts;

  constructor(options: Pick<ResolvedSourceOptions, "logger" | "onStopped">, parts: StoppingParts) {
    this.#options = options;
    this.#parts = parts;
  }

  stop(partition: HeldPartition, delivery: KafkaDelivery, cause: WirekitError): void {
    const { logger, onStopped } = this.#options;
    const { id, key: line, record, received } = delivery;
    const { key } = received;
    const error = keyStoppedError(id, cause);
    const letGo = (line === undefined ? undefined : this.#parts.hold(line)) ?? (() => undefined);
    partition.stop(delivery, { id, key, error, letGo });
    logger.error({ id, code: error.code, cause: cause.code }, error.message);
    this.#parts.onFault(error);
    const { topic, partition: number } = partition;
    onStopped({ topic, partition: number, offset: record.offset, key, error });
    this.watch(partition);
  }

  /** Says so once when a partition has come to a stand: it is full, and nothing of what it holds can be handled. */
  watch(partition: HeldPartition): void {
    if (partition.stopped.size === 0 || partition.isStuck) return;
    if (!partition.isPaused || partition.blockedBytes < partition.heldBytes) return;
    partition.isStuck = true;
    const { topic, partition: number, stopped } = partition;
    const error = partitionStoppedError(topic, number, stopped.size);
    this.#options.logger.error({ topic, partition: number, code: error.code }, error.message);
    this.#parts.onFault(error);
  }
}
