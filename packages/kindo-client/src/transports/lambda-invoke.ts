import { createHttpTransport } from "@wirekit/core/http";
import { withTimeout } from "@wirekit/core/kit";
import type { ArnTarget, KindoConfig } from "../config.ts";
import type { Credentials, CredentialsSource } from "../signing/credentials.ts";
import { readInvocation } from "../wire/read-answer.ts";
import { answerError, transportError } from "./failed-request.ts";
import { invokeError } from "./invoke-error.ts";
import { type InvokeOutput, type LambdaApi, openLambdaClient } from "./lambda-client.ts";
import type { ProducerTransport, Shipment, TransportAttempt } from "./producer-transport.ts";
import { type SdkCall, SdkHandler } from "./sdk-handler.ts";

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/**
 * Invokes a function by its ARN, over the AWS SDK's client for Lambda, which is loaded with the first send.
 */
export function lambdaTransport(
  config: KindoConfig,
  target: ArnTarget,
  credentials: CredentialsSource,
): ProducerTransport {
  const { arn, functionName, endpoint, lambda: given } = target;
  const { region, clock } = config;
  const host = endpoint === undefined ? `lambda.${region}.amazonaws.com` : new URL(endpoint).host;
  const clients = lambdaClients(config, target);

  async function send(shipment: Shipment, attempt: TransportAttempt): Promise<string> {
    const { signal, deadline } = attempt;
    // The SDK knows no time limit for all of it: loading, credentials, connecting, the answer.
    const limits = { signal, timeoutMs: deadline.leftMs(), clock };
    return withTimeout("The invocation", (limited) => sendWithin(shipment, attempt, limited), limits);
  }

  async function sendWithin(
    { message }: Shipment,
    { goesOut }: TransportAttempt,
    signal: AbortSignal,
  ): Promise<string> {
    const signer = given === undefined ? (credentials.held() ?? (await credentials.get())) : undefined;
    const lambda = given ?? (await clients.openFor(signer as Credentials));
    signal.throwIfAborted();
    const call: SdkCall = { signal, onSent: goesOut };
    // What stands in for the SDK says nothing of when a request goes out.
    if (given === undefined) clients.handler.expect(call);
    else goesOut();
    const output = await invoke(lambda, message.body, signal).catch((thrown: unknown) => {
      signal.throwIfAborted();
      if (call.fault !== undefined) throw transportError(call.fault.thrown, host);
      const error = invokeError(thrown, { message, credentials: signer, host, region, now: clock.now() });
      if ("signature" in error && error.signature !== undefined && signer !== undefined)
        credentials.refused(signer);
      throw error;
    });
    const answer = readInvocation({
      statusCode: output.StatusCode ?? 200,
      functionError: output.FunctionError,
      payload: decoder.decode(output.Payload),
    });
    if (answer.kind === "accepted") return answer.trackingId;
    throw answerError(answer, { destination: functionName, message, credentials: signer });
  }

  async function invoke(lambda: LambdaApi, body: string, abortSignal: AbortSignal): Promise<InvokeOutput> {
    const Payload = encoder.encode(body);
    return lambda.invoke({ FunctionName: arn, InvocationType: "RequestResponse", Payload }, { abortSignal });
  }

  return {
    destination: functionName,
    serverAddress: host,
    serverPort: undefined,
    send,
    connections: () => undefined,
    close: clients.close,
  };
}

/** The client for the credentials of the moment. All of them share their connections. */
function lambdaClients({ region, proxy, clock }: KindoConfig, { endpoint }: ArnTarget) {
  // The time for the whole send is the limit of each request.
  const unlimited = { timeoutMs: Number.POSITIVE_INFINITY, responseTimeoutMs: Number.POSITIVE_INFINITY };
  const transport = createHttpTransport({ proxy, ...unlimited, clock });
  const handler = new SdkHandler(transport);
  let open: { readonly credentials: Credentials; readonly client: Promise<LambdaApi> } | undefined;

  return {
    handler,
    openFor(credentials: Credentials): Promise<LambdaApi> {
      if (open?.credentials === credentials) return open.client;
      const client = openLambdaClient({ region, endpoint, credentials, requestHandler: handler });
      const opened = { credentials, client };
      open = opened;
      client.catch(() => {
        // The package may be installed by the time of the next send.
        if (open === opened) open = undefined;
      });
      return client;
    },
    async close(): Promise<void> {
      open = undefined;
      await transport.close({ timeoutMs: 0 });
    },
  };
}
