import { ConfigError, WirekitError } from "@wirekit/core";
import { type Intake, LeaseLostError, type Settlement, type Source } from "@wirekit/core/inbound";
import { type Deadline, messageOf, onAbort, withTimeout } from "@wirekit/core/kit";
import type { Assignment, ConsumedBatch, GroupMember, MemberListener, OffsetReset } from "../kafka-driver.ts";
import { commitBeforeLeaving } from "./commit-before-leaving.ts";
import { Committer } from "./committer.ts";
import { resetText } from "./consumer-errors.ts";
import { Epoch } from "./epoch.ts";
import { FailureMemory } from "./failure-memory.ts";
import { FlowControl } from "./flow-control.ts";
import { HandOver } from "./hand-over.ts";
import type { HeldPartition } from "./held-partition.ts";
import { type KafkaDelivery, nextDelivery } from "./kafka-delivery.ts";
import {
  type KafkaSourceOptions,
  type ResolvedSourceOptions,
  resolveSourceOptions,
} from "./kafka-source-options.ts";
import { type GroupState, type KafkaSourceDetails, sourceDetails } from "./source-details.ts";
import { SourceFaults } from "./source-faults.ts";
import { Stopping } from "./stopping.ts";

/**
 * Reads one topic as a member of a group. A record that was fetched is handed over as soon as there is a slot and nothing before it can run, so that a
 * slow key holds back itself only; what is held is bounded by pausing partitions. The offset that is committed is the end of the finished
 * prefix of each partition.
 *
 * The consumer it belongs to must have an unlimited `capacity`: the bound is this one's, and counts bytes.
 */
export class KafkaSource implements Source<KafkaDelivery> {
  readonly redelivery = "in-place";
  readonly #options: ResolvedSourceOptions;
  readonly #member: GroupMember;
  readonly #flow: FlowControl;
  readonly #failures = new FailureMemory();
  readonly #stopping: Stopping;
  readonly #backlog: HandOver;
  #intake: Intake<KafkaDelivery> | undefined;
  #faults: SourceFaults | undefined;
  #epoch: Epoch | undefined;
  #epochs = 0;
  #resets = 0;
  #state: GroupState = "joining";
  #isReading = true;

  /** @throws ConfigError naming every option at fault. */
  constructor(options: KafkaSourceOptions) {
    this.#options = resolveSourceOptions(options);
    const { driver, member, maxBufferedBytes, keylessOrder } = this.#options;
    const facts = { topic: member.topic, groupId: member.groupId, keylessOrder };
    this.#member = driver.openMember(member);
    this.#flow = new FlowControl(this.#member, {
      maxBufferedBytes,
      fetchBytes: Math.min(member.maxBytesPerPartition, member.maxBytes),
    });
    this.#stopping = new Stopping(this.#options, {
      hold: (line) => this.#intake?.hold(line),
      onFault: (error) => this.#faults?.begin("stopped", error),
    });
    this.#backlog = new HandOver(
      { facts, failures: this.#failures, stopping: this.#stopping, onDelivered: this.#options.onDelivered },
      () => this.#open,
    );
  }

  /** Resolves as soon as the signal fires. The member stays in its group until `close`, so that what still runs can be committed. */
  run(intake: Intake<KafkaDelivery>, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    if (intake.available !== Number.POSITIVE_INFINITY) {
      throw new ConfigError([
        { path: "capacity", message: "must be Infinity for a source that bounds bytes" },
      ]);
    }
    this.#intake = intake;
    this.#faults = new SourceFaults(intake);
    const running = this.#member.run(this.#listener());
    return new Promise((resolve, reject) => {
      const stopListening = onAbort(signal, () => {
        this.#stopReading();
        resolve();
      });
      running.then(
        () => {
          stopListening();
          resolve();
        },
        (thrown: unknown) => {
          stopListening();
          this.#endEpoch(WirekitError.from(thrown));
          this.#state = "failed";
          reject(thrown);
        },
      );
    });
  }

  settle(delivery: KafkaDelivery, settlement: Settlement<KafkaDelivery>): void {
    const epoch = this.#epoch;
    const { record } = delivery;
    // Whoever has the partition now handles the record; its offset is none of ours, though the broker would take it.
    if (epoch === undefined || epoch.isOver || delivery.lease.isLost) {
      throw new LeaseLostError("the partition is not assigned any more");
    }
    if (settlement.kind === "retry") this.#retry(epoch, delivery, settlement.afterMs);
    else if (settlement.kind === "leave") this.#stop(epoch, delivery, settlement.record.error);
    else this.#finish(epoch, delivery);
    epoch.ended(record);
  }

  /** They are not finished, and so not committed: whoever reads the partition next gets them. */
  release(deliveries: readonly KafkaDelivery[]): void {
    for (const { record } of deliveries) this.#epoch?.ended(record);
  }

  /**
   * Commits all that is finished by now, and resolves when the broker has taken it.
   *
   * @throws LeaseLostError when the partitions are not ours any more; WirekitError when the broker refuses.
   */
  async commit(): Promise<void> {
    await this.#epoch?.committer.flush();
  }

  /** Commits what is finished, and leaves the group. */
  async close({ deadline }: { readonly deadline: Deadline }): Promise<void> {
    this.#stopReading();
    if (this.#epoch?.isOver === false) {
      await commitBeforeLeaving(this.#epoch, { ...this.#options, timeoutMs: deadline.leftMs() / 2 });
    }
    this.#endEpoch(new LeaseLostError("the consumer has left its group"));
    this.#state = "closed";
    await this.#member.close({ timeoutMs: deadline.leftMs() });
  }

  details(): KafkaSourceDetails {
    return sourceDetails({
      state: this.#state,
      epoch: this.#epoch,
      epochs: this.#epochs,
      resets: this.#resets,
      maxBufferedBytes: this.#options.maxBufferedBytes,
    });
  }

  /** Why nothing is read, while that lasts. */
  get readingFault(): WirekitError | undefined {
    return this.#faults?.get("reading");
  }

  /** The partition of the current assignment, if it is in it. */
  partition(partition: number): HeldPartition | undefined {
    return this.#epoch?.isOver === false ? this.#epoch.partitions.get(partition) : undefined;
  }

  #listener(): MemberListener {
    return {
      onAssigned: (assignment) => this.#beginEpoch(assignment),
      onRevoking: ({ canWait }) => this.#revoke(canWait ? "wait" : "at-once"),
      onLost: (error) => {
        this.#endEpoch(error);
        this.#state = "joining";
      },
      onBatch: (batch) => this.#take(batch),
      onReset: (reset) => this.#reset(reset),
      onFault: (error) => this.#faults?.begin("reading", error),
      onRecovered: () => this.#faults?.end("reading"),
    };
  }

  #beginEpoch(assignment: Assignment): void {
    // Every join reads anew from what is committed, so that what is still held of the one before would come twice.
    this.#endEpoch(new LeaseLostError("the group has rebalanced"));
    this.#epochs += 1;
    this.#epoch = new Epoch(this.#epochs, assignment, (epoch) => this.#committerOf(epoch));
    this.#state = "assigned";
    this.#flow.begin(this.#epoch);
    if (!this.#isReading) this.#flow.stop();
  }

  #committerOf(epoch: Epoch): Committer {
    const { commitIntervalMs, clock, random } = this.#options;
    return new Committer({
      collect: () => epoch.uncommitted(),
      commit: (offsets) => this.#member.commit(offsets),
      onCommitted: (offsets) => {
        epoch.committed(offsets);
        this.#faults?.end("committing");
      },
      onFailed: (error) => this.#faults?.begin("committing", error),
      intervalMs: commitIntervalMs,
      clock,
      random,
    });
  }

  /** What waits is not begun; what runs gets a while, where there is one; then what is finished is committed, and the rest is lost. */
  async #revoke(time: "wait" | "at-once"): Promise<void> {
    const epoch = this.#epoch;
    if (epoch === undefined || epoch.isOver || epoch.isRevoking) return;
    const { rebalanceGraceMs, commitTimeoutMs, clock, logger } = this.#options;
    this.#state = "revoking";
    epoch.beginRevoking(this.#intake?.takeWaiting() ?? []);
    try {
      if (time === "wait") {
        await epoch.whenIdle({ timeoutMs: rebalanceGraceMs, clock });
        if (epoch.isOver) return;
        await withTimeout("Committing", () => epoch.committer.flush(), { timeoutMs: commitTimeoutMs, clock });
      } else {
        void epoch.committer.flushAtOnce().catch(() => undefined);
      }
    } catch (thrown) {
      const fields = { error: messageOf(thrown), offsets: epoch.uncommitted().length };
      logger.warn(fields, "What was handled could not be committed before the rebalance, and comes again");
    }
    if (epoch === this.#epoch) this.#endEpoch(new LeaseLostError("the group has rebalanced"));
  }

  #endEpoch(reason: WirekitError): void {
    const epoch = this.#epoch;
    if (epoch === undefined || epoch.isOver) return;
    this.#failures.remember(epoch);
    epoch.end(reason);
    this.#faults?.end("stopped");
    this.#faults?.end("committing");
  }

  #take(batch: ConsumedBatch): void {
    const epoch = this.#open;
    const partition = epoch?.partitions.get(batch.partition);
    if (epoch === undefined || partition === undefined) return;
    epoch.readAhead.add(partition, batch);
    partition.highWatermark = batch.highWatermark;
    this.#flow.grown(partition);
    this.#stopping.watch(partition);
    epoch.readUpTo(partition);
    this.#intake?.pull(this.#backlog);
  }

  /** The assignment, as long as what was fetched in it may still be begun. */
  get #open(): Epoch | undefined {
    const epoch = this.#epoch;
    return epoch === undefined || epoch.isOver || epoch.isRevoking || !this.#isReading ? undefined : epoch;
  }

  #finish(epoch: Epoch, { record, received }: KafkaDelivery): void {
    const partition = epoch.partitionOf(record);
    partition.finish(record);
    this.#flow.shrunk(partition);
    if (partition.stopped.size > 0) this.#stopping.watch(partition);
    epoch.committer.touch();
    this.#options.onAcknowledged(received);
  }

  #retry(epoch: Epoch, delivery: KafkaDelivery, afterMs: number): void {
    const next = nextDelivery(delivery);
    // While the partitions are being revoked nothing is begun any more: the next owner tries again.
    if (epoch.isRevoking) return;
    this.#options.onDelivered(next.received);
    this.#intake?.retry(next, { afterMs });
  }

  #stop(epoch: Epoch, delivery: KafkaDelivery, cause: WirekitError): void {
    if (epoch.isRevoking) return;
    this.#stopping.stop(epoch.partitionOf(delivery.record), delivery, cause);
  }

  #reset(reset: OffsetReset): void {
    const partition = this.#epoch?.partitions.get(reset.partition);
    if (this.#epoch?.isOver !== false || partition === undefined) return;
    const { logger, onReset } = this.#options;
    this.#resets += 1;
    const { topic, partition: number, from, to } = reset;
    const fields = { topic, partition: number, from: String(from), to: String(to) };
    logger.error({ ...fields, code: "message-bus/offset-reset" }, resetText(reset));
    // What is held of offsets that are not in the log any more can still be handled, and committed. Backwards, the numbers mean other records.
    if (to >= partition.position) this.#epoch.readAhead.skip(partition, to);
    else this.#flow.restart(partition, to);
    onReset(reset);
  }

  #stopReading(): void {
    if (!this.#isReading) return;
    this.#isReading = false;
    this.#flow.stop();
  }
}
