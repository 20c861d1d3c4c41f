export { parseHttpDate } from "./http-date.ts";
export {
  HttpResponseError,
  type HttpResponseErrorCode,
  type HttpResponseErrorOptions,
  isRetryableStatus,
  retryAfterMsOf,
} from "./http-response-error.ts";
export { parseJsonBody } from "./json-body.ts";
export { parseRetryAfter } from "./retry-after.ts";
export {
  type ClosableHttpTransport,
  createHttpTransport,
  type HttpCloseResult,
  type HttpTransportStats,
} from "./transport.ts";
export type { HttpTransportOptions, TlsOptions } from "./transport-options.ts";
export type { HttpCallOptions, HttpHeaders, HttpRequest, HttpResponse, HttpTransport } from "./types.ts";
