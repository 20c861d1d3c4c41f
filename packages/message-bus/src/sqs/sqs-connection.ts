import { ConfigError } from "@wirekit/core";
import { once } from "@wirekit/core/kit";
import { bindSqs, endingByTimeOut, type SqsApi, type SqsLookup, withoutRequestLog } from "@wirekit/core/sqs";
import { toSqsError } from "./sqs-error.ts";
import type { ResolvedSqsOptions, SqsCredentials } from "./sqs-options.ts";

/** The way to SQS. */
export interface SqsConnection {
  /**
   * Loads the AWS SDK and makes a client on first use, unless either was handed in.
   *
   * @throws ConfigError naming the package to install.
   */
  open(): Promise<SqsApi & SqsLookup>;
  /** Closes the sockets of a client that was made here. */
  close(): void;
}

/** Consumers hold several long polls open beside their deletes: the SDK's own bound of 50 sockets would be in their way. */
const maxSockets = 500;

export function sqsConnection(options: ResolvedSqsOptions): SqsConnection {
  let close = () => {};
  const open = once(async () => {
    if (options.sqs !== undefined) return options.sqs;
    const sdk = await loadSdk();
    if (options.client !== undefined) return bindSqs(sdk, options.client, toSqsError);
    const config = clientConfig(options);
    const client = withoutRequestLog(new sdk.SQSClient(config));
    // What the one has found out about credentials, the other need not.
    const { credentials } = client.config;
    const ending = endingByTimeOut({ ...config, credentials }, options.timeoutMs);
    const batches = withoutRequestLog(new sdk.SQSClient(ending));
    close = () => {
      client.destroy();
      batches.destroy();
    };
    return bindSqs(sdk, client, toSqsError, { batches });
  });
  return { open, close: () => close() };
}

/** The one place that imports the AWS SDK. */
async function loadSdk(): Promise<typeof import("@aws-sdk/client-sqs")> {
  try {
    return await import("@aws-sdk/client-sqs");
  } catch (cause) {
    const message = "needs the package @aws-sdk/client-sqs: install it";
    throw new ConfigError([{ path: "SqsMessageBus", message }], { cause });
  }
}

function clientConfig({ region, service, credentials, timeoutMs }: ResolvedSqsOptions) {
  return {
    region,
    endpoint: service.endpoint,
    // None leaves the standard chain to the SDK.
    ...(credentials !== undefined && { credentials: sdkCredentials(credentials) }),
    // Retries are the engines': they know which entries of a batch have failed, and what order must be kept.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: timeoutMs,
      httpAgent: { keepAlive: true, maxSockets },
      httpsAgent: { keepAlive: true, maxSockets },
    },
  };
}

function sdkCredentials(credentials: NonNullable<ResolvedSqsOptions["credentials"]>) {
  if (typeof credentials !== "function") return withoutAbsent(credentials);
  return async () => withoutAbsent(await credentials());
}

/** The SDK tells apart what is `undefined` and what is not there. */
function withoutAbsent({ accessKeyId, secretAccessKey, sessionToken, expiration }: SqsCredentials) {
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
    ...(expiration !== undefined && { expiration }),
  };
}
