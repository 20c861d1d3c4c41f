import { peerFailure } from "@wirekit/core/kit";
import type { Credentials } from "../signing/credentials.ts";
import type { SdkHandler } from "./sdk-handler.ts";

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

/** What a client is made for. */
export interface LambdaClientOptions {
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly credentials: Credentials;
  readonly requestHandler: SdkHandler;
}

/**
 * A client for one set of credentials: the SDK keeps what a provider once answered, and would go on with a
 * key that was replaced.
 *
 * @throws ConfigError when the package is not installed.
 */
export async function openLambdaClient(options: LambdaClientOptions): Promise<LambdaApi> {
  const { InvokeCommand, LambdaClient } = await import("@aws-sdk/client-lambda").catch(
    peerFailure("@aws-sdk/client-lambda", "arn"),
  );
  const { region, endpoint, requestHandler } = options;
  const { accessKeyId, secretAccessKey, sessionToken } = options.credentials;
  const client = new LambdaClient({
    region,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    // Its own retries would multiply with ours.
    maxAttempts: 1,
    requestHandler,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  return {
    invoke: (input, { abortSignal }) => client.send(new InvokeCommand(input), { abortSignal }),
  };
}
