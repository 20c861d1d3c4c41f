import { AwsError, formatArn, toAwsError } from "@wirekit/core/aws";
import { retry, withTimeout } from "@wirekit/core/kit";
import type { AwsMessagingConfig } from "../config.ts";
import type { SnsApi } from "../connection/sns-api.ts";
import { nameOf, readReference, topicReferenceFor } from "../wire/names.ts";

/** Finds the ARN of a topic: by the map, by the account's id, or by asking SNS once. */
export interface TopicDirectory {
  /** The ARN, if no request is needed. */
  known(topic: string): string | undefined;
  arnFor(topic: string): Promise<string>;
}

export interface TopicDirectoryOptions {
  readonly sns: Pick<SnsApi, "listTopics">;
  readonly config: Pick<
    AwsMessagingConfig,
    | "regionName"
    | "accountId"
    | "environment"
    | "topicMap"
    | "retry"
    | "requestTimeoutMs"
    | "clock"
    | "random"
  >;
  /** Ends a listing at once, and its retries. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * ARNs of the topics of one configuration. It keeps what SNS lists. If a topic is not on the list, it asks
 * again when the topic is next wanted, because it may have been created meanwhile.
 */
export function topicDirectory({ config, sns, signal }: TopicDirectoryOptions): TopicDirectory {
  const { regionName, accountId } = config;
  const { retry: policy, requestTimeoutMs: timeoutMs, clock, random } = config;
  const listed = new Map<string, string>();
  let listing: Promise<void> | undefined;

  async function listAll(): Promise<void> {
    for (let token: string | undefined, isFirst = true; isFirst || token !== undefined; isFirst = false) {
      const input = token === undefined ? {} : { NextToken: token };
      const page = await retry(() => listPage(input), { policy, signal, clock, random });
      for (const { TopicArn: arn = "" } of page.Topics ?? []) listed.set(nameOf(arn), arn);
      token = page.NextToken === "" ? undefined : page.NextToken;
    }
  }

  async function listPage(input: { readonly NextToken?: string }) {
    const ask = (both: AbortSignal) => sns.listTopics(input, { signal: both });
    try {
      return await withTimeout("Listing the topics", ask, { signal, timeoutMs, clock });
    } catch (thrown) {
      signal?.throwIfAborted();
      throw toAwsError("Listing the topics", thrown, { request: "unsent" });
    }
  }

  /** One listing serves all that ask meanwhile; the abort of one of them does not end it. */
  function list(): Promise<void> {
    listing ??= listAll().finally(() => {
      listing = undefined;
    });
    return listing;
  }

  function known(topic: string): string | undefined {
    const reference = readReference(topicReferenceFor(topic, config));
    if (reference.kind === "arn") return reference.arn;
    const name = reference.kind === "url" ? nameOf(reference.url) : reference.name;
    if (accountId === undefined) return listed.get(name);
    return formatArn({ service: "sns", region: regionName, accountId, resource: name });
  }

  return {
    known,
    async arnFor(topic) {
      const before = known(topic);
      if (before !== undefined) return before;
      await list();
      const arn = known(topic);
      if (arn !== undefined) return arn;
      const name = nameOf(topicReferenceFor(topic, config));
      throw new AwsError(
        `There is no topic ${name} in ${regionName}: create it (provision() does), or name its ARN in topicMap`,
        { kind: "gone", details: { topic, name, regionName } },
      );
    },
  };
}
