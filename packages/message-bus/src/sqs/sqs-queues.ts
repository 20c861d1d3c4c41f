import type { WaitOptions } from "@wirekit/core";
import { findQueueUrl } from "@wirekit/core/aws";
import { type Deadline, withTimeout } from "@wirekit/core/kit";
import { createSqsSender, type SqsLookup, SqsSettler } from "@wirekit/core/sqs";
import { closedError } from "../errors.ts";
import type { SqsConnection } from "./sqs-connection.ts";
import type { ResolvedSqsOptions } from "./sqs-options.ts";
import { type OpenQueue, SqsQueue } from "./sqs-queue.ts";

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
    const queue = new SqsQueue(() => this.#find(target), this.#options.clock);
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

  async #find(target: string): Promise<OpenQueue> {
    const { signal } = this.#stop;
    signal.throwIfAborted();
    const sqs = await this.#connection.open();
    const url = await this.#findUrl(target, sqs, signal);
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

  async #findUrl(target: string, sqs: SqsLookup, signal: AbortSignal): Promise<string> {
    const { service, retry: policy, timeoutMs, clock, random } = this.#options;
    if (service.queuesBase !== undefined) return `${service.queuesBase}/${target}`;
    return findQueueUrl(sqs, target, {
      retry: policy,
      requestTimeoutMs: timeoutMs,
      signal,
      clock,
      random,
    });
  }
}
