import type { RetryPolicy } from "@wirekit/core";
import { toAwsError } from "@wirekit/core/aws";
import { rejectOnAbort, retry } from "@wirekit/core/kit";
import type { AwsMessagingConfig } from "./config.ts";
import { AWSConnectionError } from "./errors.ts";
import type { SnsApi } from "./sns-api.ts";
import { arnOf, nameOf, readReference, topicNameFor } from "./wire/names.ts";

/** Finds the ARN of a topic: by the map, by the account's id, or by asking SNS once. */
export interface TopicDirectory {
  arnFor(topic: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<string>;
}

/**
 * ARNs of the topics of one configuration. What SNS lists is kept; a topic that is not on the list is asked
 * for again when it is next wanted, since it may have been created meanwhile.
 */
export function topicDirectory(
  config: Pick<AwsMessagingConfig, "regionName" | "accountId" | "environment" | "topicMap">,
  sns: Pick<SnsApi, "listTopics">,
  policy: Partial<RetryPolicy>,
): TopicDirectory {
  const { regionName, accountId, environment, topicMap } = config;
  let known: ReadonlyMap<string, string> = new Map();
  let listing: Promise<ReadonlyMap<string, string>> | undefined;

  async function listAll(): Promise<ReadonlyMap<string, string>> {
    const arns = new Map<string, string>();
    for (let token: string | undefined, isFirst = true; isFirst || token !== undefined; isFirst = false) {
      const input = token === undefined ? {} : { NextToken: token };
      const page = await retry(
        () =>
          sns.listTopics(input).catch((thrown) => {
            throw toAwsError("Listing the topics", thrown, {
              request: "unsent",
            });
          }),
        { policy },
      );
      for (const { TopicArn: arn = "" } of page.Topics ?? []) arns.set(nameOf(arn), arn);
      token = page.NextToken === "" ? undefined : page.NextToken;
    }
    return arns;
  }

  /** One listing serves all who ask meanwhile; it is not ended by the abort of one of them. */
  function list(): Promise<ReadonlyMap<string, string>> {
    if (listing !== undefined) return listing;
    const asked = listAll();
    listing = asked;
    const forget = (): void => {
      if (listing === asked) listing = undefined;
    };
    asked.then((arns) => {
      known = arns;
      forget();
    }, forget);
    return asked;
  }

  async function lookUp(name: string): Promise<string | undefined> {
    return known.get(name) ?? (await list()).get(name);
  }

  return {
    async arnFor(topic, { signal } = {}) {
      const mapped = Object.hasOwn(topicMap, topic) ? topicMap[topic] : undefined;
      const reference = readReference(mapped ?? topicNameFor(topic, environment));
      if (reference.kind === "arn") return reference.arn;
      const name = reference.kind === "url" ? nameOf(reference.url) : reference.name;
      if (accountId !== undefined) return arnOf("sns", { regionName, accountId, name });

      const found = lookUp(name);
      const arn = await (signal === undefined ? found : rejectOnAbort(found, signal));
      if (arn !== undefined) return arn;
      throw new AWSConnectionError(
        `There is no topic ${name} in ${regionName}: create it (provision() does), or name its ARN in topicMap`,
        { kind: "gone", details: { topic, name, regionName } },
      );
    },
  };
}
