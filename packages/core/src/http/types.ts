/** Header fields: a record, or a list of pairs where a name may stand more than once. */
export type HttpHeaders =
  | Readonly<Record<string, string>>
  | readonly (readonly [name: string, value: string])[];

/** One HTTP request. It is sent as it stands here, or not at all. */
export interface HttpRequest {
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

/**
 * Sends one request, once.
 *
 * Rejects with `TimeoutError`, `ConnectionError`, `HttpResponseError` or the signal's own reason; never with an
 * error of the library beneath.
 */
export type HttpTransport = (
  request: HttpRequest,
  options?: { readonly signal?: AbortSignal | undefined; readonly timeoutMs?: number | undefined },
) => Promise<HttpResponse>;
