import type { SNSClient } from "@aws-sdk/client-sns";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { bindSqs, endingByTimeOut, withoutRequestLog } from "@wirekit/core/aws";
import { once, withTimeout } from "@wirekit/core/kit";
import type { SqsApi } from "@wirekit/core/sqs";
import type { AwsMessagingConfig } from "../config.ts";
import { clientSettings, type Keep } from "./sdk-settings.ts";
import type { CallOptions, SnsApi } from "./sns-api.ts";
import type { SqsAdminApi } from "./sqs-admin-api.ts";

/**
 * The AWS SDK's clients, bound to the narrow interfaces that the rest of this package knows. The one place
 * that imports the SDK.
 */
export interface AwsClients {
  /** Loads the SDK's SNS client on first use. */
  sns(): Promise<SnsApi>;
  /** Loads the SDK's SQS client on first use. */
  sqs(): Promise<SqsApi>;
  /** The same client, for finding and creating queues. */
  sqsAdmin(): Promise<SqsAdminApi>;
  /** Closes the sockets of the clients that were made here. Those that were passed in stay open. */
  close(): void;
}

export function awsClients(config: AwsMessagingConfig): AwsClients {
  const own: { destroy(): void }[] = [];
  const keep: Keep = (client) => {
    own.push(client);
    return withoutRequestLog(client);
  };
  const settings = once(() => clientSettings(config, keep));
  const sns = once(async () => {
    const module = await import("@aws-sdk/client-sns");
    if (config.sns !== undefined) return bindSns(module, config.sns, { ends: "by-signal" });
    const client = new module.SNSClient(endingByTimeOut(await settings(), config.requestTimeoutMs));
    return bindSns(module, keep(client), { ends: "by-time-out" });
  });
  const sqsClient = once(async () => {
    if (config.sqs !== undefined) return config.sqs;
    const module = await import("@aws-sdk/client-sqs");
    return keep(new module.SQSClient(await settings()));
  });
  const sqsAdmin = once(async () =>
    bindSqsAdmin(await import("@aws-sdk/client-sqs"), await sqsClient(), config),
  );
  const sqs = once(async () => {
    const module = await import("@aws-sdk/client-sqs");
    const client = await sqsClient();
    if (config.sqs !== undefined) return bindSqs(module, client);
    // What the one has found out about credentials, the other need not.
    const { credentials } = client.config;
    const ending = endingByTimeOut({ ...(await settings()), credentials }, config.requestTimeoutMs);
    return bindSqs(module, client, {
      batches: keep(new module.SQSClient(ending)),
    });
  });
  return {
    sns,
    sqs,
    sqsAdmin,
    close: () => {
      for (const client of own.splice(0)) client.destroy();
    },
  };
}

function abort(signal: AbortSignal | undefined): { readonly abortSignal: AbortSignal } | undefined {
  return signal === undefined ? undefined : { abortSignal: signal };
}

/**
 * These have no engine that would limit their time, and the client no limit of its own: that would end its
 * long polls.
 */
function bindSqsAdmin(
  sdk: typeof import("@aws-sdk/client-sqs"),
  client: SQSClient,
  { requestTimeoutMs: timeoutMs, clock }: Pick<AwsMessagingConfig, "requestTimeoutMs" | "clock">,
): SqsAdminApi {
  const limited = <T>(
    { signal }: CallOptions,
    send: (options: { readonly abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> =>
    withTimeout("The request", (both) => send({ abortSignal: both }), { signal, timeoutMs, clock });
  return {
    createQueue: (input, options = {}) =>
      limited(options, (limits) => client.send(new sdk.CreateQueueCommand(input), limits)),
    getQueueUrl: (input, options = {}) =>
      limited(options, (limits) => client.send(new sdk.GetQueueUrlCommand(input), limits)),
    getQueueAttributes: ({ QueueUrl, AttributeNames }, options = {}) => {
      const command = new sdk.GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] });
      return limited(options, (limits) => client.send(command, limits));
    },
    setQueueAttributes: (input, options = {}) =>
      limited(options, (limits) => client.send(new sdk.SetQueueAttributesCommand(input), limits)),
  };
}

/**
 * A client of our own does without a signal, which costs the less: its requests end by its time-out, or with
 * its sockets when it is closed.
 */
interface PublishLimit {
  readonly ends: "by-signal" | "by-time-out";
}

function bindSns(
  sdk: typeof import("@aws-sdk/client-sns"),
  client: SNSClient,
  { ends }: PublishLimit,
): SnsApi {
  return {
    publishBatch: ({ TopicArn, PublishBatchRequestEntries }, options = {}) =>
      client.send(
        new sdk.PublishBatchCommand({
          TopicArn,
          PublishBatchRequestEntries: [...PublishBatchRequestEntries],
        }),
        ends === "by-signal" ? abort(options.signal) : undefined,
      ),
    listTopics: (input, { signal } = {}) => client.send(new sdk.ListTopicsCommand(input), abort(signal)),
    createTopic: (input, { signal } = {}) => client.send(new sdk.CreateTopicCommand(input), abort(signal)),
    setTopicAttributes: (input, { signal } = {}) =>
      client.send(new sdk.SetTopicAttributesCommand(input), abort(signal)),
    listSubscriptionsByTopic: (input, { signal } = {}) =>
      client.send(new sdk.ListSubscriptionsByTopicCommand(input), abort(signal)),
    subscribe: (input, { signal } = {}) => client.send(new sdk.SubscribeCommand(input), abort(signal)),
    setSubscriptionAttributes: (input, { signal } = {}) =>
      client.send(new sdk.SetSubscriptionAttributesCommand(input), abort(signal)),
  };
}
