import { ClosedError } from "@wirekit/core";
import { type Deadline, OpenOnce, once, type Troubles } from "@wirekit/core/kit";
import type { BatcherStats } from "@wirekit/core/outbound";
import type { AwsMessagingConfig } from "../config.ts";
import type { AwsClients } from "../connection/clients.ts";
import type { PreparedEntry } from "./publication.ts";
import { topicDirectory } from "./topic-directory.ts";
import { noteTrouble, TopicPublisher } from "./topic-publisher.ts";

export interface TopicPublishersOptions {
  readonly config: AwsMessagingConfig;
  readonly clients: Pick<AwsClients, "sns">;
  readonly troubles: Troubles;
}

/** What fails while a topic is looked for, in `health()`. */
export function lookUpArea(topic: string): string {
  return `looking for the topic ${topic}`;
}

/** The publishers of all topics of a configuration, each made when it is first asked for. */
export class TopicPublishers {
  readonly #options: TopicPublishersOptions;
  readonly #byArn = new Map<string, TopicPublisher>();
  /** By the logical name: a topic that was found once is the same for good. */
  readonly #found = new Map<string, TopicPublisher>();
  readonly #looking = new OpenOnce<TopicPublisher>();
  readonly #stop = new AbortController();
  /** Publishes that are called at once share one directory, and its one listing. */
  readonly #directory = once(async () => {
    const { config, clients } = this.#options;
    const sns = await clients.sns();
    return { sns, directory: topicDirectory({ config, sns, signal: this.#stop.signal }) };
  });

  constructor(options: TopicPublishersOptions) {
    this.#options = options;
  }

  /**
   * The publisher of a topic: at once if it was found before.
   *
   * @throws AwsError if there is no such topic or SNS cannot be asked.
   */
  find(topic: string): TopicPublisher | Promise<TopicPublisher> {
    return this.#found.get(topic) ?? this.#looking.get(topic, () => this.#lookUp(topic));
  }

  isKnown(topic: string): boolean {
    return this.#found.has(topic);
  }

  /** By the topic's ARN. */
  stats(): Readonly<Record<string, BatcherStats>> {
    return Object.fromEntries([...this.#byArn].map(([arn, publisher]) => [arn, publisher.stats()]));
  }

  /** Sends what was given before, and looks for no topic any more. */
  async close(
    deadline: Deadline,
  ): Promise<{ readonly notSent: PreparedEntry[]; readonly unconfirmed: PreparedEntry[] }> {
    this.#stop.abort(new ClosedError("The messaging client"));
    const timeoutMs = deadline.leftMs();
    const publishers = [...this.#byArn.values()];
    const reports = await Promise.all(publishers.map((publisher) => publisher.close({ timeoutMs })));
    return {
      notSent: reports.flatMap(({ notSent }) => notSent),
      unconfirmed: reports.flatMap(({ unconfirmed }) => unconfirmed),
    };
  }

  async #lookUp(topic: string): Promise<TopicPublisher> {
    const { config, troubles } = this.#options;
    const area = lookUpArea(topic);
    try {
      const { sns, directory } = await this.#directory();
      const topicArn = await directory.arnFor(topic);
      troubles.clear(area);
      const publisher = this.#byArn.get(topicArn) ?? new TopicPublisher({ topicArn, sns, config, troubles });
      this.#byArn.set(topicArn, publisher);
      this.#found.set(topic, publisher);
      return publisher;
    } catch (thrown) {
      noteTrouble(area, thrown, troubles);
      throw thrown;
    }
  }
}
