import { ConfigError } from "@wirekit/core";
import type { Credentials } from "../signing/credentials.ts";
import type { LambdaApi } from "./lambda-api.ts";

/** A client of the AWS SDK's that holds connections. */
export interface LambdaClient extends LambdaApi {
  /** Takes no more invocations; what is open is closed when the last one is over. */
  retire(): void;
}

/** What a client is made for. */
export interface LambdaClientOptions {
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly credentials: Credentials;
}

/**
 * A client for one set of credentials: the SDK keeps what a provider once answered, and would go on with a key that was replaced.
 *
 * @throws ConfigError when the package is not installed.
 */
export async function openLambdaClient(options: LambdaClientOptions): Promise<LambdaClient> {
  const { InvokeCommand, LambdaClient } = await importSdk();
  const { region, endpoint } = options;
  const { accessKeyId, secretAccessKey, sessionToken } = options.credentials;
  const client = new LambdaClient({
    region,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    // Its own retries would multiply with ours.
    maxAttempts: 1,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  let inFlight = 0;
  let isRetired = false;
  const destroyIfDone = () => {
    if (isRetired && inFlight === 0) client.destroy();
  };

  return {
    async invoke(input, { abortSignal }) {
      inFlight += 1;
      try {
        return await client.send(new InvokeCommand(input), { abortSignal });
      } finally {
        inFlight -= 1;
        destroyIfDone();
      }
    },
    retire() {
      isRetired = true;
      destroyIfDone();
    },
  };
}

async function importSdk(): Promise<typeof import("@aws-sdk/client-lambda")> {
  try {
    return await import("@aws-sdk/client-lambda");
  } catch (cause) {
    const message = "needs the package @aws-sdk/client-lambda: npm install @aws-sdk/client-lambda";
    throw new ConfigError([{ path: "arn", message }], { cause });
  }
}
