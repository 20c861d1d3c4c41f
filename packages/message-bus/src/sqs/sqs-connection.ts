import { bindSqs, openSqs } from "@wirekit/core/aws";
import { once, peerFailure } from "@wirekit/core/kit";
import type { SqsApi, SqsLookup } from "@wirekit/core/sqs";
import type { ResolvedSqsOptions } from "./sqs-options.ts";

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

export function sqsConnection(options: ResolvedSqsOptions): SqsConnection {
  let close = () => {};
  const open = once(async () => {
    if (options.sqs !== undefined) return options.sqs;
    const sdk = await loadSdk();
    if (options.client !== undefined) return bindSqs(sdk, options.client);
    const { region, service, credentials, proxy, timeoutMs: requestTimeoutMs } = options;
    const opened = await openSqs(sdk, {
      region,
      endpoint: service.endpoint,
      credentials,
      proxy,
      requestTimeoutMs,
    });
    close = opened.close;
    return opened.sqs;
  });
  return { open, close: () => close() };
}

/** The one place that imports the AWS SDK. */
function loadSdk() {
  return import("@aws-sdk/client-sqs").catch(peerFailure("@aws-sdk/client-sqs", "SqsMessageBus"));
}
