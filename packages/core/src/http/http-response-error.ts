import { type ErrorDetails, WirekitError } from "../errors/wirekit-error.ts";
import { excerpt, type RedactOptions } from "../redaction/redact-text.ts";
import { parseHttpDate } from "./http-date.ts";
import { parseRetryAfter } from "./retry-after.ts";
import type { HttpResponse } from "./types.ts";

const excerptLength = 500;

/**
 * What was wrong with a response: its status says that the request failed, its body cannot be read as what it
 * should be, or it is larger than the limit.
 */
export type HttpResponseErrorCode =
  | "wirekit/http-status"
  | "wirekit/http-body"
  | "wirekit/http-response-too-large";

/** What an {@link HttpResponseError} can be given besides its message. */
export interface HttpResponseErrorOptions {
  readonly status: number;
  /** Default `"wirekit/http-status"`. */
  readonly code?: HttpResponseErrorCode | undefined;
  /** Default: as {@link isRetryableStatus} says. */
  readonly retryable?: boolean | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly excerpt?: string | undefined;
  readonly details?: ErrorDetails | undefined;
  readonly cause?: unknown;
}

/** The peer answered, but not with what was asked for. */
export class HttpResponseError extends WirekitError<HttpResponseErrorCode> {
  static override readonly mark: string = "@wirekit/core/HttpResponseError";

  readonly status: number;
  /** How long the peer asks to wait before the next try, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /**
   * The beginning of the body, without known secrets. Not part of the message: it may quote what was sent.
   */
  readonly excerpt: string | undefined;

  constructor(message: string, options: HttpResponseErrorOptions) {
    super(message, {
      code: options.code ?? "wirekit/http-status",
      retryable: options.retryable ?? isRetryableStatus(options.status),
      details: { ...options.details, status: options.status },
      cause: options.cause,
    });
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
    this.excerpt = options.excerpt;
  }

  /**
   * The error for a response whose status says that the request failed.
   *
   * @param options.now the present in milliseconds since 1970, for a response without a `Date`.
   */
  static fromResponse(
    response: HttpResponse,
    options: RedactOptions & { readonly now?: number | undefined } = {},
  ): HttpResponseError {
    return new HttpResponseError(`The server answered with status ${response.status}`, {
      status: response.status,
      retryAfterMs: retryAfterMsOf(response, options.now ?? Date.now()),
      excerpt: excerptOf(response, options),
    });
  }
}

/** Whether the same request may succeed later: 429 (too many requests) and 5xx (the server's own fault). */
export function isRetryableStatus(status: number): boolean {
  return status === 429 || (status >= 500 && status <= 599);
}

/**
 * How long the response's `Retry-After` asks to wait, in milliseconds, by the server's own clock where the
 * response has a `Date`; `undefined` when it asks for nothing.
 *
 * @param now the present in milliseconds since 1970, for a response without a `Date`.
 */
export function retryAfterMsOf(response: HttpResponse, now: number = Date.now()): number | undefined {
  const servedAt = parseHttpDate(response.headers.date ?? "", now);
  return parseRetryAfter(response.headers["retry-after"], servedAt ?? now);
}

/** The beginning of the response's body, without known secrets. */
export function excerptOf(response: HttpResponse, options: RedactOptions): string {
  return excerpt(response.text, excerptLength, options);
}
