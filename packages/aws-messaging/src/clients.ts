import type { SNSClient, SNSClientConfig } from "@aws-sdk/client-sns";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { ConfigError, once } from "@wirekit/core";
import { bindSqs, type SqsApi } from "@wirekit/core/sqs";
import { toAwsError } from "./aws-error.ts";
import type { AwsMessagingConfig } from "./config.ts";
import type { SnsApi } from "./sns-api.ts";
import type { SqsAdminApi } from "./sqs-admin-api.ts";

/** The AWS SDK's clients, bound to the narrow interfaces that the rest of this package knows. The one place that imports the SDK. */
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

/** Clients that the program has already: they keep their own settings, and are not closed by us. */
export interface InjectedClients {
  readonly sns?: SNSClient | undefined;
  readonly sqs?: SQSClient | undefined;
}

/** A consumer holds several long polls open beside its deletes: the SDK's own bound of 50 sockets would be in their way. */
const maxSockets = 500;

export function awsClients(config: AwsMessagingConfig, injected: InjectedClients): AwsClients {
  const own: { destroy(): void }[] = [];
  const keep = <Client extends { destroy(): void }>(client: Client): Client => {
    own.push(client);
    return client;
  };
  const settings = once(() => clientSettings(config));
  const sdk = once(() => import("@aws-sdk/client-sns"));
  const sns = once(async () => {
    const module = await sdk();
    return bindSns(module, injected.sns ?? keep(new module.SNSClient(await settings())));
  });
  const sqsClient = once(async () => {
    if (injected.sqs !== undefined) return injected.sqs;
    const module = await import("@aws-sdk/client-sqs");
    return keep(new module.SQSClient(await settings()));
  });
  const sqsAdmin = once(async () => bindSqsAdmin(await import("@aws-sdk/client-sqs"), await sqsClient()));
  const sqs = once(async () => bindSqs(await import("@aws-sdk/client-sqs"), await sqsClient(), toAwsError));
  return {
    sns,
    sqs,
    sqsAdmin,
    close: () => {
      for (const client of own.splice(0)) client.destroy();
    },
  };
}

async function clientSettings(config: AwsMessagingConfig): Promise<SNSClientConfig> {
  const credentials = await credentialsFor(config);
  return {
    region: config.regionName,
    ...(config.endpointUrl !== undefined && { endpoint: config.endpointUrl }),
    ...(credentials !== undefined && { credentials }),
    // Retries are the engines': they know which entries of a batch have failed, and what order must be kept.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: Math.min(config.timeoutMs, 10_000),
      httpAgent: { keepAlive: true, maxSockets },
      httpsAgent: { keepAlive: true, maxSockets },
    },
  };
}

async function credentialsFor(config: AwsMessagingConfig): Promise<SNSClientConfig["credentials"]> {
  const { credentials, role, regionName, endpointUrl } = config;
  // None at all leaves the standard chain to the SDK.
  if (role === undefined) return credentials;
  const { STSClient, AssumeRoleCommand } = await loadSts();
  const sts = new STSClient({
    region: regionName,
    ...(endpointUrl !== undefined && { endpoint: endpointUrl }),
    ...(credentials !== undefined && { credentials }),
  });
  // A provider: the SDK asks it again before what it gave expires.
  return async () => {
    const { Credentials: assumed } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: role.roleArn,
        RoleSessionName: role.sessionName,
        ExternalId: role.externalId,
      }),
    );
    if (assumed?.AccessKeyId === undefined || assumed.SecretAccessKey === undefined) {
      throw new ConfigError([{ path: "roleArn", message: "names a role for which AWS gave no credentials" }]);
    }
    return {
      accessKeyId: assumed.AccessKeyId,
      secretAccessKey: assumed.SecretAccessKey,
      ...(assumed.SessionToken !== undefined && { sessionToken: assumed.SessionToken }),
      ...(assumed.Expiration !== undefined && { expiration: assumed.Expiration }),
    };
  };
}

async function loadSts(): Promise<typeof import("@aws-sdk/client-sts")> {
  try {
    return await import("@aws-sdk/client-sts");
  } catch (cause) {
    throw new ConfigError(
      [{ path: "roleArn", message: "needs the package @aws-sdk/client-sts: install it" }],
      { cause },
    );
  }
}

function abort(signal: AbortSignal | undefined): { readonly abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

function bindSqsAdmin(sdk: typeof import("@aws-sdk/client-sqs"), client: SQSClient): SqsAdminApi {
  return {
    createQueue: (input, { signal } = {}) => client.send(new sdk.CreateQueueCommand(input), abort(signal)),
    getQueueUrl: (input, { signal } = {}) => client.send(new sdk.GetQueueUrlCommand(input), abort(signal)),
    getQueueAttributes: ({ QueueUrl, AttributeNames }, { signal } = {}) =>
      client.send(
        new sdk.GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
        abort(signal),
      ),
    setQueueAttributes: (input, { signal } = {}) =>
      client.send(new sdk.SetQueueAttributesCommand(input), abort(signal)),
  };
}

function bindSns(sdk: typeof import("@aws-sdk/client-sns"), client: SNSClient): SnsApi {
  return {
    publishBatch: ({ TopicArn, PublishBatchRequestEntries }, { signal } = {}) =>
      client.send(
        new sdk.PublishBatchCommand({
          TopicArn,
          PublishBatchRequestEntries: [...PublishBatchRequestEntries],
        }),
        abort(signal),
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
