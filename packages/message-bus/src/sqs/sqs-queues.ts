import type { Clock, WaitOptions, WirekitError } from "@wirekit/core";
import { findQueueUrl, tryPatiently } from "@wirekit/core/aws";
import { Deadline, failedOutcome, rejectOnAbort, watchCaller, withTimeout } from "@wirekit/core/kit";
import type { Batcher, BatchOutcome } from "@wirekit/core/outbound";
import {
  createSqsSender,
  type SqsApi,
  type SqsLookup,
  type SqsReceipt,
  type SqsSendEntry,
  SqsSettler,
} from "@wirekit/core/sqs";
import { closedError } from "../errors.ts";
import type { SqsConnection } from "./sqs-connection.ts";
import type { ResolvedSqsOptions } from "./sqs-options.ts";

/** A queue whose URL is known, and what sends to it and deletes from it. */
export interface OpenQueue {
  readonly url: string;
  readonly sqs: SqsApi;
  readonly sender: Batcher<SqsSendEntry, SqsReceipt>;
  readonly settler: SqsSettler;
}

/** Tells the one outcome of a message. `reason` is what a call that rejects rejects with. */
export type SettleSend = (outcome: BatchOutcome<SqsReceipt>, reason: unknown) => void;

/** Called with the error of a try that failed. */
type OnTrouble = (error: WirekitError) => void;

/** A message that waits for the look-up of its queue. */
interface WaitingMessage {
  readonly submit: (sender: OpenQueue["sender"]) => void;
  readonly fail: (reason: unknown) => void;
}

/** One queue of a bus. It is looked for on first use, and again after a look-up that failed. */
export class SqsQueue {
  readonly #find: (onTrouble: OnTrouble) => Promise<OpenQueue>;
  readonly #clock: Clock;
  /** In the order of their calls, which a message that comes after the look-up must not overtake. */
  readonly #waiting = new Set<WaitingMessage>();
  readonly #watchers = new Set<OnTrouble>();
  #finding: Promise<OpenQueue> | undefined;
  #queue: OpenQueue | undefined;

  constructor(find: (onTrouble: OnTrouble) => Promise<OpenQueue>, clock: Clock) {
    this.#find = find;
    this.#clock = clock;
  }

  /** The look-up that is under way or has succeeded, if there is one. */
  get finding(): Promise<OpenQueue> | undefined {
    return this.#finding;
  }

  /** Resolves when it is found. Callers that come meanwhile share one look-up. */
  opened(): Promise<OpenQueue> {
    this.#finding ??= this.#open();
    return this.#finding;
  }

  /** Calls `watcher` with the error of each look-up that fails, until the returned function is called. */
  watch(watcher: OnTrouble): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /**
   * Sends with the next request that has room, as soon as the queue is found. Tells the outcome once, maybe
   * within this call.
   */
  submit(entry: SqsSendEntry, options: WaitOptions, settle: SettleSend): void {
    if (this.#queue === undefined) this.#submitOnceFound(entry, options, settle);
    else this.#queue.sender.submit(entry, options, settle);
  }

  /** Gives up all that waits for the look-up. */
  fail(reason: unknown): void {
    for (const message of this.#waiting) message.fail(reason);
    this.#waiting.clear();
  }

  async #open(): Promise<OpenQueue> {
    try {
      this.#queue = await this.#find((error) => {
        for (const watcher of this.#watchers) watcher(error);
      });
    } catch (thrown) {
      this.#finding = undefined;
      this.fail(thrown);
      throw thrown;
    }
    for (const message of this.#waiting) message.submit(this.#queue.sender);
    this.#waiting.clear();
    return this.#queue;
  }

  #submitOnceFound(entry: SqsSendEntry, options: WaitOptions, settle: SettleSend): void {
    const { signal, timeoutMs } = options;
    const deadline = timeoutMs === undefined ? undefined : new Deadline(timeoutMs, this.#clock);
    let stopWatching: (() => void) | undefined;
    const message: WaitingMessage = {
      submit: (sender) => {
        stopWatching?.();
        sender.submit(entry, { signal, timeoutMs: deadline?.leftMs() }, settle);
      },
      fail: (reason) => {
        stopWatching?.();
        this.#waiting.delete(message);
        settle(failedOutcome(reason), reason);
      },
    };
    this.#waiting.add(message);
    stopWatching = watchCaller("Sending", { signal, timeoutMs, clock: this.#clock }, message.fail);
    // A look-up that fails has told each message that waits for it.
    this.opened().catch(() => undefined);
  }
}

/** The queues that a bus has used so far. */
export class SqsQueues {
  readonly #options: ResolvedSqsOptions;
  readonly #connection: SqsConnection;
  readonly #queues = new Map<string, SqsQueue>();
  readonly #stop = new AbortController();

  constructor(options: ResolvedSqsOptions, connection: SqsConnection) {
    this.#options = options;
    this.#connection = connection;
  }

  /** The queue of a target. It need not be found yet. */
  get(target: string): SqsQueue {
    const known = this.#queues.get(target);
    if (known !== undefined) return known;
    const queue = new SqsQueue((onTrouble) => this.#find(target, onTrouble), this.#options.clock);
    this.#queues.set(target, queue);
    return queue;
  }

  /**
   * The queue of a target, once it is found. A caller that stops waiting does not stop the look-up for the
   * others.
   *
   * @throws AwsError when there is none; ConfigError when the AWS SDK is not installed.
   */
  open(target: string, options: WaitOptions = {}): Promise<OpenQueue> {
    const { clock } = this.#options;
    return withTimeout(`Looking for the queue ${JSON.stringify(target)}`, () => this.get(target).opened(), {
      ...options,
      clock,
    });
  }

  /**
   * As {@link open}, for a consumer: looks for as long as it would receive, and calls `onTrouble` with the
   * error of each try that fails.
   */
  async openForConsumer(
    target: string,
    { signal, onTrouble }: { readonly signal: AbortSignal; readonly onTrouble: OnTrouble },
  ): Promise<OpenQueue> {
    const { clock, random } = this.#options;
    const queue = this.get(target);
    const stopWatching = queue.watch(onTrouble);
    const task = () => rejectOnAbort(queue.opened(), signal);
    try {
      return await tryPatiently(task, { signal, onTrouble, clock, random });
    } finally {
      stopWatching();
    }
  }

  /** Sends what is held, deletes what is to be deleted, and lets go of everything. */
  async close(deadline: Deadline): Promise<void> {
    const found = [...this.#queues.values()].flatMap(({ finding }) => finding ?? []);
    await deadline.limit("Looking for queues", () => Promise.allSettled(found)).catch(() => undefined);
    // From here on no queue is looked for any more.
    this.#stop.abort(closedError());
    for (const queue of this.#queues.values()) queue.fail(closedError());
    const open = await Promise.allSettled(found);
    await Promise.all(
      open.flatMap((result) => {
        if (result.status === "rejected") return [];
        const { sender, settler } = result.value;
        const options = { timeoutMs: deadline.leftMs() };
        return [sender.close(options), settler.close(options)];
      }),
    );
    this.#connection.close();
  }

  async #find(target: string, onTrouble: OnTrouble): Promise<OpenQueue> {
    const { signal } = this.#stop;
    signal.throwIfAborted();
    const sqs = await this.#connection.open();
    const url = await this.#findUrl(target, sqs, { signal, onTrouble });
    const {
      lingerMs,
      retry: policy,
      timeoutMs,
      orderOnPartialFailure,
      logger,
      clock,
      random,
    } = this.#options;
    const sender = createSqsSender({
      sqs,
      queueUrl: url,
      lingerMs,
      retry: policy,
      flushTimeoutMs: timeoutMs,
      orderOnPartialFailure,
      queueName: target,
      logger,
      clock,
      random,
    });
    // Each acknowledgement is waited for by its caller: those that are given in one turn share a request,
    // none waits for more.
    const lingering = { lingerMs: 0, retry: policy ?? {}, timeoutMs };
    const settler = new SqsSettler({
      sqs,
      queueUrl: url,
      ...lingering,
      logger,
      clock,
      random,
    });
    return { url, sqs, sender, settler };
  }

  async #findUrl(
    target: string,
    sqs: SqsLookup,
    looking: { readonly signal: AbortSignal; readonly onTrouble: OnTrouble },
  ): Promise<string> {
    const { service, retry: policy, timeoutMs, clock, random } = this.#options;
    if (service.queuesBase !== undefined) return `${service.queuesBase}/${target}`;
    return findQueueUrl(sqs, target, {
      retry: policy,
      requestTimeoutMs: timeoutMs,
      ...looking,
      clock,
      random,
    });
  }
}
