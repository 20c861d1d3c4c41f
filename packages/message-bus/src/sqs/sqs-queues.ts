import type { WaitOptions } from "@wirekit/core";
import { findQueueUrl } from "@wirekit/core/aws";
import { OpenOnce, withTimeout } from "@wirekit/core/kit";
import type { Batcher } from "@wirekit/core/outbound";
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
export interface SqsQueue {
  readonly url: string;
  readonly sqs: SqsApi;
  readonly sender: Batcher<SqsSendEntry, SqsReceipt>;
  readonly settler: SqsSettler;
}

/** The queues that a bus has used so far. Each is found once; one that could not be found is looked for again. */
export class SqsQueues {
  readonly #options: ResolvedSqsOptions;
  readonly #connection: SqsConnection;
  readonly #queues = new OpenOnce<SqsQueue>();
  /** Those of them that are open, to be had without waiting. */
  readonly #known = new Map<string, SqsQueue>();
  readonly #stop = new AbortController();

  constructor(options: ResolvedSqsOptions, connection: SqsConnection) {
    this.#options = options;
    this.#connection = connection;
  }

  /** The queue of a target that was opened before. */
  known(target: string): SqsQueue | undefined {
    return this.#known.get(target);
  }

  /**
   * The queue of a target. Whoever stops waiting for it does not stop the others who do.
   *
   * @throws SqsError when there is none; ConfigError when the AWS SDK is not installed.
   */
  open(target: string, options: WaitOptions = {}): Promise<SqsQueue> {
    const { clock } = this.#options;
    const opening = this.#queues.get(target, () => this.#open(target));
    return withTimeout(`Looking for the queue ${JSON.stringify(target)}`, () => opening, {
      ...options,
      clock,
    });
  }

  /** Sends what is held, deletes what is to be deleted, and lets go of everything. */
  async close({ timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
    const { clock } = this.#options;
    const endsAt = clock.monotonic() + timeoutMs;
    const leftMs = () => Math.max(0, endsAt - clock.monotonic());
    const inTime = withTimeout("Closing", () => this.#queues.all(), { timeoutMs, clock });
    await inTime.catch(() => undefined);
    // What is still being looked for is looked for no longer, and no other queue is.
    this.#stop.abort(closedError());
    const queues = await this.#queues.all();
    await Promise.all(
      queues.flatMap(({ sender, settler }) => [
        sender.close({ timeoutMs: leftMs() }),
        settler.close({ timeoutMs: leftMs() }),
      ]),
    );
    this.#connection.close();
  }

  async #open(target: string): Promise<SqsQueue> {
    const { signal } = this.#stop;
    signal.throwIfAborted();
    const sqs = await this.#connection.open();
    const url = await this.#find(target, sqs, signal);
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
    // Each acknowledgement is waited for by its caller: those that are given in one turn share a request, none waits for more.
    const lingering = { lingerMs: 0, retry: policy ?? {}, timeoutMs };
    const settler = new SqsSettler({ sqs, queueUrl: url, ...lingering, logger, clock, random });
    const queue = { url, sqs, sender, settler };
    this.#known.set(target, queue);
    return queue;
  }

  async #find(target: string, sqs: SqsLookup, signal: AbortSignal): Promise<string> {
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
