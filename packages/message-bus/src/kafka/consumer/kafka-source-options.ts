import {
  type Clock,
  ConfigError,
  consoleLogger,
  type Logger,
  type Random,
  systemClock,
  type WirekitError,
} from "@wirekit/core";
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
   * In which order records without a key are handled. Default `"none"`, as on every bus: such records were spread over the partitions as it suited
   * their sender, so that their order means nothing, and one that is slow holds back no other. `"partition"`: one at a time in each partition.
   */
  readonly keylessOrder?: KeylessOrder | undefined;
  /**
   * How many bytes are held that were read and are not finished; each partition has an equal share. What one fetch brings may come on top, for
   * each partition. Default 32 MiB.
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

/** {@link KafkaSourceOptions} with every default in its place. */
export type ResolvedSourceOptions = {
  readonly [Name in keyof KafkaSourceOptions]-?: NonNullable<KafkaSourceOptions[Name]>;
};

/** @throws ConfigError naming every option at fault. */
export function resolveSourceOptions(options: KafkaSourceOptions): ResolvedSourceOptions {
  const resolved: ResolvedSourceOptions = {
    driver: options.driver,
    member: options.member,
    keylessOrder: options.keylessOrder ?? "none",
    maxBufferedBytes: options.maxBufferedBytes ?? 32 * 1024 * 1024,
    commitIntervalMs: options.commitIntervalMs ?? 1_000,
    rebalanceGraceMs: options.rebalanceGraceMs ?? 5_000,
    commitTimeoutMs: options.commitTimeoutMs ?? 5_000,
    onDelivered: options.onDelivered ?? nothing,
    onAcknowledged: options.onAcknowledged ?? nothing,
    onStopped: options.onStopped ?? nothing,
    onReset: options.onReset ?? nothing,
    logger: options.logger ?? consoleLogger,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
  const { keylessOrder, maxBufferedBytes, commitIntervalMs, rebalanceGraceMs, commitTimeoutMs } = resolved;
  const faults = [
    keylessOrder === "partition" || keylessOrder === "none"
      ? undefined
      : { path: "keylessOrder", message: 'must be "partition" or "none"' },
    Number.isSafeInteger(maxBufferedBytes) && maxBufferedBytes >= 1
      ? undefined
      : { path: "maxBufferedBytes", message: "must be a whole number of at least 1" },
    durationFault("commitIntervalMs", commitIntervalMs),
    durationFault("rebalanceGraceMs", rebalanceGraceMs),
    durationFault("commitTimeoutMs", commitTimeoutMs),
  ].filter((fault) => fault !== undefined);
  if (faults.length > 0) throw new ConfigError(faults);
  return resolved;
}

/** The longest delay that the runtimes' timers take. */
const maxTimerMs = 2_147_483_647;

function durationFault(path: string, valueMs: number) {
  if (valueMs >= 0 && valueMs <= maxTimerMs) return undefined;
  return { path, message: `must be a number of milliseconds from 0 to ${maxTimerMs}` };
}

function nothing(): void {}
