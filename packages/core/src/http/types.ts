/** Header fields: a record, or a list of pairs where a name may stand more than once. */
export type HttpHeaders =
  | Readonly<Record<string, string>>
  | readonly (readonly [name: string, value: string])[];

/** One HTTP request. It is sent as it stands here, or not at all. */
export interface HttpRequest {
  /** In upper case: `"POST"`. */
  readonly method: string;
  /** Absolute. Path and query go out as they are written here, not as a URL parser would rewrite them. */
  readonly url: string;
  readonly headers: HttpHeaders;
  readonly body?: string | Uint8Array | undefined;
}

/** A response that was read to its end. Any status: whether it is a success is the caller's to say. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; a repeated field is joined by `", "`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as UTF-8. */
  readonly text: string;
}

/** What one call can be given. */
export interface HttpCallOptions {
  /** Ends the call at once; it rejects with this signal's own reason. */
  readonly signal?: AbortSignal | undefined;
  /** The longest the whole call may take, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /**
   * Called at most once, when the request goes out: from then on the server may act on it. Must not throw. A
   * call that waits for a connection has not gone out yet.
   */
  readonly onSent?: (() => void) | undefined;
}

/**
 * Sends one request, once. Redirects are not followed: a 3xx is a response like any other.
 *
 * Rejects with `ValidationError` (the request cannot be sent as it stands), `TimeoutError`,
 * `ConnectionError`, `HttpResponseError`, `ClosedError`, `ConfigError` or the signal's own reason; never with
 * an error of the library beneath.
 */
export type HttpTransport = (request: HttpRequest, options?: HttpCallOptions) => Promise<HttpResponse>;
