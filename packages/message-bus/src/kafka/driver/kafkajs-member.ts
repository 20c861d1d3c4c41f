import { ClosedError, WirekitError } from "@wirekit/core";
import { backoffMs, onAbort, rejectOnAbort, sleep, withTimeout } from "@wirekit/core/kit";
import type {
  Assignment,
  CommitOffset,
  GroupMember,
  MemberListener,
  MemberOptions,
  TopicPartition,
} from "../kafka-driver.ts";
import { Coordinator, forgetBroker } from "./coordinator.ts";
import { Fetcher } from "./fetcher.ts";
import { type Ending, Generation } from "./generation.ts";
import { isAnswer, Refusals, reactionTo } from "./group-errors.ts";
import { startOffsets } from "./group-offsets.ts";
import { hasOtherPartitions, type Joined, joinGroup, type Synced, syncGroup } from "./join-group.ts";
import type { KafkajsClient } from "./kafkajs-client.ts";
import type { KafkajsCluster } from "./kafkajs-hooks/kafkajs-cluster.ts";
import { openCluster } from "./kafkajs-hooks/open-cluster.ts";
import { type MemberContext, MemberHealth, memberBackoff } from "./member-context.ts";

/** What is there once kafkajs is loaded. */
interface Connected {
  readonly client: KafkajsClient;
  readonly cluster: KafkajsCluster;
  readonly coordinator: Coordinator;
}

/** A member of a group, over the requests of kafkajs and not over its consumer: see `openCluster`. */
export class KafkajsMember implements GroupMember {
  readonly #options: MemberOptions;
  readonly #context: MemberContext;
  readonly #closing = new AbortController();
  #connected: Connected | undefined;
  #memberId = "";
  /** Is answered when the rebalance is complete, which can take as long as `rebalanceTimeoutMs`. */
  #joining: Promise<unknown> | undefined;
  #generation: Generation | undefined;
  #fetcher: Fetcher | undefined;
  #running: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: MemberOptions, context: MemberContext) {
    this.#options = options;
    this.#context = context;
  }

  run(listener: MemberListener): Promise<void> {
    this.#running ??= this.#runUntilClosed(listener);
    return this.#running;
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#fetcher?.positions.pause(partitions.map(({ partition }) => partition));
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#fetcher?.positions.resume(partitions.map(({ partition }) => partition));
  }

  async commit(offsets: readonly CommitOffset[]): Promise<void> {
    const generation = this.#generation;
    if (generation === undefined) {
      throw new WirekitError("Nothing can be committed: the member is in no generation of its group", {
        code: "message-bus/no-generation",
      });
    }
    await generation.commit(offsets);
  }

  close({ timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
    this.#closed ??= this.#close(timeoutMs);
    return this.#closed;
  }

  async #runUntilClosed(listener: MemberListener): Promise<void> {
    const { signal } = this.#closing;
    const health = new MemberHealth(listener);
    const refusals = new Refusals();
    let failed: WirekitError | undefined;
    for (let failures = 0; !signal.aborted && failed === undefined; ) {
      try {
        const ending = await this.#liveOneGeneration(listener, health);
        failures = 0;
        refusals.reset();
        if (ending.kind === "failed") failed = ending.error;
      } catch (thrown) {
        if (signal.aborted) return;
        const reaction = reactionTo(thrown);
        const error = this.#context.errorOf("Joining the group", thrown);
        if (refusals.isEnough(thrown, error)) throw error;
        if (reaction === "member-lost") this.#memberId = "";
        failures += 1;
        // A group that changes while one joins is no fault.
        if ((reaction === "rebalance" || reaction === "member-lost") && failures <= 3) continue;
        if (reaction === "retry" || reaction === "fatal" || failures > 2) health.failed("joining", error);
        this.#mend(thrown);
        await this.#pause(failures);
      }
    }
    if (failed !== undefined) throw failed;
  }

  /**
   * Joins, reads until the group rebalances or throws the member out, and lets what is under way come to an
   * end.
   */
  async #liveOneGeneration(listener: MemberListener, health: MemberHealth): Promise<Ending> {
    const connected = await this.#connect();
    const { joined, synced } = await this.#join(connected);
    const { generationId, memberId, leaderId } = joined;
    const over = new AbortController();
    const generation = new Generation({
      memberId,
      generationId,
      coordinator: connected.coordinator,
      member: this.#options,
      context: this.#context,
      health,
      dropConnections: () => connected.client.sockets.drop(),
      onBroken: (thrown) => forgetBroker(connected.cluster, thrown),
    });
    const stopListening = onAbort(this.#closing.signal, () => generation.end({ kind: "closed" }));
    try {
      const partitions = await this.#startOffsets(connected, synced, generation, health);
      if (partitions === undefined) return this.#endOf(await generation.ended);
      health.works("joining");
      this.#generation = generation;
      const fetcher = new Fetcher(partitions, {
        cluster: connected.cluster,
        codecs: connected.client.kafkajs.CompressionCodecs,
        member: this.#options,
        context: this.#context,
        health,
        listener,
        signal: over.signal,
        onFatal: (error) => generation.end({ kind: "failed", error }),
        onMetadata: () => {
          if (hasOtherPartitions(connected.cluster, synced)) generation.end({ kind: "rebalance" });
        },
      });
      this.#fetcher = fetcher;
      const assignment: Assignment = { memberId, generationId, isLeader: memberId === leaderId, partitions };
      listener.onAssigned(assignment);
      fetcher.start();
      const ending = await generation.ended;
      over.abort();
      return this.#endOf(await this.#letGo(generation, ending, listener));
    } finally {
      over.abort();
      stopListening();
      generation.stop();
      if (this.#generation === generation) this.#generation = undefined;
      this.#fetcher = undefined;
    }
  }

  /** Tells the listener that the assignment is over, and waits for what it still wants to commit. */
  async #letGo(generation: Generation, ending: Ending, listener: MemberListener): Promise<Ending> {
    if (ending.kind !== "rebalance") {
      if (ending.kind === "lost") listener.onLost(ending.error);
      return ending;
    }
    // Later, the group would have gone on without this member.
    const timeoutMs = this.#options.rebalanceTimeoutMs * 0.8;
    const revoking = Promise.resolve(listener.onRevoking({ canWait: true }));
    const { clock } = this.#context;
    const revoked = withTimeout("Revoking", () => revoking, { timeoutMs, clock }).catch(() => undefined);
    const lost = await Promise.race([revoked, generation.lost]);
    if (lost?.kind === "lost") listener.onLost(lost.error);
    return lost ?? ending;
  }

  #endOf(ending: Ending): Ending {
    if (ending.kind === "lost" && ending.memberId === "forgotten") this.#memberId = "";
    return ending;
  }

  async #connect(): Promise<Connected> {
    this.#connected ??= await this.#open();
    const { cluster } = this.#connected;
    await this.#unlessClosing(cluster.connect());
    await this.#unlessClosing(cluster.addMultipleTargetTopics([this.#options.topic]));
    return this.#connected;
  }

  async #open(): Promise<Connected> {
    const { open, topicCreation, metadataMaxAgeMs } = this.#context;
    const { groupId } = this.#options;
    const client = await open();
    const cluster = openCluster(client.kafka, { topicCreation, metadataMaxAgeMs });
    return { client, cluster, coordinator: new Coordinator(cluster, groupId) };
  }

  async #join({ client, cluster, coordinator }: Connected): Promise<{ joined: Joined; synced: Synced }> {
    const broker = await this.#unlessClosing(coordinator.find());
    const protocol = client.kafkajs.AssignerProtocol;
    const joining = {
      cluster,
      coordinator: broker,
      protocol,
      options: this.#options,
      memberId: this.#memberId,
    };
    const asked = joinGroup(joining).then((joined) => {
      this.#memberId = joined.memberId;
      return joined;
    });
    this.#joining = asked.catch(() => undefined);
    const joined = await this.#unlessClosing(asked);
    const synced = await this.#unlessClosing(syncGroup(joining, joined));
    return { joined, synced };
  }

  /**
   * Tries until it has them, because joining again would have the whole group rebalance; `undefined` when the
   * generation is over before.
   */
  async #startOffsets(
    { cluster, coordinator }: Connected,
    { partitions }: Synced,
    generation: Generation,
    health: MemberHealth,
  ) {
    const over = new AbortController();
    const refusals = new Refusals();
    void generation.ended.then(() => over.abort(new ClosedError("The generation")));
    for (let failures = 0; !over.signal.aborted; ) {
      try {
        const find = async () =>
          startOffsets({ cluster, coordinator: await coordinator.find() }, this.#options, partitions);
        return await rejectOnAbort(find(), over.signal);
      } catch (thrown) {
        if (over.signal.aborted) return undefined;
        failures += 1;
        const error = this.#context.errorOf("Reading the offsets of the group", thrown);
        if (refusals.isEnough(thrown, error)) {
          generation.end({ kind: "failed", error });
          return undefined;
        }
        if (failures > 1) health.failed("joining", error);
        coordinator.forget();
        forgetBroker(cluster, thrown);
        if (reactionTo(thrown) === "refresh-metadata") await cluster.refreshMetadata().catch(() => undefined);
        await this.#pause(failures);
      }
    }
    return undefined;
  }

  /**
   * While there is no generation to keep, a client that could not get through is given up for a new one:
   * kafkajs keeps the half of an answer that a broken connection has brought, takes it for the beginning of
   * the next one, and understands nothing any more.
   */
  #mend(thrown: unknown): void {
    if (isAnswer(thrown) && reactionTo(thrown) !== "refresh-metadata") {
      this.#connected?.coordinator.forget();
      return;
    }
    this.#connected?.client.sockets.destroy();
    this.#connected = undefined;
  }

  #pause(failures: number): Promise<void> {
    const { clock, random } = this.#context;
    const pauseMs = memberBackoff.baseDelayMs / 2 + backoffMs(failures, memberBackoff, random);
    return sleep(pauseMs, { signal: this.#closing.signal, clock }).catch(() => undefined);
  }

  #unlessClosing<T>(promise: Promise<T>): Promise<T> {
    return rejectOnAbort(promise, this.#closing.signal);
  }

  async #close(timeoutMs: number): Promise<void> {
    const { clock } = this.#context;
    const startedAt = clock.monotonic();
    const within = (share: number, task: () => Promise<unknown>) => {
      const leftMs = Math.max(0, timeoutMs * share - (clock.monotonic() - startedAt));
      return withTimeout("Leaving the group", task, { timeoutMs: leftMs, clock }).catch(() => undefined);
    };
    this.#closing.abort(new ClosedError("The member"));
    await within(0.5, async () => this.#running?.catch(() => undefined));
    // A member that is being taken in has no id to leave by until the group answers.
    await within(0.7, async () => this.#joining);
    await within(0.9, () => this.#leave());
    const { cluster, client } = this.#connected ?? {};
    // It waits for every request that is under way: by now a fetch at most, whose answer nobody wants. The
    // end of its connection is the end of it.
    const goodbye = cluster?.disconnect();
    client?.sockets.destroy();
    await within(1, async () => Promise.race([goodbye, sleep(longestGoodbyeMs, { clock })]));
  }

  async #leave(): Promise<void> {
    const { coordinator } = this.#connected ?? {};
    if (coordinator === undefined || this.#memberId === "") return;
    const broker = await coordinator.find();
    await broker.leaveGroup({ groupId: this.#options.groupId, memberId: this.#memberId });
    this.#memberId = "";
  }
}

/** How long connections may take to come to an end by themselves. */
const longestGoodbyeMs = 100;
