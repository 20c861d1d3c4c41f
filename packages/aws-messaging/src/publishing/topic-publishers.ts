import type { Logger, RetryPolicy } from "@wirekit/core";
import type { BatcherStats } from "@wirekit/core/outbound";
import type { AwsClients } from "../connection/clients.ts";
import type { AwsMessagingConfig } from "../config.ts";
import type { AwsMessagingParts } from "../messaging-options.ts";
import { type TopicDirectory, topicDirectory } from "./topic-directory.ts";
import { TopicPublisher } from "./topic-publisher.ts";

export interface TopicPublishersOptions extends Pick<AwsMessagingParts, "batching" | "clock" | "random"> {
  readonly config: AwsMessagingConfig;
  readonly clients: AwsClients;
  readonly policy: Partial<RetryPolicy>;
  readonly logger: Logger;
}

/** What `close` could not finish in its time. */
export interface UnsentMessages {
  /** Never left: safe to publish again. */
  readonly notSent: number;
  /** Were in a request at least once, and nothing says that they were taken. */
  readonly unconfirmed: number;
}

/** The publishers of all topics of a configuration, each made when it is first asked for. */
export class TopicPublishers {
  readonly #options: TopicPublishersOptions;
  readonly #byArn = new Map<string, TopicPublisher>();
  /** By the logical name: a topic that was found once is the same for good. */
  readonly #found = new Map<string, TopicPublisher>();
  #directory: Promise<TopicDirectory> | undefined;

  constructor(options: TopicPublishersOptions) {
    this.#options = options;
  }

  /** The publisher of a topic that was asked for before. */
  known(topic: string): TopicPublisher | undefined {
    return this.#found.get(topic);
  }

  /** @throws AWSConnectionError where there is no such topic or SNS cannot be asked; the signal's own reason. */
  async find(topic: string, signal: AbortSignal): Promise<TopicPublisher> {
    const known = this.#found.get(topic);
    if (known !== undefined) return known;
    const directory = await this.#openDirectory();
    const arn = await directory.arnFor(topic, { signal });
    const sns = await this.#options.clients.sns();
    const publisher = this.#byArn.get(arn) ?? this.#open(arn, sns);
    this.#found.set(topic, publisher);
    return publisher;
  }

  /** By the topic's ARN. */
  stats(): Readonly<Record<string, BatcherStats>> {
    return Object.fromEntries([...this.#byArn].map(([arn, publisher]) => [arn, publisher.stats()]));
  }

  /** Sends what was given before. */
  async close({ timeoutMs }: { readonly timeoutMs: number }): Promise<UnsentMessages> {
    const publishers = [...this.#byArn.values()];
    const reports = await Promise.all(publishers.map((publisher) => publisher.close({ timeoutMs })));
    return {
      notSent: reports.reduce((sum, { notSent }) => sum + notSent.length, 0),
      unconfirmed: reports.reduce((sum, { unconfirmed }) => sum + unconfirmed.length, 0),
    };
  }

  /** The promise is kept, not what it brings: publishes that are called at once share one directory, and its one listing. */
  #openDirectory(): Promise<TopicDirectory> {
    if (this.#directory !== undefined) return this.#directory;
    const { config, clients, policy } = this.#options;
    const opening = clients.sns().then((sns) => topicDirectory(config, sns, policy));
    this.#directory = opening;
    opening.catch(() => {
      this.#directory = undefined;
    });
    return opening;
  }

  #open(topicArn: string, sns: Awaited<ReturnType<AwsClients["sns"]>>): TopicPublisher {
    const { config, policy, batching = {}, logger, clock, random } = this.#options;
    const { maxMessageBytes, timeoutMs } = config;
    const publisher = new TopicPublisher({
      topicArn,
      sns,
      batching,
      retry: policy,
      maxMessageBytes,
      timeoutMs,
      logger,
      clock,
      random,
    });
    this.#byArn.set(topicArn, publisher);
    return publisher;
  }
}
