import { peerFailure } from "@wirekit/core/kit";
import type { Credentials } from "../signing/credentials.ts";

/** What invoking a function needs. */
export interface InvokeInput {
  /** The ARN. */
  readonly FunctionName: string;
  readonly InvocationType: "RequestResponse";
  readonly Payload: Uint8Array;
}

/** What Lambda answered. */
export interface InvokeOutput {
  readonly StatusCode?: number | undefined;
  readonly FunctionError?: string | undefined;
  readonly Payload?: Uint8Array | undefined;
}

/** The one operation of Lambda that is used: what a test puts in the place of AWS. */
export interface LambdaApi {
  invoke(input: InvokeInput, options: { readonly abortSignal: AbortSignal }): Promise<InvokeOutput>;
}

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

/** Lambda itself answers with 6 MB at most. */
const maxResponseBytes = 10 * 1024 * 1024;

/**
 * A client for one set of credentials: the SDK keeps what a provider once answered, and would go on with a
 * key that was replaced.
 *
 * @throws ConfigError when the package is not installed.
 */
export async function openLambdaClient(options: LambdaClientOptions): Promise<LambdaClient> {
  const { InvokeCommand, LambdaClient } = await import("@aws-sdk/client-lambda").catch(
    peerFailure("@aws-sdk/client-lambda", "arn"),
  );
  const { region, endpoint } = options;
  const { accessKeyId, secretAccessKey, sessionToken } = options.credentials;
  const client = new LambdaClient({
    region,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    // Its own retries would multiply with ours.
    maxAttempts: 1,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  limitResponses(client, (await import("node:stream")).Readable);
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

type SdkClient = import("@aws-sdk/client-lambda").LambdaClient;

/** The SDK reads an answer to its end, however far away that is. */
function limitResponses(client: SdkClient, stream: typeof import("node:stream").Readable): void {
  const limit = <Args, Result extends { response: unknown }>(next: (args: Args) => Promise<Result>) => {
    return async (args: Args): Promise<Result> => {
      const result = await next(args);
      const response = result.response as { body?: unknown };
      if (response.body instanceof stream) response.body = stream.from(limited(response.body));
      return result;
    };
  };
  // Last of its step: what reads the body comes before it, and gets the limited one.
  client.middlewareStack.add(limit, { step: "deserialize", priority: "low" });
}

async function* limited(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > maxResponseBytes) throw new Error(`The response is larger than ${maxResponseBytes} bytes`);
    yield chunk;
  }
}
