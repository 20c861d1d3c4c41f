import type { Clock, Logger, Random, WirekitError } from "@wirekit/core";
import { Faults, type OptionsOf, option, readOptions } from "@wirekit/core/kit";
import type { ReceivedFacts } from "../../received.ts";
import type { KafkaDriver, MemberOptions, OffsetReset, TopicPartition } from "../kafka-driver.ts";
import type { KeylessOrder } from "./kafka-delivery.ts";

/** A record that holds back its key, because it was given up and there is nowhere to put it. */
export interface StoppedKey extends TopicPartition {
  readonly offset: bigint;
  /** Absent for a record without a key. */
  readonly key: string | undefined;
  readonly error: WirekitError;
}

/** How a {@link KafkaSource} reads. Durations are in milliseconds. */
export interface KafkaSourceOptions {
  readonly driver: Pick<KafkaDriver, "openMember">;
  readonly member: MemberOptions;
  /**
   * In which order records without a key are handled. Default `"none"`, as on every bus: such records were
   * spread over the partitions as it suited their sender, so that their order means nothing, and one that is
   * slow holds back no other. `"partition"`: one at a time in each partition.
   */
  readonly keylessOrder?: KeylessOrder | undefined;
  /**
   * How many bytes are held that were read and are not finished, over all partitions; each has an equal
   * share. One batch of records may come on top for each fetch that is under way. Default 32 MiB.
   */
  readonly maxBufferedBytes?: number | undefined;
  /** How long what is finished may wait for its commit. Default 1,000. */
  readonly commitIntervalMs?: number | undefined;
  /** How long handlers may go on that run when the group rebalances. Default 5,000. */
  readonly rebalanceGraceMs?: number | undefined;
  /** The longest that a commit is waited for when the group rebalances. Default 5,000. */
  readonly commitTimeoutMs?: number | undefined;
  /** Told of each delivery when it is read, or handed over once more. */
  readonly onDelivered?: ((facts: ReceivedFacts) => void) | undefined;
  /** Told of each record that is finished: handled, or written as a dead letter. */
  readonly onAcknowledged?: ((facts: ReceivedFacts) => void) | undefined;
  /** Told when a key stops. */
  readonly onStopped?: ((stopped: StoppedKey) => void) | undefined;
  /** Told when the log does not hold what was to be read next. */
  readonly onReset?: ((reset: OffsetReset) => void) | undefined;
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

interface Required {
  readonly presence: "required";
}
const ignored = { default: (): void => undefined };

const rules = {
  driver: option.methods<Pick<KafkaDriver, "openMember">, Required>(["openMember"], { presence: "required" }),
  member: option.unchecked<MemberOptions>(),
  keylessOrder: option.oneOf(["none", "partition"], { default: "none" }),
  maxBufferedBytes: option.whole({ minimum: 1, default: 32 * 1024 * 1024 }),
  commitIntervalMs: option.durationMs({ minimum: 0, default: 1_000 }),
  rebalanceGraceMs: option.durationMs({ minimum: 0, default: 5_000 }),
  commitTimeoutMs: option.durationMs({ minimum: 0, default: 5_000 }),
  onDelivered: option.fn<(facts: ReceivedFacts) => void, typeof ignored>(ignored),
  onAcknowledged: option.fn<(facts: ReceivedFacts) => void, typeof ignored>(ignored),
  onStopped: option.fn<(stopped: StoppedKey) => void, typeof ignored>(ignored),
  onReset: option.fn<(reset: OffsetReset) => void, typeof ignored>(ignored),
  logger: option.logger(),
  clock: option.clock(),
  random: option.random(),
};

/** {@link KafkaSourceOptions} with every default in its place. */
export type ResolvedSourceOptions = OptionsOf<typeof rules>;

/** @throws ConfigError naming every option at fault. */
export function resolveSourceOptions(options: KafkaSourceOptions): ResolvedSourceOptions {
  const faults = new Faults();
  const resolved = readOptions(options, rules, faults);
  faults.throwIfAny();
  return resolved;
}
