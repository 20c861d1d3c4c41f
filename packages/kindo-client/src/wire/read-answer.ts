/** What an answer of the service says about a message. */
export type Answer =
  | { readonly kind: "accepted"; readonly trackingId: string }
  /** A status other than 200. */
  | { readonly kind: "refused"; readonly status: number; readonly body: string }
  /** A success that does not say under which id. */
  | { readonly kind: "no-tracking-id"; readonly status: number; readonly body: string }
  /** The function itself failed. */
  | {
      readonly kind: "function-error";
      readonly status: number;
      readonly body: string;
      readonly error: string;
    };

/** Reads the answer of a Function URL: only 200 with `{"tracking_id": "..."}` accepts a message. */
export function readHttpAnswer(status: number, body: string): Answer {
  if (status !== 200) return { kind: "refused", status, body };
  const trackingId = trackingIdIn(parsed(body));
  return trackingId === undefined
    ? { kind: "no-tracking-id", status, body }
    : { kind: "accepted", trackingId };
}

/** What Lambda's Invoke operation returned. */
export interface Invocation {
  readonly statusCode: number;
  /** `Handled` or `Unhandled` when the function failed. */
  readonly functionError: string | undefined;
  /** What the function returned, as text. */
  readonly payload: string;
}

/**
 * Reads what an invocation returned: `{"tracking_id": "..."}`, or the same within the answer that a function
 * behind an API gateway gives, `{"statusCode": 200, "body": ...}`, where the body is an object or its JSON
 * text.
 */
export function readInvocation({ statusCode, functionError, payload }: Invocation): Answer {
  if (functionError !== undefined) {
    return { kind: "function-error", status: statusCode, body: payload, error: functionError };
  }
  if (statusCode !== 200) return { kind: "refused", status: statusCode, body: payload };
  const returned = parsed(payload);
  if (!isObject(returned) || !Object.hasOwn(returned, "statusCode"))
    return readHttpAnswer(statusCode, payload);

  const { statusCode: status, body = null } = returned;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  if (typeof status === "number") return readHttpAnswer(status, text);
  return { kind: "no-tracking-id", status: statusCode, body: payload };
}

function trackingIdIn(answer: unknown): string | undefined {
  const trackingId = isObject(answer) ? answer.tracking_id : undefined;
  return typeof trackingId === "string" && trackingId !== "" ? trackingId : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
