import { type Answer, jsonAnswer } from "../http/answer.ts";
import type { ReceivedRequest } from "../http/received-request.ts";
import { invalidMessage, type Producer, type ProducerResult } from "./producer.ts";

/** What the invoked function returns: the tracking id itself, or an API Gateway response around it. */
export type InvokeShape = "direct" | "gateway-text" | "gateway-object";

/** The function that can be invoked. */
export interface InvokedFunction {
  readonly name: string;
  readonly arn: string;
  readonly shape: InvokeShape;
  readonly produce: Producer;
}

const invocationTarget = /^\/2015-03-31\/functions\/([^/?]+)\/invocations(?:\?(.*))?$/;

/** Whether the request is one to the Invoke API; any other is one to the Function URL. */
export function isInvocation({ target }: ReceivedRequest): boolean {
  return invocationTarget.test(target);
}

/** Answers a signed request to `POST /2015-03-31/functions/{name or ARN}/invocations`. */
export function answerInvocation(request: ReceivedRequest, invoked: InvokedFunction): Answer {
  if (request.method !== "POST") {
    return apiError(405, "MethodNotAllowedException", `${request.method} is not allowed`);
  }
  const asked = functionAskedFor(request.target);
  if (!namesOf(invoked).includes(asked)) {
    return apiError(404, "ResourceNotFoundException", `Function not found: ${asked}`);
  }
  const invocationType = request.headers["x-amz-invocation-type"] ?? "RequestResponse";
  if (invocationType === "DryRun") return { status: 204, headers: {}, body: Buffer.alloc(0) };
  if (invocationType !== "Event" && invocationType !== "RequestResponse") {
    return apiError(400, "InvalidParameterValueException", `'${invocationType}' is not an InvocationType`);
  }
  const result = invoked.produce(request.body, { door: "invoke", request: request.number });
  if (invocationType === "Event") return { status: 202, headers: {}, body: Buffer.alloc(0) };
  return returned(result, invoked.shape);
}

/** The name, or ARN, without the version or alias that may stand after it. */
function functionAskedFor(target: string): string {
  const [, encoded = ""] = invocationTarget.exec(target) ?? [];
  const text = percentDecoded(encoded);
  const parts = text.split(":");
  if (parts.length === 8 || parts.length === 2) return parts.slice(0, -1).join(":");
  return text;
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function namesOf({ name, arn }: InvokedFunction): readonly string[] {
  const account = arn.split(":")[4];
  return [name, arn, `${account}:function:${name}`];
}

function returned(result: ProducerResult, shape: InvokeShape): Answer {
  if (shape === "direct") {
    return result.kind === "stored"
      ? invocationResult({ tracking_id: result.trackingId })
      : functionError({ errorType: "ValueError", errorMessage: invalidMessage(result.faults).message });
  }
  const [statusCode, body] =
    result.kind === "stored"
      ? [200, { tracking_id: result.trackingId }]
      : [400, invalidMessage(result.faults)];
  return invocationResult({ statusCode, body: shape === "gateway-text" ? JSON.stringify(body) : body });
}

/** What Invoke answers when the function has returned `payload`. */
export function invocationResult(payload: unknown): Answer {
  return {
    status: 200,
    headers: { "content-type": "application/json", "x-amz-executed-version": "$LATEST" },
    body: Buffer.from(JSON.stringify(payload) ?? "null", "utf8"),
  };
}

/** What Invoke answers when the function has thrown: a 200 as well, told apart by one header. */
export function functionError(error: { readonly errorType: string; readonly errorMessage: string }): Answer {
  const result = invocationResult({ ...error, trace: [] });
  return { ...result, headers: { ...result.headers, "x-amz-function-error": "Unhandled" } };
}

/** How AWS APIs that speak JSON over REST tell an error. */
export function apiError(status: number, errorType: string, message: string): Answer {
  return jsonAnswer(status, { Type: "User", message, Message: message }, { "x-amzn-errortype": errorType });
}
