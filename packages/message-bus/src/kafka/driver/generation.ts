import { TimeoutError, WirekitError } from "@wirekit/core";
import { withTimeout } from "@wirekit/core/kit";
import type { CommitOffset, MemberOptions } from "../kafka-driver.ts";
import type { Coordinator } from "./coordinator.ts";
import { Refusals, reactionTo } from "./group-errors.ts";
import type { MemberContext, MemberHealth } from "./member-context.ts";

/** Why a generation is over for a member. */
export type Ending =
  | { readonly kind: "rebalance" }
  | { readonly kind: "lost"; readonly error: WirekitError; readonly memberId: "kept" | "forgotten" }
  | { readonly kind: "failed"; readonly error: WirekitError }
  | { readonly kind: "closed" };

/** What a generation needs of its member. */
export interface GenerationOptions {
  readonly memberId: string;
  readonly generationId: number;
  readonly coordinator: Coordinator;
  readonly member: MemberOptions;
  readonly context: MemberContext;
  readonly health: MemberHealth;
  /** Ends every connection: an answer that does not come may never come. */
  readonly dropConnections: () => void;
  /** Told of what failed between us and a broker. */
  readonly onBroken: (thrown: unknown) => void;
}

/**
 * A member's life between two joins: heartbeats by a timer, commits, and how it ends. After a rebalance was
 * announced, heartbeats and commits go on until `stop`, so that what is under way can be brought to an end.
 */
export class Generation {
  /** Resolves with the first ending. */
  readonly ended: Promise<Ending>;
  /** Resolves when the group will take no commit any more, though a rebalance was announced before. */
  readonly lost: Promise<Ending>;
  readonly #options: GenerationOptions;
  #tellEnded: (ending: Ending) => void = () => undefined;
  #tellLost: (ending: Ending) => void = () => undefined;
  #cancelTimer: (() => void) | undefined;
  #isStopped = false;
  readonly #refusals = { commits: new Refusals(), heartbeats: new Refusals() };

  constructor(options: GenerationOptions) {
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#tellEnded = resolve;
    });
    this.lost = new Promise((resolve) => {
      this.#tellLost = resolve;
    });
    this.#beatAfter(options.member.heartbeatIntervalMs);
  }

  end(ending: Ending): void {
    this.#tellEnded(ending);
    if (ending.kind !== "rebalance") this.#tellLost(ending);
  }

  /** No heartbeat any more. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelTimer?.();
  }

  /** Commits for this generation, also when the member has another one by the time the request goes out. */
  async commit(offsets: readonly CommitOffset[]): Promise<void> {
    const { coordinator, context } = this.#options;
    try {
      const broker = await coordinator.find();
      await broker.offsetCommit({ ...this.#identity, topics: byTopic(offsets) });
      this.#refusals.commits.reset();
    } catch (thrown) {
      this.#heed(thrown, "Committing", this.#refusals.commits);
      const { message, code, details } = context.errorOf("Committing", thrown);
      // Once the generation is over, the same offsets must not go out under the next one.
      throw new WirekitError(message, { code, details, retryable: mayPass(thrown), cause: thrown });
    }
  }

  get #identity() {
    const { memberId, generationId, member } = this.#options;
    return { groupId: member.groupId, memberId, groupGenerationId: generationId };
  }

  #beatAfter(afterMs: number): void {
    if (this.#isStopped) return;
    this.#cancelTimer = this.#options.context.clock.setTimer(() => void this.#beat(), afterMs);
  }

  async #beat(): Promise<void> {
    const { coordinator, member, context, health, dropConnections } = this.#options;
    const { heartbeatIntervalMs, sessionTimeoutMs } = member;
    // Two more have room before the session runs out.
    const timeoutMs = Math.max(heartbeatIntervalMs, sessionTimeoutMs / 3);
    try {
      const beat = async () => (await coordinator.find()).heartbeat(this.#identity);
      await withTimeout("A heartbeat", beat, { timeoutMs, clock: context.clock });
      health.works("heartbeat");
      this.#refusals.heartbeats.reset();
    } catch (thrown) {
      if (this.#isStopped) return;
      if (thrown instanceof TimeoutError) dropConnections();
      this.#heed(thrown, "A heartbeat", this.#refusals.heartbeats);
      if (mayPass(thrown)) {
        health.failed("heartbeat", context.errorOf("A heartbeat", thrown));
        return this.#beatAfter(heartbeatIntervalMs / 3);
      }
    }
    this.#beatAfter(heartbeatIntervalMs);
  }

  /** What an error of the coordinator says of this generation. */
  #heed(thrown: unknown, what: string, refusals: Refusals): void {
    const { coordinator, context, onBroken } = this.#options;
    const reaction = reactionTo(thrown);
    const error = context.errorOf(what, thrown);
    if (reaction === "rebalance") this.end({ kind: "rebalance" });
    else if (reaction === "generation-lost" || reaction === "member-lost") {
      const memberId = reaction === "member-lost" ? "forgotten" : "kept";
      this.end({ kind: "lost", error, memberId });
    } else if (refusals.isEnough(thrown, error)) this.end({ kind: "failed", error });
    else {
      onBroken(thrown);
      coordinator.forget();
    }
  }
}

/** Also what is refused: the generation ends when that goes on. */
function mayPass(thrown: unknown): boolean {
  const reaction = reactionTo(thrown);
  return reaction === "retry" || reaction === "find-coordinator" || reaction === "fatal";
}

function byTopic(offsets: readonly CommitOffset[]) {
  const topics = new Map<string, { readonly partition: number; readonly offset: string }[]>();
  for (const { topic, partition, offset } of offsets) {
    const partitions = topics.get(topic) ?? [];
    partitions.push({ partition, offset: String(offset) });
    topics.set(topic, partitions);
  }
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }));
}
