import { randomUUID } from "node:crypto";
import type { Faults } from "../faults/fault.ts";
import { FaultScript } from "../faults/fault-script.ts";
import { createTally } from "../faults/tally.ts";
import { type Answer, jsonAnswer } from "../http/answer.ts";
import { type HttpService, serveFaulty } from "../http/faulty-service.ts";
import type { HttpOn, MatchedRequest } from "../http/http-fault.ts";
import { listen, type TrafficCounters } from "../http/http-server.ts";
import type { ReceivedRequest } from "../http/received-request.ts";
import { type LambdaUrlFault, lambdaUrlVocabulary } from "./faults.ts";
import { answerFunctionUrl } from "./function-url.ts";
import { answerInvocation, apiError, type InvokeShape, isInvocation } from "./invoke.ts";
import { createMessageStore, type StoredMessage } from "./message-store.ts";
import { createProducer } from "./producer.ts";
import type { Credentials } from "./sigv4/credentials.ts";
import type { SignatureVerdict } from "./sigv4/refusal.ts";
import { createSigningKeys } from "./sigv4/signing-key.ts";
import { verifySignature } from "./sigv4/verify-signature.ts";

export interface LambdaUrlOptions {
  /** Whose signatures are accepted. */
  readonly credentials: Credentials | readonly Credentials[];
  /** Default `"ap-southeast-2"`. */
  readonly region?: string | undefined;
  /**
   * The service that Function URL requests must be signed for. Default `"lambda"`. Invoke is always
   * `"lambda"`.
   */
  readonly service?: string | undefined;
  /** The port to listen on. Default: any that is free. */
  readonly port?: number | undefined;
  /**
   * How many bytes of `requests`, and how many of `stored`, are kept: the oldest go first. Default 67,108,864
   * (64 MiB).
   */
  readonly maxLogBytes?: number | undefined;
  /**
   * What may stand in `Host` besides the loopback: for requests that were signed for another name. Default
   * none.
   */
  readonly hosts?: readonly string[] | undefined;
  /** The server's clock, in milliseconds since 1970. Default the system's. */
  readonly now?: (() => number) | undefined;
  /** The function that Invoke knows. Default `"kindo-producer"`. */
  readonly functionName?: string | undefined;
  /** What the invoked function returns. Default `"direct"`. */
  readonly invokeShape?: InvokeShape | undefined;
  /** Where tracking ids come from. Default random UUIDs. */
  readonly nextTrackingId?: (() => string) | undefined;
}

/** A request that was read, and what its signature was found to be. */
export type CheckedRequest = ReceivedRequest & { readonly signature: SignatureVerdict };

export interface LambdaUrlServer extends AsyncDisposable {
  /** The Function URL: `http://127.0.0.1:<port>/`. Any path and query may stand after it. */
  readonly url: string;
  /** What the AWS SDK's Lambda client takes for its `endpoint`. */
  readonly lambdaEndpoint: string;
  /** The ARN that can be invoked there. */
  readonly functionArn: string;
  /**
   * Every request that was read to its end, in order; also those that were refused, or answered by a fault.
   * The latest, where there are too many to keep.
   */
  readonly requests: readonly CheckedRequest[];
  /**
   * Every message that was accepted, in order, in the form in which the service keeps it. The latest, where
   * there are too many to keep.
   */
  readonly stored: readonly StoredMessage[];
  /** How many are not kept any more, since the start or since `forget()`. */
  readonly forgotten: { readonly requests: number; readonly stored: number };
  readonly faults: Faults<LambdaUrlFault, HttpOn, MatchedRequest>;
  readonly counters: TrafficCounters;
  /** Resolves when `requests` holds so many; rejects when the server is closed before. */
  received(count: number): Promise<CheckedRequest>;
  /** Empties `requests` and `stored`. The counters go on. */
  forget(): void;
  /** Ends every connection and every fault, and stops listening. Closing twice is fine. */
  close(): Promise<void>;
}

const accountId = "123456789012";
/** Lambda's own limit for a request that waits for its answer. */
const maxBodyBytes = 6 * 1024 * 1024;

/**
 * A Kindo Producer in this process: the Lambda Function URL and the Invoke API before it, with every
 * signature verified, and with faults on demand. For tests and demos.
 */
export async function startLambdaUrl(options: LambdaUrlOptions): Promise<LambdaUrlServer> {
  const { region = "ap-southeast-2", service = "lambda", now = Date.now } = options;
  const { functionName = "kindo-producer", invokeShape = "direct", nextTrackingId = randomUUID } = options;
  const functionArn = `arn:aws:lambda:${region}:${accountId}:function:${functionName}`;
  const credentials = byAccessKeyId(options.credentials);
  const keys = createSigningKeys();

  const { maxLogBytes: limit = 64 * 1024 * 1024 } = options;
  if (!Number.isInteger(limit) || limit < 0)
    throw new RangeError("maxLogBytes must be a whole number, and not below 0");
  const bounds = { limit, option: "maxLogBytes" };
  const store = createMessageStore(nextTrackingId, { ...bounds, name: "stored messages" });
  const produce = createProducer(store);
  const requests = createTally<CheckedRequest>({ ...bounds, name: "requests", weigh: requestBytes });
  const script = new FaultScript<LambdaUrlFault, HttpOn, MatchedRequest>(lambdaUrlVocabulary);

  const producer: HttpService<LambdaUrlFault, MatchedRequest, CheckedRequest> = {
    understand: (request) => request,
    observe(request, at) {
      const rules = { credentials, keys, region, service: isInvocation(request) ? "lambda" : service };
      const checked = { ...request, signature: verifySignature(request, rules, at) };
      requests.add(checked);
      return checked;
    },
    apply(request) {
      if (request.signature.kind === "refused") return refusalAnswer(request.signature);
      return isInvocation(request)
        ? answerInvocation(request, { name: functionName, arn: functionArn, shape: invokeShape, produce })
        : answerFunctionUrl(request, produce);
    },
    refuse: (_, { code, status = 400 }) => apiError(status, code, "refused on purpose"),
  };
  const serving = { service: producer, script, now, maxBodyBytes };
  const server = await listen(options.port ?? 0, (exchange) => serveFaulty(exchange, serving), options.hosts);
  const lambdaEndpoint = `http://127.0.0.1:${server.port}`;

  async function close(): Promise<void> {
    await server.close();
    script.close();
    requests.end(new Error("The server was closed before so many requests were received"));
  }

  return {
    url: `${lambdaEndpoint}/`,
    lambdaEndpoint,
    functionArn,
    requests: requests.values,
    stored: store.messages,
    get forgotten() {
      return { requests: requests.forgotten, stored: store.forgotten };
    },
    faults: script.faults,
    counters: server.counters,
    received: (count) => requests.reached(count),
    forget() {
      requests.clear();
      store.clear();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** What a request takes in memory, nearly. */
function requestBytes({ body, target, rawHeaders }: CheckedRequest): number {
  const fields = rawHeaders.reduce((sum, [name, value]) => sum + 2 * (name.length + value.length), 0);
  return body.length + target.length + fields + 1_024;
}

function byAccessKeyId(credentials: LambdaUrlOptions["credentials"]): ReadonlyMap<string, Credentials> {
  const list = isList(credentials) ? credentials : [credentials];
  const byId = new Map(list.map((one) => [one.accessKeyId, one]));
  if (byId.size < list.length) throw new Error("credentials: every accessKeyId must be there once");
  return byId;
}

function isList(credentials: LambdaUrlOptions["credentials"]): credentials is readonly Credentials[] {
  return Array.isArray(credentials);
}

function refusalAnswer({ errorType, message }: SignatureVerdict & { readonly kind: "refused" }): Answer {
  return jsonAnswer(403, { message }, { "x-amzn-errortype": errorType });
}
