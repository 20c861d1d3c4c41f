import type { AnswerBody } from "../http/answer.ts";
import type { HttpFault } from "../http/http-fault.ts";
import { functionError, invocationResult } from "./invoke.ts";

/** 429, as Lambda says it when a function has no capacity left. */
export function throttled(retryAfter?: string): HttpFault {
  return {
    kind: "answer",
    status: 429,
    headers: {
      "x-amzn-errortype": "TooManyRequestsException",
      ...(retryAfter === undefined ? {} : { "retry-after": retryAfter }),
    },
    body: {
      Type: "User",
      Reason: "ReservedFunctionConcurrentInvocationLimitExceeded",
      message: "Rate Exceeded.",
    },
  };
}

/** 403, as AWS says it when temporary credentials are past their time. */
export function credentialsExpired(): HttpFault {
  return {
    kind: "answer",
    status: 403,
    headers: { "x-amzn-errortype": "ExpiredTokenException" },
    body: { message: "The security token included in the request is expired" },
  };
}

/** A redirect, which a signed request must not follow: the signature is for this host and path. */
export function redirect(location: string, status: 301 | 302 | 303 | 307 | 308 = 307): HttpFault {
  return { kind: "answer", status, headers: { location } };
}

/** The message is stored, and the answer is a 200 whose body breaks off in the middle of its JSON. */
export function malformedJson(): HttpFault {
  return rewriteBody((body) => body.subarray(0, -2));
}

/** The message is stored, and the answer is a 200 with JSON that holds no `tracking_id`. */
export function noTrackingId(body: AnswerBody = { status: "accepted" }): HttpFault {
  return rewriteBody(() => Buffer.from(JSON.stringify(body), "utf8"));
}

/** Invoke: the message is stored, and the function returns `payload` instead. */
export function invokeReturns(payload: unknown): HttpFault {
  return { kind: "rewrite", edit: () => invocationResult(payload) };
}

/** Invoke: the function throws after it has stored the message. */
export function invokeThrows(
  error = { errorType: "RuntimeError", errorMessage: "The function failed" },
): HttpFault {
  return { kind: "rewrite", edit: () => functionError(error) };
}

function rewriteBody(edit: (body: Buffer) => Buffer): HttpFault {
  return { kind: "rewrite", edit: (answer) => ({ ...answer, body: edit(answer.body) }) };
}
