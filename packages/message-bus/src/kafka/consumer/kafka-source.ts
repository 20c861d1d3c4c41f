import { ConfigError, WirekitError } from "@wirekit/core";
import { type Intake, LeaseLostError, type Settlement, type Source } from "@wirekit/core/inbound";
import { type Deadline, messageOf, onAbort, withTimeout } from "@wirekit/core/kit";
import type { Assignment, ConsumedBatch, GroupMember, MemberListener, OffsetReset } from "../kafka-driver.ts";
import { OpenAssignment } from "./assignment.ts";
import { FailureMemory } from "./failure-memory.ts";
import { FlowControl } from "./flow-control.ts";
import { type KafkaDelivery, nextDelivery, type RecordTarget } from "./kafka-delivery.ts";
import {
  type KafkaSourceOptions,
  type ResolvedSourceOptions,
  resolveSourceOptions,
} from "./kafka-source-options.ts";
import type { OpenPartition } from "./open-partition.ts";
import { PrefetchBuffer } from "./prefetch-buffer.ts";
import { type GroupState, type KafkaSourceDetails, resetText, sourceDetails } from "./source-details.ts";
import { SourceTroubles } from "./source-troubles.ts";
import { type GivenUp, StoppedKeys } from "./stopped-keys.ts";

/**
 * Reads one topic as a member of a group. A record that was fetched is handed over as soon as there is a slot
 * and nothing before it can run, so that a slow key holds back itself only; what is held is bounded by
 * pausing partitions. The offset that is committed is the end of the finished prefix of each partition.
 *
 * The consumer it belongs to must have an unlimited `capacity`: the bound is this one's, and counts bytes.
 */
export class KafkaSource implements Source<KafkaDelivery> {
  readonly redelivery = "in-place";
  readonly #options: ResolvedSourceOptions;
  readonly #member: GroupMember;
  readonly #flow: FlowControl;
  readonly #failures = new FailureMemory();
  readonly #stoppedKeys: StoppedKeys;
  readonly #buffer: PrefetchBuffer;
  #target: RecordTarget | undefined;
  #troubles: SourceTroubles | undefined;
  #assignment: OpenAssignment | undefined;
  #joins = 0;
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
    this.#stoppedKeys = new StoppedKeys(this.#options, {
      hold: (orderKey) => this.#target?.hold(orderKey),
      onTrouble: (error) => this.#troubles?.begin("stopped", error),
    });
    this.#buffer = new PrefetchBuffer(
      {
        facts,
        failures: this.#failures,
        stoppedKeys: this.#stoppedKeys,
        onDelivered: this.#options.onDelivered,
      },
      () => this.#open,
    );
  }

  /**
   * Resolves as soon as the signal fires. The member stays in its group until `close`, so that what still
   * runs can be committed.
   */
  run(intake: Intake<KafkaDelivery>, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    if (intake.available !== Number.POSITIVE_INFINITY) {
      throw new ConfigError([
        { path: "capacity", message: "must be Infinity for a source that bounds bytes" },
      ]);
    }
    return this.runInto(intake, { signal });
  }

  /** As {@link run}, for those who receive one by one. */
  runInto(target: RecordTarget, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    this.#target = target;
    this.#troubles = new SourceTroubles(target);
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
          this.#end(WirekitError.from(thrown));
          this.#state = "failed";
          reject(thrown);
        },
      );
    });
  }

  settle(delivery: KafkaDelivery, settlement: Settlement<KafkaDelivery>): void {
    const assignment = this.#assignment;
    const { record } = delivery;
    // Whoever has the partition now handles the record; its offset is none of ours, though the broker would
    // take it.
    if (assignment === undefined || assignment.isOver || delivery.lease.isLost) {
      throw new LeaseLostError("the partition is not assigned any more");
    }
    if (settlement.kind === "retry") this.#retry(assignment, delivery, settlement.afterMs);
    else if (settlement.kind === "leave") this.#stop(assignment, delivery, settlement);
    else this.#finish(assignment, delivery);
    assignment.ended(record);
  }

  /** They are not finished, and so not committed: whoever reads the partition next gets them. */
  release(deliveries: readonly KafkaDelivery[]): void {
    for (const { record } of deliveries) this.#assignment?.ended(record);
  }

  /**
   * Commits all that is finished by now, and resolves when the broker has taken it.
   *
   * @throws LeaseLostError when the partitions are not ours any more; WirekitError when the broker refuses.
   */
  async commit(): Promise<void> {
    await this.#assignment?.committer.flush();
  }

  /** Commits what is finished, and leaves the group. */
  async close({ deadline }: { readonly deadline: Deadline }): Promise<void> {
    const { logger } = this.#options;
    this.#stopReading();
    if (this.#assignment?.isOver === false)
      await this.#assignment.commitBeforeLeaving({ timeoutMs: deadline.leftMs() / 2, logger });
    this.#end(new LeaseLostError("the consumer has left its group"));
    this.#state = "closed";
    await this.#member.close({ timeoutMs: deadline.leftMs() });
  }

  details(): KafkaSourceDetails {
    return sourceDetails({
      state: this.#state,
      assignment: this.#assignment,
      joins: this.#joins,
      resets: this.#resets,
      maxBufferedBytes: this.#options.maxBufferedBytes,
    });
  }

  /** Why nothing is read, while that lasts. */
  get readingTrouble(): WirekitError | undefined {
    return this.#troubles?.get("reading");
  }

  /** The partition of the current assignment, if it is in it. */
  partition(partition: number): OpenPartition | undefined {
    return this.#assignment?.isOver === false ? this.#assignment.partitions.get(partition) : undefined;
  }

  #listener(): MemberListener {
    return {
      onAssigned: (assignment) => this.#begin(assignment),
      onRevoking: ({ canWait }) => this.#revoke(canWait ? "wait" : "at-once"),
      onLost: (error) => {
        this.#end(error);
        this.#state = "joining";
      },
      onBatch: (batch) => this.#take(batch),
      room: () => this.#flow.room(),
      onReset: (reset) => this.#reset(reset),
      onFault: (error) => this.#troubles?.begin("reading", error),
      onRecovered: () => this.#troubles?.end("reading"),
    };
  }

  #begin(assignment: Assignment): void {
    // Every join reads anew from what is committed, so that what is still held of the one before would come
    // twice.
    this.#end(new LeaseLostError("the group has rebalanced"));
    this.#joins += 1;
    const { commitIntervalMs, clock, random } = this.#options;
    this.#assignment = new OpenAssignment(assignment, {
      commit: (offsets) => this.#member.commit(offsets),
      onCommitted: () => this.#troubles?.end("committing"),
      onFailed: (error) => this.#troubles?.begin("committing", error),
      intervalMs: commitIntervalMs,
      clock,
      random,
    });
    this.#state = "assigned";
    this.#flow.begin(this.#assignment);
    if (!this.#isReading) this.#flow.stop();
  }

  /**
   * What waits is not begun; what runs gets a while, where there is one; then what is finished is committed,
   * and the rest is lost.
   */
  async #revoke(time: "wait" | "at-once"): Promise<void> {
    const assignment = this.#assignment;
    if (assignment === undefined || assignment.isOver || assignment.isRevoking) return;
    const { rebalanceGraceMs, commitTimeoutMs, clock, logger } = this.#options;
    this.#state = "revoking";
    assignment.beginRevoking(this.#target?.takeWaiting() ?? []);
    try {
      if (time === "wait") {
        await assignment.whenIdle({ timeoutMs: rebalanceGraceMs, clock });
        if (assignment.isOver) return;
        await withTimeout("Committing", () => assignment.committer.flush(), {
          timeoutMs: commitTimeoutMs,
          clock,
        });
      } else {
        void assignment.committer.flushAtOnce().catch(() => undefined);
      }
    } catch (thrown) {
      const fields = { error: messageOf(thrown), offsets: assignment.uncommitted().length };
      logger.warn(fields, "What was handled could not be committed before the rebalance, and comes again");
    }
    if (assignment === this.#assignment) this.#end(new LeaseLostError("the group has rebalanced"));
  }

  #end(reason: WirekitError): void {
    const assignment = this.#assignment;
    if (assignment === undefined || assignment.isOver) return;
    this.#failures.remember(assignment);
    assignment.end(reason);
    this.#troubles?.end("stopped");
    this.#troubles?.end("committing");
  }

  #take(batch: ConsumedBatch): void {
    const assignment = this.#open;
    const partition = assignment?.partitions.get(batch.partition);
    if (assignment === undefined || partition === undefined) return;
    assignment.prefetched.add(partition, batch);
    partition.highWatermark = batch.highWatermark;
    this.#flow.grown(partition);
    this.#stoppedKeys.watch(partition);
    assignment.readUpTo(partition);
    this.#target?.pull(this.#buffer);
  }

  /** The assignment, as long as what was fetched in it may still be begun. */
  get #open(): OpenAssignment | undefined {
    const assignment = this.#assignment;
    return assignment === undefined || assignment.isOver || assignment.isRevoking || !this.#isReading
      ? undefined
      : assignment;
  }

  #finish(assignment: OpenAssignment, { record, received }: KafkaDelivery): void {
    const partition = assignment.partitionOf(record);
    partition.finish(record);
    this.#flow.shrunk(partition);
    if (partition.stopped.size > 0) this.#stoppedKeys.watch(partition);
    assignment.committer.touch();
    this.#options.onAcknowledged(received);
  }

  #retry(assignment: OpenAssignment, delivery: KafkaDelivery, afterMs: number): void {
    const next = nextDelivery(delivery);
    // While the partitions are being revoked nothing is begun any more: the next owner tries again.
    if (assignment.isRevoking) return;
    this.#options.onDelivered(next.received);
    this.#target?.retry(next, { afterMs });
  }

  #stop(assignment: OpenAssignment, delivery: KafkaDelivery, given: GivenUp): void {
    if (assignment.isRevoking) return;
    this.#stoppedKeys.stop(assignment.partitionOf(delivery.record), delivery, given);
  }

  #reset(reset: OffsetReset): void {
    const partition = this.#assignment?.partitions.get(reset.partition);
    if (this.#assignment?.isOver !== false || partition === undefined) return;
    const { logger, onReset } = this.#options;
    this.#resets += 1;
    const { topic, partition: number, from, to } = reset;
    const fields = { topic, partition: number, from: String(from), to: String(to) };
    logger.error({ ...fields, code: "message-bus/offset-reset" }, resetText(reset));
    // What is held of offsets that are not in the log any more can still be handled, and committed.
    // Backwards, the numbers mean other records.
    if (to >= partition.position) this.#assignment.prefetched.skip(partition, to);
    else this.#flow.restart(partition, to);
    onReset(reset);
  }

  #stopReading(): void {
    if (!this.#isReading) return;
    this.#isReading = false;
    this.#flow.stop();
  }
}
